/* Reading: one read transaction, kept between renewals. */
#include "store/store.h"

#include "common/alloc.h"
#include "common/err.h"
#include "store/body.h"
#include "store/journal.h"
#include "store/layout.h"
#include "store/page.h"
#include "store/robots_value.h"
#include "store/seal.h"

int store_reader_open(struct store *s, struct store_reader **ret)
{
	CLEANUP(store_reader_freep) struct store_reader *r = ALLOC_NEW(struct store_reader);

	txn_begin_read(&r->txn, s->db);
	if (r->txn.err)
		return r->txn.err;
	*ret = TAKE_PTR(r);
	return 0;
}

int store_reader_renew(struct store_reader *r)
{
	return txn_renew(&r->txn);
}

void store_reader_rest(struct store_reader *r)
{
	txn_rest(&r->txn);
}

void store_reader_free(struct store_reader *r)
{
	if (!r)
		return;
	txn_abort(&r->txn);
	free(r);
}

static int find(struct store_reader *r, unsigned table, struct span key, struct span *ret)
{
	if (!key.len || key.len > DB_KEY_MAX)
		return 0;
	if (txn_get(&r->txn, table, key, ret))
		return 1;
	return r->txn.err;
}

int store_read_page(struct store_reader *r, const struct hash *id, struct span *ret_json)
{
	int found = find(r, STORE_PAGES, hash_span(id), ret_json);

	if (found > 0 && seal_of(*ret_json) == SEAL_BROKEN)
		*ret_json = SPAN_LITERAL("");
	return found;
}

/* As far as it can be known: an entry of the journal has the number of its record unless there was damage. */
static bool is_as_written(struct store_reader *r, struct span number, struct span record)
{
	struct span entry;
	uint64_t sum;

	return !txn_get(&r->txn, STORE_JOURNAL, number, &entry) ||
		!journal_find_sum(entry, db_key64_read(number), &sum) || sum == hash64_of(record);
}

int store_read_record(struct store_reader *r, uint64_t seq, struct span *ret_json)
{
	struct db_key64 key = db_key64(seq);
	int found = find(r, STORE_RECORDS, db_key64_span(&key), ret_json);

	if (found > 0 && !is_as_written(r, db_key64_span(&key), *ret_json))
		*ret_json = SPAN_LITERAL("");
	return r->txn.err ? r->txn.err : found;
}

int store_read_robots(struct store_reader *r, const char *origin, struct store_robots *ret)
{
	struct span value;
	int found = find(r, STORE_ROBOTS, span_str(origin), &value);
	int code;

	if (found <= 0)
		return found;
	code = robots_value_parse(value, ret);
	return code < 0 ? code : 1;
}

int store_read_body(struct store_reader *r, uint64_t seq, struct strbuf *out)
{
	struct db_key64 key = db_key64(seq);
	struct span frame;
	int found = find(r, STORE_BODIES, db_key64_span(&key), &frame);
	int code;

	if (found <= 0)
		return found;
	code = body_unpack(frame, out);
	return code < 0 ? code : 1;
}

static const struct page_version *pick_version(const struct page_entry *p, uint32_t version)
{
	if (version == 0)
		return page_newest(p);
	for (size_t i = 0; i < p->n_versions; i++) {
		if (p->versions[i].version == version)
			return &p->versions[i];
	}
	return NULL;
}

int store_find_version(struct store_reader *r, const struct hash *id, uint32_t version,
	uint64_t *ret_seq)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct page_version *v;
	struct page_entry page;
	struct span json;
	int found = store_read_page(r, id, &json);
	int code;

	if (found <= 0)
		return found;
	code = page_parse(json, a, &page);
	if (code < 0)
		return code;
	v = pick_version(&page, version);
	if (!v)
		return 0;
	*ret_seq = v->record;
	return 1;
}

int store_read_journal(struct store_reader *r, uint64_t after_seq, struct journal_entry *ret)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct db_key64 key = db_key64(after_seq + 1);
	struct journal_entry e;
	int code;

	if (after_seq == UINT64_MAX)
		return 0;
	cursor_init(&c, &r->txn, STORE_JOURNAL);
	if (!cursor_seek(&c, db_key64_span(&key)))
		return r->txn.err;
	ret->seq = e.seq = db_key64_read(c.key);
	code = journal_parse(c.value, &e);
	if (code < 0)
		return code;
	e.seq = ret->seq;
	*ret = e;
	return 1;
}

int store_read_counts(struct store_reader *r, struct store_counts *ret)
{
	struct db_sizes sizes = {0};
	struct span key, value;
	struct store_counts counts = {
		.pages = txn_count(&r->txn, STORE_PAGES),
		.records = txn_count(&r->txn, STORE_RECORDS),
		.stories = txn_count(&r->txn, STORE_STORIES),
	};
	int code;

	if (txn_last(&r->txn, STORE_RECORDS, &key, &value))
		counts.last_record = db_key64_read(key);
	if (txn_last(&r->txn, STORE_JOURNAL, &key, &value))
		counts.journal_last = db_key64_read(key);
	code = r->txn.err ? r->txn.err : db_read_sizes(r->txn.db, &sizes);
	if (code < 0)
		return code;
	counts.file_bytes = sizes.file_bytes;
	counts.used_bytes = sizes.used_bytes;
	counts.map_bytes = sizes.map_bytes;
	*ret = counts;
	return 0;
}
