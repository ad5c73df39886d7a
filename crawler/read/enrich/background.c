/*
 * Words are known by 64 bits of their hash: that an unknown word is taken for
 * one of the table does not happen. A word of several languages has neighbours
 * of the same hash.
 */
#include "crawler/read/enrich/background.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/fold.h"
#include "common/hash.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SLOTS_MIN       1024
#define FILE_BYTES_MAX  (4 << 20)
#define WORD_BYTES_MAX  200
#define RARITY_MAX      15u
#define NOT_OF_LANGUAGE UINT32_MAX

struct slot {
	uint64_t hash;
	uint16_t language;
	uint8_t rarity;
	bool is_used;
};

struct background {
	struct slot *slots;
	size_t n, mask;
};

struct background *background_new(void)
{
	struct background *b = ALLOC_NEW(struct background);

	b->slots = alloc_zeroed(SLOTS_MIN, sizeof *b->slots);
	b->mask = SLOTS_MIN - 1;
	return b;
}

void background_free(struct background *b)
{
	if (!b)
		return;
	free(b->slots);
	free(b);
}

static bool is_small(char c)
{
	return c >= 'a' && c <= 'z';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Other codes of languages that have a table. */
static const char aliases[][2][3] = {{"nb", "no"}, {"nn", "no"}, {"in", "id"}};

uint32_t background_language(const char *tag)
{
	char code[3] = {0};

	if (!tag || !is_small(code[0] = lower(tag[0])) || !is_small(code[1] = lower(tag[1])) ||
		is_small(lower(tag[2])))
		return BACKGROUND_ANY;
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(code, aliases[i][0]) == 0)
			memcpy(code, aliases[i][1], 2);
	return (uint32_t)(code[0] << 8 | code[1]);
}

/* Filling */

static struct slot *slot_of(const struct background *b, uint32_t language, uint64_t hash)
{
	size_t i = (size_t)hash & b->mask;

	while (b->slots[i].is_used &&
		!(b->slots[i].hash == hash && b->slots[i].language == language))
		i = (i + 1) & b->mask;
	return &b->slots[i];
}

static void grow(struct background *b)
{
	struct background wide = {.mask = b->mask * 2 + 1, .n = b->n};

	wide.slots = alloc_zeroed(wide.mask + 1, sizeof *wide.slots);
	for (size_t i = 0; i <= b->mask; i++)
		if (b->slots[i].is_used)
			*slot_of(&wide, b->slots[i].language, b->slots[i].hash) = b->slots[i];
	free(b->slots);
	*b = wide;
}

void background_add(struct background *b, uint32_t language, struct span word, unsigned rarity)
{
	STRBUF_LOCAL(folded);
	struct slot *s;
	uint64_t hash;

	fold_text(word, &folded);
	if (!folded.len)
		return;
	if (b->n * 2 > b->mask)
		grow(b);
	hash = hash64_of(strbuf_span(&folded));
	s = slot_of(b, language, hash);
	b->n += !s->is_used;
	*s = (struct slot){hash, (uint16_t)language, (uint8_t)rarity, true};
}

/* Files */

static struct span next_field(struct span *line)
{
	size_t n = 0;
	struct span field;

	*line = span_trim(*line);
	while (n < line->len && !span_is_blank(line->data[n]))
		n++;
	field = span_from(line->data, n);
	*line = span_from_offset(*line, n);
	return field;
}

static uint32_t read_language(struct span field)
{
	if (span_is(field, "*"))
		return BACKGROUND_ANY;
	if (field.len != 2 || !is_small(field.data[0]) || !is_small(field.data[1]))
		return NOT_OF_LANGUAGE;
	return background_language((const char[]){field.data[0], field.data[1], '\0'});
}

static unsigned read_rarity(struct span field)
{
	unsigned n = 0;

	if (!field.len || field.len > 2)
		return RARITY_MAX + 1;
	for (size_t i = 0; i < field.len; i++) {
		if (field.data[i] < '0' || field.data[i] > '9')
			return RARITY_MAX + 1;
		n = n * 10 + (unsigned)(field.data[i] - '0');
	}
	return n;
}

/* NULL, or what is wrong with the line. */
static const char *read_line(struct background *b, struct span line)
{
	struct span field = next_field(&line);
	uint32_t language;
	unsigned rarity;

	if (!field.len || *field.data == '#')
		return NULL;
	language = read_language(field);
	if (language == NOT_OF_LANGUAGE)
		return "must begin with a language of two letters, or *";
	rarity = read_rarity(next_field(&line));
	if (rarity > RARITY_MAX)
		return "must have a class of 0 to 15 behind its language";
	while ((field = next_field(&line)).len) {
		if (field.len > WORD_BYTES_MAX)
			return "has a word that is too long";
		background_add(b, language, field, rarity);
	}
	return NULL;
}

static int read_file(const char *path, struct strbuf *out)
{
	CLEANUP(fclosep) FILE *f = fopen(path, "re");
	char block[65536];
	size_t n;

	if (!f)
		return err_from_errno(errno);
	while ((n = fread(block, 1, sizeof block, f)) > 0 && out->len <= FILE_BYTES_MAX)
		strbuf_add(out, block, n);
	if (ferror(f))
		return err_from_errno(errno);
	return out->len > FILE_BYTES_MAX ? -ERR_TOO_BIG : 0;
}

int background_read(struct background *b, const char *path, struct strbuf *errors)
{
	STRBUF_LOCAL(content);
	struct span left;
	int r = read_file(path, &content);

	if (r < 0) {
		strbuf_printf(errors, "%s: %s\n", path, err_str(r));
		return r;
	}
	left = strbuf_span(&content);
	for (int line = 1; left.len; line++) {
		const char *fault = read_line(b, span_next_line(&left));

		if (fault) {
			strbuf_printf(errors, "%s:%d: %s\n", path, line, fault);
			r = -ERR_PARSE;
		}
	}
	return r;
}

/* Looking up */

unsigned background_rarity(const struct background *b, uint32_t language, uint64_t hash)
{
	unsigned least = RARITY_MAX + 1;

	if (!b)
		return RARITY_UNKNOWN;
	for (size_t i = (size_t)hash & b->mask; b->slots[i].is_used; i = (i + 1) & b->mask) {
		const struct slot *s = &b->slots[i];

		if (s->hash == hash && s->rarity < least &&
			(s->language == language || s->language == BACKGROUND_ANY))
			least = s->rarity;
	}
	return least > RARITY_MAX ? RARITY_UNKNOWN : least;
}

size_t background_count(const struct background *b)
{
	return b->n;
}
