#include "scheduler/scheduler.h"

#include "cli/cli.h"
#include "cli/folder.h"
#include "common/err.h"
#include "common/service.h"

static const struct log_ctx log_scheduler = {NULL, "service", "scheduler"};

struct running {
	struct cli *cli;
	struct service *service;
	struct scheduler *scheduler;
};

static void on_stop(void *arg)
{
	struct running *r = arg;

	scheduler_drain(r->scheduler);
	service_stopped(r->service);
}

static int take_config(void *arg, const struct config *fresh, struct strbuf *errors)
{
	struct running *r = arg;

	return scheduler_reload(r->scheduler, fresh, errors);
}

static void on_reload(void *arg)
{
	struct running *r = arg;

	cli_reload_config(r->cli, &log_scheduler, take_config, r);
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(loop_freep) struct loop *loop = NULL;
	CLEANUP(service_freep) struct service *service = NULL;
	CLEANUP(scheduler_closep) struct scheduler *scheduler = NULL;
	CLEANUP(freep) char *error = NULL;
	struct running running = {.cli = cli};
	int r;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (!folder_make(cli->config->data_dir) || !folder_make(cli->config->runtime_dir))
		return CLI_FAILURE;
	loop = loop_new();
	service = service_new(loop,
		&(struct service_handlers){.stop = on_stop, .reload = on_reload, .arg = &running});
	r = scheduler_open(loop, cli->config, &log_scheduler, &scheduler, &error);
	if (r < 0)
		return cli_fail("%s", error ? error : err_str(r));
	running.service = service;
	running.scheduler = scheduler;
	log_info(&log_scheduler, "listening on %s", cli->config->bus.listen.items[0]);
	service_ready(service, "scheduling");
	loop_run(loop);
	log_info(&log_scheduler, "stopped");
	return CLI_DONE;
}

const struct command command_scheduler = {
	.name = "scheduler",
	.arguments = "",
	.summary = "Run the scheduler in the foreground",
	.run = run,
};
