#include "common/json.h"

#include "common/err.h"
#include "common/hex.h"
#include "common/utf8.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>

/* A comma is due unless the value is the first of its object or array, or follows its key or a comma. */
static void separate(struct strbuf *out)
{
	char last = out->len ? out->data[out->len - 1] : '\n';

	if (!strchr("{[:,\n", last))
		strbuf_add_char(out, ',');
}

void json_open(struct strbuf *out, char bracket)
{
	separate(out);
	strbuf_add_char(out, bracket);
}

void json_close(struct strbuf *out, char bracket)
{
	strbuf_add_char(out, bracket);
}

void json_key(struct strbuf *out, const char *key)
{
	json_str(out, key);
	strbuf_add_char(out, ':');
}

static void add_escaped(struct strbuf *out, unsigned char c)
{
	static const char *const names[0x20] =
		{['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};

	if (c == '"' || c == '\\')
		strbuf_printf(out, "\\%c", c);
	else if (names[c])
		strbuf_add_str(out, names[c]);
	else
		strbuf_printf(out, "\\u%04x", c);
}

void json_span(struct strbuf *out, struct span s)
{
	const char *p = s.len ? s.data : "", *end = p + s.len, *plain = p;

	separate(out);
	strbuf_reserve(out, s.len + 2);
	strbuf_add_char(out, '"');
	while (p < end) {
		const char *start = p;
		unsigned char first = (unsigned char)*p;
		uint32_t c = first;

		if (first < 0x80)
			p++;
		else
			c = utf8_next(&p, end);
		if (c >= 0x20 && c != '"' && c != '\\' && c != UTF8_REPLACEMENT)
			continue;
		strbuf_add(out, plain, (size_t)(start - plain));
		if (c == UTF8_REPLACEMENT)
			strbuf_add_str(out, "\xEF\xBF\xBD");
		else
			add_escaped(out, first);
		plain = p;
	}
	strbuf_add(out, plain, (size_t)(end - plain));
	strbuf_add_char(out, '"');
}

void json_str(struct strbuf *out, const char *s)
{
	if (s)
		json_span(out, span_str(s));
	else
		json_null(out);
}

void json_int(struct strbuf *out, int64_t value)
{
	separate(out);
	strbuf_printf(out, "%" PRId64, value);
}

void json_bool(struct strbuf *out, bool value)
{
	separate(out);
	strbuf_add_str(out, value ? "true" : "false");
}

void json_null(struct strbuf *out)
{
	separate(out);
	strbuf_add_str(out, "null");
}

void json_raw(struct strbuf *out, struct span text)
{
	separate(out);
	strbuf_add_span(out, text);
}

void json_field_str(struct strbuf *out, const char *key, const char *s)
{
	json_key(out, key);
	json_str(out, s);
}

void json_field_int(struct strbuf *out, const char *key, int64_t value)
{
	json_key(out, key);
	json_int(out, value);
}

void json_field_bool(struct strbuf *out, const char *key, bool value)
{
	json_key(out, key);
	json_bool(out, value);
}

/* struct json is cJSON's own node under a name that keeps its header in this file. */
static const cJSON *node(const struct json *j)
{
	return (const cJSON *)j;
}

static const struct json *json_of(const cJSON *n)
{
	return (const struct json *)n;
}

/*
 * Escapes that cJSON does not take: it ends strings at NUL, so that it gets these two
 * bytes (Java's way), which are no UTF-8 and are put back in place, the length standing in
 * the node's number; and it refuses half a surrogate pair, which becomes U+FFFD.
 */
#define NUL_STAND_IN "\xC0\x80"
#define ESCAPE_LEN   6

/* The number of "\uXXXX" at the front, or -1. */
static int escaped_unit(struct span s)
{
	int unit = 0;

	if (s.len < ESCAPE_LEN || s.data[0] != '\\' || s.data[1] != 'u')
		return -1;
	for (size_t i = 2; i < ESCAPE_LEN; i++) {
		int digit = hex_value(s.data[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool is_first_half(int unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_second_half(int unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* What stands at the front, a backslash or the text's end, goes to @out. Returns its length. */
static size_t mend_escape(struct span s, struct strbuf *out)
{
	int unit = escaped_unit(s);
	size_t n = s.len < 2 ? s.len : 2;

	if (unit == 0) {
		strbuf_add_str(out, NUL_STAND_IN);
		return ESCAPE_LEN;
	}
	if (is_first_half(unit) && is_second_half(escaped_unit(span_from_offset(s, ESCAPE_LEN))))
		n = 2 * ESCAPE_LEN;
	else if (is_first_half(unit) || is_second_half(unit)) {
		strbuf_add_str(out, "\\ufffd");
		return ESCAPE_LEN;
	}
	strbuf_add(out, s.data, n);
	return n;
}

static struct span mend_escapes(struct span text, struct strbuf *room)
{
	if (span_find(text, SPAN_LITERAL("\\u0000")) < 0 &&
		span_find(text, SPAN_LITERAL("\\ud")) < 0 &&
		span_find(text, SPAN_LITERAL("\\uD")) < 0)
		return text;
	while (text.len) {
		const char *backslash = memchr(text.data, '\\', text.len);
		size_t n = backslash ? (size_t)(backslash - text.data) : text.len;

		strbuf_add(room, text.data, n);
		text = span_from_offset(text, n);
		text = span_from_offset(text, mend_escape(text, room));
	}
	return strbuf_span(room);
}

static void restore_nul(cJSON *n)
{
	char *from = n->valuestring, *to = from;

	for (cJSON *child = n->child; child; child = child->next)
		restore_nul(child);
	if (!cJSON_IsString(n) || !strstr(from, NUL_STAND_IN))
		return;
	while (*from) {
		bool is_nul = strncmp(from, NUL_STAND_IN, 2) == 0;

		*to++ = is_nul ? '\0' : *from;
		from += is_nul ? 2 : 1;
	}
	*to = '\0';
	n->valuedouble = (double)(to - n->valuestring);
}

int json_parse(struct span text, struct json **ret_json, size_t *ret_offset)
{
	STRBUF_LOCAL(room);
	const char *end = NULL;
	cJSON *root;
	size_t offset;

	text = mend_escapes(text, &room);
	root = cJSON_ParseWithLengthOpts(text.data, text.len, &end, false);
	if (!root) {
		if (ret_offset)
			*ret_offset = end ? (size_t)(end - text.data) : 0;
		return -ERR_PARSE;
	}
	offset = (size_t)(end - text.data);
	while (offset < text.len && strchr(" \t\r\n", text.data[offset]) && text.data[offset])
		offset++;
	if (offset < text.len) {
		cJSON_Delete(root);
		if (ret_offset)
			*ret_offset = offset;
		return -ERR_PARSE;
	}
	if (room.len)
		restore_nul(root);
	*ret_json = (struct json *)root;
	return 0;
}

void json_free(struct json *j)
{
	cJSON_Delete((cJSON *)j);
}

bool json_is_object(const struct json *j)
{
	return cJSON_IsObject(node(j));
}

bool json_is_array(const struct json *j)
{
	return cJSON_IsArray(node(j));
}

bool json_is_string(const struct json *j)
{
	return cJSON_IsString(node(j));
}

bool json_is_number(const struct json *j)
{
	return cJSON_IsNumber(node(j));
}

bool json_is_null(const struct json *j)
{
	return cJSON_IsNull(node(j));
}

bool json_is_true(const struct json *j)
{
	return cJSON_IsTrue(node(j));
}

const char *json_as_str(const struct json *j)
{
	return json_is_string(j) ? node(j)->valuestring : NULL;
}

struct span json_as_span(const struct json *j)
{
	struct span s = span_str(json_as_str(j));

	if (s.data && node(j)->valuedouble > 0)
		s.len = (size_t)node(j)->valuedouble;
	return s;
}

int64_t json_as_int(const struct json *j, int64_t fallback)
{
	double d;

	if (!json_is_number(j))
		return fallback;
	d = node(j)->valuedouble;
	return fabs(d) <= 9007199254740992.0 ? (int64_t)d : fallback;
}

size_t json_len(const struct json *j)
{
	size_t n = 0;

	for (const struct json *e = json_first(j); e; e = json_next(e))
		n++;
	return n;
}

const struct json *json_get(const struct json *object, const char *key)
{
	return json_is_object(object) ? json_of(cJSON_GetObjectItemCaseSensitive(node(object), key))
				      : NULL;
}

const char *json_get_str(const struct json *object, const char *key)
{
	return json_as_str(json_get(object, key));
}

int64_t json_get_int(const struct json *object, const char *key, int64_t fallback)
{
	return json_as_int(json_get(object, key), fallback);
}

const struct json *json_first(const struct json *j)
{
	return json_is_object(j) || json_is_array(j) ? json_of(node(j)->child) : NULL;
}

const struct json *json_next(const struct json *element)
{
	return element ? json_of(node(element)->next) : NULL;
}

const char *json_name(const struct json *member)
{
	return member ? node(member)->string : NULL;
}

/* An integer is written without a fraction, as it came in. */
static void write_number(struct strbuf *out, const struct json *j)
{
	double d = node(j)->valuedouble;

	if (d == floor(d) && fabs(d) <= 9007199254740992.0)
		json_int(out, (int64_t)d);
	else if (isfinite(d)) {
		separate(out);
		strbuf_printf(out, "%.17g", d);
	} else
		json_null(out);
}

void json_write(struct strbuf *out, const struct json *j)
{
	if (json_is_object(j) || json_is_array(j)) {
		json_open(out, json_is_object(j) ? '{' : '[');
		for (const struct json *e = json_first(j); e; e = json_next(e)) {
			if (json_name(e))
				json_key(out, json_name(e));
			json_write(out, e);
		}
		json_close(out, json_is_object(j) ? '}' : ']');
	} else if (json_is_string(j))
		json_span(out, json_as_span(j));
	else if (json_is_number(j))
		write_number(out, j);
	else if (cJSON_IsBool(node(j)))
		json_bool(out, json_is_true(j));
	else
		json_null(out);
}
