/*
 *	curl --connected--> slot of the address? --yes--> sent -> answer -> done
 *	  ^                       | no
 *	  +------- granted -------+ out of curl's hands
 */
#include "crawler/fetch/transfer_inside.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/url.h"
#include "common/utf8.h"
#include "crawler/fetch/guard.h"

#include <arpa/inet.h>
#include <stdio.h>

static const struct fetch_rules no_rules = {.proxy = "", .proxy_login = "", .ca_file = ""};

void transfer_free(struct transfer *t)
{
	if (t->link) {
		*t->link = t->next;
		if (t->next)
			t->next->link = t->link;
	}
	if (t->easy) {
		curl_multi_remove_handle(t->all->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	address_slots_leave(t->all->slots, &t->slot);
	timer_free(t->due);
	curl_slist_free_all(t->header_lines);
	coding_free(t->coding);
	strbuf_release(&t->location);
	strbuf_release(&t->result.headers);
	strbuf_release(&t->result.body);
	free(t->url);
	free(t);
}

void transfer_cancel(struct transfer *t)
{
	if (t)
		transfer_free(t);
}

/* What went wrong. */

static bool is_web(const char *url)
{
	return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

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
		return is_web(t->url) ? TRANSFER_BROKEN : TRANSFER_GUARDED;
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
	if (t->waits)
		return TRANSFER_BUSY;
	if (*t->guarded && code != CURLE_OK)
		return TRANSFER_GUARDED;
	if (t->is_late)
		return TRANSFER_TIMEOUT;
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

/* curl knows the address from the moment that TCP has connected, its times only once TLS is through. */
static bool is_connected(const struct transfer *t)
{
	char *address = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	return address && *address;
}

/* Which limit a time that is over belongs to. */
static enum fetch_limit limit_of_timeout(const struct transfer *t)
{
	if (t->is_late)
		return LIMIT_FIRST_BYTE;
	if (!t->is_sent)
		return is_connected(t) ? LIMIT_TLS : LIMIT_CONNECT;
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
		return LIMIT_ADDRESS;
	default:
		return LIMIT_NONE;
	}
}

static void describe_fault(struct transfer *t, CURLcode code)
{
	const char *text = t->curl_error[0] ? t->curl_error : curl_easy_strerror(code);

	switch (t->result.fault) {
	case TRANSFER_BUSY:
		text = "the address has as many requests as it may";
		break;
	case TRANSFER_GUARDED:
		text = *t->guarded ? t->guarded : text;
		break;
	case TRANSFER_LIMIT:
		text = t->over_size;
		break;
	case TRANSFER_TIMEOUT:
		text = t->is_late ? "no answer within the time for its first byte" : text;
		break;
	case TRANSFER_BROKEN:
		text = t->bad_answer ? t->bad_answer : text;
		break;
	default:
		break;
	}
	snprintf(t->result.error, sizeof t->result.error, "%s", text);
}

/* The facts of the answer. */

static int64_t since(int64_t at, int64_t before)
{
	return at > before ? at - before : 0;
}

/* curl's times count from the start; a phase that did not take place has the one before it, or 0. */
static void collect_phases(struct transfer *t)
{
	struct transfer_phases *p = &t->result.phases;
	int64_t lookup = time_of(t, CURLINFO_NAMELOOKUP_TIME_T);
	int64_t connect = time_of(t, CURLINFO_CONNECT_TIME_T);
	int64_t tls = time_of(t, CURLINFO_APPCONNECT_TIME_T);
	int64_t sent = time_of(t, CURLINFO_PRETRANSFER_TIME_T);
	int64_t first = time_of(t, CURLINFO_STARTTRANSFER_TIME_T);

	p->total_us = time_of(t, CURLINFO_TOTAL_TIME_T);
	p->lookup_us = lookup;
	p->connect_us = since(connect, lookup);
	p->tls_us = since(tls, connect);
	p->wait_us = since(first, sent);
	p->receive_us = first ? since(p->total_us, first) : 0;
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
			strbuf_printf(out, "%%%02X", (unsigned char)s.data[i]);
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

/* The only way a transfer ends by itself. */
static void finish(struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK && !t->waits && !t->is_late && !*t->guarded)
		transfer_check_end(t);
	/* curl says so of a header line over 100 KiB; memory that is really out ends the process. */
	if (code == CURLE_OUT_OF_MEMORY && !t->answered) {
		t->over = LIMIT_HEADER_BYTES;
		t->over_size = "a header line is too large";
	}
	t->result.fault = fault_of(t, code);
	t->result.limit = limit_of(t);
	collect_facts(t);
	if (t->result.fault != TRANSFER_OK)
		describe_fault(t, code);
	if (t->jar)
		cookie_jar_check(t->jar, t->easy);
	t->done(t->arg, &t->result);
	transfer_free(t);
}

/* Waiting for a slot of the address. No request has been sent; curl has closed the connection. */

static void on_granted(void *arg)
{
	struct transfer *t = arg;

	timer_set(t->due, 0); /* curl may be at work further up the stack */
}

static void go_on(struct transfer *t)
{
	int64_t left_ms = t->ends_at_ms - clock_mono_ms();

	if (!t->slot.has_slot || left_ms <= 0) {
		finish(t, CURLE_OK);
		return;
	}
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	t->curl_error[0] = '\0';
	t->waits = false;
	if (curl_multi_add_handle(t->all->multi, t->easy) != CURLM_OK)
		finish(t, CURLE_FAILED_INIT);
}

static void on_due(void *arg)
{
	struct transfer *t = arg;

	if (t->waits) {
		go_on(t);
		return;
	}
	t->is_late = t->is_sent;
	finish(t, CURLE_ABORTED_BY_CALLBACK);
}

static void wait_for_slot(struct transfer *t)
{
	curl_multi_remove_handle(t->all->multi, t->easy);
	if (!t->slot.has_slot)
		timer_set(t->due, t->ends_at_ms - clock_mono_ms());
}

void transfer_on_message(struct transfer *t, CURLcode code)
{
	if (t->waits)
		wait_for_slot(t);
	else
		finish(t, code);
}

/* Connecting. */

static bool allows_port(const struct transfer *t, unsigned port)
{
	char digits[8];

	snprintf(digits, sizeof digits, "%u", port & 0xFFFF);
	return guard_allows_port(&t->rules, &t->all->config->ports, span_str(digits));
}

static bool is_allowed(struct transfer *t, const struct sockaddr *address)
{
	char text[INET6_ADDRSTRLEN] = "it";
	const void *bytes = address->sa_family == AF_INET6
		? (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr
		: (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;

	*t->guarded = '\0'; /* a name's other address may have been */
	if (guard_allows_address(&t->rules, address))
		return true;
	inet_ntop(address->sa_family, bytes, text, sizeof text);
	snprintf(t->guarded, sizeof t->guarded,
		"address %s is not public and not allowed for this source", text);
	return false;
}

/*
 * The proxy itself is where the operator says. What is behind it is connected
 * to by others, so that a name can be judged no further than by itself.
 */
curl_socket_t transfer_on_open_socket(void *arg, curlsocktype purpose,
	struct curl_sockaddr *address)
{
	struct transfer *t = arg;

	(void)purpose;
	if (!t->is_proxied && !is_allowed(t, &address->addr))
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* An address as curl tells it; a link-local one may carry its zone behind a percent sign. */
static bool parse_address(const char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	char plain[INET6_ADDRSTRLEN];

	snprintf(plain, sizeof plain, "%.*s", (int)strcspn(text, "%"), text);
	*ret = (struct sockaddr_storage){.ss_family = AF_INET};
	if (inet_pton(AF_INET, plain, &v4->sin_addr) == 1)
		return true;
	*ret = (struct sockaddr_storage){.ss_family = AF_INET6};
	return inet_pton(AF_INET6, plain, &v6->sin6_addr) == 1;
}

/* Whether a connection, which may be one that another source's transfer has left, is good for us. */
static bool may_use(struct transfer *t, const char *remote)
{
	struct sockaddr_storage address;

	if (t->is_proxied)
		return true;
	if (!parse_address(remote, &address) || !is_allowed(t, (struct sockaddr *)&address))
		return false;
	t->waits = !address_slots_take(t->all->slots, remote, &t->slot);
	return !t->waits;
}

/* Asked before every request, also on a connection that curl has kept. */
int transfer_on_connected(void *arg, char *remote, char *local, int remote_port, int local_port)
{
	struct transfer *t = arg;

	(void)local;
	(void)remote_port;
	(void)local_port;
	if (!may_use(t, remote))
		return CURL_PREREQFUNC_ABORT;
	/* curl repeats at once what a kept connection broke under; the host's delay forbids that. */
	if (t->is_sent)
		t->bad_answer = "the connection broke before an answer";
	t->is_sent = true;
	timer_set(t->due, t->all->config->first_byte_timeout_ms);
	return t->bad_answer ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* What the URL itself says already. */
static void guard_url(struct transfer *t)
{
	struct url_parts parts;
	unsigned port;

	if (!is_web(t->url) || !url_split(span_str(t->url), &parts))
		return; /* curl refuses it */
	port = span_is_nocase(parts.scheme, "https") ? 443 : 80;
	if (parts.port.len)
		port = (unsigned)strtoul(parts.port.data, NULL, 10);
	if (!allows_port(t, port))
		snprintf(t->guarded, sizeof t->guarded,
			"port %u is not open to crawlers and not allowed for this source", port);
	else if (t->is_proxied && !guard_allows_host(&t->rules, parts.host))
		snprintf(t->guarded, sizeof t->guarded,
			"host %.*s is not public and not allowed for this source",
			(int)(parts.host.len < 60 ? parts.host.len : 60), parts.host.data);
}

static void join_list(struct transfer *t)
{
	struct transfers *ts = t->all;

	t->next = ts->first;
	t->link = &ts->first;
	if (ts->first)
		ts->first->link = &t->next;
	ts->first = t;
}

int transfer_start(struct transfers *ts, const struct transfer_request *request,
	transfer_done_fn *done, void *arg, struct transfer **ret)
{
	struct transfer *t = ALLOC_NEW(struct transfer);

	*t = (struct transfer){.all = ts,
		.rules = request->rules ? *request->rules : no_rules,
		.done = done,
		.arg = arg,
		.url = alloc_strdup(request->url)};
	t->is_proxied = *t->rules.proxy;
	t->slot.granted = on_granted;
	t->slot.arg = t;
	t->due = timer_new(ts->loop, on_due, t);
	strbuf_init(&t->location, 0);
	strbuf_init(&t->result.headers, 0);
	strbuf_init(&t->result.body, (size_t)request->body_max_bytes);
	if (t->rules.has_cookies)
		t->jar = cookie_jars_get(ts->jars, request->source);
	t->easy = curl_easy_init();
	if (!t->easy) {
		transfer_free(t);
		return -ERR_LIBRARY;
	}
	transfer_set_options(t, request);
	guard_url(t);
	if (*t->guarded)
		timer_set(t->due, 0);
	else if (curl_multi_add_handle(ts->multi, t->easy) != CURLM_OK) {
		transfer_free(t);
		return -ERR_LIBRARY;
	}
	join_list(t);
	*ret = t;
	return 0;
}

bool transfer_parse_date(const char *text, int64_t *ret_ms)
{
	time_t date = curl_getdate(text, NULL);

	if (date < 0)
		return false;
	*ret_ms = (int64_t)date * 1000;
	return true;
}
