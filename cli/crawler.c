/*
 * crawler: one crawler in the foreground. Builds what a worker needs, in the
 * order in which it is taken down again at the end.
 */
#include "crawler/fetch/robots_cache.h"
#include "crawler/fetch/transfer.h"
#include "crawler/keep.h"
#include "crawler/not_found.h"
#include "crawler/pool.h"
#include "crawler/read/enrich/gazetteers.h"
#include "crawler/worker.h"

#include "cli/cli.h"
#include "cli/folder.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/service.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#define GIB          ((int64_t)1 << 30)
#define FILES_BESIDE 1200 /* idle connections, databases, sockets */

#define RELOADS_MAX 1000 /* configurations that are kept because a job may still use them */

/* What the signal handlers need; filled in as it comes to be. */
struct crawling {
	struct cli *cli;
	const struct log_ctx *log;
	struct service *service;
	struct worker *worker;
	struct job_env env;
	struct crawler_config settings; /* what transfers and robots see; replaced by a reload */
	struct config *reloaded[RELOADS_MAX];
	size_t n_reloaded;
};

static void on_stop(void *arg)
{
	struct crawling *c = arg;

	worker_drain(c->worker);
}

static void on_drained(void *arg)
{
	struct crawling *c = arg;

	service_stopped(c->service);
}

static bool has_gazetteers(const struct crawling *c)
{
	return c->env.gazetteers && gazetteers_count_names(c->env.gazetteers);
}

/* New ones, unless something is wrong with them, or they have vanished: then what was there stays. */
static void load_gazetteers(struct crawling *c, const struct config *config)
{
	struct gazetteers *fresh;
	STRBUF_LOCAL(errors);

	if (gazetteers_load(config->gazetteers_dir, config->gazetteers_own_dir, &fresh, &errors) <
		0) {
		log_error(c->log, "gazetteers not loaded, going on with %s: %s",
			c->env.gazetteers ? "the old ones" : "none", errors.data);
		return;
	}
	if (!gazetteers_count_names(fresh) && has_gazetteers(c)) {
		log_error(c->log, "no gazetteers in %s any more, going on with the old ones",
			config->gazetteers_dir);
		gazetteers_unref(fresh);
		return;
	}
	if (!gazetteers_count_names(fresh))
		log_warn(c->log, "no gazetteers in %s: articles get no subjects",
			config->gazetteers_dir);
	gazetteers_unref(c->env.gazetteers);
	c->env.gazetteers = fresh;
}

/* Limits, names, URL rules and gazetteers change; numbers of threads and transfers do so at the next start. */
static void on_reload(void *arg)
{
	struct crawling *c = arg;
	STRBUF_LOCAL(errors);
	struct config *fresh;

	if (c->n_reloaded == RELOADS_MAX || config_load(c->cli->config_path, &fresh, &errors) < 0) {
		log_error(c->log, "configuration not reloaded, going on with the old one: %s",
			errors.data);
		return;
	}
	c->reloaded[c->n_reloaded++] = fresh;
	c->settings = fresh->crawler;
	c->env.url_rules = &fresh->url_rules;
	c->env.crawl_delay_max_ms = fresh->scheduler.crawl_delay_max_ms;
	load_gazetteers(c, fresh);
	log_set_level((enum log_level)fresh->log_level);
	log_info(c->log, "configuration reloaded");
}

static void crawling_release(struct crawling *c)
{
	gazetteers_unref(c->env.gazetteers);
	for (size_t i = 0; i < c->n_reloaded; i++)
		config_free(c->reloaded[i]);
}

static void save_robots(void *arg, const char *origin, const struct store_robots *robots)
{
	keep_robots(arg, origin, robots);
}

/*
 * Unique among running crawlers, and the same after a restart: machine, node,
 * instance. Two of one name would take each other's leases away.
 */
static char *worker_name(const struct config *config, const char *instance)
{
	char host[128] = "localhost";
	unsigned node = (unsigned)(hash64_of(span_str(config->data_dir)) & 0xFFFF);

	gethostname(host, sizeof host - 1);
	return alloc_printf("%s-%04x/%s", host, node, instance);
}

/* Makes sure that no other crawler of this name is running. The descriptor, or -1 after a message. */
static int lock_instance(const struct config *config, const char *instance)
{
	CLEANUP(freep) char *file = alloc_printf("crawler-%s.lock", instance);
	CLEANUP(freep) char *holder = alloc_printf("crawler '%s' of this node", instance);

	return folder_lock(config->data_dir, file, holder);
}

/* A descriptor for each transfer, and as many again for what keeps alive, the store and the bus. */
static void raise_file_limit(const struct config *config, const struct log_ctx *log)
{
	rlim_t wanted = (rlim_t)config->crawler.transfers * 2 + FILES_BESIDE;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return;
	if (files.rlim_cur < wanted) {
		files.rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (files.rlim_cur < wanted)
		log_warn(log, "only %ju files may be open, which is few for crawler.transfers %jd",
			(uintmax_t)files.rlim_cur, (intmax_t)config->crawler.transfers);
}

/* Who does not say where he can be reached is blocked sooner than asked. */
static void warn_of_no_contact(const struct config *config, const struct log_ctx *log)
{
	const struct crawler_config *c = &config->crawler;

	if (!*c->contact_url && !*c->from && !strstr(c->user_agent, "://") &&
		!strchr(c->user_agent, '@'))
		log_warn(log, "crawler.contact_url is not set: sites cannot tell who asks them");
}

static enum cli_exit crawl(struct cli *cli, const struct log_ctx *log, const char *name)
{
	const struct config *config = cli->config;
	const struct bus_tls tls = config_bus_tls(config);
	CLEANUP(freep) char *store_path = config_data_path(config, "store");
	CLEANUP(freep) char *error = NULL;
	CLEANUP(crawling_release)
	struct crawling crawling = {.cli = cli, .log = log, .settings = config->crawler};
	CLEANUP(loop_freep) struct loop *loop = loop_new();
	CLEANUP(service_freep) struct service *service = NULL;
	CLEANUP(store_closep) struct store *store = NULL;
	CLEANUP(transfers_freep) struct transfers *transfers = NULL;
	CLEANUP(robots_cache_freep) struct robots_cache *robots = NULL;
	CLEANUP(not_found_freep) struct not_found *not_found = NULL;
	CLEANUP(bus_client_closep) struct bus_client *bus = NULL;
	CLEANUP(worker_freep) struct worker *worker = NULL;
	CLEANUP(pool_freep) struct pool *pool = NULL;
	CLEANUP(keep_freep) struct keep *keep = NULL;
	int r;

	raise_file_limit(config, log);
	warn_of_no_contact(config, log);
	service = service_new(loop,
		&(struct service_handlers){.stop = on_stop, .reload = on_reload, .arg = &crawling});
	r = store_open(store_path,
		&(struct store_options){.map_bytes = config->store.map_gib * GIB}, &store, &error);
	if (r < 0)
		return cli_fail("%s", error ? error : err_str(r));
	r = transfers_new(loop, &crawling.settings, &transfers);
	if (r < 0)
		return cli_fail("libcurl: %s", err_str(r));
	r = bus_client_open(loop, config->bus.scheduler, &tls, &bus, &error);
	if (r < 0)
		return cli_fail("%s", error ? error : err_str(r));
	pool = pool_new(loop, (size_t)config->crawler.threads);
	keep = keep_new(loop, store);
	robots = robots_cache_new(&(struct robots_cache_options){.loop = loop,
		.transfers = transfers,
		.store = store,
		.config = &crawling.settings,
		.save = save_robots,
		.save_arg = keep});
	not_found = not_found_new(store, keep);
	crawling.env = (struct job_env){.loop = loop,
		.config = &crawling.settings,
		.url_rules = &config->url_rules,
		.log = log,
		.transfers = transfers,
		.robots = robots,
		.pool = pool,
		.budget = transfers_budget(transfers),
		.keep = keep,
		.not_found = not_found,
		.crawl_delay_max_ms = config->scheduler.crawl_delay_max_ms};
	load_gazetteers(&crawling, config);
	worker = worker_new(&(struct worker_options){.env = &crawling.env,
		.bus = bus,
		.name = name,
		.room = (size_t)config->crawler.transfers,
		.hold_ms = config->scheduler.hold_ms,
		.drained = on_drained,
		.drained_arg = &crawling});
	crawling.service = service;
	crawling.worker = worker;
	log_info(log, "asking %s for work", config->bus.scheduler);
	service_ready(service, "crawling");
	loop_run(loop);
	log_info(log, "stopped");
	return CLI_DONE;
}

static enum cli_exit run(struct cli *cli)
{
	const char *instance = cli_option(cli, "instance") ? cli_option(cli, "instance") : "1";
	CLEANUP(freep) char *name = NULL;
	CLEANUP(closep) int lock = -1;
	const struct log_ctx service_log = {NULL, "service", "crawler"};
	struct log_ctx log = {&service_log, "worker", NULL};

	if (!*instance || strchr(instance, '/'))
		return cli_misuse(cli, "--instance must be a name without '/'");
	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (!folder_make(cli->config->data_dir) || !folder_make(cli->config->runtime_dir))
		return CLI_FAILURE;
	lock = lock_instance(cli->config, instance);
	if (lock < 0)
		return CLI_FAILURE;
	log.value = name = worker_name(cli->config, instance);
	return crawl(cli, &log, name);
}

const struct command command_crawler = {
	.name = "crawler",
	.arguments = "",
	.summary = "Run one crawler in the foreground",
	.options = (const struct cli_option
			[]){{"instance", "NAME",
				    "what sets it apart from other crawlers of this machine (1)"},
		{0}},
	.run = run,
};
