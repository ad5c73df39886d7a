#include "common/protocol.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const work_kind_names[] = {
	[WORK_AUTO] = "auto",
	[WORK_LISTING] = "listing",
	[WORK_FEED] = "feed",
	[WORK_SITEMAP] = "sitemap",
	[WORK_PAGE] = "page",
	[WORK_ROBOTS] = "robots",
};

static const char *const outcome_names[] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_NOT_MODIFIED] = "not-modified",
	[OUTCOME_GONE] = "gone",
	[OUTCOME_MOVED] = "moved",
	[OUTCOME_THROTTLED] = "throttled",
	[OUTCOME_CHALLENGE] = "challenge",
	[OUTCOME_BLOCKED] = "blocked",
	[OUTCOME_DOWN] = "down",
	[OUTCOME_EMPTY] = "empty",
	[OUTCOME_TOO_LARGE] = "too-large",
	[OUTCOME_NOT_TEXT] = "not-text",
	[OUTCOME_ROBOTS] = "robots",
	[OUTCOME_GUARDED] = "guarded",
	[OUTCOME_TRAP] = "trap",
	[OUTCOME_CAPPED] = "capped",
};

static const char *const limit_names[] = {
	[LIMIT_NONE] = "none",
	[LIMIT_CONNECT] = "connect",
	[LIMIT_TLS] = "tls",
	[LIMIT_FIRST_BYTE] = "first-byte",
	[LIMIT_RATE] = "rate",
	[LIMIT_TIME] = "time",
	[LIMIT_HEADER_BYTES] = "header-bytes",
	[LIMIT_HEADER_COUNT] = "header-count",
	[LIMIT_BODY] = "body",
	[LIMIT_SENT_BODY] = "sent-body",
	[LIMIT_RATIO] = "ratio",
	[LIMIT_MEMORY] = "memory",
	[LIMIT_ADDRESS] = "address",
};

const char *work_kind_str(enum work_kind k)
{
	return (size_t)k < COUNT(work_kind_names) ? work_kind_names[k] : "unknown";
}

bool work_kind_parse(const char *name, enum work_kind *ret)
{
	for (size_t i = 0; i < COUNT(work_kind_names); i++) {
		if (strcmp(name, work_kind_names[i]) == 0) {
			*ret = (enum work_kind)i;
			return true;
		}
	}
	return false;
}

const char *outcome_str(enum outcome o)
{
	return (size_t)o < COUNT(outcome_names) ? outcome_names[o] : "unknown";
}

const char *fetch_limit_str(enum fetch_limit l)
{
	return (size_t)l < COUNT(limit_names) ? limit_names[l] : "unknown";
}
