#include "scheduler/record.h"

#include "common/mdb.h"
#include "scheduler/pack.h"

void host_record_pack(const struct host_record *h, struct strbuf *out)
{
	pack_u32(out, h->number);
	pack_i64(out, h->next_ms);
	pack_i64(out, h->crawl_delay_ms);
	pack_u32(out, h->failures);
	pack_u8(out, h->paused);
	pack_span(out, h->address);
	for (size_t i = 0; i < 2; i++) {
		pack_u8(out, h->forms[i].to);
		pack_u8(out, h->forms[i].evidence);
	}
	pack_u8(out, h->failure);
}

static void unpack_forms(struct unpacker *u, struct form_choice forms[2])
{
	for (size_t i = 0; i < 2; i++) {
		forms[i].to = (enum form)unpack_max(u, 1, FORM_HTTPS_TWIN);
		forms[i].evidence = (unsigned)unpack_max(u, 1, FORM_EVIDENCE);
	}
}

bool host_record_unpack(struct span key, struct span value, struct host_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct host_record){.name = key};
	ret->number = unpack_u32(&u);
	ret->next_ms = (int64_t)unpack_max(&u, 8, INT64_MAX);
	ret->crawl_delay_ms = (int64_t)unpack_max(&u, 8, INT64_MAX / 4);
	ret->failures = unpack_u32(&u);
	ret->paused = unpack_max(&u, 1, 1);
	if (u.left.len) /* absent from older records */
		ret->address = unpack_span(&u);
	if (u.left.len) { /* likewise */
		unpack_forms(&u, ret->forms);
		ret->failure = (enum outcome)unpack_max(&u, 1, OUTCOME_LAST);
	}
	return unpack_ends(&u) && ret->number;
}

void lease_record_pack(const struct lease_record *l, struct strbuf *out)
{
	pack_u64(out, l->lease_number);
	pack_u64(out, l->boot);
	pack_u64(out, l->seq);
	pack_u32(out, l->host);
	pack_i64(out, l->expires_ms);
	pack_span(out, l->worker);
}

bool lease_record_unpack(struct span key, struct span value, struct lease_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct lease_record){.url_number = db_key64_read(key)};
	ret->lease_number = unpack_u64(&u);
	ret->boot = unpack_u64(&u);
	ret->seq = unpack_u64(&u);
	ret->host = unpack_u32(&u);
	ret->expires_ms = (int64_t)unpack_max(&u, 8, INT64_MAX);
	ret->worker = unpack_span(&u);
	return unpack_ends(&u) && ret->url_number && ret->worker.len;
}

void worker_record_pack(const struct worker_record *w, struct strbuf *out)
{
	pack_u64(out, w->boot);
	pack_u64(out, w->applied_seq);
	pack_u64(out, w->answered_seq);
	pack_i64(out, w->contact_ms);
}

bool worker_record_unpack(struct span key, struct span value, struct worker_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct worker_record){.name = key};
	ret->boot = unpack_u64(&u);
	ret->applied_seq = unpack_u64(&u);
	ret->answered_seq = unpack_u64(&u);
	ret->contact_ms = unpack_i64(&u);
	return unpack_ends(&u);
}

void source_record_pack(const struct source_record *s, struct strbuf *out)
{
	pack_u32(out, s->number);
	pack_u64(out, s->url_number);
	pack_u8(out, s->paused);
	pack_u8(out, s->was_fetched);
	pack_u8(out, s->outcome);
	pack_i64(out, s->fetched_ms);
	pack_i64(out, s->new_item_ms);
	pack_u64(out, s->n_items);
	pack_u64(out, s->n_new);
	pack_span(out, s->error);
	pack_u64(out, s->n_refused);
}

bool source_record_unpack(struct span key, struct span value, struct source_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct source_record){.name = key};
	ret->number = unpack_u32(&u);
	ret->url_number = unpack_u64(&u);
	ret->paused = unpack_max(&u, 1, 1);
	ret->was_fetched = unpack_max(&u, 1, 1);
	ret->outcome = (enum outcome)unpack_max(&u, 1, OUTCOME_LAST);
	ret->fetched_ms = unpack_i64(&u);
	ret->new_item_ms = unpack_i64(&u);
	ret->n_items = unpack_u64(&u);
	ret->n_new = unpack_u64(&u);
	ret->error = unpack_span(&u);
	if (u.left.len) /* absent from older records */
		ret->n_refused = unpack_u64(&u);
	return unpack_ends(&u) && ret->number;
}
