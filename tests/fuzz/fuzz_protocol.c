#include "common/arena.h"
#include "common/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span message = span_from(data, size);
	struct work_request work_request;
	struct work_reply work_reply;
	struct admin_request admin_request;
	struct admin_reply admin_reply;

	(void)protocol_get_work_request(message, a, &work_request);
	(void)protocol_get_work_reply(message, a, &work_reply);
	(void)protocol_get_admin_request(message, a, &admin_request);
	(void)protocol_get_admin_reply(message, a, &admin_reply);
	return 0;
}
