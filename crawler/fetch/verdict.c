#include "crawler/fetch/verdict.h"

#include "common/url.h"
#include "crawler/fetch/sniff.h"
#include "crawler/fetch/wall.h"

#define RETRY_AFTER_MAX (24 * 3600 * (int64_t)1000) /* longer wishes are mistakes */

/* What a status means when the answer is no wall; the first row that holds it counts. */
static const struct {
	int first, last;
	struct verdict verdict;
} statuses[] = {
	{200, 200, {OUTCOME_OK, NULL}},
	{203, 203, {OUTCOME_OK, NULL}},
	{206, 206, {OUTCOME_DOWN, "a part that was not asked for"}},
	{201, 299, {OUTCOME_EMPTY, "status without content"}},
	{304, 304, {OUTCOME_NOT_MODIFIED, NULL}},
	{300, 303, {OUTCOME_MOVED, NULL}},
	{307, 308, {OUTCOME_MOVED, NULL}},
	{404, 404, {OUTCOME_GONE, NULL}},
	{410, 410, {OUTCOME_GONE, NULL}},
	{408, 408, {OUTCOME_THROTTLED, NULL}},
	{420, 420, {OUTCOME_THROTTLED, NULL}}, /* Twitter's, before there was 429 */
	{425, 425, {OUTCOME_THROTTLED, NULL}},
	{429, 429, {OUTCOME_THROTTLED, NULL}},
	{400, 499, {OUTCOME_BLOCKED, NULL}},
	{503, 503, {OUTCOME_THROTTLED, NULL}},
	{509, 509, {OUTCOME_THROTTLED, NULL}}, /* hosting panels': bandwidth is used up */
	{529, 529, {OUTCOME_THROTTLED, NULL}},
};

static struct verdict of_fault(const struct transfer_result *r)
{
	switch (r->fault) {
	case TRANSFER_GUARDED:
		return (struct verdict){OUTCOME_GUARDED, NULL};
	case TRANSFER_LIMIT:
		return (struct verdict){OUTCOME_TOO_LARGE, NULL};
	default:
		return (struct verdict){OUTCOME_DOWN, NULL};
	}
}

static struct verdict of_status(int status)
{
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (status >= statuses[i].first && status <= statuses[i].last)
			return statuses[i].verdict;
	return (struct verdict){OUTCOME_DOWN, NULL};
}

static struct verdict of_body(const struct transfer_result *r)
{
	struct span body = strbuf_span(&r->body);

	if (r->body.cut && sniff_is_blank(body))
		return (struct verdict){OUTCOME_TOO_LARGE, "white space without end"};
	if (sniff_is_blank(body))
		return (struct verdict){OUTCOME_EMPTY, "empty body"};
	if (!sniff_is_text(r->content_type, body))
		return (struct verdict){OUTCOME_NOT_TEXT, NULL};
	return (struct verdict){OUTCOME_OK, NULL};
}

static struct verdict of_answer(const struct transfer_result *r)
{
	struct verdict v = of_status(r->http_status);

	if (v.outcome == OUTCOME_OK)
		return of_body(r);
	if (v.outcome == OUTCOME_MOVED && !r->location) {
		if (r->http_status == 300)
			return (struct verdict){OUTCOME_EMPTY, "a choice of addresses"};
		return (struct verdict){OUTCOME_DOWN, "redirect without a target"};
	}
	return v;
}

struct verdict verdict_of(const struct transfer_result *r)
{
	const struct wall_answer answer = {.http_status = r->http_status,
		.headers = strbuf_span(&r->headers),
		.body = strbuf_span(&r->body)};
	const struct wall *wall;

	if (r->fault != TRANSFER_OK)
		return of_fault(r);
	wall = r->http_status == 304 ? NULL : wall_find(&answer);
	if (wall)
		return (struct verdict){wall->outcome, wall->why};
	return of_answer(r);
}

/* Names of pages, without their endings, that stand for something else than an article. */
static const struct {
	const char *name;
	enum outcome outcome;
} places[] = {
	{"404", OUTCOME_GONE}, {"404error", OUTCOME_GONE}, {"404page", OUTCOME_GONE},
	{"404-error", OUTCOME_GONE}, {"404_error", OUTCOME_GONE}, {"error404", OUTCOME_GONE},
	{"error-404", OUTCOME_GONE}, {"error_404", OUTCOME_GONE}, {"err404", OUTCOME_GONE},
	{"page404", OUTCOME_GONE}, {"http404", OUTCOME_GONE}, {"notfound", OUTCOME_GONE},
	{"not-found", OUTCOME_GONE}, {"not_found", OUTCOME_GONE}, {"pagenotfound", OUTCOME_GONE},
	{"page-not-found", OUTCOME_GONE}, {"page_not_found", OUTCOME_GONE},
	{"nopage", OUTCOME_GONE}, {"error", OUTCOME_DOWN}, {"errors", OUTCOME_DOWN},
	{"errorpage", OUTCOME_DOWN}, {"error500", OUTCOME_DOWN}, {"genericerror", OUTCOME_DOWN},
	{"500", OUTCOME_DOWN}, {"502", OUTCOME_DOWN}, {"503", OUTCOME_DOWN}, {"50x", OUTCOME_DOWN},
	{"busy", OUTCOME_DOWN}, {"maintain", OUTCOME_DOWN}, {"maintenance", OUTCOME_DOWN},
	{"weihu", OUTCOME_DOWN}, /* 维护 */
};

/* The last part of a path without its ending; that of a folder is the folder's. */
static struct span name_of(struct span path)
{
	size_t end = path.len, start, dot;

	while (end > 0 && path.data[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path.data[start - 1] != '/'; start--)
		;
	for (dot = start; dot < end && path.data[dot] != '.'; dot++)
		;
	return span_from(path.data + start, dot - start);
}

static bool is_home(const struct url_parts *u)
{
	static const char *const names[] = {"index", "default", "home", "main"};
	struct span name = name_of(u->path);
	bool is_top = u->path.len <= 1 || !memchr(u->path.data + 1, '/', u->path.len - 1);

	if (!is_top || u->query.len)
		return false;
	return SPAN_IS_ONE_OF_NOCASE(name, names) || u->path.len <= 1;
}

struct verdict verdict_of_move(const char *url, const char *target)
{
	struct url_parts from, to;
	struct span name;

	if (!url_split(span_str(url), &from) || !url_split(span_str(target), &to) ||
		!url_is_same_site(to.host, from.host) || is_home(&from))
		return (struct verdict){OUTCOME_MOVED, NULL};
	if (is_home(&to))
		return (struct verdict){OUTCOME_GONE, "it sends on to the home page"};
	name = name_of(to.path);
	if (span_eq(name, name_of(from.path))) /* an article's number, in a new place */
		return (struct verdict){OUTCOME_MOVED, NULL};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (span_is_nocase(name, places[i].name))
			return (struct verdict){places[i].outcome, "it sends on to an error page"};
	return (struct verdict){OUTCOME_MOVED, NULL};
}

int64_t verdict_retry_after_ms(const char *value, int64_t now_ms)
{
	int64_t ms = 0;

	if (!value)
		return -1;
	while (*value == ' ')
		value++;
	if (*value >= '0' && *value <= '9') {
		for (; *value >= '0' && *value <= '9' && ms < RETRY_AFTER_MAX; value++)
			ms = ms * 10 + (*value - '0') * 1000;
	} else {
		if (!transfer_parse_date(value, &ms))
			return -1;
		ms -= now_ms;
	}
	if (ms < 0)
		return 0;
	return ms < RETRY_AFTER_MAX ? ms : RETRY_AFTER_MAX;
}
