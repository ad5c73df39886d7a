#include "crawler/fetch/verdict.h"

#define WALL_BODY_MAX   16384                       /* a script wall is a short page */
#define RETRY_AFTER_MAX (24 * 3600 * (int64_t)1000) /* longer wishes are mistakes */

/* What only the pages of a wall hold (facts: walls of Chinese sites, gathered from public crawlers). */
static const struct {
	int status; /* 0: any */
	const char *sign;
	const char *why;
} walls[] = {
	{521, "", "challenge page (status 521)"},
	{412, "", "challenge page (status 412)"},
	{0, "__jsl_clearance", "challenge of Knownsec (jsl)"},
	{0, "$_ts=window", "challenge of River Security"},
	{0, "$_ts.nsd", "challenge of River Security"},
	{0, "acw_sc__v2", "challenge of Aliyun (acw)"},
	{0, "wzws_cid", "challenge of Chuangyu (wzws)"},
	{0, "security_session_verify", "challenge page (session verify)"},
	{0, "cf-chl-", "challenge of Cloudflare"},
	{0, "/probe.js", "probe page"},
};

static const char *find_wall(const struct transfer_result *r)
{
	struct span body = strbuf_span(&r->body);

	for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
		if (walls[i].status && walls[i].status != r->http_status)
			continue;
		if (!walls[i].status && body.len > WALL_BODY_MAX)
			continue;
		if (span_find(body, span_str(walls[i].sign)) >= 0)
			return walls[i].why;
	}
	return NULL;
}

static bool is_text(const char *content_type)
{
	static const char *const other[] = {"image/", "video/", "audio/", "font/",
		"application/pdf", "application/zip", "application/x-rar", "application/msword",
		"application/vnd.", "application/octet-stream", "application/gzip",
		"application/x-7z"};

	for (size_t i = 0; content_type && i < sizeof other / sizeof *other; i++) {
		if (strncasecmp(content_type, other[i], strlen(other[i])) == 0)
			return false;
	}
	return true;
}

/* Office formats share a prefix with RSS's older type; only a document's own magic decides there. */
static bool looks_binary(struct span body)
{
	static const char *const magics[] = {"%PDF-", "PK\x03\x04", "\x89PNG", "GIF8",
		"\xFF\xD8\xFF", "\xD0\xCF\x11\xE0", "Rar!", "\x1F\x8B"};

	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
		if (span_starts_with(body, span_str(magics[i])))
			return true;
	}
	return false;
}

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

static struct verdict of_status(const struct transfer_result *r)
{
	switch (r->http_status) {
	case 200:
	case 203:
		if (!r->body.len)
			return (struct verdict){OUTCOME_EMPTY, "empty body"};
		if (!is_text(r->content_type) || looks_binary(strbuf_span(&r->body)))
			return (struct verdict){OUTCOME_NOT_TEXT, NULL};
		return (struct verdict){OUTCOME_OK, NULL};
	case 304:
		return (struct verdict){OUTCOME_NOT_MODIFIED, NULL};
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		if (!r->location)
			return (struct verdict){OUTCOME_DOWN, "redirect without a target"};
		return (struct verdict){OUTCOME_MOVED, NULL};
	case 404:
	case 410:
		return (struct verdict){OUTCOME_GONE, NULL};
	case 408:
	case 429:
	case 503:
		return (struct verdict){OUTCOME_THROTTLED, NULL};
	default:
		if (r->http_status >= 400 && r->http_status < 500)
			return (struct verdict){OUTCOME_BLOCKED, NULL};
		if (r->http_status >= 200 && r->http_status < 300)
			return (struct verdict){OUTCOME_EMPTY, "status without content"};
		return (struct verdict){OUTCOME_DOWN, NULL};
	}
}

struct verdict verdict_of(const struct transfer_result *r)
{
	const char *wall;

	if (r->fault != TRANSFER_OK)
		return of_fault(r);
	wall = find_wall(r);
	if (wall)
		return (struct verdict){OUTCOME_CHALLENGE, wall};
	return of_status(r);
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
