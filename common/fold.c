/*
 * One pass: every character is looked up in the table, its replacement goes
 * through put(), which composes, and decides what becomes of white space and
 * apostrophes when it sees the character that follows them.
 */
#include "common/fold.h"

#include "common/alloc.h"
#include "common/utf8.h"

#include <stdlib.h>

#define FOLD_SAME     0u
#define FOLD_DROP     1u
#define FOLD_SEQUENCE 0x80000000u

struct fold_pair {
	uint32_t second, first, composed;
};

#include "fold_table.inc"

enum gap { GAP_NONE, GAP_SPACE, GAP_BREAK };

struct folder {
	struct strbuf *out;
	size_t start;     /* of what this call appends */
	uint32_t last;    /* code point written last, 0 at the start */
	size_t last_at;   /* its offset in out */
	enum gap gap;     /* white space since then */
	bool apostrophe;  /* one since then */
	uint32_t *origin; /* NULL unless traced */
	size_t origin_cap;
	uint32_t from; /* offset of the character being folded */
};

/* Written without spaces, so a space beside it means nothing. */
static bool is_dense(uint32_t c)
{
	return utf8_is_cjk(c) || (c >= 0x3001 && c <= 0x303F);
}

static bool is_latin(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0x24F && c != 0xF7) ||
		(c >= 0x1E00 && c <= 0x1EFF);
}

static uint32_t compose(uint32_t first, uint32_t second)
{
	size_t low = 0, high = sizeof fold_pairs / sizeof *fold_pairs;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct fold_pair *p = &fold_pairs[mid];

		if (p->second == second && p->first == first)
			return p->composed;
		if (p->second < second || (p->second == second && p->first < first))
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

/* Room for where @n more bytes come from; NULL when nobody asks. */
static uint32_t *origin_room(struct folder *f, size_t n)
{
	size_t len = f->out->len - f->start;

	if (!f->origin)
		return NULL;
	if (f->origin_cap < len + n + 1) {
		f->origin_cap = (len + n + 1) * 2; /* some characters become longer */
		f->origin = alloc_resize(f->origin, f->origin_cap, sizeof *f->origin);
	}
	return f->origin + len;
}

static void write_char(struct folder *f, uint32_t c)
{
	uint32_t *origin;

	f->last = c;
	f->last_at = f->out->len;
	origin = origin_room(f, 4);
	strbuf_add_utf8(f->out, c);
	for (size_t n = f->out->len - f->last_at; origin && n > 0; n--)
		*origin++ = f->from;
}

/* What is left of white space and apostrophes before @next: one character, or 0. */
static uint32_t between(const struct folder *f, uint32_t next)
{
	if (f->gap == GAP_BREAK && f->last)
		return '\n';
	if (f->gap == GAP_SPACE && f->last && !is_dense(f->last) && !is_dense(next))
		return ' ';
	if (f->gap == GAP_NONE && f->apostrophe && is_latin(f->last) && is_latin(next))
		return '\'';
	return 0;
}

/*
 * A mark joins the character before it, also over a gap of which nothing is
 * left: else folding again would join them.
 */
static void put_visible(struct folder *f, uint32_t c)
{
	uint32_t gap = between(f, c), composed = 0;

	f->gap = GAP_NONE;
	f->apostrophe = false;
	if (gap)
		write_char(f, gap);
	else if (f->last && c >= 0x300 && c < 0x3100)
		composed = compose(f->last, c);
	if (composed)
		strbuf_truncate(f->out, f->last_at);
	write_char(f, composed ? composed : c);
}

static void put(struct folder *f, uint32_t c)
{
	if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029) {
		f->gap = GAP_BREAK;
	} else if (utf8_is_space(c)) {
		if (f->gap == GAP_NONE)
			f->gap = GAP_SPACE;
	} else if (c == '\'') {
		f->apostrophe = true;
	} else {
		put_visible(f, c);
	}
}

static uint32_t entry_of(uint32_t c)
{
	return fold_entries[fold_blocks[c >> 8]][c & 0xFF];
}

static void put_folded(struct folder *f, uint32_t c)
{
	uint32_t entry = entry_of(c);

	if (entry == FOLD_SAME)
		put(f, c);
	else if (entry & FOLD_SEQUENCE) {
		const uint32_t *sequence = &fold_sequences[(entry & ~FOLD_SEQUENCE) >> 5];

		for (uint32_t i = 0; i < (entry & 31); i++)
			put(f, sequence[i]);
	} else if (entry != FOLD_DROP)
		put(f, entry);
}

/* What an ASCII character becomes if that is one that needs no look at its neighbours, else 0. */
static uint32_t plain_ascii(unsigned char c)
{
	uint32_t entry = entry_of(c), to = entry == FOLD_SAME ? c : entry;

	return to > ' ' && to < 0x7F && to != '\'' ? to : 0;
}

/*
 * Likewise of the three bytes of a Han character or a mark of Chinese or full-width
 * punctuation; FOLD_DROP of a quotation mark or the like.
 */
static uint32_t plain_wide(const unsigned char *s)
{
	uint32_t c = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
	uint32_t entry, to;

	if (s[0] < 0xE2 || s[0] > 0xEF || (s[1] & 0xC0) != 0x80 || (s[2] & 0xC0) != 0x80 ||
		!((c >= 0x4000 && c < 0xA000) || (c > 0x3000 && c < 0x3020) ||
			(c > 0xFF00 && c < 0xFF5F) || (c >= 0x201C && c <= 0x201D)))
		return 0;
	entry = entry_of(c);
	if (entry == FOLD_DROP)
		return FOLD_DROP;
	to = entry == FOLD_SAME ? c : entry;
	return (to >= 0x4000 && to < 0xA000) || (to > 0x3000 && to < 0x3020) ||
			(to > ' ' && to < 0x7F && to != '\'')
		? to
		: 0;
}

static bool is_plain_gap(const struct folder *f, const char *p, const char *end)
{
	return *p == ' ' && f->last && f->last < 0x80 && end - p > 1 &&
		(unsigned char)p[1] < 0x80 && plain_ascii((unsigned char)p[1]);
}

static char *write_plain(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	*to++ = (char)(0xE0 | c >> 12);
	*to++ = (char)(0x80 | (c >> 6 & 0x3F));
	*to++ = (char)(0x80 | (c & 0x3F));
	return to;
}

/*
 * Nearly all of a text is letters, single spaces between them, Han characters and
 * their marks: these are written as they come, no longer than they were. Returns
 * where something else stands. Nothing may be pending.
 */
static const char *fold_plain(struct folder *f, const char *text, const char *p, const char *end)
{
	uint32_t *origin = origin_room(f, (size_t)(end - p));
	char *to, *start;

	strbuf_reserve(f->out, (size_t)(end - p));
	to = start = f->out->data + f->out->len;
	while (p < end) {
		const char *from = p, *written = to;
		uint32_t c;

		if ((unsigned char)*p < 0x80) {
			c = is_plain_gap(f, p, end) ? ' ' : plain_ascii((unsigned char)*p);
			p++;
		} else {
			c = end - p >= 3 ? plain_wide((const unsigned char *)p) : 0;
			p += 3;
		}
		if (c == FOLD_DROP)
			continue;
		if (!c) {
			p = from;
			break;
		}
		to = write_plain(to, c);
		f->last = c;
		if (origin)
			for (; written < to; written++)
				*origin++ = (uint32_t)(from - text) +
					(c == ' '); /* of what follows it */
	}
	if (to > start) {
		f->out->len += (size_t)(to - start);
		f->last_at = f->out->len - (f->last < 0x80 ? 1 : 3);
		*to = '\0';
	}
	return p;
}

/* Pages are indented: their white space comes in runs. */
static const char *fold_white(struct folder *f, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p == '\n' || *p == '\r')
			f->gap = GAP_BREAK;
		else if (*p != ' ' && *p != '\t')
			break;
		else if (f->gap == GAP_NONE)
			f->gap = GAP_SPACE;
	}
	return p;
}

static bool is_plain(const struct folder *f)
{
	return f->gap == GAP_NONE && !f->apostrophe && !f->out->max;
}

static void fold(struct folder *f, struct span text)
{
	const char *p = text.data, *end;

	f->start = f->out->len;
	if (!text.len)
		return;
	end = p + text.len;
	strbuf_reserve(f->out, text.len);
	while (p < end) {
		if (is_plain(f) && (p = fold_plain(f, text.data, p, end)) == end)
			break;
		if ((p = fold_white(f, p, end)) == end)
			break;
		f->from = (uint32_t)(p - text.data);
		put_folded(f, utf8_next(&p, end));
	}
}

void fold_text(struct span text, struct strbuf *out)
{
	struct folder f = {.out = out};

	fold(&f, text);
}

void fold_text_traced(struct span text, struct strbuf *out, uint32_t **ret_origin)
{
	struct folder f = {.out = out};

	f.origin_cap = text.len + 1;
	f.origin = alloc_resize(NULL, f.origin_cap, sizeof *f.origin);
	fold(&f, text);
	*origin_room(&f, 0) = (uint32_t)text.len;
	*ret_origin = f.origin;
}

static bool says_something(uint32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		(c >= 0xAA && c != 0xB7 && c < 0x2000 && c != 0xD7 && c != 0xF7) || c >= 0x3041;
}

struct hash fold_hash(struct span text)
{
	STRBUF_LOCAL(folded);

	fold_text(text, &folded);
	return fold_hash_folded(strbuf_span(&folded));
}

struct hash fold_hash_folded(struct span folded)
{
	const char *p = folded.data, *end = p + folded.len;
	STRBUF_LOCAL(letters);
	char *to;

	strbuf_reserve(&letters, folded.len);
	to = letters.data;
	while (p < end) {
		const char *start = p;
		uint32_t c = (unsigned char)*p < 0x80 ? (uint32_t)*p++ : utf8_next(&p, end);

		if (!says_something(c))
			continue;
		while (start < p)
			*to++ = *start++;
	}
	return hash_of(span_from(letters.data, (size_t)(to - letters.data)));
}
