#include "alerts/alert.h"

#include "alerts/snippet.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/json.h"

const char *alert_key(struct arena *a, enum alert_event event, const struct record *r)
{
	char story[HASH_HEX_SIZE], other[HASH_HEX_SIZE];

	hash_hex(&r->story, story);
	if (event == ALERT_NEW)
		return arena_printf(a, "%s:new", story);
	hash_hex(event == ALERT_UPDATED ? &r->text_hash : &r->id, other);
	return arena_printf(a, "%s:%s:%s", story, alert_event_str(event), other);
}

static const char *terms_of(struct arena *a, const struct subscription *s,
	const struct query_document *d)
{
	struct str_list terms = {0};
	STRBUF_LOCAL(json);

	query_terms(s->query, d, a, &terms);
	json_open(&json, '[');
	for (size_t i = 0; i < terms.len; i++)
		json_str(&json, terms.items[i]);
	json_close(&json, ']');
	return arena_dup(a, strbuf_span(&json));
}

static const char *snippet_of(struct arena *a, const struct subscription *s,
	const struct query_document *d, const struct record *r)
{
	STRBUF_LOCAL(snippet);
	size_t offset = 0;

	query_locate(s->query, d, &offset);
	snippet_write(span_str(r->text), offset, &snippet);
	return arena_dup(a, strbuf_span(&snippet));
}

void alert_fill(struct alert *alert, struct arena *a, const struct subscription *s,
	const struct query_document *d, const struct record *r)
{
	char time[CLOCK_TEXT_MAX];

	alert->subscription = s->name;
	alert->story = r->story;
	alert->page = r->id;
	alert->version = r->version;
	alert->url = r->url;
	alert->title = r->title;
	alert->publisher = r->publisher;
	alert->published_at = NULL;
	if (r->published.precision != PRECISION_NONE)
		alert->published_at =
			arena_strdup(a, clock_format(r->published.ms, r->published.zone_min, time));
	alert->terms = terms_of(a, s, d);
	alert->snippet = snippet_of(a, s, d, r);
}

void alert_write_json(const struct alert *alert, struct strbuf *out)
{
	char hex[HASH_HEX_SIZE];

	json_open(out, '{');
	json_field_str(out, "key", alert->key);
	json_field_str(out, "event", alert_event_str(alert->event));
	json_field_str(out, "subscription", alert->subscription);
	json_field_str(out, "story", hash_hex(&alert->story, hex));
	json_field_str(out, "page", hash_hex(&alert->page, hex));
	json_field_int(out, "version", alert->version);
	json_field_str(out, "url", alert->url);
	json_field_str(out, "title", alert->title);
	json_field_str(out, "publisher", alert->publisher);
	json_field_str(out, "published_at", alert->published_at);
	json_field_str(out, "snippet", alert->snippet);
	json_field_str(out, "terms", alert->terms);
	json_field_int(out, "record", (int64_t)alert->record);
	json_close(out, '}');
}

static const char *dup_member(const struct json *root, const char *key, struct arena *a)
{
	const char *s = json_get_str(root, key);

	return s ? arena_strdup(a, s) : NULL;
}

int alert_parse_json(struct span json, struct arena *a, struct alert *ret)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct alert alert = {0};
	int64_t version, record;

	if (json_parse(json, &root, NULL) < 0)
		return -ERR_CORRUPT;
	version = json_get_int(root, "version", -1);
	record = json_get_int(root, "record", -1);
	alert.key = dup_member(root, "key", a);
	alert.subscription = dup_member(root, "subscription", a);
	if (!alert.key || !alert.subscription || version < 0 || version > UINT32_MAX ||
		record < 0 || !alert_event_parse(json_get_str(root, "event"), &alert.event) ||
		!hash_parse(span_str(json_get_str(root, "story")), &alert.story) ||
		!hash_parse(span_str(json_get_str(root, "page")), &alert.page))
		return -ERR_CORRUPT;
	alert.version = (uint32_t)version;
	alert.record = (uint64_t)record;
	alert.url = dup_member(root, "url", a);
	alert.title = dup_member(root, "title", a);
	alert.publisher = dup_member(root, "publisher", a);
	alert.published_at = dup_member(root, "published_at", a);
	alert.snippet = dup_member(root, "snippet", a);
	alert.terms = dup_member(root, "terms", a);
	*ret = alert;
	return 0;
}

void alert_fields(const struct alert *alert, struct arena *a, const char *ret[ALERT_FIELDS * 2])
{
	char story[HASH_HEX_SIZE], page[HASH_HEX_SIZE];
	const char *const fields[ALERT_FIELDS][2] = {
		{"key", alert->key},
		{"event", alert_event_str(alert->event)},
		{"subscription", alert->subscription},
		{"story", hash_hex(&alert->story, story)},
		{"page", hash_hex(&alert->page, page)},
		{"version", arena_printf(a, "%u", alert->version)},
		{"url", alert->url},
		{"title", alert->title},
		{"publisher", alert->publisher},
		{"published_at", alert->published_at},
		{"snippet", alert->snippet},
		{"terms", alert->terms},
	};

	for (size_t i = 0; i < ALERT_FIELDS; i++) {
		ret[i * 2] = fields[i][0];
		ret[i * 2 + 1] = arena_strdup(a, fields[i][1] ? fields[i][1] : "");
	}
}
