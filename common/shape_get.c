#include "common/shape.h"

#include "common/wire.h"

#include <assert.h>
#include <string.h>

struct reader {
	struct span *left;
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

	if (!wire_take(r->left, &t) || t.type != WIRE_STRING)
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

	if (!wire_take(r->left, &t))
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

	if (!wire_take(r->left, &t) || t.type != WIRE_BOOL)
		return false;
	*(bool *)at = t.number;
	return true;
}

/* The count of a list; no more than there can be, every element being a byte at least. */
static bool read_count(struct reader *r, const struct field *f, size_t *ret)
{
	struct wire_token t;

	if (!wire_take(r->left, &t) || t.type != WIRE_ARRAY)
		return false;
	*ret = (size_t)t.number;
	return t.number <= f->max && t.number <= r->left->len;
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

		if (!wire_take(r->left, &t) || t.type != WIRE_STRING)
			return false;
		s = dup_string(r, t.text, f->max_each);
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

static const struct field *find(const struct shape *shape, struct span key)
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

		if (f->required && !**(const char *const *)shape_field(f, object))
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
	if (!wire_take(r->left, &map) || map.type != WIRE_MAP)
		return false;
	for (uint64_t i = 0; i < map.number; i++) {
		const struct field *f;

		if (!wire_take(r->left, &key) || key.type != WIRE_STRING)
			return false;
		f = find(shape, key.text);
		if (!(f ? is_first(f, shape, &seen) && read_value(r, f, object)
			: wire_skip(r->left)))
			return false;
	}
	return has_required(shape, object);
}

bool shape_get(const struct shape *shape, struct span *left, struct arena *a, void *object)
{
	struct reader r = {.left = left, .arena = a};

	return read_fields(&r, shape, object);
}
