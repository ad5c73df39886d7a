#include "alerts/alerts.h"

#include "cli/cli.h"
#include "cli/folder.h"
#include "common/err.h"
#include "common/log.h"
#include "common/service.h"

static const struct log_ctx log_alerts = {NULL, "service", "alerts"};

struct running {
	struct cli *cli;
	struct service *service;
	struct alerts *alerts;
};

/* Nothing to drain: what was decided is in the outbox, what was not is in the journal. */
static void on_stop(void *arg)
{
	struct running *r = arg;

	service_stopped(r->service);
}

static int take_config(void *arg, const struct config *fresh, struct strbuf *errors)
{
	struct running *r = arg;

	return alerts_reload(r->alerts, fresh, errors);
}

static void on_reload(void *arg)
{
	struct running *r = arg;

	cli_reload_config(r->cli, &log_alerts, take_config, r);
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(loop_freep) struct loop *loop = NULL;
	CLEANUP(service_freep) struct service *service = NULL;
	CLEANUP(alerts_closep) struct alerts *alerts = NULL;
	CLEANUP(freep) char *error = NULL;
	struct running running = {.cli = cli};
	int r;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (!folder_make(cli->config->data_dir))
		return CLI_FAILURE;
	loop = loop_new();
	service = service_new(loop,
		&(struct service_handlers){.stop = on_stop, .reload = on_reload, .arg = &running});
	r = alerts_open(loop, cli->config, &alerts, &error);
	if (r < 0)
		return cli_fail("%s", error ? error : err_str(r));
	running.service = service;
	running.alerts = alerts;
	service_ready(service, "matching");
	loop_run(loop);
	log_info(&log_alerts, "stopped");
	return CLI_DONE;
}

const struct command command_alerts = {
	.name = "alerts",
	.arguments = "",
	.summary = "Run the alert service in the foreground",
	.run = run,
};
