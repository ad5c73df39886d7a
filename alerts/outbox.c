/*
 *	DOWN --up--> LOADING --script loaded--> SENDING --refused--> PAUSED
 *	  ^             ^                        |   ^                 |
 *	  |             +-------- NOSCRIPT ------+   +----- timer -----+
 *	  +--- connection lost, from all
 *
 * Sending goes through the outbox in passes: from its head to its end, up to
 * WINDOW alerts under way. Whatever is still there after a pass in which
 * something was refused is sent again in the next one, after a pause. A pass
 * only begins when nothing is under way.
 */
#include "alerts/outbox.h"

#include "alerts/remake.h"
#include "alerts/state.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"

#define WINDOW       256
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000
#define SCRIPT_ARGS  (6 + 2 * (ALERT_FIELDS + 1) + 2)

static const char script[] =
	"local seen = redis.call('GET', KEYS[2])\n"
	"if seen then return seen end\n"
	"local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', unpack(ARGV, 4))\n"
	"redis.call('SET', KEYS[2], id, 'EX', ARGV[2])\n"
	"redis.call('PUBLISH', ARGV[3], id)\n"
	"return id\n";

enum outbox_state { OUTBOX_DOWN, OUTBOX_LOADING, OUTBOX_SENDING, OUTBOX_PAUSED };

struct outbox {
	struct db *state_db;
	struct store *store;
	struct redis *redis;
	const struct subscription_set *set;
	struct outbox_options options;
	enum outbox_state state;
	char *script_sha;
	uint64_t sent;            /* number of the last alert sent in this pass */
	uint64_t waiting[WINDOW]; /* numbers under way, a ring: answers come in order */
	size_t first_waiting, n_waiting;
	bool is_at_end;   /* the pass has reached the end */
	bool was_refused; /* something, in this pass */
	int64_t pause_ms;
	struct timer *timer; /* next pass */
	struct timer *flush; /* set while acknowledged alerts wait to be deleted */
	uint64_t *acked;     /* their numbers */
	size_t n_acked, cap_acked;
	uint64_t n_lost; /* of those, not delivered; until they are deleted */
	char *obstacle;
	struct log_ctx log;
};

static const struct log_ctx log_outbox = {.key = "part", .value = "outbox"};

/* Behind all that were ever given, also when it is not known which was the last. */
static uint64_t next_number(struct txn *t)
{
	struct span key, value;
	uint64_t last;

	if (state_find_number(t, "outbox_last", &last) != STATE_WHOLE) {
		log_error(&log_outbox,
			"the number of the last alert is damaged, going on with larger ones");
		last = (uint64_t)clock_wall_ms() << 20;
	}
	if (txn_last(t, STATE_OUTBOX, &key, &value) && db_key64_read(key) > last)
		last = db_key64_read(key);
	return last + 1;
}

void outbox_begin(struct txn *t)
{
	uint64_t last;

	if (state_find_number(t, "outbox_last", &last) == STATE_ABSENT)
		state_put_number(t, "outbox_last", 0);
}

void outbox_append(struct txn *t, const struct alert *alert)
{
	STRBUF_LOCAL(json);
	uint64_t number = next_number(t);
	struct db_key64 key = db_key64(number);

	alert_write_json(alert, &json);
	state_append(t, STATE_OUTBOX, db_key64_span(&key), strbuf_span(&json));
	state_put_number(t, "outbox_last", number);
}

/* What was acknowledged */

static void flush_acked(struct outbox *o)
{
	struct txn t;
	int r;

	if (!o->n_acked)
		return;
	txn_begin_write(&t, o->state_db);
	for (size_t i = 0; i < o->n_acked; i++) {
		struct db_key64 key = db_key64(o->acked[i]);

		txn_del(&t, STATE_OUTBOX, db_key64_span(&key));
	}
	if (o->n_lost)
		state_put_number(&t, "lost", state_number(&t, "lost") + o->n_lost);
	r = txn_commit(&t);
	if (r < 0) {
		log_error(&o->log, "cannot delete delivered alerts: %s, retrying in %d ms",
			err_str(r), PAUSE_MAX_MS);
		timer_set(o->flush, PAUSE_MAX_MS);
		return;
	}
	o->n_acked = 0;
	o->n_lost = 0;
}

static void on_flush(void *arg)
{
	flush_acked(arg);
}

static void ack(struct outbox *o, uint64_t number)
{
	o->acked = alloc_grow(o->acked, o->n_acked, &o->cap_acked, sizeof *o->acked);
	o->acked[o->n_acked++] = number;
	if (!timer_is_set(o->flush))
		timer_set(o->flush, 0);
}

/* Sending */

static void fill(struct outbox *o);

static void set_obstacle(struct outbox *o, struct span text)
{
	bool is_news = text.len && (!o->obstacle || !span_is(text, o->obstacle));

	if (is_news)
		log_warn(&o->log, "Redis refuses alerts: %.*s, retrying", (int)text.len, text.data);
	else if (!text.len && o->obstacle)
		log_notice(&o->log, "Redis takes alerts again");
	free(o->obstacle);
	o->obstacle = text.len ? alloc_strndup(text.data, text.len) : NULL;
}

static void start_pass(struct outbox *o)
{
	flush_acked(o);
	o->state = OUTBOX_SENDING;
	o->sent = 0;
	o->is_at_end = false;
	o->was_refused = false;
	fill(o);
}

static void pause_sending(struct outbox *o)
{
	o->state = OUTBOX_PAUSED;
	timer_set(o->timer, o->pause_ms);
	o->pause_ms = o->pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : o->pause_ms * 2;
}

static void on_script_loaded(void *arg, const struct redis_reply *reply)
{
	struct outbox *o = arg;
	struct span sha = redis_reply_str(reply);

	if (o->state != OUTBOX_LOADING || !reply)
		return;
	if (redis_reply_is_error(reply)) {
		set_obstacle(o, sha);
		pause_sending(o);
		return;
	}
	free(o->script_sha);
	o->script_sha = alloc_strndup(sha.data, sha.len);
	start_pass(o);
}

static void load_script(struct outbox *o)
{
	const struct span args[] = {SPAN_LITERAL("SCRIPT"), SPAN_LITERAL("LOAD"),
		SPAN_LITERAL(script)};

	o->state = OUTBOX_LOADING;
	redis_call(o->redis, 3, args, on_script_loaded, o);
}

static void on_timer(void *arg)
{
	struct outbox *o = arg;

	if (o->state != OUTBOX_PAUSED)
		return;
	if (o->script_sha)
		start_pass(o);
	else
		load_script(o);
}

/* Refusals that concern this one alert; any other is about Redis as a whole. */
static bool is_about_one(struct span error)
{
	return span_find(error, SPAN_LITERAL("WRONGTYPE")) >= 0;
}

static void note_refusal(struct outbox *o, struct span error)
{
	o->was_refused = true;
	if (span_starts_with(error, SPAN_LITERAL("NOSCRIPT"))) {
		free(TAKE_PTR(o->script_sha));
		o->is_at_end = true;
		return;
	}
	set_obstacle(o, error);
	if (!is_about_one(error))
		o->is_at_end = true;
}

/* Nothing is under way and nothing more is to be sent. */
static void end_pass(struct outbox *o)
{
	flush_acked(o);
	if (o->was_refused && !o->script_sha) {
		load_script(o);
	} else if (o->was_refused) {
		pause_sending(o);
	} else {
		o->pause_ms = PAUSE_MIN_MS;
		set_obstacle(o, (struct span){0});
	}
}

static void on_delivered(void *arg, const struct redis_reply *reply)
{
	struct outbox *o = arg;
	uint64_t number = o->waiting[o->first_waiting];

	o->first_waiting = (o->first_waiting + 1) % WINDOW;
	o->n_waiting--;
	if (reply && redis_reply_is_error(reply))
		note_refusal(o, redis_reply_str(reply));
	else if (reply)
		ack(o, number);
	if (o->state != OUTBOX_SENDING || !reply)
		return;
	if (!o->is_at_end && o->n_waiting < WINDOW / 2)
		fill(o);
	else if (o->is_at_end && o->n_waiting == 0)
		end_pass(o);
}

static struct span record_of(struct store_reader *reader, const struct alert *alert)
{
	struct span json;

	/* It may have been removed since, or be damaged; the alert itself says the most. */
	if (store_read_record(reader, alert->record, &json) != 1 || !json.len)
		return SPAN_LITERAL("null");
	return json;
}

static bool send_alert(struct outbox *o, struct arena *a, struct store_reader *reader,
	const struct alert *alert)
{
	const char *fields[ALERT_FIELDS * 2];
	struct span args[SCRIPT_ARGS];
	size_t n = 0;

	alert_fields(alert, a, fields);
	args[n++] = SPAN_LITERAL("EVALSHA");
	args[n++] = span_str(o->script_sha);
	args[n++] = SPAN_LITERAL("2");
	args[n++] = span_str(arena_printf(a, "policywatch:alerts:{%s}", alert->subscription));
	args[n++] = span_str(
		arena_printf(a, "policywatch:seen:{%s}:%s", alert->subscription, alert->key));
	args[n++] = span_str(arena_printf(a, "%lld", (long long)o->options.stream_max));
	args[n++] = span_str(arena_printf(a, "%lld", (long long)o->options.seen_ttl_s));
	args[n++] = span_str(arena_printf(a, "policywatch:live:{%s}", alert->subscription));
	for (size_t i = 0; i < ALERT_FIELDS * 2; i++)
		args[n++] = span_str(fields[i]);
	args[n++] = SPAN_LITERAL("record");
	args[n++] = record_of(reader, alert);
	return redis_call(o->redis, n, args, on_delivered, o);
}

/* As it was written, or made anew from its record. False, after a message, when it is lost. */
static bool read_entry(struct outbox *o, struct store_reader *reader, const struct cursor *c,
	struct arena *a, struct alert *ret)
{
	unsigned long long number = db_key64_read(c->key);
	struct span json = c->value;
	struct remake_hint hint;

	if (state_open_value(STATE_OUTBOX, c->key, &json) && alert_parse_json(json, a, ret) == 0)
		return true;
	remake_read(c->value, a, &hint);
	if (remake_alert(c->txn, o->set, reader, &hint, a, ret)) {
		log_warn(&o->log,
			"alert %llu in the outbox is damaged, making it anew from record %llu: %s for %s",
			number, (unsigned long long)ret->record, ret->key, ret->subscription);
		return true;
	}
	log_error(&o->log,
		"alert %llu in the outbox is damaged and lost; what can be read: key '%s' for subscription '%s'",
		number, hint.key, hint.subscription);
	return false;
}

/* False when the connection takes no more. */
static bool send_entry(struct outbox *o, struct store_reader *reader, const struct cursor *c)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	uint64_t number = db_key64_read(c->key);
	struct alert alert;

	if (!read_entry(o, reader, c, a, &alert)) {
		o->n_lost++;
		ack(o, number);
	} else if (send_alert(o, a, reader, &alert)) {
		o->waiting[(o->first_waiting + o->n_waiting++) % WINDOW] = number;
	} else {
		return false;
	}
	o->sent = number;
	return true;
}

static void fill_from(struct outbox *o, struct txn *t, struct store_reader *reader)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct db_key64 from = db_key64(o->sent + 1);
	bool more;

	cursor_init(&c, t, STATE_OUTBOX);
	for (more = cursor_seek(&c, db_key64_span(&from)); more && o->n_waiting < WINDOW;
		more = cursor_next(&c)) {
		if (!send_entry(o, reader, &c))
			return;
	}
	if (!more)
		o->is_at_end = true;
}

static void fill(struct outbox *o)
{
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;

	txn_begin_read(&t, o->state_db);
	txn_fail(&t, store_reader_open(o->store, &reader));
	if (reader)
		fill_from(o, &t, reader);
	if (t.err) {
		log_error(&o->log, "cannot read what is to be sent: %s, retrying", err_str(t.err));
		o->was_refused = o->is_at_end = true;
	}
	if (o->is_at_end && o->n_waiting == 0) {
		txn_abort(&t);
		end_pass(o);
	}
}

/* The life of the object */

struct outbox *outbox_new(struct loop *l, struct db *state, struct store *store,
	struct redis *redis, const struct subscription_set *set,
	const struct outbox_options *options)
{
	struct outbox *o = ALLOC_NEW(struct outbox);

	o->state_db = state;
	o->store = store;
	o->redis = redis;
	o->set = set;
	o->options = *options;
	o->pause_ms = PAUSE_MIN_MS;
	o->timer = timer_new(l, on_timer, o);
	o->flush = timer_new(l, on_flush, o);
	o->log = log_outbox;
	return o;
}

void outbox_free(struct outbox *o)
{
	if (!o)
		return;
	flush_acked(o);
	timer_free(o->timer);
	timer_free(o->flush);
	free(o->script_sha);
	free(o->acked);
	free(o->obstacle);
	free(o);
}

void outbox_set_up(struct outbox *o, bool is_up)
{
	timer_clear(o->timer);
	o->pause_ms = PAUSE_MIN_MS;
	if (is_up)
		load_script(o); /* a Redis that was started anew has forgotten it */
	else
		o->state = OUTBOX_DOWN;
}

void outbox_wake(struct outbox *o)
{
	/* At the end of a pass nothing is read any more: look again for what came since. */
	if (o->state != OUTBOX_SENDING || (o->was_refused && o->is_at_end))
		return;
	o->is_at_end = false;
	if (o->n_waiting < WINDOW / 2)
		fill(o);
}

void outbox_set_options(struct outbox *o, const struct outbox_options *options)
{
	o->options = *options;
}
