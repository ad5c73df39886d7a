#include "store/journal.h"

#include "common/err.h"
#include "common/json.h"

static const char *const event_names[] = {
	[JOURNAL_NEW] = "new",
	[JOURNAL_UPDATED] = "updated",
	[JOURNAL_REPRINT] = "reprint",
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

void journal_write(const struct journal_entry *e, struct strbuf *out)
{
	char hex[HASH_HEX_SIZE];

	json_open(out, '{');
	json_field_str(out, "event", journal_event_str(e->event));
	json_field_str(out, "id", hash_hex(&e->id, hex));
	json_field_str(out, "story", hash_hex(&e->story, hex));
	json_field_int(out, "version", e->version);
	json_field_int(out, "record", (int64_t)e->record);
	json_field_int(out, "at_ms", e->at_ms);
	json_close(out, '}');
}

int journal_parse(struct span json, struct journal_entry *ret)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct journal_entry e = {0};
	int64_t version, record;

	if (json_parse(json, &root, NULL) < 0)
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
	*ret = e;
	return 0;
}
