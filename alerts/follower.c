/*
 * An alert is decided for (subscription, story, event):
 *
 *	the story was never alerted         -> "new", whatever happened to the page
 *	a page joined an alerted story      -> "reprint"
 *	a page of an alerted story changed  -> "updated", once for each text
 *
 * Decisions are remembered even if the subscription does not want the event.
 */
#include "alerts/follower.h"

#include "alerts/alert.h"
#include "alerts/outbox.h"
#include "alerts/state.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/log.h"

#define BATCH_ENTRIES 64   /* one commit's worth: some 10 ms of matching */
#define BATCH_ALERTS  1024 /* or this many, when many subscribe to the same: some 50 ms */
#define LOOK_AGAIN_MS 1000 /* should a wake-up be lost */

struct follower {
	struct store *store;
	struct db *state;
	struct subscription_set *set;
	struct store_reader *reader;
	struct watch *watch;
	struct timer *timer;
	uint64_t cursor;
	bool is_first_time;
	bool has_started;
	int trouble; /* the failure that was logged last, 0 if all is well */
	loop_fn *on_alerts;
	void *arg;
	struct log_ctx log;
};

/* One journal entry on its way through the matcher. */
struct item {
	struct txn *txn;
	struct arena *arena;
	const struct journal_entry *entry;
	const struct record *record;
	const struct query_document *document;
	struct db_key64 mark; /* of the entry */
	size_t n_alerts;
};

/* Other entries of the same number, in a store that was restored, have other marks. */
static struct db_key64 mark_of(const struct journal_entry *e, const struct record *r)
{
	struct db_key64 seq = db_key64(e->seq);
	uint8_t bytes[sizeof seq + 2 * HASH_BYTES];

	memcpy(bytes, seq.bytes, sizeof seq);
	memcpy(bytes + sizeof seq, r->id.bytes, HASH_BYTES);
	memcpy(bytes + sizeof seq + HASH_BYTES, r->text_hash.bytes, HASH_BYTES);
	return db_key64(hash64_of(span_from(bytes, sizeof bytes)));
}

enum decision {
	DECIDED_NOW,
	DECIDED_BEFORE,
	DECIDED_HERE, /* when this entry was read before */
};

/* A key is decided the first time, which is remembered. */
static enum decision decide_once(struct item *item, const struct subscription *s, const char *key)
{
	struct hash id = state_decision(s->name, key);
	struct span id_span = span_from(id.bytes, sizeof id.bytes), mark;

	if (state_add(item->txn, STATE_DECIDED, id_span, db_key64_span(&item->mark)))
		return DECIDED_NOW;
	/* A damaged mark stands for a decision all the same. */
	return state_find(item->txn, STATE_DECIDED, id_span, &mark) == STATE_WHOLE &&
			span_eq(mark, db_key64_span(&item->mark))
		? DECIDED_HERE
		: DECIDED_BEFORE;
}

static bool decide(struct item *item, const struct subscription *s, struct alert *ret)
{
	enum decision decision;

	ret->event = ALERT_NEW;
	ret->key = alert_key(item->arena, ALERT_NEW, item->record);
	decision = decide_once(item, s, ret->key);
	if (decision != DECIDED_BEFORE)
		return decision == DECIDED_NOW;
	ret->event = item->entry->event == JOURNAL_UPDATED ? ALERT_UPDATED : ALERT_REPRINT;
	ret->key = alert_key(item->arena, ret->event, item->record);
	return decide_once(item, s, ret->key) == DECIDED_NOW;
}

static void on_match(void *arg, struct subscription *s)
{
	struct item *item = arg;
	struct alert alert = {.record = item->entry->record};

	if (item->entry->seq <= s->since || !decide(item, s, &alert) ||
		!(s->deliver & 1u << alert.event))
		return;
	alert_fill(&alert, item->arena, s, item->document, item->record);
	outbox_append(item->txn, &alert);
	item->n_alerts++;
}

/* The number of alerts, or negative. A record that is gone or damaged alerts nobody. */
static int work_on(struct follower *f, struct txn *t, const struct journal_entry *e)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(query_document_freep) struct query_document *d = NULL;
	struct record record;
	struct item item = {.txn = t, .arena = a, .entry = e, .record = &record};
	struct span json;
	int r;

	if (e->event == JOURNAL_REREAD) /* no news, only our reading of it is */
		return 0;
	if (!e->record)
		log_error(&f->log, "journal entry %llu is damaged, passing over it",
			(unsigned long long)e->seq);
	r = store_read_record(f->reader, e->record, &json);
	if (r <= 0)
		return r;
	r = record_parse_json(json, a, &record);
	if (r < 0) {
		log_error(&f->log, "record %llu cannot be read: %s, passing over it",
			(unsigned long long)e->record, err_str(r));
		return 0;
	}
	d = query_document_new(&record);
	item.document = d;
	item.mark = mark_of(e, &record);
	matcher_run(subscription_set_matcher(f->set), d, on_match, &item);
	return (int)item.n_alerts;
}

struct batch {
	uint64_t cursor;
	int n_entries;
	int n_alerts;
};

static bool is_full(const struct batch *b)
{
	return b->n_entries >= BATCH_ENTRIES || b->n_alerts >= BATCH_ALERTS;
}

/* As store_read_journal(), but a damaged entry is one without a record: others wait behind it. */
static int read_next(struct follower *f, uint64_t cursor, struct journal_entry *ret)
{
	int r;

	*ret = (struct journal_entry){0};
	r = store_read_journal(f->reader, cursor, ret);
	return r < 0 && ret->seq ? 1 : r;
}

static int work_on_entries(struct follower *f, struct txn *t, struct batch *b)
{
	struct journal_entry e;
	int r = 0;

	while (!is_full(b) && (r = read_next(f, b->cursor, &e)) > 0) {
		r = work_on(f, t, &e);
		if (r < 0)
			return r;
		b->n_alerts += r;
		b->n_entries++;
		b->cursor = e.seq;
	}
	return r < 0 ? r : 0;
}

/* Returns 1 when there may be more, 0 at the end of the journal, or negative with nothing done. */
static int work_on_batch(struct follower *f)
{
	struct batch b = {.cursor = f->cursor};
	struct journal_entry e;
	struct txn t;
	int r = store_reader_renew(f->reader);

	if (r == 0)
		r = read_next(f, f->cursor, &e);
	if (r <= 0)
		return r;
	txn_begin_write(&t, f->state);
	if (f->is_first_time && f->cursor == 0)
		outbox_begin(&t);
	if (txn_count(&t, STATE_OUTBOX) >= OUTBOX_MAX)
		txn_fail(&t, -ERR_TOO_BIG);
	else
		r = work_on_entries(f, &t, &b);
	if (r < 0)
		txn_fail(&t, r);
	state_put_number(&t, "cursor", b.cursor);
	r = txn_commit(&t);
	if (r < 0)
		return r;
	f->cursor = b.cursor;
	if (b.n_alerts)
		f->on_alerts(f->arg);
	return is_full(&b);
}

static void note_trouble(struct follower *f, int r)
{
	if (r == f->trouble)
		return;
	f->trouble = r;
	if (r == -ERR_TOO_BIG)
		log_warn(&f->log, "the outbox is full, following the journal when it has drained");
	else if (r < 0)
		log_error(&f->log, "cannot follow the journal: %s, retrying every second",
			err_str(r));
	else
		log_notice(&f->log, "following the journal again");
}

static void work(struct follower *f)
{
	int r = work_on_batch(f);

	store_reader_rest(f->reader);
	note_trouble(f, r < 0 ? r : 0);
	/* A full batch: there is more, but others want their turn first. */
	timer_set(f->timer, r > 0 ? 0 : LOOK_AGAIN_MS);
}

static void on_timer(void *arg)
{
	work(arg);
}

void follower_start(struct follower *f)
{
	f->has_started = true;
	timer_set(f->timer, 0);
}

static void on_commit(void *arg, short events)
{
	struct follower *f = arg;

	(void)events;
	store_watch_clear(f->store);
	if (f->has_started)
		work(f);
}

/*
 * A store that was restored from a backup, or begun anew, counts from an
 * earlier number again: what it will call so must not pass for read.
 */
static int step_back(struct follower *f)
{
	struct store_counts counts;
	int r = store_read_counts(f->reader, &counts);

	if (r < 0 || f->cursor <= counts.journal_last)
		return r;
	log_warn(&f->log,
		"the journal ends at %llu, before %llu that was read: an older store, going on from its end",
		(unsigned long long)counts.journal_last, (unsigned long long)f->cursor);
	f->cursor = counts.journal_last;
	return 0;
}

static int read_cursor(struct follower *f)
{
	enum state_found found;
	struct txn t;

	txn_begin_read(&t, f->state);
	found = state_find_number(&t, "cursor", &f->cursor);
	/* Decisions and cursor come with the same commit. */
	if (found == STATE_ABSENT && txn_count(&t, STATE_DECIDED))
		found = STATE_DAMAGED;
	txn_abort(&t);
	f->is_first_time = found == STATE_ABSENT;
	if (found == STATE_DAMAGED)
		log_error(&f->log,
			"the place in the journal is damaged, reading the journal from its start again: what was decided stays so");
	return t.err ? t.err : step_back(f);
}

int follower_open(struct loop *l, struct store *store, struct db *state,
	struct subscription_set *set, loop_fn *on_alerts, void *arg, struct follower **ret)
{
	CLEANUP(follower_closep) struct follower *f = ALLOC_NEW(struct follower);
	int r, fd;

	*f = (struct follower){.store = store,
		.state = state,
		.set = set,
		.on_alerts = on_alerts,
		.arg = arg,
		.log = {.key = "part", .value = "follower"}};
	r = store_reader_open(store, &f->reader);
	if (r == 0)
		r = read_cursor(f);
	if (r < 0)
		return r;
	store_reader_rest(f->reader);
	fd = store_watch_fd(store);
	if (fd >= 0)
		f->watch = watch_new(l, fd, WATCH_READ, on_commit, f);
	f->timer = timer_new(l, on_timer, f);
	*ret = TAKE_PTR(f);
	return 0;
}

void follower_close(struct follower *f)
{
	if (!f)
		return;
	watch_free(f->watch);
	if (f->timer)
		timer_free(f->timer);
	store_reader_free(f->reader);
	free(f);
}

uint64_t follower_cursor(const struct follower *f)
{
	return f->cursor;
}

uint64_t follower_journal_last(struct follower *f)
{
	struct store_counts counts = {.journal_last = f->cursor};

	if (store_reader_renew(f->reader) == 0)
		(void)store_read_counts(f->reader, &counts); /* what was read is known at least */
	store_reader_rest(f->reader);
	return counts.journal_last;
}

bool follower_is_first_time(const struct follower *f)
{
	return f->is_first_time;
}
