/*
 * blocks -> body -> title -> facts around the body -> cleaned text -> record
 */
#include "crawler/read/article.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/absence.h"
#include "crawler/read/block.h"
#include "crawler/read/body.h"
#include "crawler/read/byline.h"
#include "crawler/read/canonical_link.h"
#include "crawler/read/clean.h"
#include "crawler/read/date.h"
#include "crawler/read/directives.h"
#include "crawler/read/docnumber.h"
#include "crawler/read/keywords.h"
#include "crawler/read/metadata.h"
#include "crawler/read/noise.h"
#include "crawler/read/refresh.h"
#include "crawler/read/summary.h"
#include "crawler/read/title.h"

#define HAN_PAGE_MIN 50 /* so many Chinese characters make a Chinese page */
#define FACT_WEIGHT_MAX                                                                            \
	(100 * BLOCK_HAN_WEIGHT) /* of a line around the text that is read for facts */
#define HEAD_BEFORE     6        /* lines before headline or text that may hold facts */
#define HEAD_BEHIND     6
#define HEAD_MAX        60 /* between headline and text stand no more */
#define TAIL_BEHIND     8  /* lines behind the text that may name editors */
#define TEXT_WEIGHT_MIN (12 * BLOCK_HAN_WEIGHT)
#define ATTACHMENTS_MAX 100

struct article {
	const struct read_input *in;
	struct html *h;
	struct arena *arena;
	struct block_list blocks;
	struct body body;
	struct metadata meta;
	struct title title;
	struct byline byline;
	struct pinyin_survey survey;
	struct date_context dates;
	struct record_time found; /* in the lines around the text */
	int found_rate;
	const char *base;
	const char *encoding;
};

static void survey(struct article *t)
{
	for (size_t i = 0; i < t->blocks.len; i++)
		pinyin_survey_add(&t->survey, t->blocks.items[i].text);
}

static bool is_chinese(const struct article *t)
{
	return t->survey.n_han >= HAN_PAGE_MIN;
}

/* How likely the date of a line is the page's: by what stands beside it, and its precision. */
static int rate_date(struct span line, const struct record_time *found, size_t end)
{
	static const char *const labels[] = {"发布", "发表", "日期", "时间", "來源", "来源", "發布",
		"發佈", "時間", "稿源", "Published", "Posted"};
	int rate = found->precision > PRECISION_DAY ? 2 : 1;

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (span_find(line, span_str(labels[i])) >= 0)
			rate += 2;
	if (block_weigh(line) < 40 * BLOCK_HAN_WEIGHT && end < 60)
		rate++;
	return rate > 5 ? 5 : rate;
}

static void read_date(struct article *t, struct span line, int bonus)
{
	struct record_time found;
	size_t end;
	int rate;

	if (!date_find(line, &t->dates, false, &found, &end))
		return;
	rate = rate_date(line, &found, end) + bonus;
	if (rate > t->found_rate) {
		t->found = found;
		t->found_rate = rate;
	}
}

static bool is_list_of_links(const struct block *b)
{
	return b->n_links > 3 && b->link_weight * 10 > b->weight * 7;
}

/* Lines around the text: date and byline. */
static void read_facts(struct article *t, size_t from, size_t to, bool dates)
{
	for (size_t i = from; i < to && i < t->blocks.len; i++) {
		const struct block *b = &t->blocks.items[i];
		struct span line;

		if (i == t->title.block || b->weight > FACT_WEIGHT_MAX || is_list_of_links(b))
			continue;
		line = clean_phrase(b->text, &t->survey, t->arena);
		if (dates && (i < t->body.end || !t->body.furniture[i]))
			read_date(t, line, t->body.furniture[i] ? -1 : 0);
		byline_read(line, t->arena, &t->byline);
	}
}

static void read_head(struct article *t)
{
	size_t first = t->body.first, title = t->title.block, from, to;

	if (title == TITLE_NO_BLOCK || (title < first && first - title > HEAD_MAX))
		title = first;
	from = title < first ? title : first;
	to = (title < first ? first : title) + HEAD_BEHIND;
	read_facts(t, from, to < t->body.end || t->body.end < first ? to : t->body.end, true);
	if (!t->found_rate)
		read_facts(t, from > HEAD_BEFORE ? from - HEAD_BEFORE : 0, from, true);
}

static void read_tail(struct article *t)
{
	read_facts(t, t->body.end, t->body.end + TAIL_BEHIND, t->found_rate == 0);
}

/* A line of the body that is a date and little else belongs to the head. */
static bool is_date_line(const struct article *t, struct span line)
{
	struct record_time found;
	size_t end;

	return block_weigh(line) < 24 * BLOCK_HAN_WEIGHT &&
		date_find(line, &t->dates, false, &found, &end) &&
		found.precision > PRECISION_DAY &&
		block_weigh(span_from_offset(line, end)) < 8 * BLOCK_HAN_WEIGHT;
}

static const char *make_text(struct article *t)
{
	struct clean_line *lines =
		arena_alloc(t->arena, (t->body.end - t->body.first + 1) * sizeof *lines);
	size_t n = 0;

	for (size_t i = t->body.first; i < t->body.end; i++) {
		const struct block *b = &t->blocks.items[i];

		if (!t->body.kept[i] || i == t->title.block || (n < 4 && is_date_line(t, b->text)))
			continue;
		lines[n++] = (struct clean_line){.text = b->text, .heading = b->heading};
	}
	return clean_lines(lines, n, t->title.text, &t->survey, t->arena, &t->byline);
}

static bool is_same_day(const struct record_time *a, const struct record_time *b)
{
	int64_t distance = a->ms - b->ms;

	return distance > -INT64_C(86400000) && distance < INT64_C(86400000);
}

static void set_published(struct article *t, struct record *r)
{
	struct record_time in_url = {0};

	r->published = t->meta.published;
	r->modified = t->meta.modified;
	if (!r->published.precision)
		r->published = t->found;
	else if (r->published.precision == PRECISION_DAY && t->found.precision > PRECISION_DAY &&
		is_same_day(&r->published, &t->found))
		r->published = t->found;
	if (!r->published.precision && date_in_url(span_str(t->in->url), &t->dates, &in_url))
		r->published = in_url;
	if (!r->published.precision && t->in->published_ms)
		r->published = (struct record_time){.ms = t->in->published_ms,
			.zone_min = t->dates.zone_min,
			.precision = PRECISION_SECOND};
}

static void add_all(struct arena *a, struct str_list *to, const struct str_list *from)
{
	for (size_t i = 0; i < from->len; i++)
		if (!record_list_has(to, from->items[i]))
			record_list_add(a, to, from->items[i]);
}

/* People on the page are better evidence than a META tag, which often names the site. */
static void set_people(struct article *t, struct record *r)
{
	if (t->byline.authors.len && is_chinese(t))
		r->authors = t->byline.authors;
	else if (t->meta.authors.len)
		r->authors = t->meta.authors;
	else
		r->authors = t->byline.authors;
	add_all(t->arena, &r->editors, &t->byline.editors);
}

static const char *name_of_employer(const char *employer)
{
	return employer && strcmp(employer, "南都") == 0 ? "南方都市报" : employer;
}

static void set_publisher(struct article *t, struct record *r)
{
	const char *const candidates[] = {t->byline.publisher, t->meta.publisher,
		name_of_employer(t->byline.employer),
		t->meta.organisation && t->meta.authors.len ? t->meta.authors.items[0] : NULL,
		t->meta.site_name, t->title.site, t->in->publisher};

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates && !r->publisher; i++)
		if (candidates[i] && *candidates[i])
			r->publisher = candidates[i];
	/* A META tag of the government's rules is made by the publisher, not by a template. */
	if (t->meta.publisher && t->meta.article_title)
		r->publisher = t->meta.publisher;
}

/* Script of the text: the share of characters that the fold makes simple. */
static bool is_traditional(struct span text)
{
	struct span sample = utf8_cut(text, 12000);
	const char *p = sample.data, *end = p + sample.len;
	size_t n_han = 0, n_changed = 0;
	STRBUF_LOCAL(folded);

	while (p < end) {
		const char *start = p;

		if (!utf8_is_han(utf8_next(&p, end)))
			continue;
		n_han++;
		strbuf_clear(&folded);
		fold_text(span_from(start, (size_t)(p - start)), &folded);
		n_changed += !span_eq(strbuf_span(&folded), span_from(start, (size_t)(p - start)));
	}
	return n_changed * 12 > n_han;
}

static const char *language(const struct article *t, struct span text)
{
	struct span sample = utf8_cut(text, 12000);
	const char *p = sample.data, *end = p + sample.len;
	size_t n_han = 0, n_kana = 0, n_letters = 0;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		n_han += utf8_is_han(c);
		n_kana += c >= 0x3041 && c <= 0x30FF && c != U'・';
		n_letters += c < 0x250 && ((c | 0x20) >= 'a') && ((c | 0x20) <= 'z' || c >= 0xC0);
	}
	if (n_kana * 10 > n_han && n_kana > 10)
		return "ja";
	if (n_han * 4 > n_letters && n_han > 5)
		return is_traditional(text) ? "zh-Hant" : "zh-Hans";
	return t->meta.lang;
}

static bool is_attachment(struct span href)
{
	static const char *const endings[] = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps",
		".et", ".ofd", ".zip", ".rar", ".ppt", ".pptx", ".csv", ".7z"};

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t len = strlen(endings[i]);

		if (href.len > len &&
			span_is_nocase(span_from_offset(href, href.len - len), endings[i]))
			return true;
	}
	return false;
}

static struct span without_query(struct span href)
{
	size_t n = 0;

	while (n < href.len && href.data[n] != '?' && href.data[n] != '#')
		n++;
	return span_from(href.data, n);
}

static void add_attachment(struct article *t, uint32_t node, struct record *r)
{
	struct span href = span_trim(html_attr(t->h, node, "href"));
	STRBUF_LOCAL(url);
	STRBUF_LOCAL(title);

	if (!is_attachment(without_query(href)) || r->attachments.len >= ATTACHMENTS_MAX ||
		url_resolve_encoded(href, span_str(t->base), t->encoding, &url) < 0)
		return;
	html_add_text(t->h, node, &title);
	if (!title.len)
		strbuf_add_span(&title, html_attr(t->h, node, "title"));
	record_attachment_add(t->arena, &r->attachments, arena_dup(t->arena, strbuf_span(&url)),
		arena_dup(t->arena, strbuf_span(&title)));
}

/* Attachments often stand in a list of their own, anywhere but in the page's furniture. */
static void set_links(struct article *t, struct record *r)
{
	uint32_t node = t->body.node, end = t->h->nodes[node].end;

	for (uint32_t i = 0; i < t->h->n_nodes; i++) {
		if (t->h->nodes[i].tag != HTML_A || t->body.parts[i] == NOISE_FURNITURE)
			continue;
		r->links += i >= node && i < end && html_attr(t->h, i, "href").len > 0;
		add_attachment(t, i, r);
	}
}

static void set_directives(struct article *t, struct record *r)
{
	struct directives d = {0};

	directives_add_header(&d, t->in->x_robots_tag, t->in->user_agent);
	directives_add_meta(&d, t->h, t->in->user_agent);
	directives_list(&d, t->arena, &r->robots);
}

static void set_url(struct article *t, struct record *r)
{
	const struct url_rules *rules = t->in->url_rules ? t->in->url_rules : &url_rules_default;
	const char *own, *link;
	STRBUF_LOCAL(canonical);

	if (url_canonical(span_str(t->in->url), rules, &canonical) < 0)
		strbuf_add_str(&canonical, t->in->url);
	own = arena_dup(t->arena, strbuf_span(&canonical));
	link = canonical_link_find(t->h, own, t->base, t->encoding, rules, t->arena);
	r->url = link ? link : own;
	r->own_url = link ? own : NULL;
	r->id = url_id(span_str(r->url));
}

static void fill_record(struct article *t, const char *text, struct record *r)
{
	set_url(t, r);
	r->fetched_url = arena_strdup(t->arena, t->in->url);
	r->source = t->in->source && *t->in->source ? arena_strdup(t->arena, t->in->source) : NULL;
	r->kind = RECORD_ARTICLE;
	r->fetched_at_ms = t->in->fetched_at_ms;
	r->http_status = t->in->http_status;
	r->charset = t->encoding;
	r->extractor = READ_EXTRACTOR;
	r->title = t->title.text;
	r->text = text;
	r->lang = language(t, span_str(text));
	set_published(t, r);
	set_people(t, r);
	set_publisher(t, r);
	r->summary = summary_make(span_str(text), t->title.text, t->arena);
	summary_add_keywords(t->meta.keywords, t->arena, &r->keywords);
	if (!r->keywords.len)
		keywords_find(span_str(text), t->title.text, t->arena, &r->keywords);
	docnumber_find(span_str(t->title.text), t->arena, &r->document_numbers);
	docnumber_find(span_str(text), t->arena, &r->document_numbers);
	if (t->in->region && *t->in->region)
		record_list_add(t->arena, &r->regions, arena_strdup(t->arena, t->in->region));
	set_links(t, r);
	set_directives(t, r);
	r->text_hash = fold_hash(span_str(text));
}

static void answer_nothing(struct read_output *out, const char *why)
{
	out->as = READ_NOTHING;
	out->why_nothing = why;
}

static void clean_title(struct article *t)
{
	struct span title;

	if (!t->title.text)
		return;
	title = clean_phrase(span_str(t->title.text), &t->survey, t->arena);
	t->title.text = arena_dup(t->arena, span_trim(title));
	if (t->title.site)
		t->title.site = arena_dup(t->arena,
			clean_phrase(span_str(t->title.site), &t->survey, t->arena));
}

/* The text of the page, or what JSON-LD has of it where the page is drawn by scripts. */
static const char *find_text(struct article *t)
{
	const char *text = NULL;

	if (body_find(t->h, &t->blocks, t->arena, &t->body)) {
		title_find(&t->blocks, &t->body, &t->meta, t->in->title, t->arena, &t->title);
		clean_title(t);
		read_head(t);
		text = make_text(t);
		read_tail(t);
	} else {
		title_find(&t->blocks, &t->body, &t->meta, t->in->title, t->arena, &t->title);
		clean_title(t);
	}
	if (t->meta.article_body &&
		(!text ||
			block_weigh(span_str(text)) * 2 <
				block_weigh(span_str(t->meta.article_body))))
		text = t->meta.article_body;
	return text && block_weigh(span_str(text)) >= TEXT_WEIGHT_MIN ? text : NULL;
}

void article_read(const struct read_input *in, const char *encoding, struct html *h,
	struct arena *a, struct read_output *out)
{
	struct article t = {.in = in, .h = h, .arena = a, .encoding = encoding};
	struct absence absence;
	const char *text;

	block_list_make(h, a, &t.blocks);
	survey(&t);
	t.base = refresh_base(h, in->url, a);
	t.dates = (struct date_context){.now_ms = in->fetched_at_ms,
		.zone_min = is_chinese(&t) ? DATE_ZONE_CHINA : 0};
	metadata_read(h, &t.dates, a, &t.meta);
	absence = absence_of(&t.blocks, t.meta.page_title, in->title);
	if (absence.outcome != OUTCOME_OK) {
		answer_nothing(out, absence.why);
		out->outcome = absence.outcome;
		return;
	}
	out->refresh_to = refresh_find(h, t.base, in->url, a);
	if (out->refresh_to) {
		answer_nothing(out, "the page only sends on to another address");
		return;
	}
	text = find_text(&t);
	if (!text) {
		answer_nothing(out, "no text that reads like an article");
		return;
	}
	out->as = READ_RECORD;
	out->is_as_listed = absence_is_refuted(&t.blocks, t.meta.page_title, in->title);
	fill_record(&t, text, &out->record);
}
