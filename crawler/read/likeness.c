#include "crawler/read/likeness.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "crawler/read/block.h"

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

/* Letters of the folded text, as code points. Punctuation beyond ASCII stays: it does no harm. */
static size_t letters_of(struct span text, struct span name, uint32_t **ret)
{
	STRBUF_LOCAL(without);
	STRBUF_LOCAL(folded);
	const char *p, *end;
	size_t n = 0;

	add_without(text, name, &without);
	fold_text(strbuf_span(&without), &folded);
	*ret = alloc_zeroed(folded.len + PIECE,
		sizeof **ret); /* a short text is one piece, filled up */
	for (p = folded.data, end = p + folded.len; p < end;) {
		uint32_t c = utf8_next(&p, end);

		if (c >= 0x80 || (c >= 'a' && c <= 'z'))
			(*ret)[n++] = c;
	}
	return n;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

__extension__ typedef unsigned __int128 wide;

/* Four letters to 32 bits: two multiplications, folded (as wyhash does). */
static uint32_t hash_piece(const uint32_t *letters)
{
	uint64_t a = ((uint64_t)letters[0] << 32 | letters[1]) ^ 0x9E3779B97F4A7C15;
	uint64_t b = ((uint64_t)letters[2] << 32 | letters[3]) ^ 0xD6E8FEB86659FD93;
	wide product = (wide)a * b;
	uint64_t mixed = (uint64_t)product ^ (uint64_t)(product >> 64);

	mixed *= 0xE7037ED1A0B428DB;
	return (uint32_t)(mixed >> 32);
}

/* Sorts, and keeps the first of equal ones. */
static size_t make_distinct(uint32_t *hashes, size_t n)
{
	size_t kept = 0;

	qsort(hashes, n, sizeof *hashes, compare);
	for (size_t i = 0; i < n; i++)
		if (!kept || hashes[kept - 1] != hashes[i])
			hashes[kept++] = hashes[i];
	return kept;
}

/* The least hashes of all pieces: a sample of the text that is the same wherever it stands. */
static void set_pieces(struct likeness *l, struct span text, struct span name)
{
	CLEANUP(freep) uint32_t *letters = NULL;
	size_t n_letters = letters_of(text, name, &letters), n = 0;
	uint32_t least[4 * LIKENESS_PIECES_MAX], bound = UINT32_MAX;

	for (size_t i = 0; i == 0 ? n_letters > 0 : i + PIECE <= n_letters; i++) {
		uint32_t hash = hash_piece(letters + i);

		if (hash > bound)
			continue;
		least[n++] = hash;
		if (n < sizeof least / sizeof *least)
			continue;
		n = make_distinct(least, n);
		if (n >= LIKENESS_PIECES_MAX) {
			n = LIKENESS_PIECES_MAX;
			bound = least[n - 1];
		}
	}
	n = make_distinct(least, n);
	l->n = (uint32_t)(n < LIKENESS_PIECES_MAX ? n : LIKENESS_PIECES_MAX);
	memcpy(l->pieces, least, l->n * sizeof *least);
}

static void set_title(struct likeness *l, const struct html *h, struct span name)
{
	CLEANUP(freep) uint32_t *letters = NULL;
	uint32_t node = html_find(h, 0, h->n_nodes, HTML_TITLE);
	STRBUF_LOCAL(title);
	size_t n;

	if (node == HTML_NONE)
		return;
	html_add_raw(h, node, &title);
	n = letters_of(utf8_cut(strbuf_span(&title), TEXT_BYTES_MAX), name, &letters);
	if (n)
		l->title = hash64_of(span_from(letters, n * sizeof *letters));
}

void likeness_make(const struct html *h, const char *url, struct likeness *ret)
{
	struct span name = name_of(url);
	uint32_t link_end = 0;
	STRBUF_LOCAL(text);

	*ret = (struct likeness){0};
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		const struct html_node *node = &h->nodes[i];

		if (node->tag == HTML_A) {
			link_end = node->end > link_end ? node->end : link_end;
		} else if (node->tag == HTML_TEXT) {
			ret->shown += block_weigh(node->text);
			if (i >= link_end && text.len < TEXT_BYTES_MAX)
				strbuf_add_span(&text, utf8_cut(node->text, TEXT_BYTES_MAX));
		} else if (html_trait(node->tag) == HTML_TRAIT_SILENT && node->end > i) {
			i = node->end - 1;
		}
	}
	set_pieces(ret, utf8_cut(strbuf_span(&text), TEXT_BYTES_MAX), name);
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
