#include "crawler/fetch/transfer_inside.h"

#include "common/alloc.h"
#include "common/clock.h"

#define ACCEPT          "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
#define ACCEPT_ENCODING "Accept-Encoding: " CODING_ACCEPTED
#define ACCEPT_LANGUAGE "Accept-Language: zh-CN,zh;q=0.9,en;q=0.6"

/*
 * curl walks through its cache of addresses after every transfer. The resolver
 * is ours; what it finds has to stand there from a request's start to its
 * connection, which is a moment.
 */
#define CURL_CACHE_S 2L

/* curl has such a buffer for each transfer, and another one for a paused one. */
#define RECEIVE_BYTES 8192L

static void add_line(struct transfer *t, const char *line)
{
	t->header_lines = curl_slist_append(t->header_lines, line);
}

static void add_header(struct transfer *t, const char *name, const char *value)
{
	CLEANUP(freep) char *line = NULL;

	if (!value || !*value || strpbrk(value, "\r\n"))
		return;
	line = alloc_printf("%s: %s", name, value);
	add_line(t, line);
}

/* Whether the source sends a header of its own in the place of @line. */
static bool is_replaced(const struct transfer *t, const char *line)
{
	size_t n = strcspn(line, ":") + 1;

	for (size_t i = 0; i < t->rules.n_headers; i++) {
		struct span own = t->rules.headers[i];

		if (own.len >= n && strncasecmp(own.data, line, n) == 0)
			return true;
	}
	return false;
}

static void add_own_headers(struct transfer *t)
{
	for (size_t i = 0; i < t->rules.n_headers; i++) {
		struct span own = t->rules.headers[i];
		CLEANUP(freep) char *line = alloc_strndup(own.data, own.len);

		if (!strpbrk(line, "\r\n"))
			add_line(t, line);
	}
}

static void set_headers(struct transfer *t, const struct transfer_request *request)
{
	static const char *const usual[] = {ACCEPT, ACCEPT_LANGUAGE};
	const struct crawler_config *config = t->all->config;
	CLEANUP(freep) char *agent = NULL;

	add_line(t, ACCEPT_ENCODING);
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
		if (!is_replaced(t, usual[i]))
			add_line(t, usual[i]);
	}
	add_own_headers(t);
	add_header(t, "From", config->from);
	add_header(t, "If-None-Match", request->etag);
	add_header(t, "If-Modified-Since", request->last_modified);
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->header_lines);
	agent = *config->contact_url
		? alloc_printf("%s (+%s)", config->user_agent, config->contact_url)
		: alloc_strdup(config->user_agent);
	curl_easy_setopt(t->easy, CURLOPT_USERAGENT, agent);
}

static void set_limits(struct transfer *t, const struct transfer_request *request)
{
	const struct crawler_config *config = t->all->config;
	int64_t timeout_ms = config->total_timeout_ms;
	CURL *e = t->easy;

	if (request->timeout_ms > 0 && request->timeout_ms < timeout_ms)
		timeout_ms = request->timeout_ms;
	t->ends_at_ms = clock_mono_ms() + timeout_ms;
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
	curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)config->rate_min_bytes);
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, CURL_CACHE_S);
}

/* The environment's proxies, and its exceptions from them, would lead round the guard. */
static void set_proxy(struct transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_PROXY, t->rules.proxy);
	curl_easy_setopt(e, CURLOPT_NOPROXY, "");
	curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (*t->rules.proxy_login)
		curl_easy_setopt(e, CURLOPT_PROXYUSERPWD, t->rules.proxy_login);
}

/* Of an https proxy, too: both ends of it are the source's affair. */
static void set_tls(struct transfer *t)
{
	long peer = t->rules.verify == TLS_VERIFY_STRICT, host = peer ? 2L : 0L;
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, peer);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, host);
	curl_easy_setopt(e, CURLOPT_PROXY_SSL_VERIFYPEER, peer);
	curl_easy_setopt(e, CURLOPT_PROXY_SSL_VERIFYHOST, host);
	if (*t->rules.ca_file) {
		curl_easy_setopt(e, CURLOPT_CAINFO, t->rules.ca_file);
		curl_easy_setopt(e, CURLOPT_PROXY_CAINFO, t->rules.ca_file);
	}
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
}

static void set_callbacks(struct transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, transfer_on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, transfer_on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, transfer_on_open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, transfer_on_connected);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->curl_error);
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
}

void transfer_set_options(struct transfer *t, const struct transfer_request *request)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_URL, t->url);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
	set_headers(t, request);
	set_limits(t, request);
	set_proxy(t);
	set_tls(t);
	if (t->jar)
		cookie_jar_use(t->jar, e);
	set_callbacks(t);
}
