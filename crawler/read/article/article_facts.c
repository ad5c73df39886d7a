#include "crawler/read/article/article_inside.h"

#include "crawler/read/article/person.h"
#include "crawler/read/article/publisher.h"
#include "crawler/read/article/state_date.h"
#include "crawler/read/date/date_place.h"

#define SITE_BYTES_MAX 60 /* of a <title>'s end that may name the publisher */

/* Countries with .uk's order of day and month whose pages are in English; others have .com. */
static bool has_country(struct span host)
{
	static const char *const month_first[] = {"us", "ph", "io", "co", "tv", "me", "ai"};
	struct span country;

	if (host.len < 4 || host.data[host.len - 3] != '.')
		return false;
	country = span_from_offset(host, host.len - 2);
	for (size_t i = 0; i < sizeof month_first / sizeof *month_first; i++)
		if (span_is_nocase(country, month_first[i]))
			return false;
	return true;
}

static struct span host_of(const char *url)
{
	struct span s = span_str(url);
	ptrdiff_t at = span_find(s, SPAN_LITERAL("://"));
	size_t n = 0;

	s = at >= 0 ? span_from_offset(s, (size_t)at + 3) : s;
	while (n < s.len && s.data[n] != '/' && s.data[n] != ':' && s.data[n] != '?')
		n++;
	return span_from(s.data, n);
}

/* What a page tells of itself to networks, where neither its host nor its language places it. */
static struct span locale_of(const struct html *h)
{
	HTML_EACH (h, i, HTML_META)
		if (span_is(html_attr(h, i, "property"), "og:locale"))
			return span_trim(html_attr(h, i, "content"));
	return span_from(NULL, 0);
}

/* Whose clocks a page shows that names no zone. NULL: nothing tells. */
static const char *place_of(const struct article *t, struct span lang)
{
	struct span host = host_of(t->in->url);
	const char *zone = NULL;

	if (host.len > 3 && host.data[host.len - 3] == '.')
		zone = date_place_of_country(span_from_offset(host, host.len - 2));
	if (!zone)
		zone = date_place_of_language(lang);
	return zone ? zone : date_place_of_language(locale_of(t->h));
}

void article_set_dates(struct article *t)
{
	struct span lang =
		span_trim(t->h->n_nodes ? html_attr(t->h, 0, "lang") : span_from(NULL, 0));
	bool english = lang.len < 2 || strncasecmp(lang.data, "en", 2) == 0;
	const char *zone = article_is_chinese(t) ? NULL : place_of(t, lang);

	t->dates = (struct date_context){.now_ms = t->in->fetched_at_ms,
		.zone_min = zone                ? date_place_offset(zone, t->in->fetched_at_ms)
			: article_is_chinese(t) ? DATE_ZONE_CHINA
						: 0,
		.zone = zone,
		.day_first = !english || has_country(host_of(t->in->url))};
}

static bool is_same_day(const struct record_time *a, const struct record_time *b)
{
	int64_t distance = a->ms - b->ms;

	return distance > -INT64_C(86400000) && distance < INT64_C(86400000);
}

static void set_time(struct record_time *field, const char **from, struct record_time time,
	const char *origin)
{
	if (field->precision)
		return;
	*field = time;
	*from = time.precision ? origin : NULL;
}

/* The first moment in the page's scripts, asked for last: it is a walk over them. */
static struct record_time find_in_state(struct article *t)
{
	struct record_time time = {0};

	HTML_EACH (t->h, i, HTML_SCRIPT) {
		if (t->h->nodes[i].end > i + 1 &&
			state_date_find(t->h->nodes[i + 1].text, &t->dates, &time))
			break;
	}
	return time;
}

static void set_published(struct article *t, struct record *r)
{
	struct record_time in_url = {0};
	const char **from = &t->from.published;

	set_time(&r->published, from, t->meta.published.time, t->meta.published.from);
	if (r->published.precision == PRECISION_DAY &&
		t->published.time.precision > PRECISION_DAY &&
		is_same_day(&r->published, &t->published.time))
		r->published.precision = PRECISION_NONE;
	set_time(&r->published, from, t->published.time, t->published.from);
	if (!r->published.precision && date_in_url(span_str(t->in->url), &t->dates, &in_url))
		set_time(&r->published, from, in_url, "the address");
	if (t->in->published_ms)
		set_time(&r->published, from,
			(struct record_time){.ms = t->in->published_ms,
				.zone_min = t->dates.zone_min,
				.precision = PRECISION_SECOND},
			"the list that named the page");
	if (!r->published.precision)
		set_time(&r->published, from, find_in_state(t), "the data in a script");
	/* A page that tells of its last change alone has most often seen none. */
	set_time(&r->published, from, t->modified.time, t->modified.from);
}

static void set_modified(struct article *t, struct record *r)
{
	set_time(&r->modified, &t->from.modified, t->meta.modified.time, t->meta.modified.from);
	if (t->from.published != t->modified.from || t->published.rate)
		set_time(&r->modified, &t->from.modified, t->modified.time, t->modified.from);
}

static bool is_site(const struct article *t, const char *name)
{
	struct span host = host_of(t->in->url);

	return person_is_site(name, t->meta.site_name, host) ||
		person_is_site(name, t->meta.publisher, host);
}

/* On Chinese pages META tags and JSON-LD name the site or the account more often than people. */
static bool is_author(const struct article *t, const char *name)
{
	if (is_site(t, name))
		return false;
	return !article_is_chinese(t) ||
		(byline_is_person(span_str(name)) && !record_list_has(&t->byline.editors, name) &&
			!record_list_has(&t->meta.editors, name));
}

static void add_editors(struct article *t, struct record *r)
{
	record_list_add_all(t->arena, &r->editors, &t->byline.editors);
	for (size_t i = 0; article_is_chinese(t) && i < t->meta.editors.len; i++)
		if (byline_is_person(span_str(t->meta.editors.items[i])) &&
			!record_list_has(&r->editors, t->meta.editors.items[i]))
			record_list_add(t->arena, &r->editors, t->meta.editors.items[i]);
}

struct author_source {
	const struct str_list *names;
	const char *from;
};

static void take_authors(struct article *t, const struct str_list *names, struct record *r)
{
	for (size_t i = 0; i < names->len; i++)
		if (is_author(t, names->items[i]) && !record_list_has(&r->authors, names->items[i]))
			record_list_add(t->arena, &r->authors, names->items[i]);
}

/* The first source that names more than the site. */
static void take_first(struct article *t, const struct author_source *sources, size_t n,
	struct record *r)
{
	for (size_t i = 0; i < n && !r->authors.len; i++) {
		take_authors(t, sources[i].names, r);
		t->from.authors = r->authors.len ? sources[i].from : NULL;
	}
}

/* A site that calls itself the author of its pages is that, where nobody else is. */
static void take_site(struct article *t, struct record *r)
{
	static const enum metadata_authors where[] = {METADATA_AUTHORS_META, METADATA_AUTHORS_LD,
		METADATA_AUTHORS_GROUP, METADATA_AUTHORS_TWIN};

	for (size_t i = 0; i < sizeof where / sizeof *where && !r->authors.len; i++) {
		record_list_add_all(t->arena, &r->authors, &t->meta.authors[where[i]]);
		t->from.authors = r->authors.len ? "metadata, which name the site" : NULL;
	}
}

/* A last line in bold that is a name. */
static void read_signature(struct article *t, struct str_list *ret)
{
	size_t i = article_text_end(t);

	if (i > t->body.first && t->blocks.items[i - 1].heading &&
		person_is_name_like(t->blocks.items[i - 1].text))
		person_add(t->blocks.items[i - 1].text, PERSON_LIST, t->arena, ret);
}

/* People on a Chinese page are better evidence than a META tag, which often names the site. */
static void set_people(struct article *t, struct record *r)
{
	struct str_list signature = {0};
	const struct author_source byline = {&t->byline.authors, "a byline"};
	const struct author_source sources[] = {
		{&t->meta.authors[METADATA_AUTHORS_LD], "JSON-LD author"},
		{&t->meta.authors[METADATA_AUTHORS_GROUP], "JSON-LD author"},
		{&t->meta.authors[METADATA_AUTHORS_META], "META author"},
		{&t->meta.authors[METADATA_AUTHORS_TWIN], "META article:author or its like"},
		{&t->marked_authors, "an element marked as author"},
		{&t->line_authors, "a line that begins with By"},
		byline,
		{&signature, "a name below the text"},
	};
	size_t n = sizeof sources / sizeof *sources;

	add_editors(t, r);
	if (article_is_chinese(t) && t->byline.authors.len) {
		r->authors = t->byline.authors;
		t->from.authors = byline.from;
		return;
	}
	if (!article_is_chinese(t) && t->body.end > t->body.first)
		read_signature(t, &signature);
	take_first(t, sources, n, r);
	if (t->meta.authors[METADATA_AUTHORS_LD].len && r->authors.len)
		take_authors(t, &t->meta.authors[METADATA_AUTHORS_GROUP], r);
	if (!r->authors.len && !article_is_chinese(t))
		take_site(t, r);
}

static const char *site_in_title(const struct article *t)
{
	struct span site = span_str(t->title.site);

	return site.len && site.len <= SITE_BYTES_MAX && span_find(site, SPAN_LITERAL("，")) < 0
		? t->title.site
		: NULL;
}

/* Templates fill in the page's title where the site's name belongs. */
static bool is_headline(const struct article *t, const char *name)
{
	return name && t->title.text && strcmp(name, t->title.text) == 0;
}

static void set_publisher(struct article *t, struct record *r)
{
	const struct str_list *groups = &t->meta.authors[METADATA_AUTHORS_GROUP];
	const struct {
		const char *name, *from;
	} candidates[] = {
		/* A META tag of the government's rules is made by the publisher, not by a template. */
		{t->meta.article_title ? t->meta.publisher : NULL, t->meta.publisher_from},
		{t->byline.publisher, "a source line"},
		{t->meta.publisher, t->meta.publisher_from},
		{t->byline.employer, "the reporter's paper"},
		{groups->len ? groups->items[0] : NULL, "JSON-LD author"},
		{t->meta.site_name, "the site's name"},
		{site_in_title(t), "the end of the title"},
		{t->in->publisher, "the source's settings"},
	};

	for (size_t i = 0; i < sizeof candidates / sizeof *candidates && !r->publisher; i++) {
		if (is_headline(t, candidates[i].name))
			continue;
		r->publisher = publisher_normal(candidates[i].name, t->arena);
		t->from.publisher = r->publisher ? candidates[i].from : NULL;
	}
}

/* Elements are worth a walk only where machines were told less. */
static bool needs_marks(const struct article *t)
{
	return !t->meta.authors[METADATA_AUTHORS_LD].len || !t->meta.published.from ||
		t->meta.published.time.precision == PRECISION_DAY;
}

void article_set_facts(struct article *t, struct record *r)
{
	if (needs_marks(t))
		article_read_marks(t);
	set_published(t, r);
	set_modified(t, r);
	set_people(t, r);
	set_publisher(t, r);
}
