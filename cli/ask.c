#include "cli/ask.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/loop.h"

#define ANSWER_MS 5000

struct answer {
	struct loop *loop;
	int err;
	char *text; /* owned */
};

static void on_answer(void *arg, int err, struct span message)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	struct answer *a = arg;
	struct admin_reply reply;

	if (err == 0)
		err = protocol_get_admin_reply(message, arena, &reply);
	a->err = err;
	if (err == 0) {
		a->err = reply.ok ? 0 : -ERR_INVALID;
		a->text = alloc_strdup(reply.text);
	}
	loop_stop(a->loop);
}

int ask_scheduler(const struct config *config, const struct admin_request *request, char **ret_text)
{
	const struct bus_tls tls = config_bus_tls(config);
	CLEANUP(loop_freep) struct loop *loop = loop_new();
	CLEANUP(bus_client_closep) struct bus_client *bus = NULL;
	STRBUF_LOCAL(message);
	struct answer answer = {.loop = loop};
	int r = bus_client_open(loop, config->bus.scheduler, &tls, &bus, ret_text);

	if (r < 0)
		return r;
	protocol_put_admin_request(request, &message);
	bus_call_start(bus, strbuf_span(&message), ANSWER_MS, on_answer, &answer);
	loop_run(loop);
	*ret_text = answer.text ? answer.text
				: alloc_printf("no answer from the scheduler at %s: %s",
					  config->bus.scheduler, err_str(answer.err));
	return answer.err;
}
