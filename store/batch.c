/*
 * A batch is one write transaction. Several crawler processes write one store,
 * so nothing that a number depends on may be remembered between batches: the
 * last ones are looked up inside the transaction.
 *
 * A damaged value is read as an absent one: the page is stored anew, and what
 * it was stays in the records.
 *
 * One page, in store_save_page():
 *
 *	unknown URL, unknown text   -> page, record, body, story, journal "new"
 *	unknown URL, known text     -> page, record, body, joins story, journal "reprint"
 *	known URL, text or title    -> version, record, body, journal "updated"
 *	known URL, another's text   -> version, record, body of that story, journal "reprint"
 *	known URL, nothing changed  -> a visit
 *
 * and in store_save_reread(), of a page that is the same but read otherwise:
 *
 *	another text                -> version, record, body, journal "reread"
 */
#include "store/store.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/url.h"
#include "store/body.h"
#include "store/journal.h"
#include "store/layout.h"
#include "store/page.h"
#include "store/robots_value.h"
#include "store/site_lines.h"
#include "store/story.h"

#include <sys/stat.h>

#define STORY_TEXT_MIN                                                                             \
	60 /* bytes, 20 characters: "see the attachment" makes no story of two notices */

int store_batch_begin(struct store *s, struct store_batch **ret)
{
	CLEANUP(store_batch_abortp) struct store_batch *b = ALLOC_NEW(struct store_batch);

	b->store = s;
	b->arena = arena_new();
	txn_begin_write(&b->txn, s->db);
	if (b->txn.err)
		return b->txn.err;
	*ret = TAKE_PTR(b);
	return 0;
}

int store_batch_commit(struct store_batch *b)
{
	int r = txn_commit(&b->txn);

	/* Watchers who miss this look once a second by themselves: nothing to do about a failure. */
	if (r == 0)
		(void)futimens(b->store->notify_fd, NULL);
	store_batch_abort(b);
	return r;
}

void store_batch_abort(struct store_batch *b)
{
	if (!b)
		return;
	txn_abort(&b->txn);
	arena_free(b->arena);
	free(b);
}

static uint64_t next_number(struct txn *t, unsigned table, uint64_t *last)
{
	struct span key, value;

	if (!*last && txn_last(t, table, &key, &value))
		*last = db_key64_read(key);
	return ++*last;
}

static bool find_page(struct store_batch *b, const struct hash *id, struct page_entry *ret)
{
	struct span value;

	return txn_get(&b->txn, STORE_PAGES, hash_span(id), &value) &&
		page_parse(value, b->arena, ret) == 0;
}

static void put_page(struct store_batch *b, const struct hash *id, const struct page_entry *p)
{
	STRBUF_LOCAL(json);

	page_write(p, &json);
	txn_put(&b->txn, STORE_PAGES, hash_span(id), strbuf_span(&json));
}

static struct hash title_hash(const struct record *r)
{
	return hash_of(span_str(r->title));
}

/*
 * A version that was stored before a line was known as the site's has it, and one from
 * when it was known stays the same when it has been forgotten.
 */
static bool is_other_text(const struct store_batch *b, const struct page_version *v,
	const struct record *r)
{
	return !hash_eq(&v->text_hash, &r->text_hash) && !hash_eq(&v->text_hash, &b->read_hash) &&
		!hash_eq(&v->read_hash, &b->read_hash);
}

static bool is_changed(const struct store_batch *b, const struct page_entry *p,
	const struct record *r)
{
	const struct page_version *newest = page_newest(p);
	struct hash title = title_hash(r);

	return !newest || !hash_eq(&newest->title_hash, &title) || is_other_text(b, newest, r);
}

static bool find_newest(struct store_batch *b, const struct page_entry *p, struct record *ret)
{
	const struct page_version *newest = page_newest(p);
	struct db_key64 key = db_key64(newest ? newest->record : 0);
	struct span value;

	return newest && txn_get(&b->txn, STORE_RECORDS, db_key64_span(&key), &value) &&
		record_parse_json(value, b->arena, ret) == 0;
}

/*
 * Whether @r is the beginning of what is stored: pages of the article could not be had
 * this time, which is no change of it.
 */
static bool is_beginning(struct store_batch *b, const struct page_entry *p, const struct record *r)
{
	struct record before;

	return r->is_partial && r->text && find_newest(b, p, &before) && before.text &&
		strcmp(before.title ? before.title : "", r->title ? r->title : "") == 0 &&
		span_starts_with(span_str(before.text), span_str(r->text));
}

/* Pages without a text, or with next to none, have nothing in common. */
static bool has_text(const struct record *r)
{
	static const struct hash none;

	return r->text && strlen(r->text) >= STORY_TEXT_MIN && !hash_eq(&r->text_hash, &none);
}

/* The story that has this text already, if any. */
static bool find_story(struct store_batch *b, const struct record *r, struct hash *ret)
{
	struct span value;

	if (!has_text(r) ||
		!txn_get(&b->txn, STORE_FINGERPRINTS, hash_span(&r->text_hash), &value) ||
		value.len < HASH_BYTES)
		return false;
	memcpy(ret->bytes, value.data, HASH_BYTES);
	return true;
}

static void join_story(struct store_batch *b, const struct record *r)
{
	STRBUF_LOCAL(json);
	struct span value;
	struct story story;

	if (!txn_get(&b->txn, STORE_STORIES, hash_span(&r->story), &value) ||
		story_parse(value, b->arena, &story) < 0)
		story_init(&story, b->arena, r->fetched_at_ms);
	if (!story_has(&story, &r->id))
		story_add(&story, &r->id);
	story_write(&story, &json);
	txn_put(&b->txn, STORE_STORIES, hash_span(&r->story), strbuf_span(&json));
}

/* The first page with a text keeps it: later ones find its story. */
static void add_fingerprint(struct store_batch *b, const struct record *r, uint64_t number)
{
	struct db_key64 record = db_key64(number);
	char value[HASH_BYTES * 2 + sizeof record.bytes];

	if (!has_text(r))
		return;
	memcpy(value, r->story.bytes, HASH_BYTES);
	memcpy(value + HASH_BYTES, r->id.bytes, HASH_BYTES);
	memcpy(value + HASH_BYTES * 2, record.bytes, sizeof record.bytes);
	txn_add(&b->txn, STORE_FINGERPRINTS, hash_span(&r->text_hash),
		span_from(value, sizeof value));
}

static bool site_key(const struct record *r, struct strbuf *out)
{
	struct url_parts parts;

	if (!r->text || !r->url || !url_split(span_str(r->url), &parts))
		return false;
	strbuf_add_str(out, "https://");
	strbuf_add_span(out, parts.host);
	strbuf_add_str(out, " lines");
	return out->len <= DB_KEY_MAX;
}

static struct site_lines *read_site_lines(struct store_batch *b, struct span key)
{
	struct site_lines *l = arena_alloc(b->arena, sizeof *l);
	struct span value;

	l->n = 0;
	if (txn_get(&b->txn, STORE_ROBOTS, key, &value))
		site_lines_parse(value, l);
	return l;
}

/* The text as the author wrote it, as far as the host's other pages tell. */
static void strip_site_lines(struct store_batch *b, struct record *r)
{
	struct span text = span_str(r->text ? r->text : ""), left;
	STRBUF_LOCAL(key);

	b->read_text = text;
	b->read_hash = r->text_hash;
	b->site_lines = site_key(r, &key) ? read_site_lines(b, strbuf_span(&key)) : NULL;
	if (!b->site_lines)
		return;
	left = site_lines_strip(b->site_lines, &r->id, text);
	if (left.len == text.len)
		return;
	r->text = arena_dup(b->arena, left);
	r->text_hash = fold_hash(left);
}

static void learn_site_lines(struct store_batch *b, const struct record *r)
{
	STRBUF_LOCAL(key);
	STRBUF_LOCAL(value);

	if (!b->site_lines || !site_key(r, &key))
		return;
	site_lines_learn(b->site_lines, &r->id, b->read_text);
	site_lines_write(b->site_lines, &value);
	txn_put(&b->txn, STORE_ROBOTS, strbuf_span(&key), strbuf_span(&value));
}

/* The record and its body, whose number and sums become part of @e. */
static void append_record(struct store_batch *b, const struct record *r, struct span raw,
	struct journal_entry *e)
{
	STRBUF_LOCAL(json);
	STRBUF_LOCAL(frame);
	struct db_key64 key;
	int code;

	e->record = next_number(&b->txn, STORE_RECORDS, &b->last_record);
	key = db_key64(e->record);
	record_write_json(r, &json);
	e->record_sum = hash64_of(strbuf_span(&json));
	txn_append(&b->txn, STORE_RECORDS, db_key64_span(&key), strbuf_span(&json));
	if (!raw.len)
		return;
	code = body_pack(raw, &frame);
	if (code < 0)
		txn_fail(&b->txn, code);
	e->body_sum = hash64_of(strbuf_span(&frame));
	txn_append(&b->txn, STORE_BODIES, db_key64_span(&key), strbuf_span(&frame));
}

static void append_journal(struct store_batch *b, const struct journal_entry *e)
{
	STRBUF_LOCAL(json);
	struct db_key64 key = db_key64(next_number(&b->txn, STORE_JOURNAL, &b->last_journal));

	journal_write(e, &json);
	txn_append(&b->txn, STORE_JOURNAL, db_key64_span(&key), strbuf_span(&json));
}

/* Everything that a version of a page consists of. */
static void append_version(struct store_batch *b, struct page_entry *p, enum journal_event event,
	const struct record *r, struct span raw)
{
	struct journal_entry e = {
		.event = event,
		.id = r->id,
		.story = r->story,
		.version = r->version,
		.at_ms = r->fetched_at_ms,
	};
	struct page_version v = {
		.version = r->version,
		.at_ms = r->fetched_at_ms,
		.title_hash = title_hash(r),
		.text_hash = r->text_hash,
		.read_hash = b->read_hash,
	};

	learn_site_lines(b, r);
	append_record(b, r, raw, &e);
	v.record = e.record;
	add_fingerprint(b, r, e.record);
	append_journal(b, &e);
	page_add_version(p, b->arena, &v);
}

static enum save_outcome save_new_page(struct store_batch *b, struct record *r, struct span raw)
{
	struct page_entry p = {.url = r->url ? r->url : ""};
	bool is_known_text = find_story(b, r, &r->story);

	if (!is_known_text)
		r->story = r->id;
	r->version = 1;
	p.story = r->story;
	p.visits = 1;
	p.last_visit_ms = r->fetched_at_ms;
	join_story(b, r);
	append_version(b, &p, is_known_text ? JOURNAL_REPRINT : JOURNAL_NEW, r, raw);
	put_page(b, &r->id, &p);
	return is_known_text ? SAVE_REPRINT : SAVE_NEW;
}

static void count_visit(struct page_entry *p, int64_t at_ms)
{
	p->visits++;
	if (at_ms > p->last_visit_ms)
		p->last_visit_ms = at_ms;
}

/*
 * Where a changed page belongs. With a text that is another story's, this
 * version is that story's, while the page itself stays where it was: what shows
 * the same notice for an hour is not one story for ever. A page that was taken
 * for a copy and has another title and text by now has a story of its own.
 */
static enum journal_event place_version(struct store_batch *b, struct page_entry *p,
	struct record *r)
{
	const struct page_version *newest = page_newest(p);
	struct hash title = title_hash(r), before = p->story;

	r->story = before;
	if (!find_story(b, r, &r->story) && newest && !hash_eq(&newest->title_hash, &title) &&
		!hash_eq(&newest->text_hash, &r->text_hash))
		p->story = r->story = r->id;
	if (!hash_eq(&r->story, &before))
		join_story(b, r);
	return hash_eq(&r->story, &p->story) ? JOURNAL_UPDATED : JOURNAL_REPRINT;
}

static enum save_outcome save_known_page(struct store_batch *b, struct page_entry *p,
	struct record *r, struct span raw)
{
	const struct page_version *newest = page_newest(p);
	bool changed = is_changed(b, p, r) && !is_beginning(b, p, r);

	r->story = p->story;
	r->version = (newest ? newest->version : 0) + changed;
	count_visit(p, r->fetched_at_ms);
	if (changed)
		append_version(b, p, place_version(b, p, r), r, raw);
	put_page(b, &r->id, p);
	return changed ? SAVE_UPDATED : SAVE_UNCHANGED;
}

enum save_outcome store_save_reread(struct store_batch *b, struct record *r, struct span raw)
{
	const struct page_version *newest;
	struct page_entry p;

	if (!find_page(b, &r->id, &p))
		return SAVE_UNCHANGED;
	newest = page_newest(&p);
	strip_site_lines(b, r);
	if (!newest || newest->version != r->version || !is_other_text(b, newest, r))
		return SAVE_UNCHANGED;
	r->version++;
	(void)place_version(b, &p, r);
	append_version(b, &p, JOURNAL_REREAD, r, raw);
	put_page(b, &r->id, &p);
	return SAVE_UPDATED;
}

/* Whether the newest version of a page was fetched from where @r was. */
static bool is_from_same(struct store_batch *b, const struct page_entry *p, const struct record *r)
{
	struct record before;

	return find_newest(b, p, &before) && before.fetched_url && r->fetched_url &&
		strcmp(before.fetched_url, r->fetched_url) == 0;
}

/* The text alone is no sign of being the same page: every month's notice may say the same. */
static bool reads_alike(const struct page_entry *p, const struct record *r)
{
	const struct page_version *newest = page_newest(p);
	struct hash title = title_hash(r);

	return newest && hash_eq(&newest->text_hash, &r->text_hash) &&
		hash_eq(&newest->title_hash, &title);
}

/*
 * A page that gives itself another address is stored under that, unless what stands there
 * came from elsewhere and reads otherwise: templates give one address to all their pages,
 * and of two articles none may be lost.
 */
static void disbelieve_address(struct store_batch *b, struct record *r)
{
	struct page_entry p;

	if (!r->own_url || !find_page(b, &r->id, &p) || reads_alike(&p, r) ||
		is_from_same(b, &p, r))
		return;
	r->url = r->own_url;
	r->id = url_id(span_str(r->own_url));
}

enum save_outcome store_save_page(struct store_batch *b, struct record *r, struct span raw)
{
	struct page_entry p;

	disbelieve_address(b, r);
	strip_site_lines(b, r);
	if (find_page(b, &r->id, &p))
		return save_known_page(b, &p, r, raw);
	return b->txn.err ? SAVE_UNCHANGED : save_new_page(b, r, raw);
}

void store_save_visit(struct store_batch *b, const struct hash *id, int64_t at_ms)
{
	struct page_entry p;

	if (!find_page(b, id, &p))
		return;
	count_visit(&p, at_ms);
	put_page(b, id, &p);
}

void store_save_robots(struct store_batch *b, const char *origin, const struct store_robots *r)
{
	STRBUF_LOCAL(value);
	struct span key = span_str(origin);

	/* No host name is that long; where a robots.txt leads may be, and is then got anew. */
	if (!key.len || key.len > DB_KEY_MAX)
		return;
	robots_value_write(r, &value);
	txn_put(&b->txn, STORE_ROBOTS, key, strbuf_span(&value));
}
