/*
 * check fetch: one address, got by the crawler's own machine (job.c), except
 * that nothing is kept and that redirects are followed here, each as a lease
 * of its own, after the host's delay.
 */
#include "cli/check_fetch.h"

#include "cli/check.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "crawler/fetch/guard.h"
#include "crawler/not_found.h"
#include "crawler/pool.h"
#include "crawler/read/read.h"
#include "scheduler/source.h"

#define ROBOTS_HOPS_MAX 5 /* RFC 9309 2.3.1.2 */

struct fetching {
	struct cli *cli;
	struct arena *arena;
	struct job_env env;
	const struct source *source; /* NULL for none */
	struct lease lease;          /* of the address being asked */
	struct job *job;             /* the one under way, or the last */
	struct timer *next;          /* between two */
	int n_robots;                /* files of other hosts that were asked */
	struct check_fetch found;
	bool is_over;
};

static void start(struct fetching *f, const struct lease *lease);

static void on_next(void *arg)
{
	struct fetching *f = arg;

	start(f, &f->lease);
}

/* The answer lies with the job, which therefore stays. */
static void finish(struct fetching *f)
{
	struct check_fetch *found = &f->found;

	f->is_over = true;
	found->facts = job_facts(f->job);
	found->read = job_read(f->job);
	found->result = job_result(f->job);
	if (!found->result)
		return;
	found->final_url = f->lease.url;
	found->kind = found->result->outcome;
	found->why = found->result->error;
	/* A crawler has no use for it; the answer as such is good, and shows something. */
	if (found->kind == OUTCOME_EMPTY && found->facts->is_readable &&
		found->read->as == READ_NOTHING &&
		(f->lease.kind != WORK_PAGE || found->read->likeness.shown))
		found->kind = OUTCOME_OK;
}

/* The file of the other host, then the address once more. */
static void ask_robots_at(struct fetching *f, const char *url)
{
	struct lease lease = f->lease;

	f->n_robots++;
	lease.kind = WORK_ROBOTS;
	lease.url = f->found.robots_at = arena_strdup(f->arena, url);
	start(f, &lease);
}

static void follow(struct fetching *f, const struct result *r)
{
	struct check_fetch *found = &f->found;

	found->robots_at = NULL; /* the next address has a file of its own */
	found->hops[found->n_hops++] = (struct check_hop){f->lease.url,
		arena_strdup(f->arena, r->moved_to), r->http_status};
	f->lease.url = found->hops[found->n_hops - 1].location;
	timer_set(f->next, f->lease.delay_ms);
}

static void on_done(void *arg, struct job *job)
{
	struct fetching *f = arg;
	const struct result *r = job_result(job);
	bool was_robots = f->found.robots_at && r && r->url_number == WORK_ROBOTS;

	if (was_robots)
		timer_set(f->next, f->lease.delay_ms);
	else if (r && *r->robots_at && f->n_robots < ROBOTS_HOPS_MAX)
		ask_robots_at(f, r->robots_at);
	else if (r && r->outcome == OUTCOME_MOVED && f->found.n_hops < CHECK_HOPS_MAX)
		follow(f, r);
	else
		finish(f);
}

static void append_span(struct fetching *f, struct span item, struct span **list, size_t *n)
{
	struct span *longer = arena_alloc(f->arena, (*n + 1) * sizeof *longer);

	if (*n)
		memcpy(longer, *list, *n * sizeof *longer);
	longer[(*n)++] = span_from(arena_dup(f->arena, item), item.len);
	*list = longer;
}

static bool is_ports(struct span item)
{
	char text[16];

	if (item.len >= sizeof text)
		return false;
	memcpy(text, item.data, item.len);
	text[item.len] = '\0';
	return setting_check_ports(text) == NULL;
}

/* What --allow opens besides the source's own. False for what is neither a range nor a port. */
static bool allow_more(struct fetching *f, struct fetch_rules *rules)
{
	struct span rest = span_str(cli_option(f->cli, "allow"));

	while (rest.len) {
		struct span item = span_next_item(&rest);

		if (is_ports(item))
			append_span(f, item, &rules->allow_ports, &rules->n_allow_ports);
		else if (guard_is_range(item))
			append_span(f, item, &rules->allow_addresses, &rules->n_allow_addresses);
		else
			return false;
	}
	return true;
}

static void start(struct fetching *f, const struct lease *lease)
{
	struct job *last = f->job;
	struct lease numbered = *lease;

	if (f->source)
		source_fetch_rules(f->source, span_str(lease->url), f->arena, &numbered.fetch);
	allow_more(f, &numbered.fetch);
	numbered.url_number = lease->kind; /* tells the two kinds of jobs apart */
	f->job = job_start(&f->env, &numbered, on_done, f);
	job_free(last);
}

/*
 * Whose rules an address falls under: a source's own first, then one on its host, then on
 * its site.
 */
static const struct source *find_source(const struct source_list *list, struct span url)
{
	const struct source *best = NULL;
	struct url_parts parts, own;
	int best_rank = 0;

	if (!url_split(url, &parts))
		return NULL;
	for (size_t i = 0; i < list->len; i++) {
		const struct source *s = list->sources[i];
		int rank = 0;

		if (span_is(url, s->url))
			rank = 3;
		else if (url_split(span_str(s->url), &own)) {
			if (span_eq(own.host, parts.host))
				rank = 2;
			else if (s->scope == SOURCE_SITE && url_is_same_site(parts.host, own.host))
				rank = 1;
		}
		if (rank > best_rank) {
			best = s;
			best_rank = rank;
		}
	}
	return best;
}

/* False after a message. */
static bool choose_source(struct cli *cli, const struct source_list *list, struct span url,
	const struct source **ret)
{
	const char *name = cli_option(cli, "source");

	*ret = name ? source_list_find(list, span_str(name)) : find_source(list, url);
	if (name && !*ret)
		cli_fail("there is no source '%s' in %s", name, cli->config->sources_dir);
	return !name || *ret;
}

static void set_lease(struct fetching *f, const struct source *s, const char *url)
{
	const struct config *config = f->cli->config;
	bool is_list = s && strcmp(s->url, url) == 0;

	f->lease = (struct lease){.url = url,
		.source = s ? s->name : SOURCE_MANUAL,
		.kind = is_list ? (enum work_kind)s->kind : WORK_PAGE,
		.duration_ms = config->scheduler.lease_ms,
		.delay_ms = s && s->has_delay ? s->delay_ms : config->scheduler.host_delay_ms,
		.link_selector = s ? s->links : "",
		.fetch = {.proxy = "", .proxy_login = "", .ca_file = ""}};
	f->source = s;
	f->found.url = url;
	f->found.source = s ? s->name : "";
}

static enum cli_exit report(const struct fetching *f)
{
	STRBUF_LOCAL(out);

	if (!f->found.result)
		return cli_fail("no time was left to ask within scheduler.lease_ms");
	if (f->cli->json)
		check_fetch_put_json(&f->found, &out);
	else
		check_fetch_put_text(&f->found, &out);
	if (!cli_flush(&out))
		return CLI_FAILURE;
	return f->found.kind == OUTCOME_OK || f->found.kind == OUTCOME_NOT_MODIFIED ? CLI_DONE
										    : CLI_NO;
}

static enum cli_exit fetch(struct cli *cli, const struct source *s, const char *url,
	struct arena *arena)
{
	const struct log_ctx log = {NULL, "service", "check"};
	const struct config *config = cli->config;
	CLEANUP(loop_freep) struct loop *loop = loop_new();
	CLEANUP(transfers_freep) struct transfers *transfers = NULL;
	CLEANUP(robots_cache_freep) struct robots_cache *robots = NULL;
	CLEANUP(not_found_freep) struct not_found *not_found = not_found_new(NULL, NULL);
	struct fetching f = {.cli = cli, .arena = arena};
	struct pool *pool;
	enum cli_exit code;

	if (transfers_new(loop, &config->crawler, &transfers) < 0)
		return cli_fail("libcurl cannot be used");
	pool = pool_new(loop, 1);
	robots = robots_cache_new(&(struct robots_cache_options){.loop = loop,
		.transfers = transfers,
		.config = &config->crawler});
	f.env = (struct job_env){.loop = loop,
		.config = &config->crawler,
		.url_rules = &config->url_rules,
		.log = &log,
		.transfers = transfers,
		.robots = robots,
		.pool = pool,
		.not_found = not_found,
		.crawl_delay_max_ms = config->scheduler.crawl_delay_max_ms};
	f.next = timer_new(loop, on_next, &f);
	set_lease(&f, s, url);
	timer_set(f.next, 0);
	while (!f.is_over)
		loop_turn(loop, true);
	code = report(&f);
	timer_free(f.next);
	pool_free(pool);
	job_free(f.job);
	return code;
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(source_list_freep) struct source_list *list = NULL;
	const struct source *s = NULL;
	struct fetch_rules ignored = {0};
	STRBUF_LOCAL(errors);
	STRBUF_LOCAL(href);

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (url_resolve(span_str(cli->arguments[0]), (struct span){0}, &href) < 0)
		return cli_misuse(cli, "'%s' is no http or https URL", cli->arguments[0]);
	if (!allow_more(&(struct fetching){.cli = cli, .arena = arena}, &ignored))
		return cli_misuse(cli,
			"--allow must list address ranges and ports, such as "
			"127.0.0.0/8,8099");
	if (source_list_load(cli->config->sources_dir, &cli->config->url_rules, &list, &errors) < 0)
		return cli_fail("%s", errors.data);
	if (!choose_source(cli, list, strbuf_span(&href), &s))
		return CLI_FAILURE;
	log_set_level(LOG_LEVEL_WARN);
	return fetch(cli, s, href.data, arena);
}

const struct command check_fetch = {
	.name = "check fetch",
	.arguments = "URL",
	.summary = "Fetch one address by the crawler's own rules and tell all about it",
	.options =
		(const struct cli_option[]){{"source", "NAME",
						    "whose rules count (the source of that host)"},
			{"allow", "LIST",
				"private ranges and ports to open for this try: 127.0.0.0/8,8099"},
			{0}},
	.n_arguments_min = 1,
	.n_arguments_max = 1,
	.run = run,
};
