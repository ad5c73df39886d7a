#include "alerts/alert.h"
#include "alerts/subscription.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What anyone may write into the hash in Redis, and what stands in the outbox. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(subscription_freep) struct subscription *s = NULL;
	STRBUF_LOCAL(json);
	struct span input = span_from(data, size);
	struct alert alert;
	char *text = NULL;
	size_t column;

	subscription_name_is_valid(input);
	if (subscription_parse_json(SPAN_LITERAL("name"), input, &s, &text, &column) == 0)
		subscription_write_json(s, &json);
	else if (!text)
		abort();
	free(text);
	if (alert_parse_json(input, a, &alert) == 0)
		alert_write_json(&alert, &json);
	return 0;
}
