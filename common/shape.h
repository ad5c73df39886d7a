/*
 * Shapes: a struct described by a table of its fields, which encodes it as a
 * msgpack map, decodes it and bounds it. Writing goes through msgpack-c; reading
 * pulls values (wire.h) straight into the struct and allocates no more than the
 * bytes that are there can fill.
 *
 * Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_COMMON_SHAPE_H
#define POLICYWATCH_COMMON_SHAPE_H

#include "common/arena.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	size_t max_each;           /* bytes of each string of a list */
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

/* Where a field lies in its object. */
static inline const void *shape_field(const struct field *f, const void *object)
{
	return (const char *)object + f->offset;
}

/*
 * Whether @object has all that it must have. Lists are written without elements
 * that have not, since the reader would refuse the whole message.
 */
bool shape_is_complete(const struct shape *shape, const void *object);

/*
 * Appends a map of "v" (@version), "t" (@type) and what of @object is other than
 * what the reader assumes. What is beyond its limits is cut or left out.
 */
void shape_put(const struct shape *shape, const void *object, unsigned version, unsigned type,
	struct strbuf *out);

/*
 * Reads a map off *@left into @object, which is zeroed or preset; keys that the
 * shape has not are skipped. Strings and lists go to @a; strings are never NULL.
 * False for what is no such map or beyond a limit; then @object is half filled.
 */
bool shape_get(const struct shape *shape, struct span *left, struct arena *a, void *object);

#endif
