/*
 * Writing and reading walk the same table, one row a key in the order of
 * DESIGN.md's record: a new key is a new row and a new member.
 */
#include "store/record.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/json.h"

#include <limits.h>

enum field_type {
	FIELD_SCHEMA, /* always RECORD_SCHEMA */
	FIELD_KIND,   /* always "article" so far */
	FIELD_STR,
	FIELD_LIST,
	FIELD_ATTACHMENTS,
	FIELD_HASH, /* all zero is null */
	FIELD_UTC,  /* int64_t milliseconds, 0 is null */
	FIELD_TIME, /* struct record_time */
	FIELD_PRECISION,
	FIELD_STATUS, /* int, 0 is null */
	FIELD_INT,
	FIELD_U32,
	FIELD_I64,
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
};

static const struct field fields[] = {
	{"schema", FIELD_SCHEMA, 0},
	{"id", FIELD_HASH, offsetof(struct record, id)},
	{"version", FIELD_U32, offsetof(struct record, version)},
	{"url", FIELD_STR, offsetof(struct record, url)},
	{"fetched_url", FIELD_STR, offsetof(struct record, fetched_url)},
	{"source", FIELD_STR, offsetof(struct record, source)},
	{"kind", FIELD_KIND, offsetof(struct record, kind)},
	{"fetched_at", FIELD_UTC, offsetof(struct record, fetched_at_ms)},
	{"http_status", FIELD_STATUS, offsetof(struct record, http_status)},
	{"charset", FIELD_STR, offsetof(struct record, charset)},
	{"lang", FIELD_STR, offsetof(struct record, lang)},
	{"title", FIELD_STR, offsetof(struct record, title)},
	{"authors", FIELD_LIST, offsetof(struct record, authors)},
	{"editors", FIELD_LIST, offsetof(struct record, editors)},
	{"publisher", FIELD_STR, offsetof(struct record, publisher)},
	{"published_at", FIELD_TIME, offsetof(struct record, published)},
	{"published_precision", FIELD_PRECISION, offsetof(struct record, published)},
	{"modified_at", FIELD_TIME, offsetof(struct record, modified)},
	{"text", FIELD_STR, offsetof(struct record, text)},
	{"summary", FIELD_STR, offsetof(struct record, summary)},
	{"keywords", FIELD_LIST, offsetof(struct record, keywords)},
	{"ai_technologies", FIELD_LIST, offsetof(struct record, ai_technologies)},
	{"industries", FIELD_LIST, offsetof(struct record, industries)},
	{"regions", FIELD_LIST, offsetof(struct record, regions)},
	{"agencies", FIELD_LIST, offsetof(struct record, agencies)},
	{"document_numbers", FIELD_LIST, offsetof(struct record, document_numbers)},
	{"policy_terms", FIELD_LIST, offsetof(struct record, policy_terms)},
	{"attachments", FIELD_ATTACHMENTS, offsetof(struct record, attachments)},
	{"links", FIELD_I64, offsetof(struct record, links)},
	{"robots", FIELD_LIST, offsetof(struct record, robots)},
	{"story", FIELD_HASH, offsetof(struct record, story)},
	{"text_hash", FIELD_HASH, offsetof(struct record, text_hash)},
	{"extractor", FIELD_INT, offsetof(struct record, extractor)},
};

#define N_FIELDS (sizeof fields / sizeof *fields)

static const char *const precision_names[] = {
	[PRECISION_YEAR] = "year",
	[PRECISION_MONTH] = "month",
	[PRECISION_DAY] = "day",
	[PRECISION_MINUTE] = "minute",
	[PRECISION_SECOND] = "second",
};

#define N_PRECISIONS (sizeof precision_names / sizeof *precision_names)

const char *record_precision_str(enum record_precision p)
{
	return (size_t)p < N_PRECISIONS ? precision_names[p] : NULL;
}

/* Grows in the arena: the room it leaves behind is freed with the rest. */
static void *arena_grow(struct arena *a, void *items, size_t len, size_t *cap, size_t size)
{
	void *moved;

	if (len < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 4;
	moved = arena_alloc(a, *cap * size);
	if (len)
		memcpy(moved, items, len * size);
	return moved;
}

void record_list_add(struct arena *a, struct str_list *list, const char *s)
{
	list->items = arena_grow(a, list->items, list->len, &list->cap, sizeof *list->items);
	list->items[list->len++] = s;
}

bool record_list_has(const struct str_list *list, const char *s)
{
	for (size_t i = 0; i < list->len; i++) {
		if (strcmp(list->items[i], s) == 0)
			return true;
	}
	return false;
}

void record_list_add_all(struct arena *a, struct str_list *list, const struct str_list *more)
{
	for (size_t i = 0; i < more->len; i++)
		if (!record_list_has(list, more->items[i]))
			record_list_add(a, list, more->items[i]);
}

void record_attachment_add(struct arena *a, struct attachment_list *list, const char *url,
	const char *title)
{
	list->items = arena_grow(a, list->items, list->len, &list->cap, sizeof *list->items);
	list->items[list->len++] = (struct attachment){.url = url, .title = title};
}

/* Writing */

static void write_time(struct strbuf *out, int64_t ms, int zone_min)
{
	char text[CLOCK_TEXT_MAX];

	json_str(out, clock_format(ms, zone_min, text));
}

static void write_hash(struct strbuf *out, const struct hash *h)
{
	static const struct hash none;
	char hex[HASH_HEX_SIZE];

	json_str(out, hash_eq(h, &none) ? NULL : hash_hex(h, hex));
}

static void write_list(struct strbuf *out, const struct str_list *list)
{
	json_open(out, '[');
	for (size_t i = 0; i < list->len; i++)
		json_str(out, list->items[i]);
	json_close(out, ']');
}

static void write_attachments(struct strbuf *out, const struct attachment_list *list)
{
	json_open(out, '[');
	for (size_t i = 0; i < list->len; i++) {
		json_open(out, '{');
		json_field_str(out, "url", list->items[i].url);
		json_field_str(out, "title", list->items[i].title);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_int_or_null(struct strbuf *out, int value)
{
	if (value)
		json_int(out, value);
	else
		json_null(out);
}

static void write_field(struct strbuf *out, enum field_type type, const void *at)
{
	const struct record_time *time = at;

	switch (type) {
	case FIELD_SCHEMA:
		json_int(out, RECORD_SCHEMA);
		break;
	case FIELD_KIND:
		json_str(out, "article");
		break;
	case FIELD_STR:
		json_str(out, *(const char *const *)at);
		break;
	case FIELD_LIST:
		write_list(out, at);
		break;
	case FIELD_ATTACHMENTS:
		write_attachments(out, at);
		break;
	case FIELD_HASH:
		write_hash(out, at);
		break;
	case FIELD_UTC:
		if (*(const int64_t *)at)
			write_time(out, *(const int64_t *)at, 0);
		else
			json_null(out);
		break;
	case FIELD_TIME:
		if (time->precision != PRECISION_NONE)
			write_time(out, time->ms, time->zone_min);
		else
			json_null(out);
		break;
	case FIELD_PRECISION:
		json_str(out, record_precision_str(time->precision));
		break;
	case FIELD_STATUS:
		write_int_or_null(out, *(const int *)at);
		break;
	case FIELD_INT:
		json_int(out, *(const int *)at);
		break;
	case FIELD_U32:
		json_int(out, *(const uint32_t *)at);
		break;
	case FIELD_I64:
		json_int(out, *(const int64_t *)at);
		break;
	}
}

void record_write_json(const struct record *r, struct strbuf *out)
{
	json_open(out, '{');
	for (size_t i = 0; i < N_FIELDS; i++) {
		json_key(out, fields[i].key);
		write_field(out, fields[i].type, (const char *)r + fields[i].offset);
	}
	json_close(out, '}');
}

/* Reading: each returns false for a value of the wrong type. */

static bool read_str(const struct json *j, struct arena *a, const char **ret)
{
	if (!json_is_string(j))
		return false;
	*ret = arena_strdup(a, json_as_str(j));
	return true;
}

static bool read_list(const struct json *j, struct arena *a, struct str_list *list)
{
	const char *s;

	if (!json_is_array(j))
		return false;
	for (const struct json *e = json_first(j); e; e = json_next(e)) {
		if (!read_str(e, a, &s))
			return false;
		record_list_add(a, list, s);
	}
	return true;
}

static bool read_optional_str(const struct json *j, struct arena *a, const char **ret)
{
	*ret = NULL;
	return !j || json_is_null(j) || read_str(j, a, ret);
}

static bool read_attachments(const struct json *j, struct arena *a, struct attachment_list *list)
{
	const char *url, *title;

	if (!json_is_array(j))
		return false;
	for (const struct json *e = json_first(j); e; e = json_next(e)) {
		if (!json_is_object(e) || !read_optional_str(json_get(e, "url"), a, &url) ||
			!read_optional_str(json_get(e, "title"), a, &title))
			return false;
		record_attachment_add(a, list, url, title);
	}
	return true;
}

/* The zone at the end of an RFC 3339 text that clock_parse() has accepted. */
static int zone_of(const char *text)
{
	size_t len = strlen(text);
	const char *zone = text + len - 6;
	int minutes;

	if (len < 6 || (*zone != '+' && *zone != '-'))
		return 0;
	minutes =
		((zone[1] - '0') * 10 + zone[2] - '0') * 60 + (zone[4] - '0') * 10 + zone[5] - '0';
	return *zone == '-' ? -minutes : minutes;
}

static bool read_time(const struct json *j, struct record_time *ret)
{
	const char *text = json_as_str(j);

	if (!text || !clock_parse(span_str(text), &ret->ms))
		return false;
	ret->zone_min = zone_of(text);
	if (ret->precision == PRECISION_NONE)
		ret->precision = PRECISION_SECOND; /* published_precision may say less */
	return true;
}

static bool read_precision(const struct json *j, struct record_time *ret)
{
	const char *name = json_as_str(j);

	for (size_t i = 0; name && i < N_PRECISIONS; i++) {
		if (precision_names[i] && strcmp(precision_names[i], name) == 0) {
			/* A precision of a time that is absent says nothing. */
			if (ret->precision != PRECISION_NONE)
				ret->precision = (enum record_precision)i;
			return true;
		}
	}
	return false;
}

static bool read_integer(const struct json *j, int64_t min, int64_t max, int64_t *ret)
{
	int64_t value = json_as_int(j, INT64_MIN);

	if (!json_is_number(j) || value < min || value > max)
		return false;
	*ret = value;
	return true;
}

static bool read_field(const struct json *j, enum field_type type, struct arena *a, void *at)
{
	int64_t value = 0;

	switch (type) {
	case FIELD_SCHEMA:
		return true;
	case FIELD_KIND:
		return json_is_string(j);
	case FIELD_STR:
		return read_str(j, a, at);
	case FIELD_LIST:
		return read_list(j, a, at);
	case FIELD_ATTACHMENTS:
		return read_attachments(j, a, at);
	case FIELD_HASH:
		return hash_parse(span_str(json_as_str(j)), at);
	case FIELD_UTC:
		return json_is_string(j) && clock_parse(span_str(json_as_str(j)), at);
	case FIELD_TIME:
		return read_time(j, at);
	case FIELD_PRECISION:
		return read_precision(j, at);
	case FIELD_STATUS:
	case FIELD_INT:
		if (!read_integer(j, INT_MIN, INT_MAX, &value))
			return false;
		*(int *)at = (int)value;
		return true;
	case FIELD_U32:
		if (!read_integer(j, 0, UINT32_MAX, &value))
			return false;
		*(uint32_t *)at = (uint32_t)value;
		return true;
	case FIELD_I64:
		return read_integer(j, INT64_MIN + 1, INT64_MAX, at);
	}
	return false;
}

int record_parse_json(struct span json, struct arena *a, struct record *ret)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct record r = {0};
	int code = json_parse(json, &root, NULL);

	if (code < 0 || !json_is_object(root))
		return -ERR_PARSE;
	if (json_get_int(root, "schema", RECORD_SCHEMA) != RECORD_SCHEMA)
		return -ERR_VERSION;
	for (size_t i = 0; i < N_FIELDS; i++) {
		const struct json *value = json_get(root, fields[i].key);

		if (value && !json_is_null(value) &&
			!read_field(value, fields[i].type, a, (char *)&r + fields[i].offset))
			return -ERR_CORRUPT;
	}
	*ret = r;
	return 0;
}
