/*
 *	READING --request--> ASKED --hold--> HELD
 *	   ^                   |              |
 *	   |                   |answer, play  |answer, play
 *	   |                   v              v
 *	   +----STEP_END---- PLAYING <--------+
 *	                       |
 *	                       +--STEP_RESET, STEP_CLOSE--> gone
 *
 * It reads in every state, so that a client's leaving is seen in each. What
 * comes while PLAYING waits; beyond a head's size it is thrown away.
 */
#include "tests/web/connection.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/strbuf.h"
#include "tests/web/world_clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define KERNEL_TICK_MS 10 /* TCP_INFO counts in ticks; none is longer */
#define PEER_MAX       24

enum connection_state { CONNECTION_READING, CONNECTION_ASKED, CONNECTION_HELD, CONNECTION_PLAYING };

struct connection {
	TAILQ_ENTRY(connection) link;
	struct connections *all;
	enum connection_state state;
	int fd;
	struct event *readable; /* always pending */
	struct event *writable;
	struct event *timer; /* of STEP_DRIP; NULL without one */
	struct strbuf in;    /* what came after the request at hand */
	struct strbuf head;  /* the request at hand, which borrows from it */
	struct evbuffer *out;
	const struct step *step;
	struct ask ask;
	struct strbuf drip; /* the bytes of a STEP_DRIP */
	size_t drip_at;
	size_t sent;     /* bytes of this answer */
	size_t head_len; /* of them, SIZE_MAX until known */
	struct exchange exchange;
	unsigned n_requests;
	char peer[PEER_MAX];
	void *site;
};

TAILQ_HEAD(connection_list, connection);

struct connections {
	struct event_base *base;
	const struct connection_owner *owner;
	void *arg;
	struct connection_list list;
	uint64_t n_accepted;
	uint64_t n_open;
};

enum progress {
	GOES_ON,
	WAITS, /* for the client or a timer */
	ENDS,  /* the connection is to be freed */
};

static void end_exchange(struct connection *c, bool complete)
{
	c->exchange.complete = complete;
	c->all->owner->on_exchange(c->all->arg, c, &c->exchange);
	c->state = CONNECTION_READING;
	strbuf_clear(&c->head);
}

static void connection_free(struct connection *c)
{
	if (c->state != CONNECTION_READING)
		end_exchange(c, false);
	if (!c->n_requests)
		c->all->owner->on_mute(c->all->arg, c, &c->exchange);
	TAILQ_REMOVE(&c->all->list, c, link);
	c->all->n_open--;
	event_free(c->readable);
	event_free(c->writable);
	if (c->timer)
		event_free(c->timer);
	evbuffer_free(c->out);
	strbuf_release(&c->in);
	strbuf_release(&c->head);
	strbuf_release(&c->drip);
	close(c->fd);
	free(c);
}

/* When the client's last packet came; see exchange.h. */
static int64_t left_at_us(const struct connection *c)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof info;
	int64_t now = mono_us();

	if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return now;
	return now - ((int64_t)info.tcpi_last_ack_recv + KERNEL_TICK_MS) * 1000;
}

/* The client has gone, or broke the connection. */
static void connection_lose(struct connection *c)
{
	int64_t left_us = left_at_us(c);

	if (left_us > c->exchange.end_us)
		c->exchange.end_us = left_us;
	connection_free(c);
}

/* close() sends RST afterwards. */
static void reset_on_close(int fd)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Status and length of the head, as far as what is about to be sent tells them. */
static void note_head(struct connection *c)
{
	struct evbuffer_ptr end;
	char line[13] = "";

	if (c->head_len != SIZE_MAX)
		return;
	if (!c->sent) {
		evbuffer_copyout(c->out, line, sizeof line - 1);
		if (strncmp(line, "HTTP/1.", 7) != 0) {
			c->head_len = 0;
			return;
		}
		c->exchange.status = (int)strtol(line + 8, NULL, 10);
	}
	end = evbuffer_search(c->out, "\r\n\r\n", 4, NULL);
	if (end.pos >= 0)
		c->head_len = c->sent + (size_t)end.pos + 4;
}

static enum progress write_out(struct connection *c)
{
	while (evbuffer_get_length(c->out)) {
		int64_t before_us = mono_us();
		int n = evbuffer_write(c->out, c->fd);

		if (n < 0 && errno == EAGAIN)
			return WAITS;
		if (n <= 0)
			return ENDS;
		c->exchange.end_us = before_us;
		c->sent += (size_t)n;
		if (c->sent > c->head_len)
			c->exchange.bytes = c->sent - c->head_len;
	}
	return GOES_ON;
}

static void make_step(struct connection *c, struct evbuffer *out)
{
	if (c->step->make)
		c->step->make(&c->ask, out);
	else
		evbuffer_add_reference(out, c->step->text, strlen(c->step->text), NULL, NULL);
}

static void fill_drip(struct connection *c)
{
	struct evbuffer *bytes = evbuffer_new();

	make_step(c, bytes);
	strbuf_clear(&c->drip);
	strbuf_add(&c->drip, evbuffer_pullup(bytes, -1), evbuffer_get_length(bytes));
	c->drip_at = 0;
	evbuffer_free(bytes);
}

static void on_ready(evutil_socket_t fd, short events, void *arg);

static enum progress drip(struct connection *c)
{
	const struct timeval pause = {c->step->every_ms / 1000, c->step->every_ms % 1000 * 1000};

	if (!c->drip.len)
		fill_drip(c);
	if (c->drip_at == c->drip.len) {
		c->drip_at = 0;
		if (!c->step->forever) {
			strbuf_clear(&c->drip);
			c->step++;
			return GOES_ON;
		}
	}
	evbuffer_add(c->out, c->drip.data + c->drip_at++, 1);
	if (write_out(c) == ENDS)
		return ENDS;
	if (!c->timer)
		c->timer = evtimer_new(c->all->base, on_ready, c);
	event_add(c->timer, &pause);
	return WAITS;
}

static enum progress end_script(struct connection *c)
{
	bool goes_on = c->exchange.request.keep_alive && c->step->act == STEP_END;

	end_exchange(c, true);
	return goes_on ? GOES_ON : ENDS;
}

static enum progress take_step(struct connection *c)
{
	switch (c->step->act) {
	case STEP_SEND:
		make_step(c, c->out);
		note_head(c);
		c->step++;
		return GOES_ON;
	case STEP_DRIP:
		return drip(c);
	case STEP_FLOOD: /* in turn with other connections, however fast the client reads */
		make_step(c, c->out);
		note_head(c);
		event_add(c->writable, NULL);
		return WAITS;
	case STEP_HANG:
		return WAITS;
	case STEP_RESET:
		c->exchange.end_us = mono_us();
		reset_on_close(c->fd);
		return ENDS;
	case STEP_END:
	case STEP_CLOSE:
		return end_script(c);
	}
	return ENDS;
}

/* Plays until the answer is over or something has to be waited for. */
static enum progress play(struct connection *c)
{
	while (c->state == CONNECTION_PLAYING) {
		enum progress p = write_out(c);

		if (p == WAITS)
			event_add(c->writable, NULL);
		if (p == GOES_ON)
			p = take_step(c);
		if (p != GOES_ON)
			return p;
	}
	return GOES_ON;
}

static void begin_exchange(struct connection *c, const struct request *q)
{
	struct strbuf rest = c->head;

	/* The request borrows from the bytes it was read from; those that follow it move. */
	c->head = c->in;
	c->in = rest;
	strbuf_clear(&c->in);
	strbuf_add(&c->in, c->head.data + q->head_len, c->head.len - q->head_len);
	c->exchange =
		(struct exchange){.request = *q, .start_us = mono_us(), .wall_ms = clock_wall_ms()};
	c->exchange.end_us = c->exchange.start_us;
	c->n_requests++;
	c->sent = 0;
	c->head_len = SIZE_MAX;
	c->state = CONNECTION_ASKED;
	c->all->owner->on_request(c->all->arg, c);
}

static const struct step refusal[] = {
	{.act = STEP_SEND,
		.text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
	{.act = STEP_CLOSE},
};

static void refuse(struct connection *c)
{
	c->exchange = (struct exchange){.start_us = mono_us(), .wall_ms = clock_wall_ms()};
	c->n_requests++;
	c->sent = 0;
	c->head_len = SIZE_MAX;
	connection_play(c, refusal, &(struct ask){0});
}

/* One request after the other, as long as nothing has to be waited for. */
static void go_on(struct connection *c)
{
	for (;;) {
		enum progress p = play(c);
		struct request q;

		if (p == ENDS)
			connection_free(c);
		if (p != GOES_ON || c->state != CONNECTION_READING)
			return;
		switch (request_read(strbuf_span(&c->in), &q)) {
		case REQUEST_PARTIAL:
			return;
		case REQUEST_READY:
			begin_exchange(c, &q);
			break;
		case REQUEST_BAD:
			refuse(c);
			break;
		}
	}
}

static void on_ready(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	go_on(arg);
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
	struct connection *c = arg;
	char bytes[16384];
	ssize_t n = read(fd, bytes, sizeof bytes);

	(void)events;
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		connection_lose(c);
		return;
	}
	(void)strbuf_add(&c->in, bytes, (size_t)n); /* cut at a head's size: REQUEST_BAD then */
	if (c->state == CONNECTION_READING)
		go_on(c);
}

void connections_accept(struct connections *cs, int fd, const char *peer, void *site, bool reset)
{
	struct connection *c = ALLOC_NEW(struct connection);
	const int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	c->all = cs;
	c->fd = fd;
	c->site = site;
	c->out = evbuffer_new();
	c->readable = event_new(cs->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(cs->base, fd, EV_WRITE, on_ready, c);
	c->exchange.start_us = c->exchange.end_us = mono_us();
	c->exchange.wall_ms = clock_wall_ms();
	strbuf_init(&c->in, REQUEST_HEAD_MAX);
	strbuf_init(&c->head, REQUEST_HEAD_MAX);
	strbuf_init(&c->drip, 0);
	snprintf(c->peer, sizeof c->peer, "%s", peer);
	TAILQ_INSERT_TAIL(&cs->list, c, link);
	cs->n_accepted++;
	cs->n_open++;
	event_add(c->readable, NULL);
	if (reset) {
		reset_on_close(fd);
		connection_free(c);
	}
}

void *connection_site(const struct connection *c)
{
	return c->site;
}

const char *connection_peer(const struct connection *c)
{
	return c->peer;
}

struct exchange *connection_exchange(struct connection *c)
{
	return &c->exchange;
}

void connection_play(struct connection *c, const struct step *steps, const struct ask *ask)
{
	bool was_held = c->state == CONNECTION_HELD;

	c->step = steps;
	c->ask = *ask;
	c->state = CONNECTION_PLAYING;
	if (was_held)
		event_add(c->writable, NULL);
}

void connection_answer(struct connection *c, struct evbuffer *bytes)
{
	static const struct step end[] = {{.act = STEP_END}};

	evbuffer_add_buffer(c->out, bytes);
	note_head(c);
	connection_play(c, end, &(struct ask){0});
}

void connection_hold(struct connection *c)
{
	c->state = CONNECTION_HELD;
}

struct connections *connections_new(struct event_base *base, const struct connection_owner *owner,
	void *arg)
{
	struct connections *cs = ALLOC_NEW(struct connections);

	cs->base = base;
	cs->owner = owner;
	cs->arg = arg;
	TAILQ_INIT(&cs->list);
	return cs;
}

void connections_free(struct connections *cs)
{
	if (!cs)
		return;
	while (!TAILQ_EMPTY(&cs->list))
		connection_free(TAILQ_FIRST(&cs->list));
	free(cs);
}

uint64_t connections_count(const struct connections *cs)
{
	return cs->n_accepted;
}

uint64_t connections_open(const struct connections *cs)
{
	return cs->n_open;
}

void connections_each_held(struct connections *cs, connection_fn *fn, void *arg)
{
	struct connection *c;

	TAILQ_FOREACH(c, &cs->list, link)
	{
		if (c->state == CONNECTION_HELD)
			fn(arg, c);
	}
}
