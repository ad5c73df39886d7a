#include "crawler/read/html/block_pre.h"

#include "common/strbuf.h"
#include "common/utf8.h"

#define LINES_MIN       3
#define COLUMNS_MIN     40 /* verse is narrower */
#define FULL_PERCENT    80 /* of the widest line: the next word did not fit */
#define LINES_FULL      50 /* percent of the lines */
#define TABULAR_PERCENT 20 /* of the lines; more are a table */
#define CAPITAL_PERCENT 80 /* of the lines; more are verse */

static unsigned columns_of(const struct block *line)
{
	const char *p = line->text.data, *end = p + line->text.len;
	unsigned n = line->indent;

	while (p < end)
		n += utf8_next(&p, end) >= 0x1100 ? 2 : 1;
	return n;
}

static unsigned base_of(const struct block *lines, size_t n)
{
	unsigned base = UINT8_MAX;

	for (size_t i = 0; i < n; i++)
		base = lines[i].indent < base ? lines[i].indent : base;
	return base;
}

struct layout {
	unsigned base,
		full; /* columns that all are indented by, and from which on a line is full */
	bool prose;
};

static struct layout survey(const struct block *lines, size_t n)
{
	struct layout l = {.base = base_of(lines, n)};
	size_t n_full = 0, n_tabular = 0, n_marks = 0, n_capital = 0;
	unsigned widest = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned columns = columns_of(&lines[i]);

		widest = columns > widest ? columns : widest;
		n_tabular += lines[i].tabular || memchr(lines[i].text.data, '|', lines[i].text.len);
		n_marks += lines[i].n_marks;
		n_capital += *lines[i].text.data >= 'A' && *lines[i].text.data <= 'Z';
	}
	l.full = widest * FULL_PERCENT / 100;
	for (size_t i = 0; i < n; i++)
		n_full += columns_of(&lines[i]) >= l.full;
	l.prose = n >= LINES_MIN && widest >= COLUMNS_MIN && n_full * 100 >= n * LINES_FULL &&
		n_tabular * 100 <= n * TABULAR_PERCENT && n_marks * 3 >= n &&
		n_capital * 100 <= n * CAPITAL_PERCENT;
	return l;
}

static bool goes_on(const struct block *line, const struct block *next, const struct layout *l)
{
	return !next->apart && next->indent <= l->base + 1 && columns_of(line) >= l->full;
}

/* Marks of quotations and dashes, too, which Chinese sets as wide as characters. */
static bool is_wide_at(struct span s, size_t at)
{
	return (unsigned char)s.data[at] >= 0xE2;
}

static size_t last_char(struct span s)
{
	size_t at = s.len - 1;

	while (at > 0 && (s.data[at] & 0xC0) == 0x80)
		at--;
	return at;
}

/* Of a paragraph: everything but the text, which is put together in a buffer. */
static void add_to(struct block *to, struct strbuf *text, const struct block *line)
{
	struct span s = strbuf_span(text);

	if (!is_wide_at(s, last_char(s)) || !is_wide_at(line->text, 0))
		strbuf_add_char(text, ' ');
	strbuf_add_span(text, line->text);
	to->end = line->end;
	to->weight += line->weight;
	to->link_weight += line->link_weight;
	to->n_links += line->n_links;
	to->n_marks += line->n_marks;
	to->heading = to->heading && line->heading;
}

static size_t join(struct block *lines, size_t n, const struct layout *l, struct arena *a)
{
	size_t kept = 0, next;
	STRBUF_LOCAL(text);

	for (size_t i = 0; i < n; i = next) {
		struct block paragraph = lines[i];

		strbuf_clear(&text);
		strbuf_add_span(&text, paragraph.text);
		for (next = i + 1; next < n && goes_on(&lines[next - 1], &lines[next], l); next++)
			add_to(&paragraph, &text, &lines[next]);
		if (next > i + 1)
			paragraph.text = span_from(arena_dup(a, strbuf_span(&text)), text.len);
		paragraph.indent = 0;
		lines[kept++] = paragraph;
	}
	return kept;
}

static bool has_east_asian(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] >= 0xE3)
			return true;
	return false;
}

size_t block_settle_pre(struct block *lines, size_t n, struct arena *a)
{
	struct layout l;

	if (!n)
		return 0;
	l = survey(lines, n);
	if (l.prose)
		return join(lines, n, &l, a);
	/* The spaces before a Chinese paragraph are no layout. */
	for (size_t i = 0; i < n; i++)
		lines[i].indent =
			(uint8_t)(has_east_asian(lines[i].text) ? 0 : lines[i].indent - l.base);
	return n;
}
