#include "tests/web/control.h"

#include "common/alloc.h"
#include "common/json.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#define PUT_MAX (64 << 20) /* the largest page that a test lays over another */

struct control {
	struct control_options o;
	struct evhttp *http;
	uint16_t port;
	bool ends; /* libevent frees what is under way */
};

/* A request's parts, and its answer while it is written. */
struct call {
	struct control *control;
	struct evkeyvalq query;
	struct span body;
	const char *mistake; /* NULL: it went well */
	struct strbuf out;
};

static const char *argument(const struct call *c, const char *name)
{
	return evhttp_find_header(&c->query, name);
}

static void fail(struct call *c, const char *mistake)
{
	c->mistake = mistake;
}

static bool number_argument(const struct call *c, const char *name, double *ret)
{
	const char *text = argument(c, name);
	char *end;

	if (!text)
		return false;
	*ret = strtod(text, &end);
	return end != text && !*end;
}

static struct host *host_argument(struct call *c)
{
	struct host *h = hosts_find(c->control->o.hosts, span_str(argument(c, "host")));

	if (!h)
		fail(c, "no such host");
	return h;
}

static void tell_clock(struct call *c)
{
	const struct world_clock *clock = c->control->o.clock;

	json_open(&c->out, '{');
	json_field_int(&c->out, "now_ms", world_clock_now_ms(clock));
	json_key(&c->out, "rate");
	strbuf_printf(&c->out, "%.17g", clock->rate);
	json_close(&c->out, '}');
	strbuf_add_char(&c->out, '\n');
}

static void set_clock(struct call *c)
{
	struct world_clock *clock = c->control->o.clock;
	double value;

	if (number_argument(c, "rate", &value))
		world_clock_set_rate(clock, value);
	if (number_argument(c, "advance_ms", &value))
		world_clock_set(clock, world_clock_now_ms(clock) + (int64_t)value);
	if (number_argument(c, "at_ms", &value))
		world_clock_set(clock, (int64_t)value);
	tell_clock(c);
}

/* Resident memory, as the kernel counts it. */
static int64_t rss_bytes(void)
{
	CLEANUP(fclosep) FILE *f = fopen("/proc/self/statm", "re");
	long total, resident;

	if (!f || fscanf(f, "%ld %ld", &total, &resident) != 2)
		return -1;
	return resident * sysconf(_SC_PAGESIZE);
}

static void tell_stats(struct call *c)
{
	const struct connections *cs = server_connections(c->control->o.server);

	json_open(&c->out, '{');
	json_field_int(&c->out, "requests", (int64_t)request_log_count(c->control->o.log));
	json_field_int(&c->out, "connections", (int64_t)connections_count(cs));
	json_field_int(&c->out, "open", (int64_t)connections_open(cs));
	json_field_int(&c->out, "rss_bytes", rss_bytes());
	json_close(&c->out, '}');
	strbuf_add_char(&c->out, '\n');
}

static void tell_waiting(struct call *c)
{
	server_tell_waiting(c->control->o.server, &c->out);
	strbuf_add_char(&c->out, '\n');
}

static void tell_hostile(struct call *c)
{
	struct hosts *hs = c->control->o.hosts;

	for (uint32_t i = hosts_honest(hs); i < hosts_count(hs); i++)
		host_tell(hosts_at(hs, i), &c->out);
}

static bool find_classes(const char *on, bool ret[PATH_CLASSES])
{
	static const char *const names[PATH_CLASSES] =
		{[PATH_ROBOTS] = "robots", [PATH_LIST] = "list", [PATH_ARTICLE] = "article"};
	bool found = false;

	for (int i = 0; on && i < PATH_CLASSES; i++) {
		ret[i] = strcmp(on, "all") == 0 || strcmp(on, names[i]) == 0;
		found |= ret[i];
	}
	return found;
}

static void set_hostility(struct call *c)
{
	struct host *h = host_argument(c);
	const char *name = argument(c, "kind");
	const struct hostile_kind *kind = name ? hostile_find(name) : NULL;
	bool classes[PATH_CLASSES];

	if (!h)
		return;
	if (!find_classes(argument(c, "on"), classes)) {
		fail(c, "on= must be robots, list, article or all");
		return;
	}
	if (!name || (!kind && strcmp(name, "none") != 0)) {
		fail(c, "no such kind");
		return;
	}
	for (int i = 0; i < PATH_CLASSES; i++) {
		if (classes[i])
			host_spoil(h, (enum path_class)i, kind);
	}
}

static void set_name(struct call *c)
{
	const char *name = argument(c, "name"), *addresses = argument(c, "addresses");
	double ttl_s = 0;

	if (!c->control->o.resolver)
		fail(c, "no --dns");
	else if (!name || !addresses)
		fail(c, "name= and addresses= are needed");
	else if (argument(c, "ttl") && !number_argument(c, "ttl", &ttl_s))
		fail(c, "ttl= is no number");
	else if (!resolver_set(c->control->o.resolver, name, addresses, argument(c, "then"),
			 (int)ttl_s))
		fail(c, "not an address");
}

static void put_page(struct call *c)
{
	struct host *h = host_argument(c);
	const char *path = argument(c, "path"), *type = argument(c, "type");
	double status = 200;

	if (!h)
		return;
	if (!path || *path != '/')
		fail(c, "path= must begin with /");
	else if (argument(c, "status") && !number_argument(c, "status", &status))
		fail(c, "status= is no number");
	else
		overlay_put(&h->overlay, path, (int)status, type ? type : "text/html", c->body);
}

static void set_gate(struct call *c)
{
	struct host *h = host_argument(c);
	const char *path = argument(c, "path");
	double closed;

	if (!h)
		return;
	if (!path || !number_argument(c, "closed", &closed)) {
		fail(c, "path= and closed=1 or 0 are needed");
		return;
	}
	overlay_gate(&h->overlay, path, closed != 0);
	server_release_held(c->control->o.server);
}

static const struct {
	enum evhttp_cmd_type method;
	const char *path;
	void (*fn)(struct call *c);
} routes[] = {
	{EVHTTP_REQ_GET, "/clock", tell_clock},
	{EVHTTP_REQ_POST, "/clock", set_clock},
	{EVHTTP_REQ_GET, "/stats", tell_stats},
	{EVHTTP_REQ_GET, "/hostile", tell_hostile},
	{EVHTTP_REQ_GET, "/waiting", tell_waiting},
	{EVHTTP_REQ_POST, "/hostility", set_hostility},
	{EVHTTP_REQ_POST, "/dns", set_name},
	{EVHTTP_REQ_POST, "/put", put_page},
	{EVHTTP_REQ_POST, "/gate", set_gate},
};

/* Answers that are long: one host after the other, the next when the client has the last. */
struct stream {
	struct control *control;
	struct evhttp_request *request;
	void (*tell)(struct stream *st, uint32_t i, struct strbuf *out);
	uint32_t next;
	uint32_t end;
	int64_t now_ms;
};

static void tell_items(struct stream *st, uint32_t i, struct strbuf *out)
{
	world_tell_items(hosts_world(st->control->o.hosts), i, st->now_ms, out);
}

static void tell_host(struct stream *st, uint32_t i, struct strbuf *out)
{
	world_tell_host(hosts_world(st->control->o.hosts), i, out);
}

static void tell_source(struct stream *st, uint32_t i, struct strbuf *out)
{
	struct hosts *hs = st->control->o.hosts;

	if (i == 0)
		strbuf_add_str(out, "sources:\n");
	if (i < hosts_honest(hs))
		world_tell_source(hosts_world(hs), i, out);
	else
		host_tell_source(hosts_at(hs, i), out);
}

static const struct {
	const char *path;
	void (*tell)(struct stream *st, uint32_t i, struct strbuf *out);
} streams[] = {{"/ledger", tell_items}, {"/hosts", tell_host}, {"/sources", tell_source}};

/* libevent has parted the request from its connection, and frees it once it is said to be over. */
static void on_stream_closed(struct evhttp_connection *connection, void *arg)
{
	struct stream *st = arg;

	(void)connection;
	if (!st->control->ends)
		evhttp_send_reply_end(st->request);
	free(st);
}

static void send_next(struct evhttp_connection *connection, void *arg)
{
	struct stream *st = arg;
	struct evbuffer *chunk = evbuffer_new();
	STRBUF_LOCAL(text);

	while (st->next < st->end && !text.len)
		st->tell(st, st->next++, &text);
	if (text.len) {
		evbuffer_add(chunk, text.data, text.len);
		evhttp_send_reply_chunk_with_cb(st->request, chunk, send_next, st);
	} else {
		evhttp_connection_set_closecb(connection, NULL, NULL);
		evhttp_send_reply_end(st->request);
		free(st);
	}
	evbuffer_free(chunk);
}

static void start_stream(struct control *control, struct evhttp_request *request,
	void (*tell)(struct stream *, uint32_t, struct strbuf *), const struct evkeyvalq *query)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	const char *hostile = evhttp_find_header(query, "hostile");
	const char *at_ms = evhttp_find_header(query, "at_ms");
	struct stream *st = ALLOC_NEW(struct stream);

	st->control = control;
	st->request = request;
	st->tell = tell;
	st->now_ms = at_ms ? strtoll(at_ms, NULL, 10) : world_clock_now_ms(control->o.clock);
	st->end = hostile && *hostile == '1' && tell == tell_source
		? hosts_count(control->o.hosts)
		: hosts_honest(control->o.hosts);
	evhttp_connection_set_closecb(connection, on_stream_closed, st);
	evhttp_send_reply_start(request, 200, "OK");
	send_next(connection, st);
}

static void run_call(struct call *c, struct evhttp_request *request, void (*fn)(struct call *c))
{
	struct evbuffer *in = evhttp_request_get_input_buffer(request);
	struct evbuffer *out = evbuffer_new();

	c->body = span_from(evbuffer_pullup(in, -1), evbuffer_get_length(in));
	fn(c);
	if (!c->mistake && !c->out.len)
		strbuf_add_str(&c->out, "{}\n");
	if (c->mistake)
		evbuffer_add_printf(out, "%s\n", c->mistake);
	else
		evbuffer_add(out, c->out.data, c->out.len);
	evhttp_send_reply(request, c->mistake ? 400 : 200, c->mistake ? "Bad Request" : "OK", out);
	evbuffer_free(out);
}

static void route(struct call *c, struct evhttp_request *request, const char *path)
{
	enum evhttp_cmd_type method = evhttp_request_get_command(request);

	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		if (method == EVHTTP_REQ_GET && strcmp(streams[i].path, path) == 0) {
			start_stream(c->control, request, streams[i].tell, &c->query);
			return;
		}
	}
	for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
		if (routes[i].method == method && strcmp(routes[i].path, path) == 0) {
			run_call(c, request, routes[i].fn);
			return;
		}
	}
	evhttp_send_error(request, 404, "no such thing to ask");
}

static void on_call(struct evhttp_request *request, void *arg)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = evhttp_uri_get_path(uri), *query = evhttp_uri_get_query(uri);
	struct call c = {.control = arg, .out = STRBUF_INIT};

	TAILQ_INIT(&c.query);
	if (query)
		evhttp_parse_query_str(query, &c.query);
	route(&c, request, path ? path : "/");
	evhttp_clear_headers(&c.query);
	strbuf_release(&c.out);
}

static uint16_t port_of(evutil_socket_t fd)
{
	struct sockaddr_in at = {0};
	socklen_t len = sizeof at;

	getsockname(fd, (struct sockaddr *)&at, &len);
	return ntohs(at.sin_port);
}

struct control *control_new(const struct control_options *options)
{
	struct control *c = ALLOC_NEW(struct control);
	struct evhttp_bound_socket *bound;

	c->o = *options;
	c->http = evhttp_new(options->base);
	evhttp_set_gencb(c->http, on_call, c);
	evhttp_set_max_body_size(c->http, PUT_MAX);
	bound = evhttp_bind_socket_with_handle(c->http, "127.0.0.1", 0);
	if (!bound) {
		control_free(c);
		return NULL;
	}
	c->port = port_of(evhttp_bound_socket_get_fd(bound));
	return c;
}

void control_free(struct control *c)
{
	if (!c)
		return;
	c->ends = true;
	evhttp_free(c->http);
	free(c);
}

uint16_t control_port(const struct control *c)
{
	return c->port;
}
