/*
 * What the tests of transfers share: a server on the loopback that gives hostile answers,
 * with one listening socket on the test's own loop and one canned answer.
 */
#ifndef POLICYWATCH_TESTS_CRAWLER_TRANSFER_FIXTURE_H
#define POLICYWATCH_TESTS_CRAWLER_TRANSFER_FIXTURE_H

#include "common/alloc.h"
#include "crawler/fetch/budget.h"
#include "crawler/fetch/transfer.h"
#include "tests/cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <zlib.h>

#define CONNECTIONS_MAX 16
#define BOMB_BYTES      (64 << 20)
#define OK_HEAD         "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"

struct fixture;

struct connection {
	struct fixture *fx;
	int fd;
	struct watch *watch;
	size_t sent;
};

struct fixture {
	struct loop *loop;
	struct config *config;
	struct transfers *transfers;
	int listener, port;
	struct watch *accept;
	struct connection connections[CONNECTIONS_MAX];
	int n_connections, n_requests;
	struct strbuf answer, last_request;
	bool keeps_open, endless; /* after the answer: no close; the answer again and again */
	bool holds;               /* no answer until answer_all() */
	bool breaks;              /* no answer at all */
	int n_done;
	enum transfer_fault fault;
	struct transfer_result
		result; /* body and headers taken, the borrowed texts not to be used */
	char etag[32], location[128];
	struct span expected; /* of every body, unless empty */
	size_t most_held;
};

static inline void hang_up(struct connection *c)
{
	watch_free(c->watch);
	c->watch = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static inline void send_more(struct connection *c)
{
	struct fixture *fx = c->fx;
	ssize_t n = send(c->fd, fx->answer.data + c->sent, fx->answer.len - c->sent,
		MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0) {
		hang_up(c);
		return;
	}
	c->sent += (size_t)n;
	if (c->sent < fx->answer.len)
		return;
	c->sent = 0;
	if (fx->endless)
		return;
	if (fx->keeps_open)
		watch_set(c->watch, WATCH_READ);
	else
		hang_up(c);
}

static inline void on_connection(void *arg, short events)
{
	struct connection *c = arg;
	char block[8192];
	ssize_t n;

	if (events & WATCH_WRITE) {
		send_more(c);
		return;
	}
	n = recv(c->fd, block, sizeof block, 0);
	if (n <= 0) {
		hang_up(c);
		return;
	}
	strbuf_clear(&c->fx->last_request);
	strbuf_add(&c->fx->last_request, block, (size_t)n);
	c->fx->n_requests++;
	if (c->fx->breaks) {
		hang_up(c);
		return;
	}
	watch_set(c->watch, c->fx->holds ? 0 : WATCH_WRITE);
}

static inline void answer_all(struct fixture *fx)
{
	for (int i = 0; i < fx->n_connections; i++) {
		if (fx->connections[i].watch)
			watch_set(fx->connections[i].watch, WATCH_WRITE | WATCH_READ);
	}
}

static inline void on_accept(void *arg, short events)
{
	struct fixture *fx = arg;
	struct connection *c = &fx->connections[fx->n_connections++];

	(void)events;
	assert_true(fx->n_connections <= CONNECTIONS_MAX);
	*c = (struct connection){.fx = fx, .fd = accept(fx->listener, NULL, NULL)};
	c->watch = watch_new(fx->loop, c->fd, WATCH_READ, on_connection, c);
}

/* As if the configuration had it. */
static inline void open_port(struct fixture *fx, int port)
{
	struct setting_list *ports = &fx->config->crawler.ports;

	ports->items = alloc_resize(ports->items, ports->len + 1, sizeof *ports->items);
	ports->items[ports->len++] = alloc_printf("%d", port);
}

static inline void listen_on_loopback(struct fixture *fx)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof address;

	fx->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fx->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fx->listener, CONNECTIONS_MAX), 0);
	assert_int_equal(getsockname(fx->listener, (struct sockaddr *)&address, &len), 0);
	fx->port = ntohs(address.sin_port);
	open_port(fx, fx->port);
	fx->accept = watch_new(fx->loop, fx->listener, WATCH_READ, on_accept, fx);
}

static inline int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	fx->loop = loop_new();
	strbuf_init(&fx->answer, 0);
	strbuf_init(&fx->last_request, 0);
	assert_int_equal(config_load(NULL, &fx->config, &errors), 0);
	assert_int_equal(transfers_new(fx->loop, &fx->config->crawler, &fx->transfers), 0);
	listen_on_loopback(fx);
	*state = fx;
	return 0;
}

static inline void forget_result(struct fixture *fx)
{
	strbuf_release(&fx->result.headers);
	strbuf_release(&fx->result.body);
}

static inline int teardown(void **state)
{
	struct fixture *fx = *state;

	transfers_free(fx->transfers);
	for (int i = 0; i < fx->n_connections; i++)
		hang_up(&fx->connections[i]);
	watch_free(fx->accept);
	close(fx->listener);
	if (fx->n_done)
		forget_result(fx);
	strbuf_release(&fx->answer);
	strbuf_release(&fx->last_request);
	config_free(fx->config);
	loop_free(fx->loop);
	test_free(fx);
	return 0;
}

static inline void on_done(void *arg, struct transfer_result *r)
{
	struct fixture *fx = arg;

	if (fx->n_done++)
		forget_result(fx);
	fx->fault = r->fault;
	if (fx->expected.len)
		assert_true(span_eq(strbuf_span(&r->body), fx->expected));
	if (budget_held(transfers_budget(fx->transfers)) > fx->most_held)
		fx->most_held = budget_held(transfers_budget(fx->transfers));
	snprintf(fx->etag, sizeof fx->etag, "%s", r->etag ? r->etag : "");
	snprintf(fx->location, sizeof fx->location, "%s", r->location ? r->location : "");
	fx->result = *r;
	strbuf_init(&r->headers, 0);
	strbuf_init(&r->body, 0);
}

static struct span loopback[] = {{"127.0.0.1/32", sizeof "127.0.0.1/32" - 1}};
static const struct fetch_rules local = {.allow_addresses = loopback,
	.n_allow_addresses = 1,
	.proxy = "",
	.proxy_login = "",
	.ca_file = ""};

static inline struct transfer *start(struct fixture *fx, struct transfer_request request)
{
	CLEANUP(freep) char *url = alloc_printf("http://127.0.0.1:%d/", fx->port);
	struct transfer *t = NULL;

	request.url = url;
	request.body_max_bytes = request.body_max_bytes ? request.body_max_bytes : 1 << 20;
	assert_int_equal(transfer_start(fx->transfers, &request, on_done, fx, &t), 0);
	return t;
}

static inline void run(struct fixture *fx, struct transfer_request request)
{
	int before = fx->n_done;

	start(fx, request);
	while (fx->n_done == before)
		loop_turn(fx->loop, true);
}

static inline void fetch(struct fixture *fx, const char *answer)
{
	strbuf_add_str(&fx->answer, answer);
	run(fx, (struct transfer_request){.rules = &local});
}

/* Text that packs to a tenth or so, and of which no two parts are alike. */
static inline void add_text(struct strbuf *text, size_t len)
{
	while (text->len < len)
		strbuf_printf(text, "<p>No. %zu of many lines that are much alike</p>\n",
			text->len * 2654435761u % 100000000);
}

static inline void answer_gzip(struct fixture *fx, struct span text)
{
	uLong bound = compressBound(text.len) + 64;
	CLEANUP(freep) uint8_t *packed = alloc_bytes(bound);
	z_stream z = {.next_in = (Bytef *)text.data,
		.avail_in = (uInt)text.len,
		.next_out = packed,
		.avail_out = (uInt)bound};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	strbuf_printf(&fx->answer, OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %lu\r\n\r\n",
		z.total_out);
	strbuf_add(&fx->answer, packed, z.total_out);
}

#endif
