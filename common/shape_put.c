#include "common/shape.h"

#include "common/utf8.h"

#include <msgpack/pack.h>

static size_t list_len(const struct field *f, const void *object)
{
	size_t n = *(const size_t *)(const void *)((const char *)object + f->offset_len);

	return n < f->max ? n : f->max;
}

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
	struct span s = span_str(*(const char *const *)shape_field(f, object));

	if (s.len <= f->max)
		return s;
	return f->type == FIELD_TEXT ? utf8_cut(s, f->max) : (struct span){0};
}

static uint64_t unsigned_of(const struct field *f, const void *object)
{
	switch (f->type) {
	case FIELD_U64:
		return *(const uint64_t *)shape_field(f, object);
	case FIELD_U32:
		return *(const uint32_t *)shape_field(f, object);
	case FIELD_BOOL:
		return *(const bool *)shape_field(f, object);
	default:
		return *(const size_t *)shape_field(f, object);
	}
}

static int64_t signed_of(const struct field *f, const void *object)
{
	int64_t value = f->type == FIELD_INT ? *(const int *)shape_field(f, object)
					     : *(const int64_t *)shape_field(f, object);

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

bool shape_is_complete(const struct shape *shape, const void *object)
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

static void put_spans(msgpack_packer *p, const struct field *f, const void *object)
{
	const struct span *spans = *(struct span *const *)shape_field(f, object);
	size_t n = list_len(f, object);

	msgpack_pack_array(p, n);
	for (size_t i = 0; i < n; i++)
		put_string(p, spans[i].len <= f->max_each ? spans[i] : (struct span){0});
}

static void put_structs(msgpack_packer *p, const struct shape *shape, const char *first, size_t n)
{
	size_t n_complete = 0;

	for (size_t i = 0; i < n; i++)
		n_complete += shape_is_complete(shape, first + i * shape->size);
	msgpack_pack_array(p, n_complete);
	for (size_t i = 0; i < n; i++) {
		const char *object = first + i * shape->size;

		if (!shape_is_complete(shape, object))
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
		put_spans(p, f, object);
		break;
	case FIELD_STRUCTS:
		put_structs(p, f->shape, *(const char *const *)shape_field(f, object),
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

void shape_put(const struct shape *shape, const void *object, unsigned version, unsigned type,
	struct strbuf *out)
{
	msgpack_packer p;

	msgpack_packer_init(&p, out, on_bytes);
	msgpack_pack_map(&p, 2 + count_fields(shape, object));
	put_string(&p, SPAN_LITERAL("v"));
	msgpack_pack_unsigned_int(&p, version);
	put_string(&p, SPAN_LITERAL("t"));
	msgpack_pack_unsigned_int(&p, type);
	put_fields(&p, shape, object);
}
