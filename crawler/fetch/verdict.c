#include "crawler/fetch/verdict.h"

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
