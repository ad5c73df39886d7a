/*
 * Elements between headline and the end of the text whose attributes or class
 * say that they name an author or a moment. The first group of authors counts:
 * those of related articles and of comments stand further on.
 */
#include "crawler/read/article/article_inside.h"

#include "crawler/read/article/person.h"
#include "crawler/read/html/short_text.h"

#define BLOCKS_BEFORE     8    /* an author may stand so far above the headline */
#define NAME_BYTES_MAX    160  /* of an element that names authors; more is what they did */
#define GROUP_BYTES_MAX   400  /* of an element that holds several */
#define GROUP_NODES       60   /* between two authors of one article */
#define RATE_TIME         4    /* as sure as a labelled line */
#define ELEMENT_BYTES_MAX 2000 /* with its white space */
#define CLASS_BYTES_MAX   200
#define DAY_MS            INT64_C(86400000)

enum mark {
	MARK_NONE,
	MARK_CLASS,    /* class=author, byline */
	MARK_PROPERTY, /* itemprop=author, rel=author */
};

struct marks {
	struct article *t;
	enum mark best;
	uint32_t last;   /* node of the author before */
	uint32_t inside; /* the end of an element that is marked and holds more than a name */
};

/* author, byline, writer as a part of a class name; authors' pictures and boxes are no names. */
static bool is_author_class(struct span names)
{
	static const char *const words[] = {"author", "byline", "writer"};
	static const char *const others[] = {"avatar", "image", "img", "photo", "bio", "box",
		"comment"};
	bool named = false;

	names.len = names.len < CLASS_BYTES_MAX ? names.len : CLASS_BYTES_MAX;
	for (size_t i = 0; i < names.len; i++) {
		char c = (char)(names.data[i] | 0x20);
		struct span rest = span_from_offset(names, i);

		if (c != 'a' && c != 'b' && c != 'w' && c != 'i' && c != 'p' && c != 'c')
			continue;
		for (size_t w = 0; !named && w < sizeof words / sizeof *words; w++)
			named = c == words[w][0] && rest.len >= strlen(words[w]) &&
				strncasecmp(rest.data, words[w], strlen(words[w])) == 0;
		for (size_t w = 0; w < sizeof others / sizeof *others; w++)
			if (c == others[w][0] && rest.len >= strlen(others[w]) &&
				strncasecmp(rest.data, others[w], strlen(others[w])) == 0)
				return false;
	}
	return named;
}

static enum mark mark_of(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	enum mark mark = MARK_NONE;

	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &h->attrs[n->first_attr + i];

		if ((span_is(attr->name, "itemprop") || span_is(attr->name, "rel")) &&
			span_is_nocase(span_trim(attr->value), "author"))
			return MARK_PROPERTY;
		if (span_is(attr->name, "class") && is_author_class(attr->value))
			mark = MARK_CLASS;
	}
	return mark;
}

/* <span itemprop=author><meta itemprop=name content=...> */
static struct span name_in_meta(const struct html *h, uint32_t node)
{
	for (uint32_t i = node + 1; i < h->nodes[node].end; i++)
		if (h->nodes[i].tag == HTML_META &&
			span_is_nocase(html_attr(h, i, "itemprop"), "name"))
			return html_attr(h, i, "content");
	return span_from(NULL, 0);
}

static bool has_han(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] >= 0xE4 && (unsigned char)s.data[i] <= 0xE9)
			return true;
	return false;
}

/* Buttons and times stand in such elements too. */
static void drop_odd_names(struct str_list *list, size_t from)
{
	size_t n = from;

	for (size_t i = from; i < list->len; i++)
		if (has_han(span_str(list->items[i])) ||
			person_is_name_like(span_str(list->items[i])))
			list->items[n++] = list->items[i];
	list->len = n;
}

static bool may_follow(const struct marks *m, uint32_t node, enum mark mark)
{
	return mark > m->best || (mark == m->best && node - m->last <= GROUP_NODES);
}

/* Whether @text named somebody. */
static bool add_author(struct marks *m, uint32_t node, enum mark mark, struct span text)
{
	struct str_list *list = &m->t->marked_authors;
	size_t before = list->len;

	if (text.len < 3 || text.len > NAME_BYTES_MAX || (has_han(text) && !byline_is_person(text)))
		return false;
	if (mark > m->best)
		before = list->len = 0;
	person_add(text, PERSON_LIST, m->t->arena, list);
	drop_odd_names(list, before);
	if (list->len == before)
		return false;
	m->best = mark;
	m->last = node;
	return true;
}

/* Whether names stand in texts of their own: each is taken by itself. */
static bool holds_several(const struct html *h, uint32_t node)
{
	size_t n = 0;

	for (uint32_t i = node; i < h->nodes[node].end; i++)
		n += h->nodes[i].tag == HTML_TEXT &&
			person_is_name_like(span_trim(h->nodes[i].text));
	return n > 1;
}

/* Whether the element named somebody: then nothing in it is looked at again. */
static bool read_author(struct marks *m, uint32_t node, enum mark mark)
{
	const struct html *h = m->t->h;
	struct span text;
	STRBUF_LOCAL(shown);

	if (!may_follow(m, node, mark))
		return false;
	if (!short_text_add(h, node, ELEMENT_BYTES_MAX, &shown))
		return false;
	if (holds_several(h, node)) {
		m->inside = h->nodes[node].end;
		return false;
	}
	text = name_in_meta(h, node);
	if (!text.len)
		text = span_trim(strbuf_span(&shown));
	if (add_author(m, node, mark, text))
		return true;
	if (text.len <= GROUP_BYTES_MAX)
		m->inside = h->nodes[node].end;
	return false;
}

/* <div class=byline><span>A</span><span>B</span><button>Follow</button></div> */
static void read_inside(struct marks *m, uint32_t node)
{
	struct span text = span_trim(m->t->h->nodes[node].text);

	if (node < m->inside && may_follow(m, node, MARK_CLASS) && person_is_name_like(text))
		add_author(m, node, MARK_CLASS, text);
}

/* The same day, and the hour: what the element shows of it was found in its line. */
static bool tells_more(const struct record_time *time, const struct record_time *than)
{
	int64_t distance = time->ms - than->ms;

	return than->precision == PRECISION_DAY && time->precision > PRECISION_DAY &&
		distance > -DAY_MS && distance < DAY_MS;
}

static void read_time(struct article *t, uint32_t node)
{
	struct span value = span_trim(html_attr(t->h, node, "datetime")),
		    class = html_attr(t->h, node, "class");
	bool change = span_find(class, SPAN_LITERAL("updat")) >= 0 ||
		span_find(class, SPAN_LITERAL("modif")) >= 0;
	struct article_time *best = change ? &t->modified : &t->published;
	struct record_time time;

	if (!value.len || !date_parse(value, &t->dates, &time) || time.precision < PRECISION_DAY)
		return;
	if (best->rate >= RATE_TIME && !tells_more(&time, &best->time))
		return;
	*best = (struct article_time){.time = time,
		.rate = RATE_TIME,
		.from = "a time element around the text"};
}

/* <span data-timestamp=1746071680>3 hours ago</span> */
static void read_data(struct article *t, uint32_t node)
{
	static const char *const names[] = {"data-timestamp", "data-time", "data-date",
		"data-datetime", "data-publish", "data-published", "data-publish-time",
		"data-utime", "data-pubdate"};
	struct record_time time;

	for (size_t i = 0; i < sizeof names / sizeof *names && !t->published.rate; i++) {
		struct span value = html_attr(t->h, node, names[i]);

		if (value.len && date_parse(value, &t->dates, &time) &&
			time.precision >= PRECISION_DAY)
			t->published = (struct article_time){.time = time,
				.rate = 1,
				.from = "an attribute around the text"};
	}
}

static size_t first_block(const struct article *t)
{
	size_t first = t->body.first;

	if (t->title.block != TITLE_NO_BLOCK && t->title.block < first)
		first = t->title.block;
	return first > BLOCKS_BEFORE ? first - BLOCKS_BEFORE : 0;
}

void article_read_marks(struct article *t)
{
	struct marks m = {.t = t};
	uint32_t node, end;

	if (t->body.end <= t->body.first)
		return;
	node = t->blocks.items[first_block(t)].first;
	end = t->blocks.items[article_text_end(t) - 1].end;
	while (node < end && node < t->h->n_nodes) {
		const struct html_node *n = &t->h->nodes[node];
		enum mark mark = n->n_attrs ? mark_of(t->h, node) : MARK_NONE;

		if (n->n_attrs && !t->published.rate && !t->meta.published.from)
			read_data(t, node);
		if (n->tag == HTML_TIME)
			read_time(t, node);
		else if (n->tag == HTML_TEXT)
			read_inside(&m, node);
		node = mark && read_author(&m, node, mark) ? n->end : node + 1;
	}
}
