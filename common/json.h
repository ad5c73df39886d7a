/*
 * JSON (RFC 8259): a writer that appends to a string buffer, and a reader over
 * a parsed tree (cJSON, whose only user this is).
 *
 * Numbers beyond 2^53 lose digits in the reader; ids and sequence numbers that
 * may be larger are written as strings. Thread-safe as long as a value is used
 * by one thread at a time.
 */
#ifndef POLICYWATCH_COMMON_JSON_H
#define POLICYWATCH_COMMON_JSON_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writer. Commas are put where they belong; inside an object every value
 * follows a json_key(). Strings must be UTF-8; faults are written as U+FFFD.
 */
void json_open(struct strbuf *out, char bracket);  /* '{' or '[' */
void json_close(struct strbuf *out, char bracket); /* '}' or ']' */
void json_key(struct strbuf *out, const char *key);
void json_str(struct strbuf *out, const char *s); /* NULL writes null */
void json_span(struct strbuf *out, struct span s);
void json_int(struct strbuf *out, int64_t value);
void json_bool(struct strbuf *out, bool value);
void json_null(struct strbuf *out);
/* @text is JSON already. */
void json_raw(struct strbuf *out, struct span text);

/* json_key() and the value in one. */
void json_field_str(struct strbuf *out, const char *key, const char *s);
void json_field_int(struct strbuf *out, const char *key, int64_t value);
void json_field_bool(struct strbuf *out, const char *key, bool value);

struct json; /* one value of a tree */

/*
 * Parses a whole text, white space around it allowed. Returns 0 or -ERR_PARSE
 * with *@ret_offset (may be NULL) at the fault; behind escapes of NUL and of half a
 * surrogate pair only about there. Nesting is limited to 1,000.
 */
int json_parse(struct span text, struct json **ret_json, size_t *ret_offset);
void json_free(struct json *j); /* the root only */
DEFINE_CLEANUP(struct json *, json_free)

/* All of these accept NULL and give the neutral answer for another type. */
bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_string(const struct json *j);
bool json_is_number(const struct json *j);
bool json_is_null(const struct json *j); /* a null that is written; false for NULL */
bool json_is_true(const struct json *j);
const char *json_as_str(const struct json *j);  /* borrowed from the tree, NULL if no string */
struct span json_as_span(const struct json *j); /* the same with what stands behind a NUL */
int64_t json_as_int(const struct json *j, int64_t fallback);
size_t json_len(const struct json *j);

/* Member of an object by its exact name, or NULL. Borrowed. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_get_str(const struct json *object, const char *key);
int64_t json_get_int(const struct json *object, const char *key, int64_t fallback);

/* Iteration over the elements of an array or the members of an object; O(1) a step. */
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *element);
const char *json_name(const struct json *member); /* NULL for an array's element */

/* Writes a parsed value again, without white space. */
void json_write(struct strbuf *out, const struct json *j);

#endif
