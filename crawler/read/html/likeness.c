#include "crawler/read/html/likeness.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/hash.h"
#include "common/utf8.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX (64 << 10) /* of longer pages the rest adds nothing */
#define PIECE          4          /* characters */
#define OWN_MAX        3          /* pieces: one character changes four */
#define OWN_PERCENT    10
#define OWN_FEW        12  /* pieces: the shortest notice has more, its headline included */
#define ECHO_MIN       4   /* bytes of a name that is worth looking for */
#define SIZE_SLACK     300 /* weight that pages of one kind differ by, however short they are */

/* The last part of the path without its ending: pages repeat it. */
static struct span name_of(const char *url)
{
	struct span path = span_from(url, strcspn(url, "?#"));
	size_t from = path.len, end = path.len;

	while (from > 0 && path.data[from - 1] != '/')
		from--;
	for (size_t i = path.len; i > from; i--)
		if (path.data[i - 1] == '.')
			end = i - 1;
	return span_from(path.data + from, end - from);
}

static void add_without(struct span text, struct span name, struct strbuf *out)
{
	ptrdiff_t at;

	while (name.len >= ECHO_MIN && (at = span_find(text, name)) >= 0) {
		strbuf_add(out, text.data, (size_t)at);
		text = span_from_offset(text, (size_t)at + name.len);
	}
	strbuf_add_span(out, text);
}

/* The folded text, without the page's name in it. */
static void fold_without(struct span text, struct span name, struct strbuf *out)
{
	STRBUF_LOCAL(without);

	if (name.len < ECHO_MIN || span_find(text, name) < 0) {
		fold_text(text, out);
		return;
	}
	add_without(text, name, &without);
	fold_text(strbuf_span(&without), out);
}

/* The next letter of a folded text, 0 at its end. Punctuation beyond ASCII is one: it does no harm. */
static uint32_t next_letter(struct span *folded)
{
	const char *p = folded->data, *end = p + folded->len;
	uint32_t c = 0;

	while (p < end && !c) {
		c = utf8_next(&p, end);
		c = c >= 0x80 || c - 'a' < 26 ? c : 0;
	}
	*folded = span_from(p, (size_t)(end - p));
	return c;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

__extension__ typedef unsigned __int128 wide;

/* Four letters to 32 bits: two multiplications, folded (as wyhash does). */
static uint32_t hash_piece(const uint32_t letters[PIECE])
{
	uint64_t a = ((uint64_t)letters[0] << 32 | letters[1]) ^ 0x9E3779B97F4A7C15;
	uint64_t b = ((uint64_t)letters[2] << 32 | letters[3]) ^ 0xD6E8FEB86659FD93;
	wide product = (wide)a * b;
	uint64_t mixed = (uint64_t)product ^ (uint64_t)(product >> 64);

	return (uint32_t)((mixed * 0xE7037ED1A0B428DB) >> 32);
}

#define SAMPLE_MAX ((size_t)4 * LIKENESS_PIECES_MAX)

/* A byte at a time, the lowest first: half a dozen times as fast as comparing. */
static void sort(uint32_t *hashes, size_t n)
{
	uint32_t room[SAMPLE_MAX], *from = hashes, *to = room;

	for (int shift = 0; shift < 32; shift += 8) {
		size_t place[257] = {0};
		uint32_t *sorted = to;

		for (size_t i = 0; i < n; i++)
			place[(from[i] >> shift & 0xFF) + 1]++;
		for (size_t i = 0; i < 256; i++)
			place[i + 1] += place[i];
		for (size_t i = 0; i < n; i++)
			to[place[from[i] >> shift & 0xFF]++] = from[i];
		to = from;
		from = sorted;
	}
}

/* Sorts, and keeps the first of equal ones. */
static size_t make_distinct(uint32_t *hashes, size_t n)
{
	size_t kept = 0;

	sort(hashes, n);
	for (size_t i = 0; i < n; i++)
		if (!kept || hashes[kept - 1] != hashes[i])
			hashes[kept++] = hashes[i];
	return kept;
}

/* The least hashes of all pieces: a sample of the text that is the same wherever it stands. */
struct sample {
	uint32_t hashes[SAMPLE_MAX];
	size_t n;
	uint32_t bound; /* what is greater is none of the least */
};

static void sample_shrink(struct sample *s)
{
	s->n = make_distinct(s->hashes, s->n);
	if (s->n < LIKENESS_PIECES_MAX)
		return;
	s->n = LIKENESS_PIECES_MAX;
	s->bound = s->hashes[s->n - 1];
}

static void sample_add(struct sample *s, uint32_t hash)
{
	if (hash > s->bound)
		return;
	s->hashes[s->n++] = hash;
	if (s->n == SAMPLE_MAX)
		sample_shrink(s);
}

/* A text that is shorter than a piece is one. */
static void set_pieces(struct likeness *l, struct span folded)
{
	struct sample s = {.bound = UINT32_MAX};
	uint32_t letters[PIECE] = {0}, c;
	size_t n = 0;

	while ((c = next_letter(&folded))) {
		memmove(letters, letters + 1, (PIECE - 1) * sizeof *letters);
		letters[PIECE - 1] = c;
		if (++n >= PIECE)
			sample_add(&s, hash_piece(letters));
	}
	if (n > 0 && n < PIECE)
		sample_add(&s, hash_piece(letters));
	sample_shrink(&s);
	l->n = (uint32_t)s.n;
	memcpy(l->pieces, s.hashes, s.n * sizeof *s.hashes);
}

static void set_title(struct likeness *l, const struct html *h, struct span name)
{
	uint32_t node = html_find(h, 0, h->n_nodes, HTML_TITLE), c;
	STRBUF_LOCAL(title);
	STRBUF_LOCAL(folded);
	STRBUF_LOCAL(letters);
	struct span rest;

	if (node == HTML_NONE)
		return;
	html_add_raw(h, node, &title);
	fold_without(utf8_cut(strbuf_span(&title), TEXT_BYTES_MAX), name, &folded);
	for (rest = strbuf_span(&folded); (c = next_letter(&rest));)
		strbuf_add_utf8(&letters, c);
	if (letters.len)
		l->title = hash64_of(strbuf_span(&letters));
}

void likeness_make(const struct html *h, const struct block_list *blocks, const char *url,
	struct likeness *ret)
{
	struct span name = name_of(url);
	uint32_t link_end = 0;
	STRBUF_LOCAL(text);
	STRBUF_LOCAL(folded);

	*ret = (struct likeness){0};
	for (size_t i = 0; i < blocks->len; i++)
		ret->shown += blocks->items[i].weight;
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		const struct html_node *node = &h->nodes[i];

		if (node->tag == HTML_A) {
			link_end = node->end > link_end ? node->end : link_end;
		} else if (node->tag == HTML_TEXT) {
			if (i >= link_end && text.len < TEXT_BYTES_MAX)
				strbuf_add_span(&text, utf8_cut(node->text, TEXT_BYTES_MAX));
		} else if (html_trait(node->tag) == HTML_TRAIT_SILENT && node->end > i) {
			i = node->end - 1;
		}
	}
	fold_without(utf8_cut(strbuf_span(&text), TEXT_BYTES_MAX), name, &folded);
	set_pieces(ret, strbuf_span(&folded));
	set_title(ret, h, name);
}

static bool is_of_same_size(uint32_t a, uint32_t b)
{
	uint32_t less = a < b ? a : b, more = a < b ? b : a;

	return more <= (uint64_t)less * 2 + SIZE_SLACK;
}

static bool has_piece(const struct likeness *l, uint32_t piece)
{
	return bsearch(&piece, l->pieces, l->n, sizeof piece, compare) != NULL;
}

/*
 * Whether @a has hardly a piece that @b has not. Sketches of pages that are
 * much alike end at nearly the same piece, so that the ends need no care.
 */
static bool adds_little(const struct likeness *a, const struct likeness *b)
{
	uint32_t n_own = 0;

	for (uint32_t i = 0; i < a->n; i++)
		n_own += !has_piece(b, a->pieces[i]);
	return n_own <= OWN_MAX || (n_own <= OWN_FEW && n_own * 100 <= a->n * OWN_PERCENT);
}

bool likeness_is_same(const struct likeness *a, const struct likeness *b)
{
	return a->title == b->title && is_of_same_size(a->shown, b->shown) && adds_little(a, b) &&
		adds_little(b, a);
}

static void pack(struct strbuf *out, uint64_t value, int width)
{
	while (width-- > 0)
		strbuf_add_char(out, (char)(value >> (8 * width)));
}

static uint64_t unpack(struct span packed, size_t at, size_t width)
{
	uint64_t value = 0;

	for (size_t i = 0; i < width; i++)
		value = value << 8 | (uint8_t)packed.data[at + i];
	return value;
}

void likeness_pack(const struct likeness *l, struct strbuf *out)
{
	pack(out, l->title, 8);
	pack(out, l->shown, 4);
	for (uint32_t i = 0; i < l->n; i++)
		pack(out, l->pieces[i], 4);
}

bool likeness_unpack(struct span packed, struct likeness *ret)
{
	*ret = (struct likeness){0};
	if (packed.len < 12 || packed.len > LIKENESS_BYTES_MAX || packed.len % 4)
		return false;
	ret->title = unpack(packed, 0, 8);
	ret->shown = (uint32_t)unpack(packed, 8, 4);
	for (size_t at = 12; at < packed.len; at += 4) {
		ret->pieces[ret->n++] = (uint32_t)unpack(packed, at, 4);
		if (ret->n > 1 && ret->pieces[ret->n - 1] <= ret->pieces[ret->n - 2])
			return false;
	}
	return true;
}
