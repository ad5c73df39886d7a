#include "alerts/alerts.h"

#include "alerts/follower.h"
#include "alerts/outbox.h"
#include "alerts/redis.h"
#include "alerts/state.h"
#include "alerts/subscription_set.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/json.h"
#include "common/log.h"

#define SUBSCRIPTIONS_KEY "policywatch:subscriptions"
#define POLL_PER_NAME     10   /* names a millisecond of pause: a large hash is read less often */
#define BEGIN_MS          2000 /* the journal waits this long for the subscriptions in Redis */

struct alerts {
	const struct config *config; /* borrowed */
	struct store *store;
	struct db *state;
	struct subscription_set *set;
	struct follower *follower;
	struct redis *redis;
	struct outbox *outbox;
	struct timer *poll;
	struct timer *begin; /* set until the journal is followed */
	bool has_begun;
	char *reason; /* why Redis is away, as it was told last; NULL when it is up or unknown */
	bool was_up;
	struct log_ctx log;
};

static struct outbox_options outbox_options_of(const struct config *c)
{
	return (struct outbox_options){
		.stream_max = c->alerts.stream_max,
		.seen_ttl_s = c->alerts.seen_ttl_s,
	};
}

/* What others can see in the state */

static void save_text(struct alerts *a, const char *name, const struct strbuf *json)
{
	int r = state_put_text(a->state, name, strbuf_span(json));

	if (r < 0)
		log_error(&a->log, "cannot write the status: %s", err_str(r));
}

static void save_redis_status(struct alerts *a, bool is_up, const char *reason)
{
	STRBUF_LOCAL(json);

	json_open(&json, '{');
	json_field_bool(&json, "up", is_up);
	json_field_int(&json, "since_ms", clock_wall_ms());
	json_field_str(&json, "reason", reason);
	json_close(&json, '}');
	save_text(a, "redis", &json);
}

static void save_subscriptions_status(struct alerts *a)
{
	STRBUF_LOCAL(json);
	STRBUF_LOCAL(faults);

	subscription_set_write_faults(a->set, &faults);
	json_open(&json, '{');
	json_field_int(&json, "live", (int64_t)subscription_set_len(a->set));
	json_key(&json, "faulty");
	json_raw(&json, strbuf_span(&faults));
	json_close(&json, '}');
	save_text(a, "subscriptions", &json);
	log_notice(&a->log, "%zu subscriptions", subscription_set_len(a->set));
	if (faults.len > 2)
		log_warn(&a->log, "faulty subscriptions, going on without them: %s", faults.data);
}

static int apply(struct alerts *a, uint64_t journal_last)
{
	int r = subscription_set_apply(a->set, journal_last);

	if (r == 0)
		save_subscriptions_status(a);
	return r;
}

/*
 * The journal is followed once the subscriptions in Redis are known, or it is
 * known that they cannot be had: they are meant for the first entry, too.
 */
static void begin(struct alerts *a)
{
	if (a->has_begun)
		return;
	a->has_begun = true;
	timer_clear(a->begin);
	follower_start(a->follower);
}

static void on_begin(void *arg)
{
	begin(arg);
}

/* From which journal entry on subscriptions hold that were not known before. */
static uint64_t present(struct alerts *a)
{
	if (!a->has_begun && follower_is_first_time(a->follower))
		return follower_cursor(a->follower);
	return follower_journal_last(a->follower);
}

/* Subscriptions in Redis */

static void take_over(struct alerts *a, const struct redis_reply *reply)
{
	size_t n = redis_reply_len(reply) / 2;
	CLEANUP(freep) struct span *fields = alloc_zeroed(n * 2, sizeof *fields);
	int r;

	for (size_t i = 0; i < n * 2; i++)
		fields[i] = redis_reply_str(redis_reply_item(reply, i));
	if (!subscription_set_read_redis(a->set, n, fields))
		return;
	r = apply(a, present(a));
	if (r < 0)
		log_error(&a->log,
			"cannot take over new subscriptions: %s, trying again at the next look",
			err_str(r));
}

static void on_polled(void *arg, const struct redis_reply *reply)
{
	struct alerts *a = arg;
	size_t n = redis_reply_len(reply) / 2;

	timer_set(a->poll, a->config->alerts.poll_ms + (int64_t)(n / POLL_PER_NAME));
	if (reply && !redis_reply_is_error(reply))
		take_over(a, reply);
	begin(a);
}

static void on_poll(void *arg)
{
	struct alerts *a = arg;
	const struct span args[] = {SPAN_LITERAL("HGETALL"), SPAN_LITERAL(SUBSCRIPTIONS_KEY)};

	redis_call(a->redis, 2, args, on_polled, a);
}

static bool is_same_reason(const struct alerts *a, const char *reason)
{
	return a->reason && reason && strcmp(a->reason, reason) == 0;
}

static void on_redis_state(void *arg, bool is_up, const char *reason)
{
	struct alerts *a = arg;

	outbox_set_up(a->outbox, is_up);
	if (!is_up)
		begin(a);
	if (is_up) {
		log_notice(&a->log, "connected to Redis at %s", a->config->alerts.redis);
		timer_set(a->poll, 0);
	} else if (!is_same_reason(a, reason) || a->was_up) {
		log_warn(&a->log, "Redis at %s is away: %s; alerts wait in the outbox",
			a->config->alerts.redis, reason);
	} else {
		return; /* every attempt to connect fails: that is known */
	}
	a->was_up = is_up;
	free(a->reason);
	a->reason = reason ? alloc_strdup(reason) : NULL;
	save_redis_status(a, is_up, reason);
}

static void on_alerts(void *arg)
{
	struct alerts *a = arg;

	outbox_wake(a->outbox);
}

/* The service */

static int open_databases(struct alerts *a, char **ret_error)
{
	CLEANUP(freep) char *store_path = config_data_path(a->config, "store");
	CLEANUP(freep) char *state_path = config_data_path(a->config, "alerts");
	const struct store_options options = {.map_bytes = a->config->store.map_gib << 30};
	int r = store_open(store_path, &options, &a->store, ret_error);

	if (r == 0)
		r = state_open(state_path, false, &a->state, ret_error);
	return r < 0 ? r : subscription_set_new(a->state, &a->set);
}

static int read_files(struct alerts *a, struct strbuf *errors)
{
	const char *folder = a->config->subscriptions_dir;

	return folder && *folder ? subscription_set_read_files(a->set, folder, errors) : 0;
}

static int open_following(struct alerts *a, struct loop *l, char **ret_error)
{
	STRBUF_LOCAL(errors);
	int r = read_files(a, &errors);

	if (errors.len && ret_error)
		*ret_error = strbuf_take(&errors);
	if (r == 0)
		r = follower_open(l, a->store, a->state, a->set, on_alerts, a, &a->follower);
	if (r < 0)
		return r;
	a->begin = timer_new(l, on_begin, a);
	timer_set(a->begin, BEGIN_MS);
	return apply(a, present(a));
}

static int open_redis(struct alerts *a, struct loop *l, char **ret_error)
{
	const struct redis_options options = {
		.address = a->config->alerts.redis,
		.password_file = a->config->alerts.redis_password_file,
	};
	const struct outbox_options outbox_options = outbox_options_of(a->config);
	int r = redis_open(l, &options, on_redis_state, a, &a->redis, ret_error);

	if (r < 0)
		return r;
	a->poll = timer_new(l, on_poll, a);
	a->outbox = outbox_new(l, a->state, a->store, a->redis, a->set, &outbox_options);
	return 0;
}

int alerts_open(struct loop *l, const struct config *config, struct alerts **ret, char **ret_error)
{
	CLEANUP(alerts_closep) struct alerts *a = ALLOC_NEW(struct alerts);
	char *error = NULL;
	int r;

	a->config = config;
	a->log = (struct log_ctx){.key = "service", .value = "alerts"};
	r = open_databases(a, &error);
	if (r == 0)
		r = open_redis(a, l, &error);
	if (r == 0)
		r = open_following(a, l, &error);
	if (r < 0 && !error)
		error = alloc_printf("alerts: %s", err_str(r));
	if (r < 0 && ret_error)
		*ret_error = TAKE_PTR(error);
	free(error);
	if (r < 0)
		return r;
	save_redis_status(a, false, "not connected yet");
	*ret = TAKE_PTR(a);
	return 0;
}

void alerts_close(struct alerts *a)
{
	if (!a)
		return;
	follower_close(a->follower);
	redis_close(a->redis);
	outbox_free(a->outbox);
	timer_free(a->poll);
	timer_free(a->begin);
	subscription_set_free(a->set);
	db_close(a->state);
	store_close(a->store);
	free(a->reason);
	free(a);
}

int alerts_reload(struct alerts *a, const struct config *config, struct strbuf *errors)
{
	const struct config *before = a->config;
	const struct outbox_options options = outbox_options_of(config);
	int r;

	a->config = config;
	r = read_files(a, errors);
	if (r == 0)
		r = apply(a, present(a));
	if (r < 0) {
		a->config = before;
		return r;
	}
	outbox_set_options(a->outbox, &options);
	return 0;
}

/* Status */

static void add_meta(struct txn *t, const char *key, const char *name, const char *member,
	struct strbuf *out)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct span value;

	json_key(out, key);
	if (state_find(t, STATE_META, span_str(name), &value) != STATE_WHOLE ||
		json_parse(value, &root, NULL) < 0 || (member && !json_get(root, member)))
		json_null(out);
	else if (member)
		json_write(out, json_get(root, member));
	else
		json_raw(out, value);
}

int alerts_status_json(const char *path, struct strbuf *out)
{
	CLEANUP(db_closep) struct db *db = NULL;
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;
	int r = state_open(path, true, &db, NULL);

	if (r < 0)
		return r;
	txn_begin_read(&t, db);
	json_open(out, '{');
	json_field_int(out, "cursor", (int64_t)state_number(&t, "cursor"));
	json_field_int(out, "outbox", (int64_t)txn_count(&t, STATE_OUTBOX));
	json_field_int(out, "lost", (int64_t)state_number(&t, "lost"));
	add_meta(&t, "subscriptions", "subscriptions", "live", out);
	add_meta(&t, "faulty", "subscriptions", "faulty", out);
	add_meta(&t, "redis", "redis", NULL, out);
	json_close(out, '}');
	return t.err;
}
