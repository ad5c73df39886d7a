#include "crawler/fetch/freshness.h"

#include "common/strbuf.h"
#include "crawler/fetch/header.h"
#include "crawler/fetch/transfer.h"

#define AGE_MAX_S (FRESHNESS_MAX_MS / 1000)

/*
 * RFC 9111 1.2.2: what is too large counts as the largest. Quotes are taken off as
 * recipients should.
 */
static bool parse_seconds(struct span s, int64_t *ret)
{
	int64_t n = 0;

	if (s.len > 1 && s.data[0] == '"' && s.data[s.len - 1] == '"')
		s = span_from(s.data + 1, s.len - 2);
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
		n = n < AGE_MAX_S ? n * 10 + (s.data[i] - '0') : AGE_MAX_S;
	}
	*ret = n < AGE_MAX_S ? n : AGE_MAX_S;
	return s.len > 0;
}

struct cache_control {
	bool has_max_age, must_ask; /* no-cache, no-store */
	int64_t max_age_s;
};

static void read_directive(struct span item, struct cache_control *d)
{
	const char *equals = memchr(item.data, '=', item.len);
	size_t n = equals ? (size_t)(equals - item.data) : item.len;
	struct span name = span_trim(span_from(item.data, n));
	struct span value = span_trim(span_from_offset(item, n + (equals != NULL)));

	if (span_is_nocase(name, "no-cache") || span_is_nocase(name, "no-store"))
		d->must_ask |= value.len == 0; /* with a value it is about single fields */
	else if (span_is_nocase(name, "max-age") && !d->has_max_age) {
		d->has_max_age = true;
		/* RFC 9111 4.2.1: an invalid one makes the answer stale. */
		if (!parse_seconds(value, &d->max_age_s))
			d->max_age_s = 0;
	}
}

static struct cache_control read_cache_control(struct span headers)
{
	struct cache_control d = {0};
	STRBUF_LOCAL(list);
	struct span rest;

	header_add_list(headers, "cache-control", &list);
	rest = strbuf_span(&list);
	while (rest.len)
		read_directive(span_next_item(&rest), &d);
	return d;
}

static bool parse_date(struct span value, int64_t *ret_ms)
{
	char text[64];

	if (!value.len || value.len >= sizeof text)
		return false;
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	return transfer_parse_date(text, ret_ms);
}

/* Both dates are of the server's clock, however wrong that goes. */
static int64_t lifetime_by_expires(struct span headers, int64_t now_ms)
{
	struct span expires = header_find(headers, "expires");
	int64_t at_ms, date_ms;

	if (!expires.len)
		return -1;
	if (!parse_date(expires, &at_ms))
		return 0; /* RFC 9111 5.3: "0" and the like are in the past */
	if (!parse_date(header_find(headers, "date"), &date_ms))
		date_ms = now_ms;
	return at_ms > date_ms ? at_ms - date_ms : 0;
}

int64_t freshness_ms(struct span headers, int64_t now_ms)
{
	struct cache_control d = read_cache_control(headers);
	int64_t lifetime_ms, age_s;

	if (d.must_ask)
		return 0;
	lifetime_ms = d.has_max_age ? d.max_age_s * 1000 : lifetime_by_expires(headers, now_ms);
	if (lifetime_ms < 0)
		return -1;
	if (lifetime_ms > FRESHNESS_MAX_MS)
		lifetime_ms = FRESHNESS_MAX_MS;
	if (parse_seconds(header_find(headers, "age"), &age_s))
		lifetime_ms -= age_s * 1000;
	return lifetime_ms > 0 ? lifetime_ms : 0;
}
