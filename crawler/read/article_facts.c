#include "crawler/read/article_inside.h"

#include "crawler/read/clean.h"

#define HAN_PAGE_MIN 50 /* so many Chinese characters make a Chinese page */
#define FACT_WEIGHT_MAX                                                                            \
	(100 * BLOCK_HAN_WEIGHT) /* of a line around the text that is read for facts */
#define HEAD_BEFORE 6            /* lines before headline or text that may hold facts */
#define HEAD_BEHIND 6
#define HEAD_MAX    60 /* between headline and text stand no more */
#define TAIL_BEHIND 8  /* lines behind the text that may name editors */

bool article_is_chinese(const struct article *t)
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

void article_read_head(struct article *t)
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

void article_read_tail(struct article *t)
{
	read_facts(t, t->body.end, t->body.end + TAIL_BEHIND, t->found_rate == 0);
}

bool article_is_date_line(const struct article *t, struct span line)
{
	struct record_time found;
	size_t end;

	return block_weigh(line) < 24 * BLOCK_HAN_WEIGHT &&
		date_find(line, &t->dates, false, &found, &end) &&
		found.precision > PRECISION_DAY &&
		block_weigh(span_from_offset(line, end)) < 8 * BLOCK_HAN_WEIGHT;
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
	if (t->byline.authors.len && article_is_chinese(t))
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

void article_set_facts(struct article *t, struct record *r)
{
	set_published(t, r);
	set_people(t, r);
	set_publisher(t, r);
}
