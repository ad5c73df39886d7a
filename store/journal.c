#include "store/journal.h"

#include "common/err.h"
#include "common/json.h"
#include "store/seal.h"

#include <stdio.h>

static const char *const event_names[] = {
	[JOURNAL_NEW] = "new",
	[JOURNAL_UPDATED] = "updated",
	[JOURNAL_REPRINT] = "reprint",
	[JOURNAL_REREAD] = "reread",
};

#define N_EVENTS (sizeof event_names / sizeof *event_names)

const char *journal_event_str(enum journal_event e)
{
	return (size_t)e < N_EVENTS ? event_names[e] : "unknown";
}

static bool parse_event(const char *name, enum journal_event *ret)
{
	for (size_t i = 0; name && i < N_EVENTS; i++) {
		if (strcmp(event_names[i], name) == 0) {
			*ret = (enum journal_event)i;
			return true;
		}
	}
	return false;
}

static void write_sum(struct strbuf *out, const char *key, uint64_t sum)
{
	char digits[SEAL_DIGITS + 1];

	seal_digits(sum, digits);
	if (sum)
		json_field_str(out, key, digits);
}

/* The text of a member behind what begins it; empty if there is none. */
static struct span find_member(struct span json, const char *start)
{
	ptrdiff_t at = span_find(json, span_str(start));

	return at < 0 ? (struct span){0} : span_from_offset(json, (size_t)at + strlen(start));
}

bool journal_find_sum(struct span json, uint64_t record, uint64_t *ret)
{
	char number[40];
	struct span digits = find_member(json, ",\"record_check\":\"");

	snprintf(number, sizeof number, ",\"record\":%llu,", (unsigned long long)record);
	return digits.len > SEAL_DIGITS && span_find(json, span_str(number)) >= 0 &&
		seal_of(json) == SEAL_WHOLE &&
		seal_read_digits(span_from(digits.data, SEAL_DIGITS), ret);
}

static uint64_t read_sum(const struct json *entry, const char *key)
{
	uint64_t sum;

	return seal_read_digits(span_str(json_get_str(entry, key)), &sum) ? sum : 0;
}

void journal_write(const struct journal_entry *e, struct strbuf *out)
{
	char hex[HASH_HEX_SIZE];
	size_t from = out->len;

	json_open(out, '{');
	json_field_str(out, "event", journal_event_str(e->event));
	json_field_str(out, "id", hash_hex(&e->id, hex));
	json_field_str(out, "story", hash_hex(&e->story, hex));
	json_field_int(out, "version", e->version);
	json_field_int(out, "record", (int64_t)e->record);
	json_field_int(out, "at_ms", e->at_ms);
	write_sum(out, "record_check", e->record_sum);
	write_sum(out, "body_check", e->body_sum);
	seal_add(out, from);
	json_close(out, '}');
}

int journal_parse(struct span json, struct journal_entry *ret)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct journal_entry e = {0};
	int64_t version, record;

	if (seal_of(json) == SEAL_BROKEN || json_parse(json, &root, NULL) < 0)
		return -ERR_CORRUPT;
	version = json_get_int(root, "version", 0);
	record = json_get_int(root, "record", 0);
	if (!parse_event(json_get_str(root, "event"), &e.event) || version < 1 ||
		version > UINT32_MAX || record < 1 ||
		!hash_parse(span_str(json_get_str(root, "id")), &e.id) ||
		!hash_parse(span_str(json_get_str(root, "story")), &e.story))
		return -ERR_CORRUPT;
	e.version = (uint32_t)version;
	e.record = (uint64_t)record;
	e.at_ms = json_get_int(root, "at_ms", 0);
	e.record_sum = read_sum(root, "record_check");
	e.body_sum = read_sum(root, "body_check");
	*ret = e;
	return 0;
}
