#include "crawler/read/article/article_inside.h"

#include "common/alloc.h"
#include "crawler/read/article/docnumber.h"
#include "crawler/read/article/embedded.h"
#include "crawler/read/article/language.h"
#include "crawler/read/article/parts.h"
#include "crawler/read/article/thread.h"
#include "crawler/read/clean/clean.h"
#include "crawler/read/enrich/enrich.h"
#include "crawler/read/html/absence.h"
#include "crawler/read/html/canonical_link.h"
#include "crawler/read/html/directives.h"
#include "crawler/read/html/likeness.h"
#include "crawler/read/html/noise.h"
#include "crawler/read/html/refresh.h"

#define TEXT_WEIGHT_MIN  (12 * BLOCK_HAN_WEIGHT)
#define REPLY_WEIGHT_MIN (5 * BLOCK_HAN_WEIGHT)
#define QUOTE_WEIGHT_MIN (8 * BLOCK_HAN_WEIGHT)
#define QUOTE_WEIGHT_MAX (120 * BLOCK_HAN_WEIGHT)
#define QUOTE_DEPTH      2
#define CLASS_BYTES_MAX  200 /* of an element around many lines, each of which asks for it */
#define LONG_WEIGHT      (400 * BLOCK_HAN_WEIGHT) /* the page shows all, whatever JSON-LD adds to it */
#define SHORT_WEIGHT     (30 * BLOCK_HAN_WEIGHT) /* a page with less may be drawn by scripts */

static void survey(struct article *t)
{
	for (size_t i = 0; i < t->blocks.len; i++)
		pinyin_survey_add(&t->survey, t->blocks.items[i].text);
}

/* Named after quotations that are pulled out of the text. */
static bool is_pulled_out(const struct html *h, uint32_t node)
{
	struct span class = html_attr(h, node, "class");

	class.len = class.len < CLASS_BYTES_MAX ? class.len : CLASS_BYTES_MAX;
	return span_find(class, SPAN_LITERAL("pull")) >= 0;
}

static bool is_quote(const struct html *h, const struct block *b)
{
	uint32_t node = b->node;

	if (b->weight < QUOTE_WEIGHT_MIN || b->weight > QUOTE_WEIGHT_MAX)
		return false;
	for (int i = 0; i < QUOTE_DEPTH && node != HTML_NONE; i++, node = h->nodes[node].parent) {
		enum html_tag tag = h->nodes[node].tag;

		if (tag == HTML_BLOCKQUOTE || (h->nodes[node].n_attrs && is_pulled_out(h, node)))
			return true;
		if (tag == HTML_ARTICLE || tag == HTML_TD || tag == HTML_LI)
			return false;
	}
	return false;
}

static const char *make_text(struct article *t)
{
	struct clean_line *lines =
		arena_alloc(t->arena, (t->body.end - t->body.first + 1) * sizeof *lines);
	size_t n = 0;

	for (size_t i = t->body.first; i < t->body.end; i++) {
		const struct block *b = &t->blocks.items[i];

		if (!body_keeps(&t->body, i) || i == t->title.block ||
			(n < 4 &&
				(article_is_date_line(t, b->text) ||
					article_is_author_line(t, b->text))))
			continue;
		lines[n++] = (struct clean_line){.text = b->text,
			.indent = b->indent,
			.heading = b->heading,
			.quote = is_quote(t->h, b)};
	}
	return clean_lines(lines, n, t->title.text, &t->survey, t->arena, &t->byline);
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
	r->lang = language_of(span_str(text), t->meta.lang);
	article_set_facts(t, r);
	r->document_numbers = t->numbers;
	docnumber_find(span_str(t->title.text), t->arena, &r->document_numbers);
	docnumber_find(span_str(text), t->arena, &r->document_numbers);
	if (t->in->region && *t->in->region)
		record_list_add(t->arena, &r->regions, arena_strdup(t->arena, t->in->region));
	article_set_links(t, r);
	set_directives(t, r);
	enrich_record(t->in->gazetteers, t->meta.keywords, t->arena, r);
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

/* Cleans the lines of a document that holds a text and nothing else. */
static const char *text_of_markup(struct article *t, struct span markup)
{
	CLEANUP(html_freep) struct html *h = html_parse(markup);
	struct block_list blocks;
	struct clean_line *lines;
	struct body body;
	size_t n = 0;

	block_list_make(h, t->arena, &blocks);
	lines = arena_alloc(t->arena, (blocks.len + 1) * sizeof *lines);
	body_find(h, &blocks, false, t->arena, &body);
	for (size_t i = 0; i < blocks.len; i++) {
		const struct block *b = &blocks.items[i];

		if (b->node != HTML_NONE && body.parts[b->node] != NOISE_FURNITURE &&
			body.parts[b->node] != NOISE_CAPTION)
			lines[n++] = (struct clean_line){.text = b->text, .heading = b->heading};
	}
	return clean_lines(lines, n, t->title.text, &t->survey, t->arena, &t->byline);
}

static uint32_t weigh(const char *text)
{
	return text ? block_weigh(span_str(text)) : 0;
}

/* Plain, or markup; entities stand in both. */
static const char *text_of_metadata(struct article *t)
{
	const char *body = t->meta.article_body;
	STRBUF_LOCAL(markup);

	if (!body)
		return NULL;
	if (!strstr(body, "</") && !strstr(body, "<br"))
		strbuf_add_str(&markup, "<pre>");
	strbuf_add_str(&markup, body);
	return text_of_markup(t, strbuf_span(&markup));
}

static const char *text_of_scripts(struct article *t)
{
	struct span markup = embedded_find(t->h, t->arena);

	return markup.len ? text_of_markup(t, markup) : NULL;
}

static bool is_in_body(const struct article *t, size_t block)
{
	return block != TITLE_NO_BLOCK && block >= t->body.first && block < t->body.end;
}

/* A message that is called by all of itself has no line beside its headline. */
static const char *text_of_page(struct article *t)
{
	const char *text;

	if (!t->has_body)
		return NULL;
	article_read_head(t);
	text = make_text(t);
	if (!*text && is_in_body(t, t->title.block))
		text = t->blocks.items[t->title.block].text.data;
	article_read_tail(t);
	if (article_is_chinese(t))
		article_read_card(t);
	return text;
}

/* What the page does not show was not surveyed: it may be the only text by which to tell. */
static void survey_other(struct article *t, const char *text)
{
	if (article_is_chinese(t))
		return;
	pinyin_survey_add(&t->survey, span_str(text));
	article_set_dates(t);
}

/* The text of the page, or what JSON-LD or its scripts have of it where scripts draw it. */
const char *article_find_text(struct article *t)
{
	bool thread = thread_is(t->h, t->in->url);
	const char *text, *shown, *other;
	uint32_t weight;

	t->has_body = body_find(t->h, &t->blocks, thread, t->arena, &t->body);
	title_find(&t->blocks, &t->body, &t->meta, t->in->title, t->arena, &t->title);
	clean_title(t);
	text = shown = text_of_page(t);
	weight = weigh(text);
	other = weight < LONG_WEIGHT ? text_of_metadata(t) : NULL;
	if (weigh(other) > weight * 2) {
		text = other;
		weight = weigh(text);
	}
	if (weight < SHORT_WEIGHT) {
		other = text_of_scripts(t);
		if (weigh(other) > weight * 3) {
			text = other;
			weight = weigh(text);
		}
	}
	if (text != shown)
		survey_other(t, text);
	if (weight >= (thread ? REPLY_WEIGHT_MIN : TEXT_WEIGHT_MIN))
		return text;
	return article_name_files(t);
}

void article_prepare(struct article *t)
{
	block_list_make(t->h, t->arena, &t->blocks);
	survey(t);
	t->base = refresh_base(t->h, t->in->url, t->arena);
	article_set_dates(t);
	metadata_read(t->h, &t->dates, t->arena, &t->meta);
}

static void explain(struct article *t, const char *text, struct read_output *out)
{
	if (!t->explain)
		return;
	explain_fact(t->explain, "next part", out->next_part, "a link to it");
	article_explain(t, text);
	out->explain = t->explain;
}

static void read_prepared(struct article *t, struct read_output *out)
{
	const struct absence absence = absence_of(&t->blocks, t->meta.page_title, t->in->title);
	const char *text;

	if (absence.outcome != OUTCOME_OK) {
		answer_nothing(out, absence.why);
		out->outcome = absence.outcome;
		return;
	}
	out->refresh_to = refresh_find(t->h, t->base, t->in->url, t->arena);
	if (out->refresh_to) {
		answer_nothing(out, "the page only sends on to another address");
		return;
	}
	text = article_find_text(t);
	out->next_part = parts_next(t->h, t->in->url, t->base, t->encoding, t->arena);
	explain(t, text, out);
	if (!text) {
		answer_nothing(out, "no text that reads like an article");
		return;
	}
	out->as = READ_RECORD;
	out->is_as_listed = absence_is_refuted(&t->blocks, t->meta.page_title, t->in->title);
	fill_record(t, article_add_parts(t, text), &out->record);
	if (t->explain)
		article_explain_facts(t, &out->record);
}

void article_read(const struct read_input *in, const char *encoding, struct html *h,
	struct arena *a, struct read_output *out)
{
	struct article t = {.in = in,
		.h = h,
		.arena = a,
		.encoding = encoding,
		.explain = in->explain ? explain_new(a) : NULL};

	article_prepare(&t);
	read_prepared(&t, out);
	if (in->likeness && !out->is_as_listed)
		likeness_make(h, &t.blocks, in->url, &out->likeness);
}
