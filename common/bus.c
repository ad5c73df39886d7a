/*
 * NNG completes operations in its own threads. An operation that is complete
 * goes on a list, the loop is woken, and the loop's thread takes it from there:
 *
 *   NNG thread: on_complete() -> list -> notifier   |   loop: take -> handler
 *
 * A server has one context for each request that waits for its answer, and one
 * more that listens:  RECEIVING -> ANSWERING -> SENDING -> RECEIVING ...
 * A call has a context of its own:  SENDING -> RECEIVING -> done.
 */
#include "common/bus.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/supplemental/tls/tls.h>
#include <nng/transport/tls/tls.h>
#include <pthread.h>

#define CONTEXTS_MAX     1024 /* requests held at the same time: 64 workers hold two each */
#define RECONNECT_MIN_MS 50
#define RECONNECT_MAX_MS 1000
#define RESEND_MS        600000 /* to a peer that is slow; far longer than any long poll */
#define CLOSE_MS         1000

struct completion;

/* Operations that are complete and wait for the loop. */
struct mailbox {
	pthread_mutex_t lock;
	struct completion *first, *last;
	struct notifier *notifier;
};

/* One operation at a time: what bus_request and bus_call have in common. */
struct completion {
	struct mailbox *mailbox;
	struct completion *next;
	bool queued;
	nng_ctx ctx;
	nng_aio *aio;
};

static int err_from_nng(int r)
{
	switch (r) {
	case 0:
		return 0;
	case NNG_ENOMEM:
		return -ERR_NOMEM;
	case NNG_ETIMEDOUT:
		return -ERR_TIMEOUT;
	case NNG_ECLOSED:
	case NNG_ECONNRESET:
	case NNG_ECANCELED:
		return -ERR_CLOSED;
	case NNG_EADDRINUSE:
		return -ERR_BUSY;
	case NNG_EADDRINVAL:
	case NNG_EINVAL:
		return -ERR_INVALID;
	case NNG_EPERM:
		return -ERR_DENIED;
	default:
		return -ERR_LIBRARY;
	}
}

/* Runs in a thread of NNG's. */
static void on_complete(void *arg)
{
	struct completion *c = arg;
	struct mailbox *m = c->mailbox;

	pthread_mutex_lock(&m->lock);
	c->queued = true;
	c->next = NULL;
	if (m->last)
		m->last->next = c;
	else
		m->first = c;
	m->last = c;
	pthread_mutex_unlock(&m->lock);
	notifier_wake(m->notifier);
}

static struct completion *mailbox_take(struct mailbox *m)
{
	struct completion *c;

	pthread_mutex_lock(&m->lock);
	c = m->first;
	if (c) {
		c->queued = false;
		m->first = c->next;
		if (!m->first)
			m->last = NULL;
	}
	pthread_mutex_unlock(&m->lock);
	return c;
}

static void mailbox_remove(struct mailbox *m, struct completion *gone)
{
	struct completion **at = &m->first, *last = NULL;

	pthread_mutex_lock(&m->lock);
	for (; *at; last = *at, at = &(*at)->next) {
		if (*at == gone) {
			*at = gone->next;
			if (m->last == gone)
				m->last = last;
			break;
		}
	}
	pthread_mutex_unlock(&m->lock);
}

static void mailbox_init(struct mailbox *m, struct loop *l, loop_fn *fn, void *arg)
{
	pthread_mutex_init(&m->lock, NULL);
	m->notifier = notifier_new(l, fn, arg);
}

static void mailbox_release(struct mailbox *m)
{
	notifier_free(m->notifier);
	pthread_mutex_destroy(&m->lock);
}

static int completion_init(struct completion *c, struct mailbox *m, nng_socket socket)
{
	int r = nng_ctx_open(&c->ctx, socket);

	if (r != 0)
		return err_from_nng(r);
	c->mailbox = m;
	r = nng_aio_alloc(&c->aio, on_complete, c);
	if (r != 0) {
		nng_ctx_close(c->ctx);
		return err_from_nng(r);
	}
	return 0;
}

/* Waits for a callback that is running; after this none will. */
static void completion_release(struct completion *c)
{
	nng_msg *message;

	nng_aio_stop(c->aio);
	mailbox_remove(c->mailbox, c);
	message = nng_aio_get_msg(c->aio);
	if (message)
		nng_msg_free(message);
	nng_ctx_close(c->ctx);
	nng_aio_free(c->aio);
}

/* A socket being closed, shared by who waits for it and who does it; the last one frees it. */
struct closing {
	nng_socket socket;
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool is_over, is_left;
};

static void closing_free(struct closing *c)
{
	pthread_cond_destroy(&c->over);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void *close_it(void *arg)
{
	struct closing *c = arg;
	bool is_left;

	nng_close(c->socket);
	pthread_mutex_lock(&c->lock);
	c->is_over = true;
	is_left = c->is_left;
	pthread_cond_signal(&c->over);
	pthread_mutex_unlock(&c->lock);
	if (is_left)
		closing_free(c);
	return NULL;
}

static struct closing *closing_new(nng_socket socket)
{
	struct closing *c = ALLOC_NEW(struct closing);
	pthread_condattr_t attributes;

	c->socket = socket;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&c->over, &attributes);
	pthread_condattr_destroy(&attributes);
	return c;
}

/* Returns whether it was closed within CLOSE_MS. */
static bool wait_for_close(struct closing *c)
{
	struct timespec end;
	bool is_over;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += CLOSE_MS / 1000;
	pthread_mutex_lock(&c->lock);
	while (!c->is_over && pthread_cond_timedwait(&c->over, &c->lock, &end) == 0)
		;
	is_over = c->is_over;
	c->is_left = !is_over;
	pthread_mutex_unlock(&c->lock);
	return is_over;
}

/*
 * NNG 1.5.2 waits for ever for a connection that is closed while it is being
 * made: 3 in 1,000 schedulers that ended while crawlers came never ended.
 * Nothing but its memory is left by then, so it gets a moment and no more.
 */
static void socket_close(nng_socket socket)
{
	struct closing *c = closing_new(socket);
	pthread_t thread;

	if (pthread_create(&thread, NULL, close_it, c) != 0) {
		nng_close(socket);
		closing_free(c);
		return;
	}
	pthread_detach(thread);
	if (wait_for_close(c))
		closing_free(c);
}

/* The message of a completed receive, the caller's now. */
static nng_msg *take_message(struct completion *c)
{
	nng_msg *message = nng_aio_get_msg(c->aio);

	nng_aio_set_msg(c->aio, NULL);
	return message;
}

static void start_send(struct completion *c, struct span message)
{
	nng_msg *m;

	if (nng_msg_alloc(&m, 0) != 0 || nng_msg_append(m, message.data, message.len) != 0)
		abort();
	nng_aio_set_msg(c->aio, m);
	nng_ctx_send(c->ctx, c->aio);
}

static char *describe(const char *what, const char *address, int nng_error)
{
	return alloc_printf("%s %s: %s", what, address, nng_strerror(nng_error));
}

static bool is_tls(const char *address)
{
	return strncmp(address, "tls+tcp://", 10) == 0;
}

static bool is_set(const char *s)
{
	return s && *s;
}

/* What TLS lacks to be safe here, or NULL. */
static const char *tls_fault(const struct bus_tls *tls, nng_tls_mode mode)
{
	if (mode == NNG_TLS_MODE_SERVER && !(tls && is_set(tls->certificate_file)))
		return "bus.tls_certificate_file is not set";
	if (mode == NNG_TLS_MODE_CLIENT && !(tls && is_set(tls->ca_file)))
		return "bus.tls_ca_file is not set";
	return NULL;
}

static int tls_config_make(const struct bus_tls *tls, nng_tls_mode mode, const char *address,
	nng_tls_config **ret)
{
	nng_tls_config *config;
	nng_url *url = NULL;
	int r = nng_tls_config_alloc(&config, mode);

	if (r != 0)
		return r;
	if (is_set(tls->certificate_file))
		r = nng_tls_config_cert_key_file(config, tls->certificate_file, NULL);
	if (r == 0 && is_set(tls->ca_file))
		r = nng_tls_config_ca_file(config, tls->ca_file);
	if (r == 0)
		r = nng_tls_config_auth_mode(config,
			is_set(tls->ca_file) ? NNG_TLS_AUTH_MODE_REQUIRED : NNG_TLS_AUTH_MODE_NONE);
	if (r == 0 && mode == NNG_TLS_MODE_CLIENT && (r = nng_url_parse(&url, address)) == 0) {
		r = nng_tls_config_server_name(config, url->u_hostname);
		nng_url_free(url);
	}
	if (r != 0) {
		nng_tls_config_free(config);
		return r;
	}
	*ret = config;
	return 0;
}

/* Server. */

enum request_state { REQUEST_RECEIVING, REQUEST_ANSWERING, REQUEST_SENDING };

struct bus_request {
	struct completion completion; /* first: the mailbox hands this out */
	struct bus_server *server;
	enum request_state state;
};

struct bus_server {
	nng_socket socket;
	struct mailbox mailbox;
	struct bus_request **requests;
	size_t n_requests, cap_requests;
	size_t n_receiving;
	bus_request_fn *fn;
	void *arg;
};

static void receive_next(struct bus_request *q)
{
	q->state = REQUEST_RECEIVING;
	q->server->n_receiving++;
	nng_ctx_recv(q->completion.ctx, q->completion.aio);
}

static int add_listening_context(struct bus_server *s)
{
	struct bus_request *q = ALLOC_NEW(struct bus_request);
	int r = completion_init(&q->completion, &s->mailbox, s->socket);

	if (r < 0) {
		free(q);
		return r;
	}
	q->server = s;
	s->requests = alloc_grow(s->requests, s->n_requests, &s->cap_requests, sizeof *s->requests);
	s->requests[s->n_requests++] = q;
	receive_next(q);
	return 0;
}

static void on_received(struct bus_request *q)
{
	struct bus_server *s = q->server;
	nng_msg *message;

	s->n_receiving--;
	if (nng_aio_result(q->completion.aio) != 0) {
		if (nng_aio_result(q->completion.aio) != NNG_ECLOSED)
			receive_next(q);
		return;
	}
	message = take_message(&q->completion);
	q->state = REQUEST_ANSWERING;
	/* When no context can be had, the next request waits until this one is answered. */
	if (s->n_receiving == 0 && s->n_requests < CONTEXTS_MAX)
		(void)add_listening_context(s);
	s->fn(s->arg, q, span_from(nng_msg_body(message), nng_msg_len(message)));
	nng_msg_free(message);
}

static void on_server_mail(void *arg)
{
	struct bus_server *s = arg;
	struct bus_request *q;

	while ((q = (struct bus_request *)mailbox_take(&s->mailbox))) {
		if (q->state == REQUEST_RECEIVING) {
			on_received(q);
			continue;
		}
		/* A reply that could not be sent has lost its peer, which will ask again. */
		if (nng_aio_result(q->completion.aio) != 0) {
			nng_msg *unsent = take_message(&q->completion);

			if (unsent)
				nng_msg_free(unsent);
		} else
			nng_aio_set_msg(q->completion.aio, NULL);
		receive_next(q);
	}
}

void bus_reply(struct bus_request *q, struct span message)
{
	q->state = REQUEST_SENDING;
	start_send(&q->completion, message);
}

static int listen_at(struct bus_server *s, const char *address, const struct bus_tls *tls)
{
	nng_listener listener;
	int r = nng_listener_create(&listener, s->socket, address);

	if (r != 0)
		return r;
	if (is_tls(address)) {
		nng_tls_config *config;

		r = tls_config_make(tls, NNG_TLS_MODE_SERVER, address, &config);
		if (r != 0)
			return r;
		r = nng_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, config);
		nng_tls_config_free(config);
	} else if (strncmp(address, "ipc://", 6) == 0)
		r = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, 0660);
	return r != 0 ? r : nng_listener_start(listener, 0);
}

static int listen_at_all(struct bus_server *s, const char *const *addresses, size_t n,
	const struct bus_tls *tls, char **ret_error)
{
	for (size_t i = 0; i < n; i++) {
		const char *fault =
			is_tls(addresses[i]) ? tls_fault(tls, NNG_TLS_MODE_SERVER) : NULL;
		int r = fault ? NNG_EINVAL : listen_at(s, addresses[i], tls);

		if (r != 0 && ret_error)
			*ret_error = fault
				? alloc_printf("cannot listen at %s: %s", addresses[i], fault)
				: describe("cannot listen at", addresses[i], r);
		if (r != 0)
			return err_from_nng(r);
	}
	return 0;
}

int bus_server_open(struct loop *l, const char *const *addresses, size_t n,
	const struct bus_tls *tls, bus_request_fn *fn, void *arg, struct bus_server **ret,
	char **ret_error)
{
	struct bus_server *s = ALLOC_NEW(struct bus_server);
	int r;

	*s = (struct bus_server){.fn = fn, .arg = arg};
	mailbox_init(&s->mailbox, l, on_server_mail, s);
	r = err_from_nng(nng_rep0_open(&s->socket));
	if (r < 0) {
		mailbox_release(&s->mailbox);
		free(s);
		return r;
	}
	nng_socket_set_size(s->socket, NNG_OPT_RECVMAXSZ, BUS_MESSAGE_MAX);
	r = add_listening_context(s);
	if (r == 0)
		r = listen_at_all(s, addresses, n, tls, ret_error);
	if (r < 0) {
		bus_server_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

void bus_server_close(struct bus_server *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_requests; i++) {
		completion_release(&s->requests[i]->completion);
		free(s->requests[i]);
	}
	socket_close(s->socket);
	mailbox_release(&s->mailbox);
	free(s->requests);
	free(s);
}

/* Client. */

struct bus_call {
	struct completion completion; /* first: the mailbox hands this out */
	struct bus_client *client;
	struct bus_call *next, **link; /* among the client's calls */
	bool receiving;
	int64_t deadline_ms; /* monotonic */
	bus_call_fn *done;
	void *arg;
};

struct bus_client {
	nng_socket socket;
	struct mailbox mailbox;
	struct bus_call *calls;
};

static void call_free(struct bus_call *call)
{
	*call->link = call->next;
	if (call->next)
		call->next->link = call->link;
	completion_release(&call->completion);
	free(call);
}

void bus_call_cancel(struct bus_call *call)
{
	if (call)
		call_free(call);
}

/* The only way a call ends by itself. */
static void call_finish(struct bus_call *call, int err)
{
	bus_call_fn *done = call->done;
	void *arg = call->arg;
	nng_msg *message = err == 0 ? take_message(&call->completion) : NULL;

	call_free(call);
	done(arg, err,
		message ? span_from(nng_msg_body(message), nng_msg_len(message))
			: (struct span){0});
	if (message)
		nng_msg_free(message);
}

static void set_remaining_time(struct bus_call *call)
{
	int64_t left = call->deadline_ms - clock_mono_ms();

	nng_aio_set_timeout(call->completion.aio, left > 1 ? (nng_duration)left : 1);
}

static void on_client_mail(void *arg)
{
	struct bus_client *c = arg;
	struct bus_call *call;

	while ((call = (struct bus_call *)mailbox_take(&c->mailbox))) {
		int err = err_from_nng(nng_aio_result(call->completion.aio));

		if (err < 0 || call->receiving) {
			call_finish(call, err);
			continue;
		}
		call->receiving = true;
		nng_aio_set_msg(call->completion.aio, NULL);
		set_remaining_time(call);
		nng_ctx_recv(call->completion.ctx, call->completion.aio);
	}
}

struct bus_call *bus_call_start(struct bus_client *c, struct span message, int64_t timeout_ms,
	bus_call_fn *done, void *arg)
{
	struct bus_call *call = ALLOC_NEW(struct bus_call);

	*call = (struct bus_call){.client = c,
		.done = done,
		.arg = arg,
		.deadline_ms = clock_mono_ms() + timeout_ms};
	/* A context is memory and a number; there is no other reason for it to fail. */
	if (completion_init(&call->completion, &c->mailbox, c->socket) < 0)
		abort();
	nng_ctx_set_ms(call->completion.ctx, NNG_OPT_REQ_RESENDTIME, RESEND_MS);
	call->next = c->calls;
	call->link = &c->calls;
	if (c->calls)
		c->calls->link = &call->next;
	c->calls = call;
	set_remaining_time(call);
	start_send(&call->completion, message);
	return call;
}

static int dial(struct bus_client *c, const char *address, const struct bus_tls *tls)
{
	nng_dialer dialer;
	int r = nng_dialer_create(&dialer, c->socket, address);

	if (r != 0)
		return r;
	if (is_tls(address)) {
		nng_tls_config *config;

		r = tls_config_make(tls, NNG_TLS_MODE_CLIENT, address, &config);
		if (r != 0)
			return r;
		r = nng_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, config);
		nng_tls_config_free(config);
	}
	return r != 0 ? r : nng_dialer_start(dialer, NNG_FLAG_NONBLOCK);
}

int bus_client_open(struct loop *l, const char *address, const struct bus_tls *tls,
	struct bus_client **ret, char **ret_error)
{
	struct bus_client *c = ALLOC_NEW(struct bus_client);
	const char *fault = is_tls(address) ? tls_fault(tls, NNG_TLS_MODE_CLIENT) : NULL;
	int r;

	mailbox_init(&c->mailbox, l, on_client_mail, c);
	r = nng_req0_open(&c->socket);
	if (r != 0) {
		mailbox_release(&c->mailbox);
		free(c);
		return err_from_nng(r);
	}
	nng_socket_set_size(c->socket, NNG_OPT_RECVMAXSZ, BUS_MESSAGE_MAX);
	nng_socket_set_ms(c->socket, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
	nng_socket_set_ms(c->socket, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
	r = fault ? NNG_EINVAL : dial(c, address, tls);
	if (r != 0) {
		if (ret_error)
			*ret_error = fault
				? alloc_printf("cannot connect to %s: %s", address, fault)
				: describe("cannot connect to", address, r);
		bus_client_close(c);
		return err_from_nng(r);
	}
	*ret = c;
	return 0;
}

void bus_client_close(struct bus_client *c)
{
	if (!c)
		return;
	while (c->calls)
		call_free(c->calls);
	socket_close(c->socket);
	mailbox_release(&c->mailbox);
	free(c);
}
