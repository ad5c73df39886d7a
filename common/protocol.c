/*
 * Every message is a map of its fields by their shape (shape.h) and of what it is:
 *
 *   message := map { "v": PROTOCOL_VERSION, "t": message_type, fields... }
 */
#include "common/protocol.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/shape.h"

#define NAME_MAX_BYTES 255        /* of sources and workers */
#define ADMIN_TEXT_MAX (48 << 20) /* 10,000 sources as JSON; the bus carries 64 MiB */
#define ARGUMENTS_MAX  10000

#define TIME_HIGH  (INT64_C(1) << 50) /* far beyond the calendar; sums of two cannot overflow */
#define DELAY_HIGH (INT64_C(1) << 40)

/* Rows of a table: key, struct, member, limits. */
/* clang-format off */
#define SHAPE(fields, object) {fields, sizeof(fields) / sizeof *(fields), sizeof(struct object)}
#define AT(field_key, field_type, object, member) \
	.key = (field_key), .type = (field_type), .offset = offsetof(struct object, member)
#define TEXT(key, object, member, limit)     {AT(key, FIELD_TEXT, object, member), .max = (limit)}
#define EXACT(key, object, member, limit)    {AT(key, FIELD_EXACT, object, member), .max = (limit)}
#define REQUIRED(key, object, member, limit) {AT(key, FIELD_EXACT, object, member), .max = (limit), .required = true}
#define U64(key, object, member)             {AT(key, FIELD_U64, object, member)}
#define U32(key, object, member)             {AT(key, FIELD_U32, object, member), .high = UINT32_MAX}
#define SIZE(key, object, member)            {AT(key, FIELD_SIZE, object, member), .high = UINT32_MAX}
#define BOOL(key, object, member)            {AT(key, FIELD_BOOL, object, member)}
#define ENUM(key, object, member, last)      {AT(key, FIELD_INT, object, member), .high = (last)}
#define ENUM_OR(key, object, member, last, absent) \
	{AT(key, FIELD_INT, object, member), .high = (last), .fallback = (absent)}
#define I64(key, object, member, least, most, absent) \
	{AT(key, FIELD_I64, object, member), .low = (least), .high = (most), .fallback = (absent)}
#define SPANS(key, object, member, limit, limit_each) \
	{AT(key, FIELD_SPANS, object, member), .offset_len = offsetof(struct object, n_##member), \
		.max = (limit), .max_each = (limit_each)}
#define SPANS_OF(key, object, group, member, limit, limit_each) \
	{AT(key, FIELD_SPANS, object, group.member), .offset_len = offsetof(struct object, group.n_##member), \
		.max = (limit), .max_each = (limit_each)}
#define STRUCTS(key, object, member, limit, element) \
	{AT(key, FIELD_STRUCTS, object, member), .offset_len = offsetof(struct object, n_##member), \
		.max = (limit), .shape = (element)}

static const struct field item_fields[] = {
	REQUIRED("url", item, url, PROTOCOL_URL_MAX),
	TEXT("title", item, title, PROTOCOL_TEXT_MAX),
	I64("published", item, published_ms, -TIME_HIGH, TIME_HIGH, 0),
	ENUM_OR("kind", item, kind, WORK_PAGE, WORK_PAGE),
};
static const struct shape item_shape = SHAPE(item_fields, item);

static const struct field result_fields[] = {
	U64("url", result, url_number),
	U64("lease", result, lease_number),
	ENUM("outcome", result, outcome, OUTCOME_GUARDED),
	ENUM("status", result, http_status, 999),
	TEXT("error", result, error, PROTOCOL_TEXT_MAX),
	EXACT("etag", result, etag, PROTOCOL_TEXT_MAX),
	EXACT("modified", result, last_modified, PROTOCOL_TEXT_MAX),
	EXACT("address", result, address, PROTOCOL_ADDRESS_MAX),
	EXACT("moved", result, moved_to, PROTOCOL_URL_MAX),
	BOOL("changed", result, changed),
	I64("elapsed", result, elapsed_ms, 0, DELAY_HIGH, 0),
	I64("crawl_delay", result, crawl_delay_ms, -1, DELAY_HIGH, -1),
	I64("retry_after", result, retry_after_ms, -1, DELAY_HIGH, -1),
	I64("fresh", result, fresh_ms, -1, DELAY_HIGH, -1),
	ENUM("limit", result, limit, LIMIT_N - 1),
	EXACT("robots_at", result, robots_at, PROTOCOL_URL_MAX),
	EXACT("page", result, page, 32),
	EXACT("story", result, story, 32),
	EXACT("next", result, next_page, PROTOCOL_URL_MAX),
	STRUCTS("items", result, items, PROTOCOL_ITEMS_MAX, &item_shape),
	SIZE("dropped", result, n_items_dropped),
};
static const struct shape result_shape = SHAPE(result_fields, result);

static const struct field lease_fields[] = {
	U64("number", lease, url_number),
	U64("lease", lease, lease_number),
	REQUIRED("url", lease, url, PROTOCOL_URL_MAX),
	TEXT("source", lease, source, NAME_MAX_BYTES),
	ENUM("kind", lease, kind, WORK_ROBOTS),
	I64("duration", lease, duration_ms, 0, DELAY_HIGH, 0),
	I64("delay", lease, delay_ms, 0, DELAY_HIGH, 0),
	EXACT("etag", lease, etag, PROTOCOL_TEXT_MAX),
	EXACT("modified", lease, last_modified, PROTOCOL_TEXT_MAX),
	TEXT("title", lease, title, PROTOCOL_TEXT_MAX),
	I64("published", lease, published_ms, -TIME_HIGH, TIME_HIGH, 0),
	TEXT("publisher", lease, publisher, PROTOCOL_TEXT_MAX),
	TEXT("region", lease, region, PROTOCOL_TEXT_MAX),
	EXACT("links", lease, link_selector, PROTOCOL_TEXT_MAX),
	SPANS("include", lease, include, PROTOCOL_RULES_MAX, PROTOCOL_URL_MAX),
	SPANS("exclude", lease, exclude, PROTOCOL_RULES_MAX, PROTOCOL_URL_MAX),
	SPANS_OF("allow", lease, fetch, allow_addresses, PROTOCOL_RULES_MAX, PROTOCOL_URL_MAX),
	SPANS_OF("ports", lease, fetch, allow_ports, PROTOCOL_RULES_MAX, PROTOCOL_URL_MAX),
	SPANS_OF("headers", lease, fetch, headers, PROTOCOL_RULES_MAX, PROTOCOL_URL_MAX),
	EXACT("proxy", lease, fetch.proxy, PROTOCOL_TEXT_MAX),
	EXACT("proxy_login", lease, fetch.proxy_login, PROTOCOL_TEXT_MAX),
	EXACT("ca_file", lease, fetch.ca_file, PROTOCOL_TEXT_MAX),
	ENUM("verify", lease, fetch.verify, TLS_VERIFY_NONE),
	BOOL("cookies", lease, fetch.has_cookies),
};
static const struct shape lease_shape = SHAPE(lease_fields, lease);

static const struct field work_request_fields[] = {
	REQUIRED("worker", work_request, worker, NAME_MAX_BYTES),
	U64("boot", work_request, boot),
	U64("seq", work_request, seq),
	U32("want", work_request, want),
	STRUCTS("results", work_request, results, PROTOCOL_RESULTS_MAX, &result_shape),
};

static const struct field work_reply_fields[] = {
	U64("seq", work_reply, seq),
	I64("held", work_reply, held_ms, 0, DELAY_HIGH, 0),
	STRUCTS("leases", work_reply, leases, PROTOCOL_LEASES_MAX, &lease_shape),
};

static const struct field admin_request_fields[] = {
	ENUM("command", admin_request, command, ADMIN_SOURCES),
	SPANS("arguments", admin_request, arguments, ARGUMENTS_MAX, PROTOCOL_URL_MAX),
};

static const struct field admin_reply_fields[] = {
	BOOL("ok", admin_reply, ok),
	TEXT("text", admin_reply, text, ADMIN_TEXT_MAX),
};

static const struct shape message_shapes[] = {
	[MESSAGE_WORK_REQUEST] = SHAPE(work_request_fields, work_request),
	[MESSAGE_WORK_REPLY] = SHAPE(work_reply_fields, work_reply),
	[MESSAGE_ADMIN_REQUEST] = SHAPE(admin_request_fields, admin_request),
	[MESSAGE_ADMIN_REPLY] = SHAPE(admin_reply_fields, admin_reply),
};
/* clang-format on */

/* Items that shape_put() will leave out for their address are told as dropped. */
static size_t count_unsendable(const struct result *r)
{
	size_t n = r->n_items > PROTOCOL_ITEMS_MAX ? r->n_items - PROTOCOL_ITEMS_MAX : 0;

	for (size_t i = 0; i < r->n_items && i < PROTOCOL_ITEMS_MAX; i++)
		n += !shape_is_complete(&item_shape, &r->items[i]);
	return n;
}

static void put_message(enum message_type type, const void *object, struct strbuf *out)
{
	shape_put(&message_shapes[type], object, PROTOCOL_VERSION, type, out);
}

void protocol_put_work_request(const struct work_request *m, struct strbuf *out)
{
	CLEANUP(freep) struct result *results = NULL;
	struct work_request copy = *m;

	for (size_t i = 0; i < m->n_results; i++) {
		size_t n = count_unsendable(&m->results[i]);

		if (!n)
			continue;
		if (!results) {
			results = alloc_zeroed(m->n_results, sizeof *results);
			memcpy(results, m->results, m->n_results * sizeof *results);
			copy.results = results;
		}
		results[i].n_items_dropped += n;
	}
	put_message(MESSAGE_WORK_REQUEST, &copy, out);
}

void protocol_put_work_reply(const struct work_reply *m, struct strbuf *out)
{
	put_message(MESSAGE_WORK_REPLY, m, out);
}

void protocol_put_admin_request(const struct admin_request *m, struct strbuf *out)
{
	put_message(MESSAGE_ADMIN_REQUEST, m, out);
}

void protocol_put_admin_reply(const struct admin_reply *m, struct strbuf *out)
{
	put_message(MESSAGE_ADMIN_REPLY, m, out);
}

struct envelope {
	uint64_t version, type;
};

/* clang-format off */
static const struct field envelope_fields[] = {
	U64("v", envelope, version),
	U64("t", envelope, type),
};
/* clang-format on */

int protocol_type(struct span message, enum message_type *ret)
{
	static const struct shape shape = SHAPE(envelope_fields, envelope);
	struct envelope e = {.type = UINT64_MAX};

	if (!shape_get(&shape, &message, NULL, &e) || message.len || !e.version)
		return -ERR_PROTOCOL;
	if (e.version != PROTOCOL_VERSION)
		return -ERR_VERSION;
	if (e.type >= sizeof message_shapes / sizeof *message_shapes)
		return -ERR_PROTOCOL;
	*ret = (enum message_type)e.type;
	return 0;
}

static int get_message(struct span message, struct arena *a, enum message_type wanted, void *object)
{
	enum message_type type;
	int err;

	err = protocol_type(message, &type);
	if (err < 0)
		return err;
	if (type != wanted || !shape_get(&message_shapes[type], &message, a, object))
		return -ERR_PROTOCOL;
	return 0;
}

int protocol_get_work_request(struct span message, struct arena *a, struct work_request *ret)
{
	struct work_request m = {0};
	int err = get_message(message, a, MESSAGE_WORK_REQUEST, &m);

	if (!err)
		*ret = m;
	return err;
}

int protocol_get_work_reply(struct span message, struct arena *a, struct work_reply *ret)
{
	struct work_reply m = {0};
	int err = get_message(message, a, MESSAGE_WORK_REPLY, &m);

	if (!err)
		*ret = m;
	return err;
}

int protocol_get_admin_request(struct span message, struct arena *a, struct admin_request *ret)
{
	struct admin_request m = {0};
	int err = get_message(message, a, MESSAGE_ADMIN_REQUEST, &m);

	if (!err)
		*ret = m;
	return err;
}

int protocol_get_admin_reply(struct span message, struct arena *a, struct admin_reply *ret)
{
	struct admin_reply m = {0};
	int err = get_message(message, a, MESSAGE_ADMIN_REPLY, &m);

	if (!err)
		*ret = m;
	return err;
}

static void copy_spans(const struct field *f, void *object, struct arena *a)
{
	struct span **list = (struct span **)(void *)((char *)object + f->offset);
	size_t n = *(size_t *)(void *)((char *)object + f->offset_len);
	struct span *copy = arena_alloc(a, n * sizeof *copy);

	for (size_t i = 0; i < n; i++)
		copy[i] = span_from(arena_dup(a, (*list)[i]), (*list)[i].len);
	*list = copy;
}

struct lease lease_copy(const struct lease *l, struct arena *a)
{
	struct lease copy = *l;

	for (size_t i = 0; i < lease_shape.n_fields; i++) {
		const struct field *f = &lease_shape.fields[i];
		const char **text = (const char **)(void *)((char *)&copy + f->offset);

		if (f->type == FIELD_TEXT || f->type == FIELD_EXACT)
			*text = arena_strdup(a, *text ? *text : "");
		else if (f->type == FIELD_SPANS)
			copy_spans(f, &copy, a);
	}
	return copy;
}

struct result result_of_lease(const struct lease *l)
{
	return (struct result){.url_number = l->url_number,
		.lease_number = l->lease_number,
		.error = "",
		.etag = "",
		.last_modified = "",
		.moved_to = "",
		.address = "",
		.page = "",
		.story = "",
		.next_page = "",
		.robots_at = "",
		.crawl_delay_ms = -1,
		.retry_after_ms = -1,
		.fresh_ms = -1};
}
