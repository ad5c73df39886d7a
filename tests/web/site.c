#include "tests/web/site.h"

#include "tests/web/mix.h"
#include "tests/web/prose.h"

#define DAY_MS        ((int64_t)86400 * 1000)
#define PRESS_PAST_MS (20 * DAY_MS)
#define FARM_PAST_MS  (12 * DAY_MS) /* farms come later: there is something to copy */

struct row {
	enum site_kind kind;
	bool is_farm;
	enum rhythm_kind rhythm;
	enum site_charset charset;
	enum site_design design;
	enum site_paths paths;
	uint32_t traits;
};

enum { PRESS = false, FARM = true };

static const struct row rows[] = {
	{SITE_LISTING, PRESS, RHYTHM_STEADY, SITE_UTF8, SITE_GOVERNMENT, SITE_PATH_ART,
		SITE_ETAG | SITE_CALENDAR | SITE_FRIENDS},
	{SITE_RSS, PRESS, RHYTHM_BURSTS, SITE_UTF8, SITE_DAILY, SITE_PATH_CONTENT,
		SITE_ETAG | SITE_LAST_MODIFIED},
	{SITE_SITEMAP, PRESS, RHYTHM_OFFICE, SITE_UTF8, SITE_PORTAL, SITE_PATH_NEWS,
		SITE_LAST_MODIFIED | SITE_COUNTER},
	{SITE_LISTING, FARM, RHYTHM_STEADY, SITE_UTF8, SITE_BLOG, SITE_PATH_POST,
		SITE_ETAG | SITE_SESSION | SITE_NO_ROBOTS},
	{SITE_LISTING, PRESS, RHYTHM_STEADY, SITE_GB_META, SITE_GOVERNMENT, SITE_PATH_CONTENT,
		SITE_ETAG | SITE_REDESIGN | SITE_PRIVATE | SITE_FRIENDS},
	{SITE_HOME, PRESS, RHYTHM_BURSTS, SITE_UTF8_BARE, SITE_PORTAL, SITE_PATH_FORWARD,
		SITE_TRACKING | SITE_COUNTER | SITE_CRAWL_DELAY},
	{SITE_ATOM, FARM, RHYTHM_OFFICE, SITE_UTF8, SITE_MODERN, SITE_PATH_QUERY,
		SITE_ETAG | SITE_LAST_MODIFIED},
	{SITE_LISTING, FARM, RHYTHM_SILENCE, SITE_BIG5, SITE_DAILY, SITE_PATH_POST,
		SITE_ETAG | SITE_REDIRECTS | SITE_SOFT_404},
	/* 8 */
	{SITE_LISTING, PRESS, RHYTHM_SILENCE, SITE_UTF8_AS_GB2312, SITE_DAILY, SITE_PATH_NEWS,
		SITE_LAST_MODIFIED | SITE_ECHO | SITE_REDIRECTS},
	{SITE_LISTING, FARM, RHYTHM_BURSTS, SITE_GB_HEADER, SITE_BLOG, SITE_PATH_POST,
		SITE_ETAG | SITE_COUNTER | SITE_TRACKING},
	{SITE_ATOM, PRESS, RHYTHM_STEADY, SITE_UTF8, SITE_MODERN, SITE_PATH_QUERY,
		SITE_ETAG | SITE_REDESIGN | SITE_TRACKING},
	{SITE_RSS, FARM, RHYTHM_STEADY, SITE_GB_META, SITE_PORTAL, SITE_PATH_CONTENT,
		SITE_LAST_MODIFIED | SITE_SOFT_404},
	{SITE_SITEMAP, PRESS, RHYTHM_BURSTS, SITE_GB_META, SITE_GOVERNMENT, SITE_PATH_ART,
		SITE_ETAG | SITE_PRIVATE | SITE_SOFT_404},
	{SITE_HOME, FARM, RHYTHM_OFFICE, SITE_GB_BARE, SITE_DAILY, SITE_PATH_NEWS,
		SITE_JSESSION | SITE_NO_ROBOTS | SITE_FRIENDS},
	{SITE_LISTING, PRESS, RHYTHM_OFFICE, SITE_GB_HEADER, SITE_MODERN, SITE_PATH_QUERY,
		SITE_ETAG | SITE_SESSION | SITE_CALENDAR},
	{SITE_SITEMAP, FARM, RHYTHM_SILENCE, SITE_UTF8, SITE_BLOG, SITE_PATH_POST,
		SITE_ETAG | SITE_REDESIGN | SITE_CRAWL_DELAY},
	/* 16 */
	{SITE_LISTING, PRESS, RHYTHM_BURSTS, SITE_BIG5, SITE_PORTAL, SITE_PATH_ART,
		SITE_ETAG | SITE_REDIRECTS | SITE_COUNTER},
	{SITE_RSS, PRESS, RHYTHM_OFFICE, SITE_GB_BARE, SITE_GOVERNMENT, SITE_PATH_CONTENT,
		SITE_ETAG | SITE_REDIRECTS},
	{SITE_LISTING, FARM, RHYTHM_STEADY, SITE_UTF8_BARE, SITE_MODERN, SITE_PATH_FORWARD,
		SITE_ECHO | SITE_CALENDAR | SITE_COUNTER},
	{SITE_HOME, PRESS, RHYTHM_STEADY, SITE_GB_BARE, SITE_DAILY, SITE_PATH_NEWS,
		SITE_ETAG | SITE_LAST_MODIFIED | SITE_REDESIGN | SITE_NO_ROBOTS},
	{SITE_LISTING, FARM, RHYTHM_BURSTS, SITE_UTF8_AS_GB2312, SITE_GOVERNMENT, SITE_PATH_CONTENT,
		SITE_PRIVATE | SITE_SESSION | SITE_TRACKING},
	{SITE_LISTING, PRESS, RHYTHM_STEADY, SITE_UTF8, SITE_BLOG, SITE_PATH_POST,
		SITE_ETAG | SITE_SOFT_404 | SITE_FRIENDS | SITE_JSESSION},
	{SITE_ATOM, FARM, RHYTHM_BURSTS, SITE_BIG5, SITE_PORTAL, SITE_PATH_ART,
		SITE_LAST_MODIFIED | SITE_REDESIGN},
	{SITE_SITEMAP, PRESS, RHYTHM_STEADY, SITE_UTF8, SITE_DAILY, SITE_PATH_QUERY,
		SITE_COUNTER | SITE_CRAWL_DELAY | SITE_REDIRECTS},
};

#define N_ROWS (sizeof rows / sizeof *rows)

static const char *const name_tails[] = {"日报", "新闻网", "在线", "晚报", "发布", "资讯网"};

static struct rhythm rhythm_of(const struct world_options *o, const struct row *row, uint64_t key)
{
	return (struct rhythm){.kind = row->rhythm,
		.key = key,
		.n = o->n_items,
		.n_old = (uint32_t)((uint64_t)o->n_items * o->percent_old / 100),
		.start_ms = o->start_ms,
		.span_ms = o->span_ms,
		.past_ms = row->is_farm ? FARM_PAST_MS : PRESS_PAST_MS};
}

struct site site_of(const struct world *w, uint32_t i)
{
	const struct world_options *o = world_options(w);
	const struct row *row = &rows[i % N_ROWS];
	uint64_t key = mix(o->seed, 0x517E0000u + i);
	struct site s = {.world = w,
		.number = i,
		.key = key,
		.kind = row->kind,
		.is_farm = row->is_farm,
		.charset = row->charset,
		.design = row->design,
		.new_design = row->design == SITE_MODERN ? SITE_PORTAL : SITE_MODERN,
		.paths = row->paths,
		.traits = row->traits,
		.rhythm = rhythm_of(o, row, key),
		.redesign_at_ms = INT64_MAX};

	if (site_has(&s, SITE_REDESIGN))
		s.redesign_at_ms =
			o->start_ms + o->span_ms * (int64_t)(40 + mix(key, 3) % 21) / 100;
	world_address(w, i, s.address);
	return s;
}

bool site_has(const struct site *s, enum site_trait t)
{
	return s->traits & (uint32_t)t;
}

enum site_design site_design_at(const struct site *s, int64_t now_ms)
{
	return now_ms >= s->redesign_at_ms ? s->new_design : s->design;
}

void site_add_name(const struct site *s, struct strbuf *out)
{
	prose_add_place(s->key, out);
	strbuf_truncate(out, out->len - strlen("县"));
	strbuf_add_str(out, name_tails[s->number % (sizeof name_tails / sizeof *name_tails)]);
}

void site_add_origin(const struct site *s, struct strbuf *out)
{
	strbuf_printf(out, "http://%s:%u", s->address, world_options(s->world)->port);
}

const char *site_source_path(const struct site *s)
{
	static const char *const paths[] = {[SITE_LISTING] = "/list.htm",
		[SITE_HOME] = "/",
		[SITE_RSS] = "/rss.xml",
		[SITE_ATOM] = "/atom.xml",
		[SITE_SITEMAP] = "/robots.txt"};

	return paths[s->kind];
}

const char *site_encoding(const struct site *s)
{
	switch (s->charset) {
	case SITE_GB_META:
	case SITE_GB_HEADER:
	case SITE_GB_BARE:
		return "GB18030";
	case SITE_BIG5:
		return "BIG5";
	default:
		return NULL;
	}
}

const char *site_meta_label(const struct site *s)
{
	static const char *const labels[SITE_CHARSETS] = {[SITE_UTF8] = "utf-8",
		[SITE_UTF8_AS_GB2312] = "gb2312",
		[SITE_GB_META] = "gb2312",
		[SITE_BIG5] = "big5"};

	return labels[s->charset];
}

const char *site_header_label(const struct site *s)
{
	static const char *const labels[SITE_CHARSETS] =
		{[SITE_UTF8] = "utf-8", [SITE_GB_HEADER] = "GBK", [SITE_BIG5] = "big5"};

	return labels[s->charset];
}
