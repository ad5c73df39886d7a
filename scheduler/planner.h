/*
 * Planner: the scheduling core. It decides when which URL is fetched and by
 * whom, and knows neither the bus nor a loop: it is asked, and answers.
 *
 *   planner_begin
 *     planner_work      results in (apply.h), leases out (handout.h)
 *     admin_handle      (admin.h)
 *   planner_commit      only then may anything be answered
 *
 * One transaction takes any number of requests. When its commit fails nothing
 * has happened: the next planner_begin() reads memory again from the tables.
 *
 * Time is the scheduler's own: it starts at the wall clock, runs with the
 * monotonic one, and never goes back, neither when the wall clock is set nor
 * over a restart. What is shown to people is the wall clock's.
 */
#ifndef POLICYWATCH_SCHEDULER_PLANNER_H
#define POLICYWATCH_SCHEDULER_PLANNER_H

#include "common/arena.h"
#include "common/config.h"
#include "common/log.h"
#include "common/protocol.h"
#include "scheduler/frontier.h"
#include "scheduler/address.h"
#include "scheduler/host.h"
#include "scheduler/roster.h"
#include "scheduler/source.h"
#include "scheduler/worker.h"

#include <stdbool.h>
#include <stdint.h>

/* Since the start. */
struct planner_counts {
	uint64_t outcomes[OUTCOME_LAST + 1];
	uint64_t limits[LIMIT_N]; /* requests that ran into each */
	uint64_t admitted;        /* URLs that were new */
	uint64_t refused;         /* items: traps, and beyond a source's urls_max */
};

/* Open to the files of this room. */
struct planner {
	const struct config *config; /* borrowed */
	struct log_ctx log;
	struct frontier *frontier;
	struct source_list *sources; /* as the files have them */
	struct hosts hosts;
	struct addresses addresses;
	struct workers workers;
	struct roster roster;
	struct arena *arena; /* of the transaction; NULL outside */
	int64_t base_ms, base_mono_ms;
	bool needs_load;     /* a commit failed: memory says more than the tables */
	const char *trouble; /* why commits fail, for the status; NULL while they do not. Static. */
	struct planner_counts counts;
};

/*
 * Opens DATA/frontier and reads the sources. @config is borrowed until the
 * planner is closed or has got another. On failure *@ret_error (if not NULL)
 * is a text for people, to be freed.
 */
int planner_open(const struct config *config, const struct log_ctx *log, struct planner **ret,
	char **ret_error);
void planner_close(struct planner *p);
DEFINE_CLEANUP(struct planner *, planner_close)

/* Another configuration and the sources that it names; or nothing, with the faults in @errors. */
int planner_reload(struct planner *p, const struct config *config, struct strbuf *errors);

int planner_begin(struct planner *p);
int planner_commit(struct planner *p);

/*
 * Applies what @q brings and answers it into *@ret, whose strings live until
 * the next planner_begin(). False when nothing is due and @q may be asked
 * again later; with @is_last it is answered with nothing instead.
 */
bool planner_work(struct planner *p, const struct work_request *q, bool is_last,
	struct work_reply *ret);

/* The moment at which something becomes due, HOST_READY_NEVER without one. */
int64_t planner_ready_ms(const struct planner *p);

int64_t planner_now_ms(const struct planner *p);
/* A moment of the planner's time on the wall clock. */
int64_t planner_to_wall(const struct planner *p, int64_t ms);

/* For the files of this room, within a transaction. */

/* The host of that name, made if need be. */
struct host *planner_host(struct planner *p, struct span name);
/* The host that an entry belongs to; one that was lost is made again from its URL. */
struct host *planner_host_of(struct planner *p, struct entry *e);
/* Writes a host's record. */
void planner_put_host(struct planner *p, struct host *h);
/* Looks up the first URL of its queue, and its place among the hosts. */
void planner_refresh(struct planner *p, struct host *h);
/* Puts an entry that stands in no queue into it at @due_ms. */
void planner_schedule(struct planner *p, struct host *h, struct entry *e, int64_t due_ms);
/* Moves an entry of the queue to @due_ms; one that is leased comes back by its result. */
void planner_reschedule(struct planner *p, struct host *h, struct entry *e, int64_t due_ms);
void planner_put_source(struct planner *p, const struct roster_source *s);

bool planner_is_leased(const struct host *h, const struct entry *e);
/* Pause between two requests to a host, for a URL of @source, which may be NULL. */
int64_t planner_delay_ms(const struct planner *p, const struct host *h,
	const struct roster_source *source);
/* Time between two looks at a source's list. */
int64_t planner_interval_ms(const struct planner *p, const struct roster_source *source);

#endif
