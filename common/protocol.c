/*
 * Every message is a table of fields ("shape"), which encodes, decodes and
 * bounds it. Writing goes through msgpack-c. Reading does not: msgpack-c builds
 * a tree of 24-byte objects and allocates as many as a peer declares, up to
 * 2^32, before it has seen one of them. The reader here pulls values straight
 * into the struct; what it allocates is bounded by the bytes that are there.
 *
 *   message := map { "v": PROTOCOL_VERSION, "t": message_type, fields... }
 */
#include "common/protocol.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/utf8.h"

#include <msgpack/pack.h>

#define NAME_MAX_BYTES    255  /* of sources and workers */
#define ADMIN_TEXT_MAX    (48 << 20) /* 10,000 sources as JSON; the bus carries 64 MiB */
#define ARGUMENTS_MAX     10000

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

#define COUNT(array)        (sizeof(array) / sizeof *(array))
#define SHAPE(fields, type) {fields, COUNT(fields), sizeof(type)}

#define TIME_HIGH  (INT64_C(1) << 50) /* far beyond the calendar; sums of two cannot overflow */
#define DELAY_HIGH (INT64_C(1) << 40)

static const struct field item_fields[] = {
	{.key = "url", .type = FIELD_EXACT, .offset = offsetof(struct item, url),
		.max = PROTOCOL_URL_MAX, .required = true},
	{.key = "title", .type = FIELD_TEXT, .offset = offsetof(struct item, title),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "published", .type = FIELD_I64, .offset = offsetof(struct item, published_ms),
		.low = -TIME_HIGH, .high = TIME_HIGH},
	{.key = "kind", .type = FIELD_INT, .offset = offsetof(struct item, kind), .high = WORK_PAGE,
		.fallback = WORK_PAGE},
};
static const struct shape item_shape = SHAPE(item_fields, struct item);

static const struct field result_fields[] = {
	{.key = "url", .type = FIELD_U64, .offset = offsetof(struct result, url_number)},
	{.key = "lease", .type = FIELD_U64, .offset = offsetof(struct result, lease_number)},
	{.key = "outcome", .type = FIELD_INT, .offset = offsetof(struct result, outcome),
		.high = OUTCOME_GUARDED},
	{.key = "status", .type = FIELD_INT, .offset = offsetof(struct result, http_status),
		.high = 999},
	{.key = "error", .type = FIELD_TEXT, .offset = offsetof(struct result, error),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "etag", .type = FIELD_EXACT, .offset = offsetof(struct result, etag),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "modified", .type = FIELD_EXACT, .offset = offsetof(struct result, last_modified),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "moved", .type = FIELD_EXACT, .offset = offsetof(struct result, moved_to),
		.max = PROTOCOL_URL_MAX},
	{.key = "changed", .type = FIELD_BOOL, .offset = offsetof(struct result, changed)},
	{.key = "elapsed", .type = FIELD_I64, .offset = offsetof(struct result, elapsed_ms),
		.high = DELAY_HIGH},
	{.key = "crawl_delay", .type = FIELD_I64, .offset = offsetof(struct result, crawl_delay_ms),
		.low = -1, .high = DELAY_HIGH, .fallback = -1},
	{.key = "retry_after", .type = FIELD_I64, .offset = offsetof(struct result, retry_after_ms),
		.low = -1, .high = DELAY_HIGH, .fallback = -1},
	{.key = "page", .type = FIELD_EXACT, .offset = offsetof(struct result, page), .max = 32},
	{.key = "items", .type = FIELD_STRUCTS, .offset = offsetof(struct result, items),
		.offset_len = offsetof(struct result, n_items), .max = PROTOCOL_ITEMS_MAX,
		.shape = &item_shape},
	{.key = "dropped", .type = FIELD_SIZE, .offset = offsetof(struct result, n_items_dropped),
		.high = UINT32_MAX},
};
static const struct shape result_shape = SHAPE(result_fields, struct result);

static const struct field lease_fields[] = {
	{.key = "number", .type = FIELD_U64, .offset = offsetof(struct lease, url_number)},
	{.key = "lease", .type = FIELD_U64, .offset = offsetof(struct lease, lease_number)},
	{.key = "url", .type = FIELD_EXACT, .offset = offsetof(struct lease, url),
		.max = PROTOCOL_URL_MAX, .required = true},
	{.key = "source", .type = FIELD_TEXT, .offset = offsetof(struct lease, source),
		.max = NAME_MAX_BYTES},
	{.key = "kind", .type = FIELD_INT, .offset = offsetof(struct lease, kind), .high = WORK_PAGE},
	{.key = "duration", .type = FIELD_I64, .offset = offsetof(struct lease, duration_ms),
		.high = DELAY_HIGH},
	{.key = "delay", .type = FIELD_I64, .offset = offsetof(struct lease, delay_ms),
		.high = DELAY_HIGH},
	{.key = "etag", .type = FIELD_EXACT, .offset = offsetof(struct lease, etag),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "modified", .type = FIELD_EXACT, .offset = offsetof(struct lease, last_modified),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "title", .type = FIELD_TEXT, .offset = offsetof(struct lease, title),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "published", .type = FIELD_I64, .offset = offsetof(struct lease, published_ms),
		.low = -TIME_HIGH, .high = TIME_HIGH},
	{.key = "publisher", .type = FIELD_TEXT, .offset = offsetof(struct lease, publisher),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "region", .type = FIELD_TEXT, .offset = offsetof(struct lease, region),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "links", .type = FIELD_EXACT, .offset = offsetof(struct lease, link_selector),
		.max = PROTOCOL_TEXT_MAX},
	{.key = "include", .type = FIELD_SPANS, .offset = offsetof(struct lease, include),
		.offset_len = offsetof(struct lease, n_include), .max = PROTOCOL_RULES_MAX},
	{.key = "exclude", .type = FIELD_SPANS, .offset = offsetof(struct lease, exclude),
		.offset_len = offsetof(struct lease, n_exclude), .max = PROTOCOL_RULES_MAX},
	{.key = "allow", .type = FIELD_SPANS, .offset = offsetof(struct lease, allow_addresses),
		.offset_len = offsetof(struct lease, n_allow_addresses), .max = PROTOCOL_RULES_MAX},
};
static const struct shape lease_shape = SHAPE(lease_fields, struct lease);

static const struct field work_request_fields[] = {
	{.key = "worker", .type = FIELD_EXACT, .offset = offsetof(struct work_request, worker),
		.max = NAME_MAX_BYTES, .required = true},
	{.key = "boot", .type = FIELD_U64, .offset = offsetof(struct work_request, boot)},
	{.key = "seq", .type = FIELD_U64, .offset = offsetof(struct work_request, seq)},
	{.key = "want", .type = FIELD_U32, .offset = offsetof(struct work_request, want),
		.high = UINT32_MAX},
	{.key = "results", .type = FIELD_STRUCTS, .offset = offsetof(struct work_request, results),
		.offset_len = offsetof(struct work_request, n_results), .max = PROTOCOL_RESULTS_MAX,
		.shape = &result_shape},
};

static const struct field work_reply_fields[] = {
	{.key = "seq", .type = FIELD_U64, .offset = offsetof(struct work_reply, seq)},
	{.key = "leases", .type = FIELD_STRUCTS, .offset = offsetof(struct work_reply, leases),
		.offset_len = offsetof(struct work_reply, n_leases), .max = PROTOCOL_LEASES_MAX,
		.shape = &lease_shape},
};

static const struct field admin_request_fields[] = {
	{.key = "command", .type = FIELD_INT, .offset = offsetof(struct admin_request, command),
		.high = ADMIN_SOURCES},
	{.key = "arguments", .type = FIELD_SPANS, .offset = offsetof(struct admin_request, arguments),
		.offset_len = offsetof(struct admin_request, n_arguments), .max = ARGUMENTS_MAX},
};

static const struct field admin_reply_fields[] = {
	{.key = "ok", .type = FIELD_BOOL, .offset = offsetof(struct admin_reply, ok)},
	{.key = "text", .type = FIELD_TEXT, .offset = offsetof(struct admin_reply, text),
		.max = ADMIN_TEXT_MAX},
};

static const struct shape message_shapes[] = {
	[MESSAGE_WORK_REQUEST] = SHAPE(work_request_fields, struct work_request),
	[MESSAGE_WORK_REPLY] = SHAPE(work_reply_fields, struct work_reply),
	[MESSAGE_ADMIN_REQUEST] = SHAPE(admin_request_fields, struct admin_request),
	[MESSAGE_ADMIN_REPLY] = SHAPE(admin_reply_fields, struct admin_reply),
};

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
		put_structs(p, f->shape, *(const char *const *)field_at(f, object), list_len(f, object));
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

enum token_type { TOKEN_OTHER, TOKEN_UINT, TOKEN_NEGATIVE, TOKEN_BOOL, TOKEN_STRING, TOKEN_ARRAY, TOKEN_MAP };

/* One msgpack value, or the head of a list or map whose elements follow. */
struct token {
	enum token_type type;
	uint64_t number;  /* of UINT and BOOL; the count of ARRAY and MAP */
	int64_t negative;
	struct span text; /* borrowed from the message */
};

struct reader {
	struct span left;
	struct arena *arena;
};

static bool take_bytes(struct reader *r, uint64_t n, struct span *ret)
{
	if (n > r->left.len)
		return false;
	*ret = span_from(r->left.data, (size_t)n);
	r->left = span_from_offset(r->left, (size_t)n);
	return true;
}

static bool take_number(struct reader *r, size_t width, uint64_t *ret)
{
	struct span s;

	if (!take_bytes(r, width, &s))
		return false;
	*ret = 0;
	for (size_t i = 0; i < width; i++)
		*ret = *ret << 8 | (uint8_t)s.data[i];
	return true;
}

/* A value whose length stands in the @width bytes before it, after @extra bytes more. */
static bool take_sized(struct reader *r, size_t width, size_t extra, struct span *ret)
{
	uint64_t len;

	return take_number(r, width, &len) && take_bytes(r, len + extra, ret);
}

static bool take_signed(struct reader *r, size_t width, struct token *t)
{
	uint64_t bits;
	unsigned shift = (unsigned)(64 - width * 8);

	if (!take_number(r, width, &bits))
		return false;
	t->negative = (int64_t)(bits << shift) >> shift;
	t->type = t->negative < 0 ? TOKEN_NEGATIVE : TOKEN_UINT;
	t->number = (uint64_t)t->negative;
	return true;
}

/* The formats that one byte tells whole, but for the bytes of a short string. */
static bool take_short(struct reader *r, uint8_t head, struct token *t)
{
	if (head < 0x80) {
		*t = (struct token){.type = TOKEN_UINT, .number = head};
	} else if (head >= 0xe0) {
		*t = (struct token){.type = TOKEN_NEGATIVE, .negative = (int8_t)head};
	} else if (head < 0x90) {
		*t = (struct token){.type = TOKEN_MAP, .number = head & 15};
	} else if (head < 0xa0) {
		*t = (struct token){.type = TOKEN_ARRAY, .number = head & 15};
	} else {
		t->type = TOKEN_STRING;
		return take_bytes(r, head & 31, &t->text);
	}
	return true;
}

static bool take_token(struct reader *r, struct token *t)
{
	struct span s;
	uint8_t head;

	*t = (struct token){.type = TOKEN_OTHER};
	if (!take_bytes(r, 1, &s))
		return false;
	head = (uint8_t)s.data[0];
	if (head < 0xc0 || head >= 0xe0)
		return take_short(r, head, t);
	switch (head) {
	case 0xc0: /* nil */
		return true;
	case 0xc2: case 0xc3:
		*t = (struct token){.type = TOKEN_BOOL, .number = head & 1};
		return true;
	case 0xc4: case 0xc5: case 0xc6: /* bin */
		t->type = TOKEN_STRING;
		return take_sized(r, (size_t)1 << (head - 0xc4), 0, &t->text);
	case 0xc7: case 0xc8: case 0xc9: /* ext: length, type, data */
		return take_sized(r, (size_t)1 << (head - 0xc7), 1, &s);
	case 0xca: case 0xcb: /* float */
		return take_bytes(r, head == 0xca ? 4 : 8, &s);
	case 0xcc: case 0xcd: case 0xce: case 0xcf:
		t->type = TOKEN_UINT;
		return take_number(r, (size_t)1 << (head - 0xcc), &t->number);
	case 0xd0: case 0xd1: case 0xd2: case 0xd3:
		return take_signed(r, (size_t)1 << (head - 0xd0), t);
	case 0xd4: case 0xd5: case 0xd6: case 0xd7: case 0xd8: /* fixext: type, data */
		return take_bytes(r, 1 + ((uint64_t)1 << (head - 0xd4)), &s);
	case 0xd9: case 0xda: case 0xdb:
		t->type = TOKEN_STRING;
		return take_sized(r, (size_t)1 << (head - 0xd9), 0, &t->text);
	case 0xdc: case 0xdd:
		t->type = TOKEN_ARRAY;
		return take_number(r, head == 0xdc ? 2 : 4, &t->number);
	case 0xde: case 0xdf:
		t->type = TOKEN_MAP;
		return take_number(r, head == 0xde ? 2 : 4, &t->number);
	}
	return false; /* 0xc1 is never used */
}

/* A whole value of any depth. Every step takes a byte at least, so it ends with the message. */
static bool skip_value(struct reader *r)
{
	struct token t;

	for (uint64_t pending = 1; pending; pending--) {
		if (!take_token(r, &t))
			return false;
		if (t.type == TOKEN_ARRAY)
			pending += t.number;
		else if (t.type == TOKEN_MAP)
			pending += t.number * 2;
	}
	return true;
}

/* A copy that ends where C thinks it ends, or NULL. */
static const char *dup_string(struct reader *r, struct span s, size_t max)
{
	if (s.len > max || (s.len && memchr(s.data, '\0', s.len)))
		return NULL;
	return s.len ? arena_dup(r->arena, s) : "";
}

static bool read_string(struct reader *r, const struct field *f, void *at)
{
	struct token t;
	const char *s;

	if (!take_token(r, &t) || t.type != TOKEN_STRING)
		return false;
	s = dup_string(r, t.text, f->max);
	if (!s || (f->required && !*s))
		return false;
	*(const char **)at = s;
	return true;
}

static bool read_integer(struct reader *r, const struct field *f, void *at)
{
	struct token t;
	int64_t value;

	if (!take_token(r, &t))
		return false;
	if (f->type == FIELD_U64) {
		*(uint64_t *)at = t.number;
		return t.type == TOKEN_UINT;
	}
	if (t.type != TOKEN_NEGATIVE && !(t.type == TOKEN_UINT && t.number <= INT64_MAX))
		return false;
	value = t.type == TOKEN_UINT ? (int64_t)t.number : t.negative;
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
	struct token t;

	if (!take_token(r, &t) || t.type != TOKEN_BOOL)
		return false;
	*(bool *)at = t.number;
	return true;
}

/* The count of a list; no more than there can be, every element being a byte at least. */
static bool read_count(struct reader *r, const struct field *f, size_t *ret)
{
	struct token t;

	if (!take_token(r, &t) || t.type != TOKEN_ARRAY)
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
		struct token t;
		const char *s;

		if (!take_token(r, &t) || t.type != TOKEN_STRING)
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

/* A map into a zeroed object. */
static bool read_fields(struct reader *r, const struct shape *shape, void *object)
{
	struct token map, key;

	set_fallbacks(shape, object);
	if (!take_token(r, &map) || map.type != TOKEN_MAP)
		return false;
	for (uint64_t i = 0; i < map.number; i++) {
		const struct field *f;

		if (!take_token(r, &key) || key.type != TOKEN_STRING)
			return false;
		f = shape_find(shape, key.text);
		if (!(f ? read_value(r, f, object) : skip_value(r)))
			return false;
	}
	return has_required(shape, object);
}

struct envelope {
	uint64_t version, type;
};

static const struct field envelope_fields[] = {
	{.key = "v", .type = FIELD_U64, .offset = offsetof(struct envelope, version)},
	{.key = "t", .type = FIELD_U64, .offset = offsetof(struct envelope, type)},
};

int protocol_type(struct span message, enum message_type *ret)
{
	static const struct shape shape = SHAPE(envelope_fields, struct envelope);
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

static const char *const work_kind_names[] = {
	[WORK_AUTO] = "auto",
	[WORK_LISTING] = "listing",
	[WORK_FEED] = "feed",
	[WORK_SITEMAP] = "sitemap",
	[WORK_PAGE] = "page",
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
