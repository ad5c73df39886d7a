#include "tests/web/resolver.h"

#include "common/alloc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define ADDRESSES_MAX 8
#define SLOW_S        5
#define DEFAULT_TTL_S 60

struct addresses {
	int n4, n6;
	struct in_addr v4[ADDRESSES_MAX];
	struct in6_addr v6[ADDRESSES_MAX];
};

struct name {
	struct name *next;
	char *name;
	struct addresses first, then;
	int ttl_s;
	unsigned n_asked4, n_asked6;
};

/* An answer that waits for its time. */
struct late {
	LIST_ENTRY(late) link;
	struct resolver *resolver;
	struct evdns_server_request *request;
	struct event *timer;
};

struct resolver {
	struct event_base *base;
	const struct hosts *hosts;
	struct request_log *log;
	struct evdns_server_port *port;
	struct name *names;
	LIST_HEAD(, late) late;
};

static bool add_address(struct addresses *a, const char *text)
{
	if (a->n4 < ADDRESSES_MAX && inet_pton(AF_INET, text, a->v4 + a->n4) == 1)
		return ++a->n4;
	if (a->n6 < ADDRESSES_MAX && inet_pton(AF_INET6, text, a->v6 + a->n6) == 1)
		return ++a->n6;
	return false;
}

static bool read_addresses(const char *list, struct addresses *ret)
{
	CLEANUP(freep) char *copy = alloc_strdup(list);
	char *rest = copy, *one;

	*ret = (struct addresses){0};
	while ((one = strsep(&rest, ","))) {
		if (*one && !add_address(ret, one))
			return false;
	}
	return true;
}

static struct name *find_name(const struct resolver *r, const char *name)
{
	for (struct name *n = r->names; n; n = n->next) {
		if (strcasecmp(n->name, name) == 0)
			return n;
	}
	return NULL;
}

bool resolver_set(struct resolver *r, const char *name, const char *first, const char *then,
	int ttl_s)
{
	struct addresses a, b;
	struct name *n;

	if (!read_addresses(first, &a) || !read_addresses(then ? then : first, &b))
		return false;
	n = find_name(r, name);
	if (!n) {
		n = ALLOC_NEW(struct name);
		n->name = alloc_strdup(name);
		n->next = r->names;
		r->names = n;
	}
	n->first = a;
	n->then = b;
	n->ttl_s = ttl_s;
	n->n_asked4 = n->n_asked6 = 0;
	return true;
}

static void log_answer(struct resolver *r, const struct evdns_server_question *q,
	const char *answer)
{
	char number[12];

	snprintf(number, sizeof number, "%d", q->type);
	request_log_dns(r->log, q->name,
		q->type == EVDNS_TYPE_A              ? "A"
			: q->type == EVDNS_TYPE_AAAA ? "AAAA"
						     : number,
		answer);
}

static void log_addresses(struct resolver *r, const struct evdns_server_question *q,
	const struct addresses *a)
{
	bool is_v4 = q->type == EVDNS_TYPE_A;
	int n = is_v4 ? a->n4 : q->type == EVDNS_TYPE_AAAA ? a->n6 : 0;
	char text[INET6_ADDRSTRLEN];
	STRBUF_LOCAL(list);

	for (int i = 0; i < n; i++) {
		if (i)
			strbuf_add_char(&list, ',');
		strbuf_add_str(&list,
			is_v4 ? inet_ntop(AF_INET, a->v4 + i, text, sizeof text)
			      : inet_ntop(AF_INET6, a->v6 + i, text, sizeof text));
	}
	log_answer(r, q, list.data);
}

/* One by one: evdns makes one record of several addresses, which no client takes. */
static void add_addresses(struct evdns_server_request *request,
	const struct evdns_server_question *q, const struct addresses *a, int ttl_s)
{
	for (int i = 0; q->type == EVDNS_TYPE_A && i < a->n4; i++)
		evdns_server_request_add_a_reply(request, q->name, 1, &a->v4[i], ttl_s);
	for (int i = 0; q->type == EVDNS_TYPE_AAAA && i < a->n6; i++)
		evdns_server_request_add_aaaa_reply(request, q->name, 1, &a->v6[i], ttl_s);
}

static void give(struct resolver *r, struct evdns_server_request *request,
	const struct evdns_server_question *q, const struct addresses *a, int ttl_s)
{
	add_addresses(request, q, a, ttl_s);
	log_addresses(r, q, a);
	evdns_server_request_respond(request, DNS_ERR_NONE);
}

static void give_name(struct resolver *r, struct evdns_server_request *request,
	const struct evdns_server_question *q, struct name *n)
{
	unsigned *n_asked = q->type == EVDNS_TYPE_AAAA ? &n->n_asked6 : &n->n_asked4;

	give(r, request, q, (*n_asked)++ ? &n->then : &n->first, n->ttl_s);
}

static void give_error(struct resolver *r, struct evdns_server_request *request,
	const struct evdns_server_question *q, int code, const char *answer)
{
	log_answer(r, q, answer);
	evdns_server_request_respond(request, code);
}

static void late_free(struct late *l)
{
	LIST_REMOVE(l, link);
	event_free(l->timer);
	free(l);
}

static void on_late(evutil_socket_t fd, short events, void *arg)
{
	struct late *l = arg;
	struct addresses a = {0};

	(void)fd;
	(void)events;
	add_address(&a, "127.0.0.1");
	give(l->resolver, l->request, l->request->questions[0], &a, 0);
	late_free(l);
}

static void give_late(struct resolver *r, struct evdns_server_request *request)
{
	const struct timeval after = {.tv_sec = SLOW_S};
	struct late *l = ALLOC_NEW(struct late);

	l->resolver = r;
	l->request = request;
	l->timer = evtimer_new(r->base, on_late, l);
	LIST_INSERT_HEAD(&r->late, l, link);
	event_add(l->timer, &after);
}

static void on_query(struct evdns_server_request *request, void *arg)
{
	struct resolver *r = arg;
	const struct evdns_server_question *q;
	const struct host *h;
	struct name *n;

	if (request->nquestions != 1) {
		evdns_server_request_respond(request, DNS_ERR_FORMAT);
		return;
	}
	q = request->questions[0];
	n = find_name(r, q->name);
	h = span_ends_with(span_str(q->name), SPAN_LITERAL(".web.test"))
		? hosts_find(r->hosts, span_str(q->name))
		: NULL;
	if (n) {
		give_name(r, request, q, n);
	} else if (h) {
		struct addresses a = {0};

		add_address(&a, h->address);
		give(r, request, q, &a, DEFAULT_TTL_S);
	} else if (strcasecmp(q->name, "slow.web.test") == 0) {
		give_late(r, request);
	} else if (strcasecmp(q->name, "dead.web.test") == 0) {
		log_answer(r, q, "none");
		evdns_server_request_drop(request);
	} else if (strcasecmp(q->name, "servfail.web.test") == 0) {
		give_error(r, request, q, DNS_ERR_SERVERFAILED, "SERVFAIL");
	} else {
		give_error(r, request, q, DNS_ERR_NOTEXIST, "NXDOMAIN");
	}
}

static int bind_udp(const char *at)
{
	struct sockaddr_storage address;
	int len = sizeof address, fd;

	if (evutil_parse_sockaddr_port(at, (struct sockaddr *)&address, &len) < 0) {
		errno = EINVAL;
		return -1;
	}
	fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, (socklen_t)len) < 0) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

struct resolver *resolver_new(struct event_base *base, const char *at, const struct hosts *hosts,
	struct request_log *log)
{
	int fd = bind_udp(at);
	struct resolver *r;

	if (fd < 0)
		return NULL;
	r = ALLOC_NEW(struct resolver);
	r->base = base;
	r->hosts = hosts;
	r->log = log;
	LIST_INIT(&r->late);
	r->port = evdns_add_server_port_with_base(base, fd, 0, on_query, r);
	return r;
}

void resolver_free(struct resolver *r)
{
	struct name *n;

	if (!r)
		return;
	while (!LIST_EMPTY(&r->late)) {
		evdns_server_request_drop(LIST_FIRST(&r->late)->request);
		late_free(LIST_FIRST(&r->late));
	}
	evdns_close_server_port(r->port);
	while ((n = r->names)) {
		r->names = n->next;
		free(n->name);
		free(n);
	}
	free(r);
}
