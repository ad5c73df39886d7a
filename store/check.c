/*
 * Each table once, in the order of its keys, with a look into the tables that a
 * value leads to:
 *
 *	journal       no gaps; the record and body are those whose sums it has
 *	records       no gaps; JSON, of the page and version of the journal
 *	bodies        belong to a record, and can be unpacked
 *	pages         the id is of the URL; story and records exist
 *	stories       their pages exist
 *	fingerprints  page, story and text are those of the record
 *	robots        is laid out as it should
 */
#include "store/check.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/url.h"
#include "store/body.h"
#include "store/journal.h"
#include "store/layout.h"
#include "store/page.h"
#include "store/robots_value.h"
#include "store/seal.h"
#include "store/story.h"

#include <stdio.h>

#define RENEW_STEP       1000
#define FINGERPRINT_SIZE (HASH_BYTES * 2 + 8)
#define HEX_TEXT_MAX     80

struct checker {
	struct value_look look;
	uint64_t expected; /* the number that comes next, in tables without gaps */
};

static const char *hex_of(struct span key, char out[HEX_TEXT_MAX])
{
	out[0] = '\0';
	for (size_t i = 0; i < key.len && i < HEX_TEXT_MAX / 2 - 1; i++)
		snprintf(out + i * 2, 3, "%02x", (uint8_t)key.data[i]);
	return out;
}

static bool has(struct checker *c, unsigned table, struct span key)
{
	struct span value;

	return txn_get(&c->look.txn, table, key, &value);
}

/* Tables that count from 1. */
static uint64_t check_number(struct checker *c, const char *table, struct span key)
{
	uint64_t number = db_key64_read(key);

	if (key.len != 8 || number < c->expected)
		value_look_damage(&c->look, "%s: a key is no number, or out of order", table);
	else if (number == c->expected + 1)
		value_look_damage(&c->look, "%s %llu: is missing", table,
			(unsigned long long)c->expected);
	else if (number > c->expected)
		value_look_damage(&c->look, "%s %llu to %llu: are missing", table,
			(unsigned long long)c->expected, (unsigned long long)number - 1);
	c->expected = number + 1;
	return number;
}

/* Whether a record has this hash in this member, without reading all of it. */
static bool record_says(struct span record, const char *member, const struct hash *h)
{
	static const struct hash none;
	char wanted[80], hex[HASH_HEX_SIZE];

	if (hash_eq(h, &none))
		snprintf(wanted, sizeof wanted, "\"%s\":null", member);
	else
		snprintf(wanted, sizeof wanted, "\"%s\":\"%s\"", member, hash_hex(h, hex));
	return span_find(record, span_str(wanted)) >= 0;
}

/* The journal, with the records and bodies that it leads to */

static void check_sum(struct checker *c, const char *table, const struct journal_entry *e,
	struct span value, uint64_t sum)
{
	if (sum && hash64_of(value) != sum)
		value_look_damage(&c->look, "%s %llu: is not what was written", table,
			(unsigned long long)e->record);
}

static void check_record_of(struct checker *c, const struct journal_entry *e)
{
	struct db_key64 key = db_key64(e->record);
	struct span record, frame;

	if (!txn_get(&c->look.txn, STORE_RECORDS, db_key64_span(&key), &record)) {
		value_look_damage(&c->look, "journal %llu: its record %llu does not exist",
			(unsigned long long)e->seq, (unsigned long long)e->record);
		return;
	}
	check_sum(c, "records", e, record, e->record_sum);
	if (!record_says(record, "id", &e->id) || !record_says(record, "story", &e->story))
		value_look_damage(&c->look,
			"journal %llu: its record %llu is of another page or story",
			(unsigned long long)e->seq, (unsigned long long)e->record);
	if (txn_get(&c->look.txn, STORE_BODIES, db_key64_span(&key), &frame))
		check_sum(c, "bodies", e, frame, e->body_sum);
	else if (e->body_sum)
		value_look_damage(&c->look, "bodies %llu: is missing",
			(unsigned long long)e->record);
}

static void check_journal(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	struct journal_entry e;
	uint64_t seq = check_number(c, "journal", key);

	if (journal_parse(value, &e) < 0) {
		value_look_damage(&c->look, "journal %llu: cannot be read",
			(unsigned long long)seq);
		return;
	}
	e.seq = seq;
	if (seal_of(value) != SEAL_WHOLE || !e.record_sum)
		value_look_damage(&c->look, "journal %llu: its check is missing",
			(unsigned long long)seq);
	check_record_of(c, &e);
}

static void check_record(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct record r;
	uint64_t number = check_number(c, "records", key);
	int code = record_parse_json(value, a, &r);

	if (code < 0)
		value_look_damage(&c->look, "records %llu: %s", (unsigned long long)number,
			err_str(code));
	else if (!r.url || !r.version)
		value_look_damage(&c->look, "records %llu: has no URL or version",
			(unsigned long long)number);
}

static void check_body(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	STRBUF_LOCAL(raw);
	uint64_t number = db_key64_read(key);

	if (body_unpack(value, &raw) < 0)
		value_look_damage(&c->look, "bodies %llu: cannot be unpacked",
			(unsigned long long)number);
	if (!has(c, STORE_RECORDS, key))
		value_look_damage(&c->look, "bodies %llu: there is no such record",
			(unsigned long long)number);
}

/* Pages and stories */

static void check_versions(struct checker *c, const struct page_entry *p, const struct hash *id)
{
	char url[VALUE_NAME_MAX];

	for (size_t i = 0; i < p->n_versions; i++) {
		const struct page_version *v = &p->versions[i];
		struct db_key64 key = db_key64(v->record);
		struct span record;

		if (!txn_get(&c->look.txn, STORE_RECORDS, db_key64_span(&key), &record))
			value_look_damage(&c->look, "pages (%s): its record %llu does not exist",
				value_look_name(span_str(p->url), url),
				(unsigned long long)v->record);
		else if (!record_says(record, "id", id) ||
			!record_says(record, "text_hash", &v->text_hash))
			value_look_damage(&c->look,
				"pages (%s): its record %llu is of another page or text",
				value_look_name(span_str(p->url), url),
				(unsigned long long)v->record);
	}
}

static void check_page(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char hex[HEX_TEXT_MAX], url[VALUE_NAME_MAX];
	struct page_entry p;
	struct hash id;

	if (key.len != HASH_BYTES || page_parse(value, a, &p) < 0) {
		value_look_damage(&c->look, "pages %s: cannot be read", hex_of(key, hex));
		return;
	}
	value_look_name(span_str(p.url), url);
	id = url_id(span_str(p.url));
	if (!span_eq(hash_span(&id), key))
		value_look_damage(&c->look, "pages %s (%s): the id is not that of the URL",
			hex_of(key, hex), url);
	if (seal_of(value) != SEAL_WHOLE)
		value_look_damage(&c->look, "pages %s (%s): its check is missing", hex_of(key, hex),
			url);
	if (!has(c, STORE_STORIES, hash_span(&p.story)))
		value_look_damage(&c->look, "pages %s (%s): its story does not exist",
			hex_of(key, hex), url);
	check_versions(c, &p, &id);
}

static void check_story(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char hex[HEX_TEXT_MAX];
	struct story s;

	if (key.len != HASH_BYTES || story_parse(value, a, &s) < 0) {
		value_look_damage(&c->look, "stories %s: cannot be read", hex_of(key, hex));
		return;
	}
	if (seal_of(value) != SEAL_WHOLE)
		value_look_damage(&c->look, "stories %s: its check is missing", hex_of(key, hex));
	if (!has(c, STORE_PAGES, key))
		value_look_damage(&c->look,
			"stories %s: the page that it is named after does not exist",
			hex_of(key, hex));
	for (size_t i = 0; i < s.n_members; i++) {
		if (!has(c, STORE_PAGES, hash_span(&s.members[i])))
			value_look_damage(&c->look, "stories %s: one of its pages does not exist",
				hex_of(key, hex));
	}
}

static void check_fingerprint(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	char hex[HEX_TEXT_MAX];
	struct hash text, story, page;
	struct span record;

	if (key.len != HASH_BYTES || value.len != FINGERPRINT_SIZE) {
		value_look_damage(&c->look, "fingerprints %s: has another size", hex_of(key, hex));
		return;
	}
	memcpy(text.bytes, key.data, HASH_BYTES);
	memcpy(story.bytes, value.data, HASH_BYTES);
	memcpy(page.bytes, value.data + HASH_BYTES, HASH_BYTES);
	if (!txn_get(&c->look.txn, STORE_RECORDS, span_from_offset(value, HASH_BYTES * 2), &record))
		value_look_damage(&c->look, "fingerprints %s: its record does not exist",
			hex_of(key, hex));
	else if (!record_says(record, "text_hash", &text) || !record_says(record, "id", &page) ||
		!record_says(record, "story", &story))
		value_look_damage(&c->look,
			"fingerprints %s: its record is of another page, story or text",
			hex_of(key, hex));
}

static bool is_site_lines(struct span key)
{
	struct span ending = SPAN_LITERAL(" lines");

	return key.len > ending.len && span_eq(span_from_offset(key, key.len - ending.len), ending);
}

static void check_robots(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	char origin[VALUE_NAME_MAX];
	struct store_robots r;

	if (is_site_lines(key))
		return; /* no value of them is wrong, and what cannot be read is learned anew */
	if (!span_starts_with(key, SPAN_LITERAL("http")) || robots_value_parse(value, &r) < 0 ||
		r.fetched_at_ms < 0 || r.expires_at_ms < r.fetched_at_ms)
		value_look_damage(&c->look, "robots (%s): cannot be read",
			value_look_name(key, origin));
}

/* The tables */

static const struct {
	enum store_table table;
	value_look_fn *check;
} checks[] = {
	{STORE_JOURNAL, check_journal},
	{STORE_RECORDS, check_record},
	{STORE_BODIES, check_body},
	{STORE_PAGES, check_page},
	{STORE_STORIES, check_story},
	{STORE_FINGERPRINTS, check_fingerprint},
	{STORE_ROBOTS, check_robots},
};

#define N_CHECKS (sizeof checks / sizeof *checks)

static int check_table(struct checker *c, size_t i)
{
	c->expected = 1;
	return value_look_table(&c->look, checks[i].table, RENEW_STEP, checks[i].check, c);
}

int store_check_values(struct store *s, const struct value_check *check,
	struct value_check_counts *ret)
{
	struct checker c = {.look = {.how = check, .counts = ret}};
	int r;

	*ret = (struct value_check_counts){0};
	txn_begin_read(&c.look.txn, s->db);
	for (size_t i = 0; i < N_CHECKS; i++)
		c.look.total += txn_count(&c.look.txn, checks[i].table);
	r = c.look.txn.err;
	for (size_t i = 0; r == 0 && !c.look.stopped && i < N_CHECKS; i++)
		r = check_table(&c, i);
	txn_abort(&c.look.txn);
	return r;
}
