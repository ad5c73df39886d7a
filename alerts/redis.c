/*
 *	WAITING --timer--> CONNECTING --connected--> GREETING --answered--> UP
 *	   ^                   |                        |                    |
 *	   +------- failed, refused, lost, silent ------+--------------------+
 *
 * hiredis 0.14 frees a context by itself when the connection breaks, and then
 * calls every reply callback with NULL: redis->context is cleared first, and
 * what those callbacks may do is nothing but note it.
 */
#include "alerts/redis.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/strbuf.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#define PAUSE_MIN_MS       100
#define PAUSE_MAX_MS       5000
#define PASSWORD_BYTES_MAX 4096
#define PORT_DEFAULT       6379

struct address {
	char *host; /* NULL for a path */
	char *path;
	int port;
	char *database; /* digits; NULL for the default */
};

enum redis_state { REDIS_WAITING, REDIS_CONNECTING, REDIS_GREETING, REDIS_UP };

struct redis {
	struct loop *loop;
	struct address address;
	char *password_file;
	enum redis_state state;
	redisAsyncContext *context; /* NULL in REDIS_WAITING */
	struct watch *watch;        /* of the context */
	short wanted;               /* events of the watch */
	struct timer *timer;        /* pause in REDIS_WAITING, otherwise the time-out */
	int64_t pause_ms;
	size_t n_waiting; /* calls under way */
	char *refusal;    /* of the greeting: the connection is dropped for it */
	bool is_closing;
	redis_state_fn *fn;
	void *arg;
};

struct call {
	struct redis *redis;
	redis_reply_fn *done;
	void *arg;
};

/* Addresses and passwords */

static void address_release(struct address *a)
{
	free(a->host);
	free(a->path);
	free(a->database);
}

static bool is_digits(const char *s)
{
	return *s && s[strspn(s, "0123456789")] == '\0' && strlen(s) <= 5;
}

/* Cuts ":PORT" off @host, and the brackets that keep an IPv6 address's own colons apart from it. */
static bool cut_port(char *host, int *ret_port)
{
	char *end = *host == '[' ? strchr(host, ']') : NULL;
	char *colon = strchr(end ? end : host, ':');

	if (*host == '[' && (!end || (end[1] && colon != end + 1)))
		return false;
	if (colon && !is_digits(colon + 1))
		return false;
	if (colon) {
		*ret_port = (int)strtol(colon + 1, NULL, 10);
		*colon = '\0';
	}
	if (end) {
		*end = '\0';
		memmove(host, host + 1, strlen(host));
	}
	return true;
}

static bool parse_host(const char *text, struct address *ret)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);

	ret->host = alloc_strndup(text, len);
	ret->port = PORT_DEFAULT;
	if (!cut_port(ret->host, &ret->port))
		return false;
	if (slash && slash[1])
		ret->database = alloc_strdup(slash + 1);
	return *ret->host && ret->port > 0 && ret->port < 65536 &&
		(!ret->database || is_digits(ret->database));
}

static bool parse_address(const char *text, struct address *ret)
{
	static const char tcp[] = "redis://", local[] = "unix://";

	if (strncmp(text, tcp, sizeof tcp - 1) == 0 && !strchr(text, '@'))
		return parse_host(text + sizeof tcp - 1, ret);
	if (strncmp(text, local, sizeof local - 1) != 0 || text[sizeof local - 1] != '/')
		return false;
	ret->path = alloc_strdup(text + sizeof local - 1);
	return true;
}

static int refuse_address(const struct redis_options *options, char **ret_error)
{
	if (ret_error)
		*ret_error = alloc_printf(
			"%s: not redis://HOST:PORT/DATABASE or unix:///PATH (the password "
			"stands in a file of its own)",
			options->address);
	return -ERR_INVALID;
}

/* The first line of the file; empty when there is none to be had: Redis will say that it needs one. */
static char *read_password(const char *file)
{
	char line[PASSWORD_BYTES_MAX] = "";
	CLEANUP(fclosep) FILE *f = file && *file ? fopen(file, "re") : NULL;

	if (f && !fgets(line, sizeof line, f))
		line[0] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return alloc_strdup(line);
}

/* Replies: struct redis_reply is hiredis' own under a name that keeps its header here. */

static const redisReply *raw(const struct redis_reply *r)
{
	return (const redisReply *)r;
}

bool redis_reply_is_error(const struct redis_reply *r)
{
	return r && raw(r)->type == REDIS_REPLY_ERROR;
}

struct span redis_reply_str(const struct redis_reply *r)
{
	if (!r ||
		(raw(r)->type != REDIS_REPLY_STRING && raw(r)->type != REDIS_REPLY_STATUS &&
			raw(r)->type != REDIS_REPLY_ERROR))
		return (struct span){0};
	return span_from(raw(r)->str, (size_t)raw(r)->len);
}

int64_t redis_reply_int(const struct redis_reply *r)
{
	return r && raw(r)->type == REDIS_REPLY_INTEGER ? raw(r)->integer : 0;
}

size_t redis_reply_len(const struct redis_reply *r)
{
	return r && raw(r)->type == REDIS_REPLY_ARRAY ? raw(r)->elements : 0;
}

const struct redis_reply *redis_reply_item(const struct redis_reply *r, size_t i)
{
	return i < redis_reply_len(r) ? (const struct redis_reply *)raw(r)->element[i] : NULL;
}

void redis_reply_free(struct redis_reply *r)
{
	if (r)
		freeReplyObject(r);
}

/* The connection in the loop */

/* The context is gone: a new one is made after a pause. */
static void lose(struct redis *r, const char *reason)
{
	r->state = REDIS_WAITING;
	r->context = NULL;
	r->n_waiting = 0;
	timer_set(r->timer, r->pause_ms);
	r->pause_ms = r->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : r->pause_ms * 2;
	r->fn(r->arg, false, reason);
}

/* Frees the context; calls under way get their NULL, and may not make new ones. */
static void free_context(struct redis *r)
{
	redisAsyncContext *context = TAKE_PTR(r->context);

	r->state = REDIS_WAITING;
	if (!context)
		return;
	context->data = NULL;
	redisAsyncFree(context);
}

/* Ends the connection from our side; not from inside one of hiredis' callbacks. */
static void drop(struct redis *r, const char *reason)
{
	free_context(r);
	lose(r, reason);
}

static void want(struct redis *r, short wanted)
{
	if (!r->watch || r->wanted == wanted)
		return;
	r->wanted = wanted;
	watch_set(r->watch, wanted);
}

static void add_read(void *arg)
{
	struct redis *r = arg;

	want(r, r->wanted | WATCH_READ);
}

static void del_read(void *arg)
{
	struct redis *r = arg;

	want(r, r->wanted & ~WATCH_READ);
}

static void add_write(void *arg)
{
	struct redis *r = arg;

	want(r, r->wanted | WATCH_WRITE);
}

static void del_write(void *arg)
{
	struct redis *r = arg;

	want(r, r->wanted & ~WATCH_WRITE);
}

static void cleanup_watch(void *arg)
{
	struct redis *r = arg;

	watch_free(TAKE_PTR(r->watch));
	r->wanted = 0;
}

static void on_ready(void *arg, short events)
{
	struct redis *r = arg;
	redisAsyncContext *context = r->context;

	if (events & WATCH_READ)
		redisAsyncHandleRead(context);
	if ((events & WATCH_WRITE) && r->context == context)
		redisAsyncHandleWrite(context);
}

static void on_disconnected(const redisAsyncContext *context, int status)
{
	struct redis *r = context->data;

	(void)status;
	if (r)
		lose(r, context->errstr && *context->errstr ? context->errstr : "connection lost");
}

static void on_reply(redisAsyncContext *context, void *reply, void *arg)
{
	struct call *call = arg;
	struct redis *r = call->redis;

	if (reply && context->data) {
		r->n_waiting--;
		if (r->n_waiting)
			timer_set(r->timer, REDIS_TIMEOUT_MS);
		else
			timer_clear(r->timer);
	}
	if (!r->is_closing)
		call->done(call->arg, reply);
	free(call);
}

static bool send_call(struct redis *r, size_t n, const struct span *args, redis_reply_fn *done,
	void *arg)
{
	CLEANUP(freep) const char **data = alloc_zeroed(n, sizeof(const char *));
	CLEANUP(freep) size_t *lens = alloc_zeroed(n, sizeof(size_t));
	struct call *call = ALLOC_NEW(struct call);

	*call = (struct call){.redis = r, .done = done, .arg = arg};
	for (size_t i = 0; i < n; i++) {
		data[i] = args[i].data ? args[i].data : "";
		lens[i] = args[i].len;
	}
	if (redisAsyncCommandArgv(r->context, on_reply, call, (int)n, data, lens) != REDIS_OK) {
		free(call);
		return false;
	}
	if (r->n_waiting++ == 0)
		timer_set(r->timer, REDIS_TIMEOUT_MS);
	return true;
}

bool redis_call(struct redis *r, size_t n, const struct span *args, redis_reply_fn *done, void *arg)
{
	return r->state == REDIS_UP && send_call(r, n, args, done, arg);
}

static void on_greeting_step(void *arg, const struct redis_reply *reply)
{
	struct redis *r = arg;
	struct span text = redis_reply_str(reply);

	if (redis_reply_is_error(reply) && !r->refusal)
		r->refusal = alloc_strndup(text.data, text.len);
}

/* Refused, or LOADING: the timer drops the connection, since hiredis is still at work on it here. */
static void on_greeted(void *arg, const struct redis_reply *reply)
{
	struct redis *r = arg;

	on_greeting_step(arg, reply);
	if (r->refusal)
		timer_set(r->timer, 0);
	if (r->refusal || !reply)
		return;
	r->state = REDIS_UP;
	r->pause_ms = PAUSE_MIN_MS;
	r->fn(r->arg, true, NULL);
}

static void greet(struct redis *r)
{
	CLEANUP(freep) char *password = read_password(r->password_file);
	const struct span auth[] = {SPAN_LITERAL("AUTH"), span_str(password)};
	const struct span select[] = {SPAN_LITERAL("SELECT"), span_str(r->address.database)};
	const struct span ping[] = {SPAN_LITERAL("PING")};

	r->state = REDIS_GREETING;
	free(TAKE_PTR(r->refusal));
	if (*password)
		send_call(r, 2, auth, on_greeting_step, r);
	if (r->address.database)
		send_call(r, 2, select, on_greeting_step, r);
	send_call(r, 1, ping, on_greeted, r);
}

static void on_connected(const redisAsyncContext *context, int status)
{
	struct redis *r = context->data;

	if (!r)
		return;
	if (status == REDIS_OK)
		greet(r);
	else
		lose(r, context->errstr ? context->errstr : "cannot connect");
}

static void connect_now(struct redis *r)
{
	redisAsyncContext *context = r->address.path
		? redisAsyncConnectUnix(r->address.path)
		: redisAsyncConnect(r->address.host, r->address.port);

	r->state = REDIS_CONNECTING;
	if (!context || context->err) {
		CLEANUP(freep)
		char *reason = alloc_strdup(
			context && context->errstr ? context->errstr : "out of memory");

		if (context)
			redisAsyncFree(context);
		lose(r, reason);
		return;
	}
	r->context = context;
	context->data = r;
	context->ev.data = r;
	context->ev.addRead = add_read;
	context->ev.delRead = del_read;
	context->ev.addWrite = add_write;
	context->ev.delWrite = del_write;
	context->ev.cleanup = cleanup_watch;
	r->wanted = 0;
	r->watch = watch_new(r->loop, context->c.fd, WATCH_READ, on_ready, r);
	watch_set(r->watch, 0);
	redisAsyncSetDisconnectCallback(context, on_disconnected);
	redisAsyncSetConnectCallback(context, on_connected); /* asks for WATCH_WRITE */
	timer_set(r->timer, REDIS_TIMEOUT_MS);
}

static void on_timer(void *arg)
{
	struct redis *r = arg;

	if (r->state == REDIS_WAITING)
		connect_now(r);
	else
		drop(r, r->refusal ? r->refusal : "no answer in time");
}

int redis_open(struct loop *l, const struct redis_options *options, redis_state_fn *fn, void *arg,
	struct redis **ret, char **ret_error)
{
	CLEANUP(redis_closep) struct redis *r = ALLOC_NEW(struct redis);

	r->loop = l;
	r->timer = timer_new(l, on_timer, r);
	if (!parse_address(options->address, &r->address))
		return refuse_address(options, ret_error);
	r->password_file = alloc_strdup(options->password_file ? options->password_file : "");
	r->fn = fn;
	r->arg = arg;
	r->pause_ms = PAUSE_MIN_MS;
	timer_set(r->timer, 0);
	*ret = TAKE_PTR(r);
	return 0;
}

void redis_close(struct redis *r)
{
	if (!r)
		return;
	r->is_closing = true;
	free_context(r);
	timer_free(r->timer);
	address_release(&r->address);
	free(r->password_file);
	free(r->refusal);
	free(r);
}

bool redis_is_up(const struct redis *r)
{
	return r->state == REDIS_UP;
}

/* The blocking connection */

struct redis_sync {
	redisContext *context;
};

static struct timeval timeval_of(int64_t ms)
{
	return (struct timeval){ms / 1000, ms % 1000 * 1000};
}

static int sync_fail(const struct redis_options *options, const char *why, char **ret_error)
{
	if (ret_error)
		*ret_error = alloc_printf("%s: %s", options->address, why);
	return -ERR_CLOSED;
}

static int sync_greet(struct redis_sync *r, const struct redis_options *options,
	const struct address *address, char **ret_error)
{
	CLEANUP(freep) char *password = read_password(options->password_file);
	const struct span steps[3][2] = {
		{SPAN_LITERAL("AUTH"), span_str(password)},
		{SPAN_LITERAL("SELECT"), span_str(address->database)},
		{SPAN_LITERAL("PING"), {0}},
	};

	for (int i = 0; i < 3; i++) {
		CLEANUP(redis_reply_freep) struct redis_reply *reply = NULL;
		size_t n = i == 2 ? 1 : 2;

		if (n == 2 && !steps[i][1].len)
			continue;
		if (redis_sync_call(r, n, steps[i], REDIS_TIMEOUT_MS, &reply) < 0)
			return sync_fail(options, r->context->errstr, ret_error);
		if (redis_reply_is_error(reply))
			return sync_fail(options, redis_reply_str(reply).data, ret_error);
	}
	return 0;
}

static void address_releasep(struct address *a)
{
	address_release(a);
}

int redis_sync_open(const struct redis_options *options, struct redis_sync **ret, char **ret_error)
{
	CLEANUP(redis_sync_closep) struct redis_sync *r = ALLOC_NEW(struct redis_sync);
	CLEANUP(address_releasep) struct address address = {0};
	struct timeval timeout = timeval_of(REDIS_TIMEOUT_MS);
	int code;

	if (!parse_address(options->address, &address))
		return refuse_address(options, ret_error);
	r->context = address.path ? redisConnectUnixWithTimeout(address.path, timeout)
				  : redisConnectWithTimeout(address.host, address.port, timeout);
	if (!r->context || r->context->err)
		return sync_fail(options, r->context ? r->context->errstr : "out of memory",
			ret_error);
	code = sync_greet(r, options, &address, ret_error);
	if (code < 0)
		return code;
	*ret = TAKE_PTR(r);
	return 0;
}

void redis_sync_close(struct redis_sync *r)
{
	if (!r)
		return;
	if (r->context)
		redisFree(r->context);
	free(r);
}

int redis_sync_call(struct redis_sync *r, size_t n, const struct span *args, int64_t timeout_ms,
	struct redis_reply **ret)
{
	CLEANUP(freep) const char **data = alloc_zeroed(n, sizeof(const char *));
	CLEANUP(freep) size_t *lens = alloc_zeroed(n, sizeof(size_t));
	void *reply;

	for (size_t i = 0; i < n; i++) {
		data[i] = args[i].data ? args[i].data : "";
		lens[i] = args[i].len;
	}
	redisSetTimeout(r->context, timeval_of(timeout_ms));
	reply = redisCommandArgv(r->context, (int)n, data, lens);
	if (!reply)
		return r->context->err == REDIS_ERR_IO ? -ERR_TIMEOUT : -ERR_CLOSED;
	*ret = reply;
	return 0;
}
