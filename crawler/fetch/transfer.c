/*
 * curl tells which sockets and which timer it waits for; the loop tells curl
 * when they are ready; what has finished is collected after each such call,
 * never from inside a callback of curl's.
 *
 *   on_socket_wanted, on_timer_wanted   curl -> loop
 *   on_socket_ready, on_timer           loop -> curl, then collect_done()
 */
#include "crawler/fetch/transfer.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "crawler/fetch/address_slots.h"
#include "crawler/fetch/coding.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define HEADERS_MAX_BYTES (256 << 10) /* as much as browsers take; real ones are under 8 KiB */
#define CODED_SURPLUS     (64 << 10)  /* a coding may add to a body that is as long as it may be */
#define LENGTH_DIGITS_MAX 18          /* of a Content-Length */
#define LOW_SPEED_BYTES   64L         /* a second; slower than this for LOW_SPEED_S is a hang */
#define LOW_SPEED_S       20L
#define CONNECTIONS_KEPT  1024L
#define ACCEPT            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
#define ACCEPT_ENCODING   "Accept-Encoding: " CODING_ACCEPTED
#define ACCEPT_LANGUAGE   "Accept-Language: zh-CN,zh;q=0.9,en;q=0.6"

struct transfers {
	CURLM *multi;
	struct loop *loop;
	struct timer *timer;
	const struct crawler_config *config;
	struct address_slots *slots;
	struct transfer *first; /* all that are running or wait for a slot */
};

struct transfer {
	struct transfers *all;
	struct transfer *next, **link;
	CURL *easy;
	struct curl_slist *header_lines;
	char *url;
	struct guard guard;
	int64_t ends_at_ms;
	struct address_holder slot;
	bool waits;             /* in line for a slot, and out of curl's hands */
	bool is_sent;           /* the request, once */
	struct timer *due;      /* for a slot, until the end of its time */
	bool guarded;           /* the guard said no to the address tried last */
	const char *over_size;  /* what is over its limit, NULL for nothing */
	const char *bad_answer; /* what is wrong with it, beyond what curl looks at; or NULL */
	bool answered; /* the header of the answer is whole; header lines after it are trailers */
	size_t header_bytes;   /* of interim answers too */
	struct coding *coding; /* of the body, NULL before it begins */
	int64_t coded_bytes;
	transfer_done_fn *done;
	void *arg;
	struct transfer_result result;
	char curl_error[CURL_ERROR_SIZE];
};

static void transfer_free(struct transfer *t)
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

static bool is_web(const char *url)
{
	return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

static enum transfer_fault fault_of(const struct transfer *t, CURLcode code)
{
	if (t->waits)
		return TRANSFER_BUSY;
	if (t->over_size)
		return TRANSFER_LIMIT;
	if (t->bad_answer)
		return TRANSFER_BROKEN;
	switch (code) {
	case CURLE_OK:
		return TRANSFER_OK;
	case CURLE_WRITE_ERROR: /* by on_body(), which keeps what fitted */
		return t->result.body.cut ? TRANSFER_OK : TRANSFER_BROKEN;
	case CURLE_COULDNT_RESOLVE_HOST:
		return TRANSFER_DNS;
	case CURLE_ABORTED_BY_CALLBACK: /* by on_connected() */
	case CURLE_COULDNT_CONNECT:
		return t->guarded ? TRANSFER_GUARDED : TRANSFER_REFUSED;
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

static void describe_fault(struct transfer *t, CURLcode code)
{
	const char *text = t->curl_error[0] ? t->curl_error : curl_easy_strerror(code);

	if (t->waits)
		text = "the address has as many requests as it may";
	else if (t->result.fault == TRANSFER_GUARDED && t->guarded)
		text = "address is not public and not allowed for this source";
	else if (t->over_size)
		text = t->over_size;
	else if (t->bad_answer)
		text = t->bad_answer;
	snprintf(t->result.error, sizeof t->result.error, "%s", text);
}

/* The last header of this name in the last answer, or NULL. */
static const char *header(struct transfer *t, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value
										     : NULL;
}

static void collect_facts(struct transfer *t)
{
	struct transfer_result *r = &t->result;
	curl_off_t elapsed_us = 0;
	long status = 0;
	char *location = NULL, *address = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_TOTAL_TIME_T, &elapsed_us);
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &location);
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &address);
	r->http_status = (int)status;
	r->address = address ? address : "";
	r->elapsed_ms = elapsed_us / 1000;
	r->location = location;
	r->content_type = header(t, "content-type");
	r->etag = header(t, "etag");
	r->last_modified = header(t, "last-modified");
	r->retry_after = header(t, "retry-after");
	r->sets_cookie = header(t, "set-cookie") != NULL;
}

/* All lines of a header as one list (RFC 9110 5.3). */
static void add_header_list(struct transfer *t, const char *name, struct strbuf *out)
{
	struct curl_header *h;

	for (size_t i = 0; curl_easy_header(t->easy, name, i, CURLH_HEADER, -1, &h) == CURLHE_OK;
		i++) {
		if (i)
			strbuf_add_char(out, ',');
		strbuf_add_str(out, h->value);
	}
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	}
	return s.len > 0 && s.len <= LENGTH_DIGITS_MAX;
}

/*
 * Lengths that are no numbers, or that differ, leave open where the answer
 * ends; a list of equal ones is one of them (RFC 9112 6.3). curl takes the last
 * line, and of that what stands in front of the first letter. Chunks have
 * their own end.
 */
static bool has_good_length(struct transfer *t)
{
	STRBUF_LOCAL(lengths);
	struct span list, first;

	add_header_list(t, "content-length", &lengths);
	if (!lengths.len || header(t, "transfer-encoding"))
		return true;
	list = strbuf_span(&lengths);
	first = span_next_item(&list);
	while (list.len) {
		if (!span_eq(span_next_item(&list), first))
			return false;
	}
	return is_number(first) && lengths.data[lengths.len - 1] != ',';
}

static void check_length(struct transfer *t)
{
	if (!has_good_length(t))
		t->bad_answer = "the answer's length is not certain";
}

/* What is asked when an answer is over, as far as curl is content with it. */
static void check_end(struct transfer *t)
{
	if (!t->coding)
		check_length(t);
	else if (!coding_is_whole(t->coding))
		t->bad_answer = "the answer ended early";
}

/* The only way a transfer ends by itself. */
static void transfer_finish(struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK && !t->waits)
		check_end(t);
	/* curl says so of a header line over 100 KiB; memory that is really out ends the process. */
	if (code == CURLE_OUT_OF_MEMORY && !t->answered)
		t->over_size = "a header line is too large";
	t->result.fault = fault_of(t, code);
	collect_facts(t);
	if (t->result.fault != TRANSFER_OK)
		describe_fault(t, code);
	t->done(t->arg, &t->result);
	transfer_free(t);
}

/* Waiting for a slot of the address. No request has been sent; curl has closed the connection. */

static void on_granted(void *arg)
{
	struct transfer *t = arg;

	timer_set(t->due, 0); /* curl may be at work further up the stack */
}

static void on_due(void *arg)
{
	struct transfer *t = arg;
	int64_t left_ms = t->ends_at_ms - clock_mono_ms();

	if (!t->slot.has_slot || left_ms <= 0) {
		transfer_finish(t, CURLE_OK);
		return;
	}
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	t->curl_error[0] = '\0';
	t->waits = false;
	if (curl_multi_add_handle(t->all->multi, t->easy) != CURLM_OK)
		transfer_finish(t, CURLE_OUT_OF_MEMORY);
}

static void wait_for_slot(struct transfer *t)
{
	curl_multi_remove_handle(t->all->multi, t->easy);
	if (!t->slot.has_slot)
		timer_set(t->due, t->ends_at_ms - clock_mono_ms());
}

static void collect_done(struct transfers *ts)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(ts->multi, &left))) {
		struct transfer *t;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		if (t->waits)
			wait_for_slot(t);
		else
			transfer_finish(t, message->data.result);
	}
}

static void on_timer(void *arg)
{
	struct transfers *ts = arg;
	int running;

	curl_multi_socket_action(ts->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect_done(ts);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct transfers *ts = arg;

	(void)multi;
	if (timeout_ms < 0)
		timer_clear(ts->timer);
	else
		timer_set(ts->timer, timeout_ms);
	return 0;
}

struct socket_watch {
	struct transfers *all;
	struct watch *watch;
	curl_socket_t fd;
};

static void on_socket_ready(void *arg, short events)
{
	struct socket_watch *s = arg;
	struct transfers *ts = s->all;
	int running, flags = 0;

	if (events & WATCH_READ)
		flags |= CURL_CSELECT_IN;
	if (events & WATCH_WRITE)
		flags |= CURL_CSELECT_OUT;
	/* @s may be gone after this: curl can end its watch from inside. */
	curl_multi_socket_action(ts->multi, s->fd, flags, &running);
	collect_done(ts);
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct transfers *ts = arg;
	struct socket_watch *s = socket_arg;
	short events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			watch_free(s->watch);
		free(s);
		curl_multi_assign(ts->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= WATCH_READ;
	if (what & CURL_POLL_OUT)
		events |= WATCH_WRITE;
	if (s) {
		watch_set(s->watch, events);
		return 0;
	}
	s = ALLOC_NEW(struct socket_watch);
	*s = (struct socket_watch){.all = ts, .fd = fd};
	s->watch = watch_new(ts->loop, fd, events, on_socket_ready, s);
	curl_multi_assign(ts->multi, fd, s);
	return 0;
}

/*
 * Keeps the header of the answer as it came, without those of interim answers
 * before it and without trailers, which the sender could make look like it.
 */
static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct span line = span_from(data, size * count);
	long status = 0;

	t->header_bytes += line.len;
	if (t->header_bytes > HEADERS_MAX_BYTES) {
		t->over_size = "headers are too large";
		return 0;
	}
	if (t->answered)
		return line.len;
	if (span_starts_with(line, SPAN_LITERAL("HTTP/")))
		strbuf_clear(&t->result.headers);
	strbuf_add_span(&t->result.headers, line);
	if (span_is(line, "\r\n") || span_is(line, "\n")) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		t->answered = status >= 200;
	}
	return line.len;
}

static void begin_body(struct transfer *t)
{
	STRBUF_LOCAL(codings);

	check_length(t);
	add_header_list(t, "content-encoding", &codings);
	if (!coding_new(strbuf_span(&codings), &t->coding))
		t->bad_answer = "the answer has a content coding that is not known";
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct span bytes = span_from(data, size * count);
	enum coding_outcome outcome;

	if (!t->coding)
		begin_body(t);
	if (t->bad_answer)
		return 0;
	t->coded_bytes += (int64_t)bytes.len;
	if (t->coded_bytes > (int64_t)t->result.body.max + CODED_SURPLUS) {
		t->over_size = "the coded body is too large";
		return 0;
	}
	outcome = coding_add(t->coding, bytes, &t->result.body);
	if (outcome == CODING_BROKEN)
		t->bad_answer = "the answer is not coded as it says";
	return outcome == CODING_OK ? bytes.len : 0;
}

static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = arg;

	(void)purpose;
	if (!guard_allows(&t->guard, &address->addr)) {
		t->guarded = true;
		return CURL_SOCKET_BAD;
	}
	t->guarded = false; /* a name's other address was */
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

/* Asked before every request, also on a connection that curl kept from another source's transfer. */
static int on_connected(void *arg, char *remote, char *local, int remote_port, int local_port)
{
	struct transfer *t = arg;
	struct sockaddr_storage address;

	(void)local;
	(void)remote_port;
	(void)local_port;
	t->guarded = !parse_address(remote, &address) ||
		!guard_allows(&t->guard, (struct sockaddr *)&address);
	t->waits = !t->guarded && !address_slots_take(t->all->slots, remote, &t->slot);
	if (t->guarded || t->waits)
		return CURL_PREREQFUNC_ABORT;
	/* curl repeats at once what a kept connection broke under; the host's delay forbids that. */
	if (t->is_sent)
		t->bad_answer = "the connection broke before an answer";
	t->is_sent = true;
	return t->bad_answer ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

int transfers_new(struct loop *l, const struct crawler_config *config, struct transfers **ret)
{
	struct transfers *ts = ALLOC_NEW(struct transfers);

	*ts = (struct transfers){.loop = l, .config = config};
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(ts->multi = curl_multi_init())) {
		free(ts);
		return -ERR_LIBRARY;
	}
	ts->timer = timer_new(l, on_timer, ts);
	ts->slots = address_slots_new((size_t)config->address_requests_max);
	curl_multi_setopt(ts->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(ts->multi, CURLMOPT_SOCKETDATA, ts);
	curl_multi_setopt(ts->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(ts->multi, CURLMOPT_TIMERDATA, ts);
	curl_multi_setopt(ts->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT);
	*ret = ts;
	return 0;
}

void transfers_free(struct transfers *ts)
{
	if (!ts)
		return;
	while (ts->first)
		transfer_free(ts->first);
	curl_multi_cleanup(ts->multi);
	address_slots_free(ts->slots);
	timer_free(ts->timer);
	curl_global_cleanup();
	free(ts);
}

static void add_header_line(struct transfer *t, const char *name, const char *value)
{
	CLEANUP(freep) char *line = NULL;

	if (!value || !*value || strpbrk(value, "\r\n"))
		return;
	line = alloc_printf("%s: %s", name, value);
	t->header_lines = curl_slist_append(t->header_lines, line);
}

static void set_request(struct transfer *t, const struct transfer_request *request)
{
	const struct crawler_config *config = t->all->config;
	int64_t timeout_ms = config->total_timeout_ms;
	CURL *e = t->easy;

	if (request->timeout_ms > 0 && request->timeout_ms < timeout_ms)
		timeout_ms = request->timeout_ms;
	t->ends_at_ms = clock_mono_ms() + timeout_ms;
	t->header_lines = curl_slist_append(t->header_lines, ACCEPT);
	t->header_lines = curl_slist_append(t->header_lines, ACCEPT_ENCODING);
	t->header_lines = curl_slist_append(t->header_lines, ACCEPT_LANGUAGE);
	add_header_line(t, "From", config->from);
	add_header_line(t, "If-None-Match", request->etag);
	add_header_line(t, "If-Modified-Since", request->last_modified);
	curl_easy_setopt(e, CURLOPT_URL, t->url);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->header_lines);
	curl_easy_setopt(e, CURLOPT_USERAGENT, config->user_agent);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment's would lead round the guard */
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, LOW_SPEED_BYTES);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, LOW_SPEED_S);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
}

static void set_callbacks(struct transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_connected);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->curl_error);
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
}

int transfer_start(struct transfers *ts, const struct transfer_request *request,
	transfer_done_fn *done, void *arg, struct transfer **ret)
{
	struct transfer *t = ALLOC_NEW(struct transfer);

	*t = (struct transfer){.all = ts,
		.guard = request->guard,
		.done = done,
		.arg = arg,
		.url = alloc_strdup(request->url)};
	t->slot.granted = on_granted;
	t->slot.arg = t;
	t->due = timer_new(ts->loop, on_due, t);
	strbuf_init(&t->result.headers, HEADERS_MAX_BYTES);
	strbuf_init(&t->result.body, (size_t)request->body_max_bytes);
	t->easy = curl_easy_init();
	if (!t->easy) {
		transfer_free(t);
		return -ERR_LIBRARY;
	}
	set_request(t, request);
	set_callbacks(t);
	if (curl_multi_add_handle(ts->multi, t->easy) != CURLM_OK) {
		transfer_free(t);
		return -ERR_LIBRARY;
	}
	t->next = ts->first;
	t->link = &ts->first;
	if (ts->first)
		ts->first->link = &t->next;
	ts->first = t;
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
