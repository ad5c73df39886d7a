#include "tests/web/server.h"

#include "common/alloc.h"
#include "common/json.h"
#include "tests/web/answer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>

#define BACKLOG 1024
#define HTML    "text/html; charset=utf-8"
#define TEXT    "text/plain; charset=utf-8"

struct door {
	struct server *server;
	struct host *host;
	struct evconnlistener *listener;
};

struct server {
	struct event_base *base;
	struct hosts *hosts;
	const struct world_clock *clock;
	struct request_log *log;
	struct connections *connections;
	struct door *doors; /* one for each host */
	uint64_t n_answers;
	struct evbuffer *out;
	struct world_answer answer; /* kept for its memory */
};

/* The host that a request is for: by its name if it has one of ours, else by where it came in. */
static struct host *host_of(const struct server *s, struct connection *c)
{
	struct span name = connection_exchange(c)->request.host;
	const struct door *d = connection_site(c);
	struct host *named =
		span_ends_with(name, SPAN_LITERAL(".web.test")) ? hosts_find(s->hosts, name) : NULL;

	return named ? named : d->host;
}

static void send_answer(struct server *s, struct connection *c, struct answer a)
{
	const struct request *q = &connection_exchange(c)->request;

	a.keep_alive = q->keep_alive;
	a.head_only = span_is(q->method, "HEAD");
	answer_write(&a, s->out);
	connection_answer(c, s->out);
}

/* Into s->answer. */
static void ask_world(struct server *s, const struct host *h, struct world_request q)
{
	q.nonce = s->n_answers;
	world_answer(hosts_world(s->hosts), h->number, &q, &s->answer);
}

static void answer_from_world(struct server *s, struct connection *c, const struct host *h)
{
	struct exchange *x = connection_exchange(c);
	const struct world_answer *a = &s->answer;

	ask_world(s, h,
		(struct world_request){.path = x->request.path,
			.etag = x->request.etag,
			.now_ms = x->world_ms});
	x->shown = a->shown;
	send_answer(s, c,
		(struct answer){a->status, .content_type = a->content_type,
			.location = a->location.data, .etag = a->etag,
			.last_modified_ms = a->last_modified_ms, .body = strbuf_span(&a->body)});
}

/* What a hostile host has that is good; nothing for other paths. */
static void add_hostile_page(const struct server *s, const struct host *h, struct span path,
	struct strbuf *out)
{
	int64_t published_ms = world_options(hosts_world(s->hosts))->start_ms;
	unsigned article = page_article_number(path);

	if (article)
		page_article(h->number, article, published_ms, out);
	else if (span_is(path, PAGE_LIST))
		page_listing(h->number, published_ms, out);
}

static void answer_well(struct server *s, struct connection *c, const struct host *h)
{
	STRBUF_LOCAL(body);

	add_hostile_page(s, h, connection_exchange(c)->request.path, &body);
	if (body.len)
		send_answer(s, c,
			(struct answer){200, .content_type = HTML, .body = strbuf_span(&body)});
	else
		send_answer(s, c,
			(struct answer){404, .content_type = TEXT,
				.body = SPAN_LITERAL("not here\n")});
}

static void add_page(const struct ask *a, struct strbuf *out)
{
	struct server *s = a->server;

	if (a->host->kind) {
		add_hostile_page(s, a->host, a->path, out);
	} else {
		ask_world(s, a->host,
			(struct world_request){.path = a->path, .now_ms = a->world_ms});
		strbuf_add_span(out, strbuf_span(&s->answer.body));
	}
}

static void answer_badly(struct server *s, struct connection *c, struct host *h,
	const struct hostile_kind *kind)
{
	struct exchange *x = connection_exchange(c);
	unsigned article = page_article_number(x->request.path);
	const struct ask ask = {.path = x->request.path,
		.add_page = add_page,
		.server = s,
		.host = h,
		.world_ms = x->world_ms,
		.origin = h->origin,
		.site = h->number,
		.article = article,
		.nth = h->n_asked[article]++,
		.keep_alive = x->request.keep_alive,
		.head_only = span_is(x->request.method, "HEAD")};

	x->kind = kind->name;
	connection_play(c, hostile_steps(kind, &ask), &ask);
}

static void answer(struct server *s, struct connection *c)
{
	struct exchange *x = connection_exchange(c);
	struct host *h = host_of(s, c);
	const struct overlay_page *page = overlay_find(&h->overlay, x->request.path);
	const struct hostile_kind *kind = host_kind(h, x->request.path);

	s->n_answers++;
	x->world_ms = world_clock_now_ms(s->clock);
	if (page && page->is_closed)
		connection_hold(c);
	else if (page && page->is_put)
		send_answer(s, c,
			(struct answer){page->status, .content_type = page->content_type,
				.body = strbuf_span(&page->body)});
	else if (kind)
		answer_badly(s, c, h, kind);
	else if (h->kind)
		answer_well(s, c, h);
	else
		answer_from_world(s, c, h);
}

static void on_request(void *arg, struct connection *c)
{
	const struct request *q = &connection_exchange(c)->request;

	if (span_is(q->method, "GET") || span_is(q->method, "HEAD"))
		answer(arg, c);
	else
		send_answer(arg, c, (struct answer){405, .content_type = TEXT});
}

static void on_exchange(void *arg, struct connection *c, const struct exchange *x)
{
	struct server *s = arg;
	const struct door *d = connection_site(c);

	request_log_exchange(s->log, x, d->host->address, connection_peer(c));
}

static void on_mute(void *arg, struct connection *c, const struct exchange *x)
{
	struct server *s = arg;
	const struct door *d = connection_site(c);
	struct exchange now = *x;

	now.world_ms = world_clock_now_ms(s->clock);
	request_log_connect(s->log, &now, d->host->address, connection_peer(c));
}

static const struct connection_owner owner = {on_request, on_exchange, on_mute};

static bool breaks_at_once(const struct host *h)
{
	for (int i = 0; i < PATH_CLASSES; i++) {
		if (!h->spoiled[i] || !hostile_spoils_accept(h->spoiled[i]))
			return false;
	}
	return true;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
	int from_len, void *arg)
{
	struct door *d = arg;
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;
	char address[INET_ADDRSTRLEN] = "", peer[INET_ADDRSTRLEN + 8];

	(void)listener;
	(void)from_len;
	inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
	snprintf(peer, sizeof peer, "%s:%u", address, ntohs(in->sin_port));
	connections_accept(d->server->connections, fd, peer, d, breaks_at_once(d->host));
}

/* Out of descriptors: the listener is level-triggered and would spin. Better to fail loudly. */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	(void)listener;
	(void)arg;
	perror("policywatch-web: accept");
	exit(1);
}

static bool open_door(struct server *s, struct door *d, struct host *h)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(world_options(hosts_world(s->hosts))->port)};

	inet_pton(AF_INET, h->address, &at.sin_addr);
	d->server = s;
	d->host = h;
	d->listener = evconnlistener_new_bind(s->base, on_accept, d,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG,
		(struct sockaddr *)&at, sizeof at);
	if (d->listener)
		evconnlistener_set_error_cb(d->listener, on_accept_error);
	return d->listener;
}

struct server *server_new(const struct server_options *options)
{
	CLEANUP(server_freep) struct server *s = ALLOC_NEW(struct server);
	uint32_t n = hosts_count(options->hosts);

	s->base = options->base;
	s->hosts = options->hosts;
	s->clock = options->clock;
	s->log = options->log;
	s->answer = (struct world_answer)WORLD_ANSWER_INIT;
	s->out = evbuffer_new();
	s->connections = connections_new(s->base, &owner, s);
	s->doors = alloc_zeroed(n, sizeof *s->doors);
	for (uint32_t i = 0; i < n; i++) {
		if (!open_door(s, s->doors + i, hosts_at(s->hosts, i)))
			return NULL;
	}
	return TAKE_PTR(s);
}

void server_free(struct server *s)
{
	int e = errno;

	if (!s)
		return;
	connections_free(s->connections);
	for (uint32_t i = 0; i < hosts_count(s->hosts); i++) {
		if (s->doors[i].listener)
			evconnlistener_free(s->doors[i].listener);
	}
	world_answer_release(&s->answer);
	evbuffer_free(s->out);
	free(s->doors);
	free(s);
	errno = e; /* why it could not be made */
}

const struct connections *server_connections(const struct server *s)
{
	return s->connections;
}

static void release(void *arg, struct connection *c)
{
	answer(arg, c);
}

void server_release_held(struct server *s)
{
	connections_each_held(s->connections, release, s);
}

static void tell_held(void *arg, struct connection *c)
{
	const struct exchange *x = connection_exchange(c);
	const struct door *d = connection_site(c);
	struct strbuf *out = arg;

	json_open(out, '{');
	json_field_str(out, "address", d->host->address);
	json_key(out, "path");
	json_span(out, x->request.path);
	json_field_int(out, "start_us", x->start_us);
	json_close(out, '}');
}

void server_tell_waiting(struct server *s, struct strbuf *out)
{
	json_open(out, '[');
	connections_each_held(s->connections, tell_held, out);
	json_close(out, ']');
}
