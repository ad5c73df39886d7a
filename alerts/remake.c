#include "alerts/remake.h"

#include "alerts/state.h"

#include <stdlib.h>

/* What stands behind @start up to a quote, comma or end: it need not be JSON any more. */
static const char *text_behind(struct span json, const char *start, struct arena *a)
{
	ptrdiff_t at = span_find(json, span_str(start));
	struct span text;
	size_t len = 0;

	if (at < 0)
		return "";
	text = span_from_offset(json, (size_t)at + strlen(start));
	while (len < text.len && !memchr("\",}", text.data[len], 3))
		len++;
	return arena_dup(a, span_from(text.data, len));
}

static uint64_t number_behind(struct span json, const char *start, struct arena *a)
{
	return strtoull(text_behind(json, start, a), NULL, 10);
}

void remake_read(struct span damaged, struct arena *a, struct remake_hint *ret)
{
	*ret = (struct remake_hint){
		.subscription = text_behind(damaged, "\"subscription\":\"", a),
		.key = text_behind(damaged, "\"key\":\"", a),
		.event = text_behind(damaged, "\"event\":\"", a),
		.page = text_behind(damaged, "\"page\":\"", a),
		.record = number_behind(damaged, "\"record\":", a),
		.version = (uint32_t)number_behind(damaged, "\"version\":", a),
	};
}

static bool was_decided(struct txn *t, const char *subscription, const char *key)
{
	struct hash id = state_decision(subscription, key);
	struct span mark;

	return state_find(t, STATE_DECIDED, span_from(id.bytes, HASH_BYTES), &mark) != STATE_ABSENT;
}

static bool is_of(const struct record *r, const struct remake_hint *hint)
{
	char page[HASH_HEX_SIZE];

	return r->version == hint->version && strcmp(hash_hex(&r->id, page), hint->page) == 0;
}

/*
 * The event of @r that the hint speaks of, if it was decided: by its key; or by
 * its name, when page and version say that the hint is about @r at all.
 */
static bool find_event(struct txn *t, const struct remake_hint *hint, const struct record *r,
	struct arena *a, struct alert *ret)
{
	static const enum alert_event events[] = {ALERT_NEW, ALERT_UPDATED, ALERT_REPRINT};

	for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
		const char *key = alert_key(a, events[i], r);

		if ((strcmp(key, hint->key) == 0 ||
			    (is_of(r, hint) &&
				    strcmp(alert_event_str(events[i]), hint->event) == 0)) &&
			was_decided(t, hint->subscription, key)) {
			ret->event = events[i];
			ret->key = key;
			return true;
		}
	}
	return false;
}

static bool remake_from(struct txn *t, const struct subscription *s, struct store_reader *reader,
	const struct remake_hint *hint, uint64_t number, struct arena *a, struct alert *ret)
{
	CLEANUP(query_document_freep) struct query_document *d = NULL;
	struct alert alert = {.record = number};
	struct record *r = arena_alloc(a, sizeof *r);
	struct span json;

	if (store_read_record(reader, number, &json) != 1 || record_parse_json(json, a, r) < 0 ||
		!find_event(t, hint, r, a, &alert))
		return false;
	d = query_document_new(r);
	alert_fill(&alert, a, s, d, r);
	*ret = alert;
	return true;
}

bool remake_alert(struct txn *t, const struct subscription_set *set, struct store_reader *reader,
	const struct remake_hint *hint, struct arena *a, struct alert *ret)
{
	const struct subscription *s = subscription_set_find(set, hint->subscription);
	struct hash page;
	uint64_t number;

	if (!s)
		return false;
	if (remake_from(t, s, reader, hint, hint->record, a, ret))
		return true;
	/* The number may be what is damaged: page and version lead to the record, too. */
	return hash_parse(span_str(hint->page), &page) && hint->version &&
		store_find_version(reader, &page, hint->version, &number) == 1 &&
		remake_from(t, s, reader, hint, number, a, ret);
}
