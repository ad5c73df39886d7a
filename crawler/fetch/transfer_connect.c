/*
 * The guard asks three times: about the URL alone, about an address before a
 * socket is opened for it, and before a request about the address that a
 * connection, which may be an old one, leads to.
 */
#include "crawler/fetch/transfer_inside.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/url.h"

#include <arpa/inet.h>
#include <stdio.h>

/* Connecting. */

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
	guard_say_not_public(span_str(text), t->guarded);
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

/*
 * Whether a connection, which may be one that another source's transfer has left, is good
 * for us.
 */
static bool may_use(struct transfer *t, const char *remote)
{
	struct sockaddr_storage address;

	if (t->is_proxied)
		return true;
	if (!parse_address(remote, &address) || !is_allowed(t, (struct sockaddr *)&address))
		return false;
	if (address_slots_take(t->all->slots, remote, &t->slot))
		return true;
	t->state = TRANSFER_IN_LINE;
	return false;
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
	/* We may have stood still meanwhile, and whoever has the host now may be asking it. */
	t->is_over = clock_mono_ms() >= t->ends_at_ms;
	if (t->is_over)
		return CURL_PREREQFUNC_ABORT;
	/*
	 * curl repeats at once what a kept connection broke under; the host's delay
	 * forbids that.
	 */
	if (t->is_sent)
		t->bad_answer = "the connection broke before an answer";
	t->is_sent = true;
	timer_set(t->due, t->all->config->first_byte_timeout_ms);
	return t->bad_answer ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* Looking up. */

/* A proxy that is told the name looks it up itself; an address is one already. */
static bool is_looked_up_here(const struct transfer *t, struct span host)
{
	struct in_addr v4;
	CLEANUP(freep) char *text = alloc_strndup(host.data, host.len);

	if (t->is_proxied && strncmp(t->rules.proxy, "socks5://", 9) != 0)
		return false;
	return text[0] != '[' && inet_pton(AF_INET, text, &v4) != 1;
}

/* Behind SOCKS nobody asks about the address once more. */
static void guard_addresses(struct transfer *t, const char *addresses)
{
	struct span list = span_str(addresses);

	while (t->is_proxied && list.len && !*t->guarded) {
		struct span host = span_next_item(&list);

		if (!guard_allows_host(&t->rules, host))
			guard_say_not_public(host, t->guarded);
	}
}

/*
 * "+": for as long as curl remembers anything, which is until it connects. The
 * proxy may take longer before curl asks; it is told the address itself, so
 * that no other answer to the same question comes there unseen.
 */
static char *address_line(const struct transfer *t, const char *addresses)
{
	struct url_parts parts = {0};

	if (t->is_proxied)
		return alloc_printf("::%.*s:", (int)strcspn(addresses, ","), addresses);
	url_split(span_str(t->url), &parts);
	return alloc_printf("+%.*s:%u:%s", (int)parts.host.len, parts.host.data, url_port(&parts),
		addresses);
}

static void take_addresses(struct transfer *t, const char *addresses)
{
	CLEANUP(freep) char *line = address_line(t, addresses);

	t->resolved = curl_slist_append(NULL, line);
	guard_addresses(t, addresses);
}

static void on_resolved(void *arg, const char *addresses, const char *error)
{
	struct transfer *t = arg;
	int64_t left_ms;

	t->query = NULL;
	timer_clear(t->due);
	t->lookup_us = (clock_mono_ms() - t->started_ms) * 1000;
	if (!addresses) {
		snprintf(t->curl_error, sizeof t->curl_error, "the host cannot be looked up: %s",
			error);
		transfer_finish(t, CURLE_COULDNT_RESOLVE_HOST);
		return;
	}
	take_addresses(t, addresses);
	if (*t->guarded) {
		transfer_finish(t, CURLE_ABORTED_BY_CALLBACK);
		return;
	}
	left_ms = t->all->config->connect_timeout_ms - t->lookup_us / 1000;
	/* 0 is curl's own default */
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(left_ms > 0 ? left_ms : 1));
	transfer_run(t);
}

static void look_up(struct transfer *t, struct span host)
{
	const struct crawler_config *config = t->all->config;
	CLEANUP(freep) char *name = alloc_strndup(host.data, host.len);
	const char *known = resolver_remembered(t->all->resolver, name, config->dns_ttl_s * 1000);
	int64_t ms = t->ends_at_ms - clock_mono_ms();

	if (known) {
		take_addresses(t, known);
		return;
	}
	t->state = TRANSFER_LOOKS_UP;
	t->started_ms = clock_mono_ms();
	t->query = resolver_start(t->all->resolver, name, on_resolved, t);
	timer_set(t->due, ms < config->connect_timeout_ms ? ms : config->connect_timeout_ms);
}

void transfer_prepare(struct transfer *t)
{
	struct url_parts parts;

	t->state = TRANSFER_RUNS;
	if (!transfer_is_web(t) || !url_split(span_str(t->url), &parts))
		return; /* curl refuses it */
	if (guard_allows_url(&t->rules, &t->all->config->ports, span_str(t->url), t->guarded) &&
		is_looked_up_here(t, parts.host))
		look_up(t, parts.host);
	if (*t->guarded) {
		t->state = TRANSFER_REFUSED_AT_ONCE;
		timer_set(t->due, 0);
	}
}
