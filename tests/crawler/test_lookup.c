/*
 * Transfers to names that take their time, or turn to another address while a
 * SOCKS5 proxy takes its own. The names are this file's own getaddrinfo().
 */
#include "crawler/fetch/transfer.h"

#include "tests/cmocka_all.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>

#define FIRST_ADDRESS   "1.2.3.4"
#define SECOND_ADDRESS  "127.0.0.1"
#define SLOWNESS_MS     3000 /* longer than curl remembers */
#define TYPE_ADDRESS_V4 1

static atomic_int n_lookups, lookup_ms;

struct answer {
	struct addrinfo info;
	struct sockaddr_in address;
};

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
	struct addrinfo **ret)
{
	struct answer *a = calloc(1, sizeof *a);

	(void)host;
	(void)service;
	(void)hints;
	poll(NULL, 0, lookup_ms);
	a->address.sin_family = AF_INET;
	inet_pton(AF_INET, n_lookups++ ? SECOND_ADDRESS : FIRST_ADDRESS, &a->address.sin_addr);
	a->info = (struct addrinfo){.ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_addrlen = sizeof a->address,
		.ai_addr = (struct sockaddr *)&a->address};
	*ret = &a->info;
	return 0;
}

void freeaddrinfo(struct addrinfo *info)
{
	free(info);
}

struct proxy {
	int listener, port;
	pthread_t thread;
	unsigned char request[64];
};

/* Asks for no login, slowly; takes a request, and hangs up. */
static void *serve(void *arg)
{
	struct proxy *p = arg;
	int fd = accept(p->listener, NULL, NULL);
	unsigned char greeting[64];

	if (recv(fd, greeting, sizeof greeting, 0) > 0) {
		poll(NULL, 0, SLOWNESS_MS);
		send(fd, "\5\0", 2, MSG_NOSIGNAL);
		(void)!recv(fd, p->request, sizeof p->request, 0);
	}
	close(fd);
	return NULL;
}

static void proxy_start(struct proxy *p)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof address;

	p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(p->listener, 1), 0);
	assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &len), 0);
	p->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&p->thread, NULL, serve, p), 0);
}

struct fixture {
	struct loop *loop;
	struct config *config;
	struct transfers *transfers;
	bool is_done;
	struct transfer_result result; /* borrowed texts not to be used */
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	n_lookups = lookup_ms = 0;
	fx->loop = loop_new();
	assert_int_equal(config_load(NULL, &fx->config, &errors), 0);
	assert_int_equal(transfers_new(fx->loop, &fx->config->crawler, &fx->transfers), 0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	transfers_free(fx->transfers);
	config_free(fx->config);
	loop_free(fx->loop);
	test_free(fx);
	return 0;
}

static void on_done(void *arg, struct transfer_result *r)
{
	struct fixture *fx = arg;

	fx->result = *r;
	fx->is_done = true;
}

static void get(struct fixture *fx, const char *url, const char *proxy)
{
	const struct fetch_rules rules = {.proxy = proxy, .proxy_login = "", .ca_file = ""};
	const struct transfer_request request = {.url = url,
		.rules = &rules,
		.body_max_bytes = 1024};
	struct transfer *t;

	assert_int_equal(transfer_start(fx->transfers, &request, on_done, fx, &t), 0);
	while (!fx->is_done)
		loop_turn(fx->loop, true);
}

static void test_lookup__a_slow_proxy_is_told_the_address_that_the_guard_has_seen(void **state)
{
	struct fixture *fx = *state;
	struct proxy proxy = {0};
	char at[64], address[INET_ADDRSTRLEN] = "";

	proxy_start(&proxy);
	snprintf(at, sizeof at, "socks5://127.0.0.1:%d", proxy.port);
	get(fx, "http://turns.example.org/", at);
	pthread_join(proxy.thread, NULL);
	close(proxy.listener);
	assert_int_equal(proxy.request[3], TYPE_ADDRESS_V4);
	inet_ntop(AF_INET, proxy.request + 4, address, sizeof address);
	assert_string_equal(address, FIRST_ADDRESS);
	assert_int_equal(n_lookups, 1);
}

static void test_lookup__one_that_takes_too_long_tells_how_long_it_took(void **state)
{
	struct fixture *fx = *state;

	lookup_ms = 1000;
	fx->config->crawler.connect_timeout_ms = 100;
	get(fx, "http://slow.example.org/", "");
	assert_int_equal(fx->result.fault, TRANSFER_TIMEOUT);
	assert_int_equal(fx->result.limit, LIMIT_CONNECT);
	assert_in_range(fx->result.phases.lookup_us, 100000, 900000);
	assert_int_equal(fx->result.phases.total_us, fx->result.phases.lookup_us);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_lookup__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_slow_proxy_is_told_the_address_that_the_guard_has_seen),
		TEST(one_that_takes_too_long_tells_how_long_it_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
