#include "scheduler/entry.h"

#include "scheduler/pack.h"

#define FORMAT 2 /* 1 had no is_target, is_kept, seen_ms and moved_number */

void entry_pack(const struct entry *e, struct strbuf *out)
{
	strbuf_reserve(out, 114 + e->url.len + e->etag.len + e->last_modified.len + e->title.len);
	pack_u8(out, FORMAT);
	pack_u8(out, e->role);
	pack_u8(out, e->kind);
	pack_u8(out, e->hops);
	pack_u8(out, e->releases);
	pack_u8(out, e->was_fetched);
	pack_u8(out, e->is_target);
	pack_u8(out, e->is_kept);
	pack_u8(out, e->revisit.last);
	pack_u32(out, e->revisit.failures);
	pack_u32(out, e->host);
	pack_u32(out, e->source);
	pack_i64(out, e->revisit.interval_ms);
	pack_i64(out, e->due_ms);
	pack_i64(out, e->fetched_ms);
	pack_i64(out, e->published_ms);
	pack_i64(out, e->seen_ms);
	pack_u64(out, e->moved_number);
	pack_span(out, e->url);
	pack_span(out, e->etag);
	pack_span(out, e->last_modified);
	pack_span(out, e->title);
}

bool entry_unpack(struct span packed, struct entry *ret)
{
	struct unpacker u = {packed, false};
	struct entry e = {0};
	unsigned format = unpack_u8(&u);

	if (format < 1 || format > FORMAT)
		return false;
	e.role = (enum entry_role)unpack_max(&u, 1, ENTRY_HEIR);
	e.kind = (enum work_kind)unpack_max(&u, 1, WORK_ROBOTS);
	e.hops = unpack_u8(&u);
	e.releases = unpack_u8(&u);
	e.was_fetched = unpack_max(&u, 1, 1);
	if (format > 1) {
		e.is_target = unpack_max(&u, 1, 1);
		e.is_kept = unpack_max(&u, 1, 1);
	}
	e.revisit.last = (enum outcome)unpack_max(&u, 1, OUTCOME_LAST);
	e.revisit.failures = unpack_u32(&u);
	e.host = unpack_u32(&u);
	e.source = unpack_u32(&u);
	e.revisit.interval_ms = (int64_t)unpack_max(&u, 8, INT64_MAX / 4);
	e.due_ms = (int64_t)unpack_max(&u, 8, INT64_MAX);
	e.fetched_ms = unpack_i64(&u);
	e.published_ms = unpack_i64(&u);
	if (format > 1) {
		e.seen_ms = unpack_i64(&u);
		e.moved_number = unpack_u64(&u);
	}
	e.url = unpack_span(&u);
	e.etag = unpack_span(&u);
	e.last_modified = unpack_span(&u);
	e.title = unpack_span(&u);
	if (!unpack_ends(&u) || !e.url.len)
		return false;
	*ret = e;
	return true;
}
