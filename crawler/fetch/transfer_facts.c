#include "crawler/fetch/transfer_inside.h"

#include "common/clock.h"
#include "common/percent.h"
#include "common/url.h"
#include "common/utf8.h"

#include <stdio.h>

/* What went wrong. */

static enum transfer_fault fault_of_code(const struct transfer *t, CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return TRANSFER_OK;
	case CURLE_WRITE_ERROR: /* by transfer_on_body(), which keeps what fitted */
		return t->result.body.cut ? TRANSFER_OK : TRANSFER_BROKEN;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return TRANSFER_DNS;
	case CURLE_COULDNT_CONNECT:
	case CURLE_PROXY:
		return TRANSFER_REFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return TRANSFER_TIMEOUT;
	case CURLE_UNSUPPORTED_PROTOCOL: /* also said of an answer without a status line (HTTP/0.9) */
		return transfer_is_web(t) ? TRANSFER_BROKEN : TRANSFER_GUARDED;
	case CURLE_URL_MALFORMAT:
		return TRANSFER_GUARDED;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CACERT_BADFILE:
		return TRANSFER_TLS;
	default:
		return TRANSFER_BROKEN;
	}
}

static enum transfer_fault fault_of(const struct transfer *t, CURLcode code)
{
	if (t->state == TRANSFER_IN_LINE || t->is_over)
		return TRANSFER_BUSY;
	if (*t->guarded && code != CURLE_OK)
		return TRANSFER_GUARDED;
	if (t->is_late)
		return TRANSFER_TIMEOUT;
	if (t->is_paused && code == CURLE_OPERATION_TIMEDOUT)
		return TRANSFER_BUSY;
	if (t->over_size)
		return TRANSFER_LIMIT;
	if (t->bad_answer)
		return TRANSFER_BROKEN;
	return fault_of_code(t, code);
}

static int64_t time_of(const struct transfer *t, CURLINFO info)
{
	curl_off_t us = 0;

	curl_easy_getinfo(t->easy, info, &us);
	return us;
}

/*
 * curl knows the address from the moment that TCP has connected, its times only once TLS
 * is through.
 */
static bool is_connected(const struct transfer *t)
{
	char *address = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	return address && *address;
}

/* With a proxy in front nobody tells what the time went by with: there it counts as connecting. */
static bool is_tls(const struct transfer *t)
{
	return !t->is_proxied && strncasecmp(t->url, "https://", 8) == 0;
}

/* Which limit a time that is over belongs to. */
static enum fetch_limit limit_of_timeout(const struct transfer *t)
{
	if (t->state == TRANSFER_LOOKS_UP)
		return LIMIT_CONNECT;
	if (t->is_late)
		return LIMIT_FIRST_BYTE;
	if (!t->is_sent)
		return is_connected(t) && is_tls(t) ? LIMIT_TLS : LIMIT_CONNECT;
	return clock_mono_ms() < t->ends_at_ms ? LIMIT_RATE : LIMIT_TIME;
}

static enum fetch_limit limit_of(const struct transfer *t)
{
	switch (t->result.fault) {
	case TRANSFER_OK:
		return t->result.body.cut ? LIMIT_BODY : LIMIT_NONE;
	case TRANSFER_TIMEOUT:
		return limit_of_timeout(t);
	case TRANSFER_LIMIT:
		return t->over;
	case TRANSFER_BUSY:
		return t->is_over ? LIMIT_TIME : t->is_paused ? LIMIT_MEMORY : LIMIT_ADDRESS;
	default:
		return LIMIT_NONE;
	}
}

/* Whose certificate it is that curl says something of. */
static const char *owner_of_fault(struct transfer *t)
{
	long verified = 0;

	curl_easy_getinfo(t->easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &verified);
	return t->result.fault == TRANSFER_TLS && verified ? "proxy: " : "";
}

static void describe_fault(struct transfer *t, CURLcode code)
{
	const char *text = t->curl_error[0] ? t->curl_error : curl_easy_strerror(code);

	switch (t->result.fault) {
	case TRANSFER_BUSY:
		text = t->is_over      ? "no time was left to send the request"
			: t->is_paused ? "no memory was left for the body"
				       : "the address has as many requests as it may";
		break;
	case TRANSFER_GUARDED:
		text = *t->guarded ? t->guarded : text;
		break;
	case TRANSFER_LIMIT:
		text = t->over_size;
		break;
	case TRANSFER_TIMEOUT:
		if (t->state == TRANSFER_LOOKS_UP)
			text = "the look-up of the host took too long";
		else if (t->is_late)
			text = "no answer within the time for its first byte";
		break;
	case TRANSFER_BROKEN:
		text = t->bad_answer ? t->bad_answer : text;
		break;
	default:
		break;
	}
	snprintf(t->result.error, sizeof t->result.error, "%s%.240s", owner_of_fault(t), text);
}

/* The facts of the answer. */

static int64_t since(int64_t at, int64_t before)
{
	return at > before ? at - before : 0;
}

/* Ours, so far. */
static int64_t lookup_us(const struct transfer *t)
{
	return t->state == TRANSFER_LOOKS_UP ? (clock_mono_ms() - t->started_ms) * 1000
					     : t->lookup_us;
}

/*
 * curl's times count from the start; a phase that did not take place has the one before
 * it, or 0.
 */
static void collect_phases(struct transfer *t)
{
	struct transfer_phases *p = &t->result.phases;
	int64_t ours = lookup_us(t), lookup = time_of(t, CURLINFO_NAMELOOKUP_TIME_T);
	int64_t connect = time_of(t, CURLINFO_CONNECT_TIME_T);
	int64_t tls = time_of(t, CURLINFO_APPCONNECT_TIME_T);
	int64_t sent = time_of(t, CURLINFO_PRETRANSFER_TIME_T);
	int64_t first = time_of(t, CURLINFO_STARTTRANSFER_TIME_T);

	p->total_us = ours + time_of(t, CURLINFO_TOTAL_TIME_T);
	p->lookup_us = ours + lookup;
	p->connect_us = since(connect, lookup);
	p->tls_us = since(tls, connect);
	p->wait_us = since(first, sent);
	p->receive_us = first ? since(p->total_us, ours + first) : 0;
}

static const char *http_version(const struct transfer *t)
{
	long version = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_VERSION, &version);
	switch (version) {
	case CURL_HTTP_VERSION_1_0:
		return "1.0";
	case CURL_HTTP_VERSION_1_1:
		return "1.1";
	case CURL_HTTP_VERSION_2_0:
		return "2";
	default:
		return "";
	}
}

/* Bytes that are no UTF-8 stand for themselves: servers send paths in their own charset. */
static void add_escaped(struct span s, struct strbuf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.data[i] < 0x80)
			strbuf_add_char(out, s.data[i]);
		else
			percent_add(out, (unsigned char)s.data[i]);
	}
}

static const char *resolve_location(struct transfer *t)
{
	const char *value = transfer_header(t, "location");
	struct span target = span_str(value ? value : "");
	STRBUF_LOCAL(escaped);

	if (!target.len)
		return NULL;
	if (!utf8_is_valid(target)) {
		add_escaped(target, &escaped);
		target = strbuf_span(&escaped);
	}
	return url_resolve(target, span_str(t->url), &t->location) == 0 ? t->location.data : value;
}

static void collect_facts(struct transfer *t)
{
	struct transfer_result *r = &t->result;
	long status = 0;
	char *address = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	collect_phases(t);
	r->http_status = (int)status;
	r->http_version = http_version(t);
	r->address = address && !t->is_proxied ? address : "";
	r->elapsed_ms = r->phases.total_us / 1000;
	r->location = status >= 300 && status < 400 ? resolve_location(t) : NULL;
	r->content_type = transfer_header(t, "content-type");
	r->etag = transfer_header(t, "etag");
	r->last_modified = transfer_header(t, "last-modified");
	r->retry_after = transfer_header(t, "retry-after");
	r->sets_cookie = transfer_header(t, "set-cookie") != NULL;
}

void transfer_conclude(struct transfer *t, CURLcode code)
{
	t->result.fault = fault_of(t, code);
	t->result.limit = limit_of(t);
	collect_facts(t);
	if (t->result.fault != TRANSFER_OK)
		describe_fault(t, code);
}
