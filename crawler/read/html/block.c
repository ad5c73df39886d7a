#include "crawler/read/html/block.h"

#include "common/alloc.h"
#include "common/utf8.h"
#include "crawler/read/html/block_pre.h"

#define CELL_SEPARATOR     " | "
#define TAB_COLUMNS        4
#define INDENT_MIN         4     /* columns: two full-width spaces, or four hard ones */
#define DATA_ROW_BYTES_MAX 1000  /* of a row of paragraphs; a layout's columns hold more */
#define TEXT_LINES_MAX     50000 /* of a page; other lines cost nodes, of which there are so many */

/* The line being put together, and where the walk stands. */
struct builder {
	const struct html *h;
	struct arena *arena;
	struct block *items;
	size_t len, cap;
	struct block line;
	struct strbuf text;
	uint32_t weight_bold;
	bool gap;
	bool cell_gap;     /* a cell ended in a row that is one line */
	unsigned indent;   /* columns of wide and hard spaces since the last character */
	unsigned n_spaces; /* in PRE, since the last character or line break */
	bool apart;        /* an empty line in PRE came last */
	size_t pre_first;  /* line of the PRE that is open */
	uint32_t row_end;  /* of the row that is one line, 0 outside of one */
	/* How many open elements are of a kind; ends[] closes them. */
	uint32_t *open;
	size_t n_open;
	uint32_t in_link, in_heading, in_bold, in_pre;
};

/* Beyond ASCII. */
static uint32_t weight_of(uint32_t c)
{
	if (utf8_is_cjk(c) || (c >= 0xAC00 && c <= 0xD7A3))
		return BLOCK_HAN_WEIGHT;
	return c >= 0xC0 && c < 0x2000 ? 1 : 0;
}

static bool is_wide_mark(uint32_t c)
{
	switch (c) {
	case U'，':
	case U'。':
	case U'；':
	case U'？':
	case U'！':
	case U'、':
	case U'：':
	case U'．':
	case U'”':
		return true;
	default:
		return false;
	}
}

/* U+5000..U+9FFF, which most of a Chinese page is. */
static bool is_common_han(const char *p, const char *end)
{
	const unsigned char *s = (const unsigned char *)p;

	return s[0] >= 0xE5 && s[0] <= 0xE9 && end - p >= 3 && (s[1] & 0xC0) == 0x80 &&
		(s[2] & 0xC0) == 0x80;
}

/* Characters up to a space or an invisible one, and what they weigh. */
struct run {
	const char *bytes, *end;
	uint32_t weight, n_marks;
};

/* Sets of ASCII, which most text is. */
static const uint64_t letters[2] = {0x03FF000000000000, 0x07FFFFFE07FFFFFE}; /* and digits */
static const uint64_t marks[2] = {0x8800100200000000, 0};                    /* ! , ; ? */
static const uint64_t spaces[2] = {0x0000000100003E00, 0};

static bool is_in(const uint64_t set[2], unsigned char c)
{
	return set[c >> 6] >> (c & 63) & 1;
}

static const char *read_ascii(const char *p, const char *end, struct run *run)
{
	while (p < end && !(*p & 0x80) && !is_in(spaces, (unsigned char)*p)) {
		run->weight += is_in(letters, (unsigned char)*p);
		run->n_marks += is_in(marks, (unsigned char)*p++);
	}
	return p;
}

static struct run read_run(const char *p, const char *end)
{
	struct run run = {.bytes = p};

	while ((p = read_ascii(p, end, &run)) < end) {
		const char *next = p;
		uint32_t c;

		if (is_common_han(p, end)) {
			run.weight += BLOCK_HAN_WEIGHT;
			p += 3;
			continue;
		}
		c = utf8_next(&next, end);
		if (utf8_is_space(c) || utf8_is_invisible(c))
			break;
		run.weight += weight_of(c);
		run.n_marks += is_wide_mark(c);
		p = next;
	}
	run.end = p;
	return run;
}

uint32_t block_weigh(struct span text)
{
	const char *p = text.len ? text.data : "", *end = p + text.len;
	uint32_t weight = 0;

	while (p < end) {
		if (!(*p & 0x80))
			weight += is_in(letters, (unsigned char)*p++);
		else if (is_common_han(p, end)) {
			weight += BLOCK_HAN_WEIGHT;
			p += 3;
		} else
			weight += weight_of(utf8_next(&p, end));
	}
	return weight;
}

static void end_line(struct builder *b)
{
	if (b->line.weight || b->text.len) {
		b->line.n_marks += b->text.len > 0 && b->text.data[b->text.len - 1] == '.';
		b->line.text = span_from(arena_dup(b->arena, strbuf_span(&b->text)), b->text.len);
		b->line.heading =
			b->line.heading || (b->line.weight && b->weight_bold == b->line.weight);
		b->items = alloc_grow(b->items, b->len, &b->cap, sizeof *b->items);
		b->items[b->len++] = b->line;
	}
	strbuf_clear(&b->text);
	b->line = (struct block){.node = HTML_NONE};
	b->weight_bold = 0;
	b->gap = b->cell_gap = false;
}

static bool ends_sentence(struct span text)
{
	static const char ends[] = "。！？…”」";

	for (const char *end = ends; *end; end += 3)
		if (span_ends_with(text, span_from(end, 3)))
			return true;
	return false;
}

/* An indentation behind a sentence begins a paragraph, where a page has no elements for them. */
static bool begins_paragraph(struct builder *b, uint32_t c, uint32_t node)
{
	b->indent += c == U'　' ? 2 : c == 0xA0;
	return b->indent >= INDENT_MIN && node >= b->row_end &&
		ends_sentence(strbuf_span(&b->text));
}

/* What white space means where it is laid out by hand. */
static void note_space(struct builder *b, uint32_t c)
{
	if (c == '\n') {
		b->apart = b->apart || !b->text.len;
		b->n_spaces = 0;
	} else
		b->n_spaces += c == '\t' ? TAB_COLUMNS : c == U'　' ? 2 : 1;
}

/* Most spaces are between words. */
static void add_space(struct builder *b, uint32_t c, uint32_t node)
{
	bool ends = c >= 0x80 && begins_paragraph(b, c, node);

	if (b->in_pre) {
		note_space(b, c);
		ends = ends || c == '\n';
	}
	if (ends && b->len < TEXT_LINES_MAX)
		end_line(b);
	else
		b->gap = true;
}

static void add_run(struct builder *b, const struct run *run)
{
	if (b->cell_gap && b->text.len)
		strbuf_add_str(&b->text, CELL_SEPARATOR);
	else if (b->gap && b->text.len)
		strbuf_add_char(&b->text, ' ');
	b->gap = b->cell_gap = false;
	b->indent = 0;
	b->line.tabular = b->line.tabular || (b->text.len && b->n_spaces > 1);
	b->n_spaces = 0;
	strbuf_add(&b->text, run->bytes, (size_t)(run->end - run->bytes));
	b->line.weight += run->weight;
	b->line.n_marks += run->n_marks;
	b->line.link_weight += b->in_link ? run->weight : 0;
	b->weight_bold += b->in_bold ? run->weight : 0;
}

static void begin_line(struct builder *b, uint32_t node)
{
	b->line.node = html_block(b->h, node);
	b->line.first = node;
	b->line.heading = b->in_heading > 0;
	b->line.n_links = b->in_link > 0;
	b->line.indent = (uint8_t)(b->n_spaces < UINT8_MAX ? b->n_spaces : UINT8_MAX);
	b->line.apart = b->apart;
	b->n_spaces = 0;
	b->apart = false;
}

static void add_text(struct builder *b, uint32_t node)
{
	const char *p = b->h->nodes[node].text.data, *end = p + b->h->nodes[node].text.len;

	while (p < end) {
		struct run run = read_run(p, end);
		uint32_t c;

		if (run.end > run.bytes) {
			if (b->line.node == HTML_NONE)
				begin_line(b, node);
			b->line.end = node + 1;
			add_run(b, &run);
		}
		p = run.end;
		if (p == end)
			break;
		c = utf8_next(&p, end);
		if (utf8_is_space(c))
			add_space(b, c, node);
	}
}

static bool is_heading(enum html_tag tag)
{
	return tag >= HTML_H1 && tag <= HTML_H6;
}

static void count_open(struct builder *b, enum html_tag tag, uint32_t by)
{
	b->in_link += tag == HTML_A ? by : 0;
	b->in_heading += is_heading(tag) ? by : 0;
	b->in_bold += tag == HTML_B || tag == HTML_STRONG ? by : 0;
	b->in_pre += tag == HTML_PRE ? by : 0;
}

static bool is_cell(enum html_tag tag)
{
	return tag == HTML_TD || tag == HTML_TH;
}

/*
 * Of a table that holds data, not one that lays a page out: its cells have no lines of their own,
 * or one paragraph each, as word processors write them.
 */
static bool is_data_row(const struct html *h, uint32_t row)
{
	size_t n_cells = 0, n_paragraphs = 0, in_cell = 0, bytes = 0;

	for (uint32_t i = row + 1; i < h->nodes[row].end; i++) {
		enum html_tag tag = h->nodes[i].tag;

		if (is_cell(tag)) {
			n_cells++;
			in_cell = 0;
		} else if (tag == HTML_P) {
			n_paragraphs++;
			if (++in_cell > 1)
				return false;
		} else if (html_trait(tag) == HTML_TRAIT_BLOCK)
			return false;
		bytes += tag == HTML_TEXT ? h->nodes[i].text.len : 0;
	}
	return n_cells > 1 && (!n_paragraphs || bytes <= DATA_ROW_BYTES_MAX);
}

/* What ends a line: a block, but not a cell in a row that is one line. */
static void break_line(struct builder *b, uint32_t node, enum html_tag tag)
{
	if (html_trait(tag) != HTML_TRAIT_BLOCK)
		return;
	if (is_cell(tag) && node < b->row_end)
		b->cell_gap = true;
	else if (tag == HTML_P && node < b->row_end)
		b->gap = true;
	else
		end_line(b);
}

static void open_element(struct builder *b, uint32_t node)
{
	enum html_tag tag = b->h->nodes[node].tag;

	break_line(b, node, tag);
	if (tag == HTML_TR && is_data_row(b->h, node))
		b->row_end = b->h->nodes[node].end;
	if (tag == HTML_A && b->line.node != HTML_NONE)
		b->line.n_links++;
	if (tag == HTML_PRE && !b->in_pre) {
		b->pre_first = b->len;
		b->n_spaces = 0;
		b->apart = false;
	}
	count_open(b, tag, 1);
	b->open[b->n_open++] = node;
}

static void close_elements(struct builder *b, uint32_t next)
{
	while (b->n_open && b->h->nodes[b->open[b->n_open - 1]].end <= next) {
		uint32_t node = b->open[--b->n_open];
		enum html_tag tag = b->h->nodes[node].tag;

		break_line(b, node, tag);
		count_open(b, tag, UINT32_MAX); /* minus one */
		if (tag == HTML_PRE && !b->in_pre) {
			b->len = b->pre_first +
				block_settle_pre(b->items + b->pre_first, b->len - b->pre_first,
					b->arena);
			b->n_spaces = 0;
		}
	}
}

static uint32_t depth_of(const struct html *h, struct arena *a)
{
	uint32_t *depth = arena_alloc(a, (h->n_nodes + 1) * sizeof *depth), max = 0;

	for (uint32_t i = 0; i < h->n_nodes; i++) {
		depth[i] = h->nodes[i].parent == HTML_NONE ? 1 : depth[h->nodes[i].parent] + 1;
		max = depth[i] > max ? depth[i] : max;
	}
	return max;
}

void block_list_make(const struct html *h, struct arena *a, struct block_list *ret)
{
	struct builder b = {.h = h, .arena = a, .text = STRBUF_INIT, .line = {.node = HTML_NONE}};

	b.open = arena_alloc(a, (depth_of(h, a) + 1) * sizeof *b.open);
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		close_elements(&b, i);
		if (h->nodes[i].tag == HTML_TEXT)
			add_text(&b, i);
		else if (html_trait(h->nodes[i].tag) == HTML_TRAIT_SILENT)
			i = h->nodes[i].end - 1;
		else
			open_element(&b, i);
	}
	close_elements(&b, UINT32_MAX);
	end_line(&b);
	ret->len = b.len;
	ret->items = arena_alloc(a, (b.len + 1) * sizeof *ret->items);
	if (b.len)
		memcpy(ret->items, b.items, b.len * sizeof *ret->items);
	free(b.items);
	strbuf_release(&b.text);
}
