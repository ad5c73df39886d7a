/*
 * A transfer through a SOCKS5 proxy that takes its time, to a name that turns
 * to another address meanwhile. The names are this file's own getaddrinfo().
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

static atomic_int n_lookups;

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

static void on_done(void *arg, struct transfer_result *r)
{
	*(enum transfer_fault *)arg = r->fault;
}

static void test_socks__a_slow_proxy_is_told_the_address_that_the_guard_has_seen(void **state)
{
	CLEANUP(loop_freep) struct loop *loop = loop_new();
	CLEANUP(config_freep) struct config *config = NULL;
	CLEANUP(transfers_freep) struct transfers *transfers = NULL;
	enum transfer_fault fault = TRANSFER_OK;
	struct proxy proxy = {0};
	struct transfer *t;
	STRBUF_LOCAL(errors);
	char at[64], address[INET_ADDRSTRLEN] = "";

	(void)state;
	proxy_start(&proxy);
	snprintf(at, sizeof at, "socks5://127.0.0.1:%d", proxy.port);
	assert_int_equal(config_load(NULL, &config, &errors), 0);
	assert_int_equal(transfers_new(loop, &config->crawler, &transfers), 0);
	assert_int_equal(transfer_start(transfers,
				 &(struct transfer_request){.url = "http://turns.example.org/",
					 .rules = &(struct fetch_rules){.proxy = at,
						 .proxy_login = "",
						 .ca_file = ""},
					 .body_max_bytes = 1024},
				 on_done, &fault, &t),
		0);
	while (fault == TRANSFER_OK)
		loop_turn(loop, true);
	pthread_join(proxy.thread, NULL);
	close(proxy.listener);
	assert_int_equal(proxy.request[3], TYPE_ADDRESS_V4);
	inet_ntop(AF_INET, proxy.request + 4, address, sizeof address);
	assert_string_equal(address, FIRST_ADDRESS);
	assert_int_equal(n_lookups, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_socks__a_slow_proxy_is_told_the_address_that_the_guard_has_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
