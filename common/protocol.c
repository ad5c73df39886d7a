/*
 * Every message is a table of fields ("shape"), which encodes, decodes and
 * bounds it. Writing goes through msgpack-c; reading pulls values (wire.h)
 * straight into the struct and allocates no more than the bytes that are there
 * can fill.
 *
 *   message := map { "v": PROTOCOL_VERSION, "t": message_type, fields... }
 */
#include "common/protocol.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/utf8.h"
#include "common/wire.h"

#include <assert.h>
#include <msgpack/pack.h>

#define NAME_MAX_BYTES 255        /* of sources and workers */
#define ADMIN_TEXT_MAX (48 << 20) /* 10,000 sources as JSON; the bus carries 64 MiB */
#define ARGUMENTS_MAX  10000

enum field_type {
	FIELD_TEXT,  /* const char *; cut when too long */
	FIELD_EXACT, /* const char *; left out when too long */
	FIELD_INT,   /* int or enum */
	FIELD_U32,
	FIELD_I64,
	FIELD_U64,
	FIELD_SIZE,
	FIELD_BOOL,
	FIELD_SPANS,   /* struct span * and its count */
	FIELD_STRUCTS, /* array of structs of a shape, and its count */
};

struct shape;

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t offset_len;         /* of a list's count */
	size_t max;                /* bytes of a string, elements of a list */
	int64_t low, high;         /* of an integer */
	int64_t fallback;          /* of an integer that is absent */
	bool required;             /* a string that must be there */
	const struct shape *shape; /* of a list's elements */
};

struct shape {
	const struct field *fields;
	size_t n_fields;
	size_t size;
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define TIME_HIGH  (INT64_C(1) << 50) /* far beyond the calendar; sums of two cannot overflow */
#define DELAY_HIGH (INT64_C(1) << 40)

/* Rows of the tables: key, struct, member, limits. */
/* clang-format off */
#define SHAPE(fields, object) {fields, COUNT(fields), sizeof(struct object)}
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
#define SPANS(key, object, member, limit) \
	{AT(key, FIELD_SPANS, object, member), .offset_len = offsetof(struct object, n_##member), .max = (limit)}
#define SPANS_OF(key, object, group, member, limit) \
	{AT(key, FIELD_SPANS, object, group.member), .offset_len = offsetof(struct object, group.n_##member), \
		.max = (limit)}
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
	SPANS("include", lease, include, PROTOCOL_RULES_MAX),
	SPANS("exclude", lease, exclude, PROTOCOL_RULES_MAX),
	SPANS_OF("allow", lease, fetch, allow_addresses, PROTOCOL_RULES_MAX),
	SPANS_OF("ports", lease, fetch, allow_ports, PROTOCOL_RULES_MAX),
	SPANS_OF("headers", lease, fetch, headers, PROTOCOL_RULES_MAX),
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
	SPANS("arguments", admin_request, arguments, ARGUMENTS_MAX),
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

/* Strings in lists are addresses as often as texts. */
#define LIST_STRING_MAX PROTOCOL_URL_MAX

static const void *field_at(const struct field *f, const void *object)
{
	return (const char *)object + f->offset;
}

static size_t list_len(const struct field *f, const void *object)
{
	size_t n = *(const size_t *)(const void *)((const char *)object + f->offset_len);

	return n < f->max ? n : f->max;
}

/* Writing. */

static int on_bytes(void *arg, const char *data, size_t len)
{
	strbuf_add(arg, data, len);
	return 0;
}

static void put_string(msgpack_packer *p, struct span s)
{
	msgpack_pack_str_with_body(p, s.data, s.len);
}

/* What of a string is written; empty for nothing. */
static struct span string_to_put(const struct field *f, const void *object)
{
	struct span s = span_str(*(const char *const *)field_at(f, object));

	if (s.len <= f->max)
		return s;
	return f->type == FIELD_TEXT ? utf8_cut(s, f->max) : (struct span){0};
}

static uint64_t unsigned_of(const struct field *f, const void *object)
{
	switch (f->type) {
	case FIELD_U64:
		return *(const uint64_t *)field_at(f, object);
	case FIELD_U32:
		return *(const uint32_t *)field_at(f, object);
	case FIELD_BOOL:
		return *(const bool *)field_at(f, object);
	default:
		return *(const size_t *)field_at(f, object);
	}
}

static int64_t signed_of(const struct field *f, const void *object)
{
	int64_t value = f->type == FIELD_INT ? *(const int *)field_at(f, object)
					     : *(const int64_t *)field_at(f, object);

	if (value < f->low)
		return f->low;
	return value > f->high ? f->high : value;
}

/* A field that equals what the reader assumes without it is not written. */
static bool is_present(const struct field *f, const void *object)
{
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_EXACT:
		return string_to_put(f, object).len > 0;
	case FIELD_INT:
	case FIELD_I64:
		return signed_of(f, object) != f->fallback;
	case FIELD_SPANS:
	case FIELD_STRUCTS:
		return list_len(f, object) > 0;
	default:
		return unsigned_of(f, object) != 0;
	}
}

/* Without what it must have, the reader would refuse the whole message. */
static bool is_complete(const struct shape *shape, const void *object)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (shape->fields[i].required && !is_present(&shape->fields[i], object))
			return false;
	}
	return true;
}

static void put_fields(msgpack_packer *p, const struct shape *shape, const void *object);

static size_t count_fields(const struct shape *shape, const void *object)
{
	size_t n = 0;

	for (size_t i = 0; i < shape->n_fields; i++)
		n += is_present(&shape->fields[i], object);
	return n;
}

static void put_spans(msgpack_packer *p, const struct span *spans, size_t n)
{
	msgpack_pack_array(p, n);
	for (size_t i = 0; i < n; i++)
		put_string(p, spans[i].len <= LIST_STRING_MAX ? spans[i] : (struct span){0});
}

static void put_structs(msgpack_packer *p, const struct shape *shape, const char *first, size_t n)
{
	size_t n_complete = 0;

	for (size_t i = 0; i < n; i++)
		n_complete += is_complete(shape, first + i * shape->size);
	msgpack_pack_array(p, n_complete);
	for (size_t i = 0; i < n; i++) {
		const char *object = first + i * shape->size;

		if (!is_complete(shape, object))
			continue;
		msgpack_pack_map(p, count_fields(shape, object));
		put_fields(p, shape, object);
	}
}

static void put_value(msgpack_packer *p, const struct field *f, const void *object)
{
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_EXACT:
		put_string(p, string_to_put(f, object));
		break;
	case FIELD_INT:
	case FIELD_I64:
		msgpack_pack_int64(p, signed_of(f, object));
		break;
	case FIELD_BOOL:
		msgpack_pack_true(p); /* false is not present */
		break;
	case FIELD_SPANS:
		put_spans(p, *(struct span *const *)field_at(f, object), list_len(f, object));
		break;
	case FIELD_STRUCTS:
		put_structs(p, f->shape, *(const char *const *)field_at(f, object),
			list_len(f, object));
		break;
	default:
		msgpack_pack_uint64(p, unsigned_of(f, object));
	}
}

static void put_fields(msgpack_packer *p, const struct shape *shape, const void *object)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];

		if (!is_present(f, object))
			continue;
		put_string(p, span_str(f->key));
		put_value(p, f, object);
	}
}

static void put_message(enum message_type type, const void *object, struct strbuf *out)
{
	const struct shape *shape = &message_shapes[type];
	msgpack_packer p;

	msgpack_packer_init(&p, out, on_bytes);
	msgpack_pack_map(&p, 2 + count_fields(shape, object));
	put_string(&p, SPAN_LITERAL("v"));
	msgpack_pack_int(&p, PROTOCOL_VERSION);
	put_string(&p, SPAN_LITERAL("t"));
	msgpack_pack_int(&p, (int)type);
	put_fields(&p, shape, object);
}

/* Items that put_structs() will leave out for their address are told as dropped. */
static size_t count_unsendable(const struct result *r)
{
	size_t n = r->n_items > PROTOCOL_ITEMS_MAX ? r->n_items - PROTOCOL_ITEMS_MAX : 0;

	for (size_t i = 0; i < r->n_items && i < PROTOCOL_ITEMS_MAX; i++)
		n += !is_complete(&item_shape, &r->items[i]);
	return n;
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

/* Reading. */

struct reader {
	struct span left;
	struct arena *arena;
};

/* A copy that ends where C thinks it ends, or NULL. */
static const char *dup_string(struct reader *r, struct span s, size_t max)
{
	if (s.len > max || (s.len && memchr(s.data, '\0', s.len)))
		return NULL;
	return s.len ? arena_dup(r->arena, s) : "";
}

static bool read_string(struct reader *r, const struct field *f, void *at)
{
	struct wire_token t;
	const char *s;

	if (!wire_take(&r->left, &t) || t.type != WIRE_STRING)
		return false;
	s = dup_string(r, t.text, f->max);
	if (!s || (f->required && !*s))
		return false;
	*(const char **)at = s;
	return true;
}

static bool read_integer(struct reader *r, const struct field *f, void *at)
{
	struct wire_token t;
	int64_t value;

	if (!wire_take(&r->left, &t))
		return false;
	if (f->type == FIELD_U64) {
		*(uint64_t *)at = t.number;
		return t.type == WIRE_UINT;
	}
	if (t.type != WIRE_NEGATIVE && !(t.type == WIRE_UINT && t.number <= INT64_MAX))
		return false;
	value = t.type == WIRE_UINT ? (int64_t)t.number : t.negative;
	if (value < f->low || value > f->high)
		return false;
	if (f->type == FIELD_INT)
		*(int *)at = (int)value;
	else if (f->type == FIELD_U32)
		*(uint32_t *)at = (uint32_t)value;
	else if (f->type == FIELD_SIZE)
		*(size_t *)at = (size_t)value;
	else
		*(int64_t *)at = value;
	return true;
}

static bool read_bool(struct reader *r, void *at)
{
	struct wire_token t;

	if (!wire_take(&r->left, &t) || t.type != WIRE_BOOL)
		return false;
	*(bool *)at = t.number;
	return true;
}

/* The count of a list; no more than there can be, every element being a byte at least. */
static bool read_count(struct reader *r, const struct field *f, size_t *ret)
{
	struct wire_token t;

	if (!wire_take(&r->left, &t) || t.type != WIRE_ARRAY)
		return false;
	*ret = (size_t)t.number;
	return t.number <= f->max && t.number <= r->left.len;
}

static bool read_spans(struct reader *r, const struct field *f, void *object)
{
	struct span *spans;
	size_t n;

	if (!read_count(r, f, &n))
		return false;
	spans = arena_alloc(r->arena, n * sizeof *spans);
	for (size_t i = 0; i < n; i++) {
		struct wire_token t;
		const char *s;

		if (!wire_take(&r->left, &t) || t.type != WIRE_STRING)
			return false;
		s = dup_string(r, t.text, LIST_STRING_MAX);
		if (!s)
			return false;
		spans[i] = span_from(s, t.text.len);
	}
	*(struct span **)(void *)((char *)object + f->offset) = spans;
	*(size_t *)(void *)((char *)object + f->offset_len) = n;
	return true;
}

static bool read_fields(struct reader *r, const struct shape *shape, void *object);

/* Recursion ends with the shapes: a list of items within results within a request. */
static bool read_structs(struct reader *r, const struct field *f, void *object)
{
	char *structs;
	size_t n;

	if (!read_count(r, f, &n))
		return false;
	structs = arena_alloc(r->arena, n * f->shape->size);
	for (size_t i = 0; i < n; i++) {
		if (!read_fields(r, f->shape, structs + i * f->shape->size))
			return false;
	}
	*(char **)(void *)((char *)object + f->offset) = structs;
	*(size_t *)(void *)((char *)object + f->offset_len) = n;
	return true;
}

static bool read_value(struct reader *r, const struct field *f, void *object)
{
	void *at = (char *)object + f->offset;

	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_EXACT:
		return read_string(r, f, at);
	case FIELD_BOOL:
		return read_bool(r, at);
	case FIELD_SPANS:
		return read_spans(r, f, object);
	case FIELD_STRUCTS:
		return read_structs(r, f, object);
	default:
		return read_integer(r, f, at);
	}
}

static const struct field *shape_find(const struct shape *shape, struct span key)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		if (span_is(key, shape->fields[i].key))
			return &shape->fields[i];
	}
	return NULL;
}

static void set_fallbacks(const struct shape *shape, void *object)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];
		void *at = (char *)object + f->offset;

		if (f->type == FIELD_TEXT || f->type == FIELD_EXACT)
			*(const char **)at = "";
		else if (f->type == FIELD_INT)
			*(int *)at = (int)f->fallback;
		else if (f->type == FIELD_I64)
			*(int64_t *)at = f->fallback;
	}
}

static bool has_required(const struct shape *shape, const void *object)
{
	for (size_t i = 0; i < shape->n_fields; i++) {
		const struct field *f = &shape->fields[i];

		if (f->required && !**(const char *const *)field_at(f, object))
			return false;
	}
	return true;
}

/* A list that came again and again would allocate a hundred times the message. */
static bool is_first(const struct field *f, const struct shape *shape, uint32_t *seen)
{
	uint32_t bit = UINT32_C(1) << (f - shape->fields);
	bool is_new = !(*seen & bit);

	*seen |= bit;
	return is_new;
}

/* A map into a zeroed object. */
static bool read_fields(struct reader *r, const struct shape *shape, void *object)
{
	struct wire_token map, key;
	uint32_t seen = 0;

	assert(shape->n_fields <= 32);
	set_fallbacks(shape, object);
	if (!wire_take(&r->left, &map) || map.type != WIRE_MAP)
		return false;
	for (uint64_t i = 0; i < map.number; i++) {
		const struct field *f;

		if (!wire_take(&r->left, &key) || key.type != WIRE_STRING)
			return false;
		f = shape_find(shape, key.text);
		if (!(f ? is_first(f, shape, &seen) && read_value(r, f, object)
			: wire_skip(&r->left)))
			return false;
	}
	return has_required(shape, object);
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
	struct reader r = {.left = message};
	struct envelope e = {.type = UINT64_MAX};

	if (!read_fields(&r, &shape, &e) || r.left.len || !e.version)
		return -ERR_PROTOCOL;
	if (e.version != PROTOCOL_VERSION)
		return -ERR_VERSION;
	if (e.type >= COUNT(message_shapes))
		return -ERR_PROTOCOL;
	*ret = (enum message_type)e.type;
	return 0;
}

static int get_message(struct span message, struct arena *a, enum message_type wanted, void *object)
{
	struct reader r = {.left = message, .arena = a};
	enum message_type type;
	int err;

	err = protocol_type(message, &type);
	if (err < 0)
		return err;
	if (type != wanted || !read_fields(&r, &message_shapes[type], object))
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

static const char *const work_kind_names[] = {
	[WORK_AUTO] = "auto",
	[WORK_LISTING] = "listing",
	[WORK_FEED] = "feed",
	[WORK_SITEMAP] = "sitemap",
	[WORK_PAGE] = "page",
	[WORK_ROBOTS] = "robots",
};

static const char *const outcome_names[] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_NOT_MODIFIED] = "not-modified",
	[OUTCOME_GONE] = "gone",
	[OUTCOME_MOVED] = "moved",
	[OUTCOME_THROTTLED] = "throttled",
	[OUTCOME_CHALLENGE] = "challenge",
	[OUTCOME_BLOCKED] = "blocked",
	[OUTCOME_DOWN] = "down",
	[OUTCOME_EMPTY] = "empty",
	[OUTCOME_TOO_LARGE] = "too-large",
	[OUTCOME_NOT_TEXT] = "not-text",
	[OUTCOME_ROBOTS] = "robots",
	[OUTCOME_GUARDED] = "guarded",
	[OUTCOME_TRAP] = "trap",
	[OUTCOME_CAPPED] = "capped",
};

static const char *const limit_names[] = {
	[LIMIT_NONE] = "none",
	[LIMIT_CONNECT] = "connect",
	[LIMIT_TLS] = "tls",
	[LIMIT_FIRST_BYTE] = "first-byte",
	[LIMIT_RATE] = "rate",
	[LIMIT_TIME] = "time",
	[LIMIT_HEADER_BYTES] = "header-bytes",
	[LIMIT_HEADER_COUNT] = "header-count",
	[LIMIT_BODY] = "body",
	[LIMIT_SENT_BODY] = "sent-body",
	[LIMIT_RATIO] = "ratio",
	[LIMIT_MEMORY] = "memory",
	[LIMIT_ADDRESS] = "address",
};

const char *work_kind_str(enum work_kind k)
{
	return (size_t)k < COUNT(work_kind_names) ? work_kind_names[k] : "unknown";
}

bool work_kind_parse(const char *name, enum work_kind *ret)
{
	for (size_t i = 0; i < COUNT(work_kind_names); i++) {
		if (strcmp(name, work_kind_names[i]) == 0) {
			*ret = (enum work_kind)i;
			return true;
		}
	}
	return false;
}

const char *outcome_str(enum outcome o)
{
	return (size_t)o < COUNT(outcome_names) ? outcome_names[o] : "unknown";
}

const char *fetch_limit_str(enum fetch_limit l)
{
	return (size_t)l < COUNT(limit_names) ? limit_names[l] : "unknown";
}
