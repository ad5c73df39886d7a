/*
 * Transfers against a server on the loopback that gives hostile answers: one
 * listening socket on the test's own loop, one canned answer.
 */
#include "crawler/fetch/transfer.h"

#include "common/alloc.h"
#include "crawler/fetch/budget.h"
#include "tests/cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <zlib.h>
#include <zstd.h>

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

static void hang_up(struct connection *c)
{
	watch_free(c->watch);
	c->watch = NULL;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

static void send_more(struct connection *c)
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

static void on_connection(void *arg, short events)
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

static void answer_all(struct fixture *fx)
{
	for (int i = 0; i < fx->n_connections; i++) {
		if (fx->connections[i].watch)
			watch_set(fx->connections[i].watch, WATCH_WRITE | WATCH_READ);
	}
}

static void on_accept(void *arg, short events)
{
	struct fixture *fx = arg;
	struct connection *c = &fx->connections[fx->n_connections++];

	(void)events;
	assert_true(fx->n_connections <= CONNECTIONS_MAX);
	*c = (struct connection){.fx = fx, .fd = accept(fx->listener, NULL, NULL)};
	c->watch = watch_new(fx->loop, c->fd, WATCH_READ, on_connection, c);
}

/* As if the configuration had it. */
static void open_port(struct fixture *fx, int port)
{
	struct setting_list *ports = &fx->config->crawler.ports;

	ports->items = alloc_resize(ports->items, ports->len + 1, sizeof *ports->items);
	ports->items[ports->len++] = alloc_printf("%d", port);
}

static void listen_on_loopback(struct fixture *fx)
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

static int setup(void **state)
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

static void forget_result(struct fixture *fx)
{
	strbuf_release(&fx->result.headers);
	strbuf_release(&fx->result.body);
}

static int teardown(void **state)
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

static void on_done(void *arg, struct transfer_result *r)
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

static struct transfer *start(struct fixture *fx, struct transfer_request request)
{
	CLEANUP(freep) char *url = alloc_printf("http://127.0.0.1:%d/", fx->port);
	struct transfer *t = NULL;

	request.url = url;
	request.body_max_bytes = request.body_max_bytes ? request.body_max_bytes : 1 << 20;
	assert_int_equal(transfer_start(fx->transfers, &request, on_done, fx, &t), 0);
	return t;
}

static void run(struct fixture *fx, struct transfer_request request)
{
	int before = fx->n_done;

	start(fx, request);
	while (fx->n_done == before)
		loop_turn(fx->loop, true);
}

static void fetch(struct fixture *fx, const char *answer)
{
	strbuf_add_str(&fx->answer, answer);
	run(fx, (struct transfer_request){.rules = &local});
}

static void test_transfer__an_answer_comes_with_headers_and_body(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "ETag: \"1\"\r\nContent-Length: 5\r\n\r\nhello");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_int_equal(fx->result.http_status, 200);
	assert_string_equal(fx->result.body.data, "hello");
	assert_string_equal(fx->etag, "\"1\"");
	assert_true(span_ends_with(strbuf_span(&fx->result.headers), SPAN_LITERAL("\r\n\r\n")));
}

/* Symptom: the guard was asked only when a socket was opened, never for one that curl had kept. */
static void test_transfer__a_kept_connection_serves_only_who_may_use_its_address(void **state)
{
	struct fixture *fx = *state;

	fx->keeps_open = true;
	fetch(fx, OK_HEAD "Content-Length: 5\r\n\r\nhello");
	run(fx, (struct transfer_request){0});
	assert_int_equal(fx->fault, TRANSFER_GUARDED);
	assert_int_equal(fx->result.body.len, 0);
	assert_int_equal(fx->n_requests, 1);
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_OK);
}

static void test_transfer__a_private_address_is_never_connected_to(void **state)
{
	struct fixture *fx = *state;

	run(fx, (struct transfer_request){0});
	assert_int_equal(fx->fault, TRANSFER_GUARDED);
	assert_int_equal(fx->n_connections, 0);
}

static void test_transfer__a_redirect_is_not_followed_but_told(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, "HTTP/1.1 302 Found\r\nLocation: http://b.cn/y\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->location, "http://b.cn/y");
	assert_int_equal(fx->n_requests, 1);
}

static void test_transfer__no_other_scheme_is_fetched(void **state)
{
	struct fixture *fx = *state;
	const struct transfer_request request = {.url = "file:///etc/passwd",
		.rules = &local,
		.body_max_bytes = 1024};
	struct transfer *t;

	assert_int_equal(transfer_start(fx->transfers, &request, on_done, fx, &t), 0);
	while (!fx->n_done)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->fault, TRANSFER_GUARDED);
	assert_int_equal(fx->result.body.len, 0);
}

static void test_transfer__a_body_shorter_than_its_length_is_broken(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "Content-Length: 500\r\n\r\nhello");
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
	assert_true(fx->result.error[0]);
}

static void test_transfer__a_chunked_body_without_its_end_is_broken(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
}

/* Symptom: told as forbidden by the guard, since curl's code is that of an unknown scheme. */
static void test_transfer__an_answer_without_a_status_line_is_broken(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, "<html><body>hello, this is the web of 1991</body></html>");
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
	assert_int_equal(fx->result.body.len, 0);
}

static void test_transfer__a_body_is_cut_at_its_limit(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 10\r\n\r\n0123456789");
	run(fx, (struct transfer_request){.rules = &local, .body_max_bytes = 4});
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_true(fx->result.body.cut);
	assert_string_equal(fx->result.body.data, "0123");
}

static void test_transfer__a_compression_bomb_takes_no_more_than_the_limit(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *zeros = alloc_zeroed(BOMB_BYTES, 1);
	size_t bound = ZSTD_compressBound(BOMB_BYTES), n;
	CLEANUP(freep) char *packed = alloc_bytes(bound);

	n = ZSTD_compress(packed, bound, zeros, BOMB_BYTES, 1);
	assert_false(ZSTD_isError(n));
	strbuf_printf(&fx->answer, OK_HEAD "Content-Encoding: zstd\r\nContent-Length: %zu\r\n\r\n",
		n);
	strbuf_add(&fx->answer, packed, n);
	run(fx, (struct transfer_request){.rules = &local, .body_max_bytes = 16 << 20});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
	assert_int_equal(fx->result.limit, LIMIT_RATIO);
	assert_true(fx->result.body.cap < 1 << 20);
}

/* Text that packs to a tenth or so, and of which no two parts are alike. */
static void add_text(struct strbuf *text, size_t len)
{
	while (text->len < len)
		strbuf_printf(text, "<p>No. %zu of many lines that are much alike</p>\n",
			text->len * 2654435761u % 100000000);
}

static void answer_gzip(struct fixture *fx, struct span text)
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

static void get_together(struct fixture *fx, int n)
{
	transfers_free(fx->transfers);
	fx->config->crawler.bodies_max_mib = 1;
	assert_int_equal(transfers_new(fx->loop, &fx->config->crawler, &fx->transfers), 0);
	for (int i = 0; i < n; i++)
		start(fx, (struct transfer_request){.rules = &local, .body_max_bytes = 8 << 20});
	while (fx->n_done < n)
		loop_turn(fx->loop, true);
}

static void test_transfer__large_bodies_wait_for_memory_and_are_whole(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);

	add_text(&text, 3 << 20);
	fx->expected = strbuf_span(&text);
	strbuf_printf(&fx->answer, OK_HEAD "Content-Length: %zu\r\n\r\n", text.len);
	strbuf_add_span(&fx->answer, strbuf_span(&text));
	get_together(fx, 6);
	strbuf_clear(&fx->answer);
	fx->n_done = 0;
	forget_result(fx);
	answer_gzip(fx, strbuf_span(&text));
	get_together(fx, 6);
	assert_int_equal(budget_held(transfers_budget(fx->transfers)), 0);
}

static void test_transfer__memory_is_bounded_however_many_bodies_there_are(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);

	add_text(&text, 1 << 20);
	fx->expected = strbuf_span(&text);
	answer_gzip(fx, strbuf_span(&text));
	get_together(fx, 8);
	/* A step of each beyond the maximum: what was unpacked in one go, and who goes on alone. */
	assert_true(fx->most_held < (1 << 20) + 8 * (128 << 10));
}

/* Somebody else has all the memory, while an answer comes of which only @len bytes arrive. */
static struct transfer *start_without_memory(struct fixture *fx, struct budget_holder *other,
	size_t len, struct transfer_request request)
{
	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 1000000\r\n\r\n");
	add_text(&fx->answer, len);
	budget_take(transfers_budget(fx->transfers), other,
		(size_t)fx->config->crawler.bodies_max_mib << 20);
	return start(fx, request);
}

/* Until it can go no further. */
static void wait_for_pause(struct fixture *fx)
{
	while (!fx->n_connections || fx->connections[0].sent || !fx->n_requests)
		loop_turn(fx->loop, true);
	for (int i = 0; i < 100; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 0);
}

/* Leaks are found by the sanitizer. */
static void test_transfer__one_that_waits_for_memory_may_be_cancelled(void **state)
{
	struct fixture *fx = *state;
	struct budget_holder other = {0};
	struct transfer *t = start_without_memory(fx, &other, 40 << 10,
		(struct transfer_request){.rules = &local});

	wait_for_pause(fx);
	transfer_cancel(t);
	for (int i = 0; i < 100; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 0);
	budget_leave(transfers_budget(fx->transfers), &other);
	assert_int_equal(budget_held(transfers_budget(fx->transfers)), 0);
}

static void test_transfer__what_is_over_its_limit_once_there_is_memory_ends_at_once(void **state)
{
	struct fixture *fx = *state;
	struct budget_holder other = {0};

	start_without_memory(fx, &other, 40 << 10,
		(struct transfer_request){.rules = &local, .body_max_bytes = 36 << 10});
	wait_for_pause(fx);
	budget_leave(transfers_budget(fx->transfers), &other);
	for (int i = 0; i < 100 && !fx->n_done; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 1);
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_int_equal(fx->result.limit, LIMIT_BODY);
	assert_int_equal(fx->result.body.len, 36 << 10);
}

static void test_transfer__the_host_is_not_blamed_for_memory_that_never_came(void **state)
{
	struct fixture *fx = *state;
	struct budget_holder other = {0};

	start_without_memory(fx, &other, 40 << 10,
		(struct transfer_request){.rules = &local, .timeout_ms = 300});
	while (!fx->n_done)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->fault, TRANSFER_BUSY);
	assert_int_equal(fx->result.limit, LIMIT_MEMORY);
	budget_leave(transfers_budget(fx->transfers), &other);
}

static void fetch_gzip(struct fixture *fx, size_t bytes_missing)
{
	CLEANUP(freep) uint8_t *packed = alloc_bytes(4096);
	char text[1000];
	z_stream z = {.next_in = (Bytef *)text,
		.avail_in = sizeof text,
		.next_out = packed,
		.avail_out = 4096};

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i * i % 23);
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	strbuf_printf(&fx->answer, OK_HEAD "Content-Encoding: gzip\r\nContent-Length: %lu\r\n\r\n",
		z.total_out - bytes_missing);
	strbuf_add(&fx->answer, packed, z.total_out - bytes_missing);
	run(fx, (struct transfer_request){.rules = &local});
}

static void test_transfer__a_coded_body_is_decoded(void **state)
{
	struct fixture *fx = *state;

	fetch_gzip(fx, 0);
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_int_equal(fx->result.body.len, 1000);
	assert_true(span_find(strbuf_span(&fx->last_request),
			    SPAN_LITERAL("\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n")) > 0);
}

/* Symptom: half an article was stored as if whole; curl minds only its own framing. */
static void test_transfer__a_coded_body_without_its_end_is_broken(void **state)
{
	struct fixture *fx = *state;

	fetch_gzip(fx, 30);
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
	assert_string_equal(fx->result.error, "the answer ended early");
}

static void test_transfer__a_coded_body_may_lack_its_checksum(void **state)
{
	struct fixture *fx = *state;

	fetch_gzip(fx, 8);
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_int_equal(fx->result.body.len, 1000);
}

/* Empty members of gzip, which give nothing for ever. */
static void test_transfer__a_coded_body_that_gives_nothing_is_over_the_limit(void **state)
{
	static const char empty[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0";
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, OK_HEAD "Content-Encoding: gzip\r\n\r\n");
	while (fx->answer.len < 2 << 20)
		strbuf_add(&fx->answer, empty, sizeof empty - 1);
	run(fx, (struct transfer_request){.rules = &local, .timeout_ms = 20000});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
}

static void test_transfer__an_uncertain_length_is_broken(void **state)
{
	static const struct {
		const char *lines;
		enum transfer_fault fault;
	} rows[] = {
		{"Content-Length: many\r\n", TRANSFER_BROKEN},
		{"Content-Length: -5\r\n", TRANSFER_BROKEN},
		{"Content-Length: +5\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5x\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5.0\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5,\r\n", TRANSFER_BROKEN},
		{"Content-Length:\r\n", TRANSFER_BROKEN},
		{"Content-Length: 99999999999999999999999\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5\r\nContent-Length: 9\r\n", TRANSFER_BROKEN},
		{"Content-Length: 9\r\nContent-Length: 5\r\n", TRANSFER_BROKEN},
		{"Content-Length: 9\r\nX: y\r\ncontent-length: 5\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5, 9\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5\r\n 9\r\n", TRANSFER_BROKEN},
		{"Content-Length: 5\r\nContent-Length: 5\r\n", TRANSFER_OK},
		{"Content-Length: 5, 5\r\n", TRANSFER_OK},
		{"Content-Length:  5 \r\n", TRANSFER_OK},
		{"X: y\r\n", TRANSFER_OK},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		strbuf_clear(&fx->answer);
		strbuf_printf(&fx->answer, OK_HEAD "%s\r\nhello", rows[i].lines);
		fx->n_connections = 0; /* all are closed */
		run(fx, (struct transfer_request){.rules = &local});
		if (fx->fault != rows[i].fault)
			fail_msg("row %zu: %d", i, (int)fx->fault);
	}
}

static void test_transfer__chunks_need_no_length(void **state)
{
	struct fixture *fx = *state;

	fetch(fx,
		OK_HEAD
		"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->result.body.data, "hello");
}

static void test_transfer__an_unknown_content_coding_is_broken(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "Content-Encoding: x-own\r\nContent-Length: 5\r\n\r\nhello");
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
}

static void test_transfer__endless_headers_are_over_the_limit(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 8192; i++)
		strbuf_printf(&fx->answer,
			"X-Header-%d: 0123456789012345678901234567890123456789\r\n", i);
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
}

/* Symptom: every interim answer emptied the buffer, so that only the time ended them, while curl kept all headers. */
static void test_transfer__a_header_line_that_does_not_end_is_over_the_limit(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, "HTTP/1.1 200 OK\r\nX-Long: ");
	for (int i = 0; i < 200000; i++)
		strbuf_add_char(&fx->answer, 'x');
	strbuf_add_str(&fx->answer, "\r\nContent-Length: 2\r\n\r\nok");
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
	assert_string_equal(fx->result.error, "a header line is too large");
}

static void test_transfer__endless_interim_answers_are_over_the_limit(void **state)
{
	struct fixture *fx = *state;

	fx->endless = true;
	strbuf_add_str(&fx->answer,
		"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
	run(fx, (struct transfer_request){.rules = &local, .timeout_ms = 20000});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
}

static void test_transfer__a_trailer_does_not_replace_the_answer(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nHTTP/x: y\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->result.body.data, "hello");
	assert_true(
		span_starts_with(strbuf_span(&fx->result.headers), SPAN_LITERAL("HTTP/1.1 200")));
}

/* Symptom: a redirect to nowhere led to itself, ten times over. */
static void test_transfer__a_header_without_a_value_is_none(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, "HTTP/1.1 302 Found\r\nLocation:\r\nETag: \r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_null(fx->result.location);
	assert_null(fx->result.etag);
}

/* Symptom: of a Content-Type that was folded, the charset was not stored. */
static void test_transfer__a_folded_header_is_one_line(void **state)
{
	struct fixture *fx = *state;

	fetch(fx,
		"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Type: text/html;\r\n\t charset=gbk\r\n"
		"Content-Length: 5,\n 5\r\n\r\nhello");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->result.headers.data,
		"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Type: text/html;\t charset=gbk\r\n"
		"Content-Length: 5, 5\r\n\r\n");
}

static void test_transfer__a_body_that_does_not_end_ends_with_the_time(void **state)
{
	struct fixture *fx = *state;

	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 500\r\n\r\nhello");
	run(fx, (struct transfer_request){.rules = &local, .timeout_ms = 100});
	assert_int_equal(fx->fault, TRANSFER_TIMEOUT);
}

static void test_transfer__an_answer_that_has_not_begun_is_not_slow(void **state)
{
	struct fixture *fx = *state;

	fx->holds = true;
	fx->config->crawler.rate_min_s = 1;
	fx->config->crawler.first_byte_timeout_ms = 2500;
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_TIMEOUT);
	assert_int_equal(fx->result.limit, LIMIT_FIRST_BYTE);
}

static void test_transfer__validators_are_sent_as_they_are_or_not_at_all(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, "HTTP/1.1 304 Not Modified\r\n\r\n");
	run(fx,
		(struct transfer_request){.rules = &local,
			.etag = "\"a\"",
			.last_modified = "x\r\nCookie: stolen"});
	assert_int_equal(fx->result.http_status, 304);
	assert_true(span_find(strbuf_span(&fx->last_request),
			    SPAN_LITERAL("If-None-Match: \"a\"\r\n")) > 0);
	assert_int_equal(span_find(strbuf_span(&fx->last_request), SPAN_LITERAL("stolen")), -1);
}

static void test_transfer__nothing_comes_after_cancelling(void **state)
{
	struct fixture *fx = *state;
	struct transfer *t;

	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 5\r\n\r\nhello");
	t = start(fx, (struct transfer_request){.rules = &local});
	while (!fx->n_requests)
		loop_turn(fx->loop, true);
	transfer_cancel(t);
	for (int i = 0; i < 10; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 0);
}

static void test_transfer__transfers_may_be_freed_while_some_are_under_way(void **state)
{
	struct fixture *fx = *state;

	start(fx, (struct transfer_request){.rules = &local});
	start(fx, (struct transfer_request){.rules = &local});
	while (fx->n_connections < 2)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->n_done, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_transfer__##name, setup, teardown)

/* Symptom: two requests within a millisecond to a host that had broken a kept connection. */
static void test_transfer__what_a_kept_connection_broke_under_is_not_asked_again(void **state)
{
	struct fixture *fx = *state;

	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 2\r\n\r\nok");
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_OK);
	fx->breaks = true;
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
	assert_string_equal(fx->result.error, "the connection broke before an answer");
	assert_int_equal(fx->n_requests, 2);
}

static void start_five(struct fixture *fx, int64_t timeout_ms)
{
	fx->holds = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 2\r\n\r\nok");
	for (int i = 0; i < 5; i++)
		start(fx, (struct transfer_request){.rules = &local, .timeout_ms = timeout_ms});
}

static void use_two_slots(struct fixture *fx)
{
	transfers_free(fx->transfers);
	fx->config->crawler.address_requests_max = 2;
	assert_int_equal(transfers_new(fx->loop, &fx->config->crawler, &fx->transfers), 0);
}

static void test_transfer__an_address_gets_so_many_requests_at_a_time(void **state)
{
	struct fixture *fx = *state;

	use_two_slots(fx);
	start_five(fx, 0);
	for (int served = 0; served < 5; served = fx->n_done) {
		int want = served + 2 < 5 ? served + 2 : 5;

		while (fx->n_requests < want)
			loop_turn(fx->loop, true);
		for (int i = 0; i < 20; i++)
			loop_turn(fx->loop, false);
		assert_int_equal(fx->n_requests, want);
		answer_all(fx);
		while (fx->n_done < want)
			loop_turn(fx->loop, true);
		assert_int_equal(fx->fault, TRANSFER_OK);
	}
}

static void test_transfer__who_finds_an_address_busy_waits_no_longer_than_it_may(void **state)
{
	struct fixture *fx = *state;

	use_two_slots(fx);
	start_five(fx, 300);
	while (fx->n_done < 5)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->n_requests, 2);
	assert_true(fx->fault == TRANSFER_BUSY || fx->fault == TRANSFER_TIMEOUT);
}

static void test_transfer__one_in_line_may_be_cancelled(void **state)
{
	struct fixture *fx = *state;
	struct transfer *last = NULL;

	use_two_slots(fx);
	start_five(fx, 0);
	last = start(fx, (struct transfer_request){.rules = &local});
	while (fx->n_requests < 2)
		loop_turn(fx->loop, true);
	for (int i = 0; i < 20; i++)
		loop_turn(fx->loop, false);
	transfer_cancel(last);
	fx->holds = false;
	answer_all(fx);
	while (fx->n_done < 5)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->n_requests, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_comes_with_headers_and_body),
		TEST(a_kept_connection_serves_only_who_may_use_its_address),
		TEST(a_private_address_is_never_connected_to),
		TEST(a_redirect_is_not_followed_but_told),
		TEST(no_other_scheme_is_fetched),
		TEST(a_body_shorter_than_its_length_is_broken),
		TEST(a_chunked_body_without_its_end_is_broken),
		TEST(an_answer_without_a_status_line_is_broken),
		TEST(a_body_is_cut_at_its_limit),
		TEST(a_compression_bomb_takes_no_more_than_the_limit),
		TEST(large_bodies_wait_for_memory_and_are_whole),
		TEST(memory_is_bounded_however_many_bodies_there_are),
		TEST(one_that_waits_for_memory_may_be_cancelled),
		TEST(what_is_over_its_limit_once_there_is_memory_ends_at_once),
		TEST(the_host_is_not_blamed_for_memory_that_never_came),
		TEST(a_coded_body_is_decoded),
		TEST(a_coded_body_without_its_end_is_broken),
		TEST(a_coded_body_may_lack_its_checksum),
		TEST(a_coded_body_that_gives_nothing_is_over_the_limit),
		TEST(an_uncertain_length_is_broken),
		TEST(chunks_need_no_length),
		TEST(an_unknown_content_coding_is_broken),
		TEST(endless_headers_are_over_the_limit),
		TEST(a_header_line_that_does_not_end_is_over_the_limit),
		TEST(endless_interim_answers_are_over_the_limit),
		TEST(a_trailer_does_not_replace_the_answer),
		TEST(a_header_without_a_value_is_none),
		TEST(a_folded_header_is_one_line),
		TEST(a_body_that_does_not_end_ends_with_the_time),
		TEST(an_answer_that_has_not_begun_is_not_slow),
		TEST(validators_are_sent_as_they_are_or_not_at_all),
		TEST(nothing_comes_after_cancelling),
		TEST(transfers_may_be_freed_while_some_are_under_way),
		TEST(what_a_kept_connection_broke_under_is_not_asked_again),
		TEST(an_address_gets_so_many_requests_at_a_time),
		TEST(who_finds_an_address_busy_waits_no_longer_than_it_may),
		TEST(one_in_line_may_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
