/*
 *	ROBOTS --allowed--> PAUSE --delay over--> TRANSFER --ok--> READ --> COMPARE --> KEEP --> done
 *	   |                  ^ only if the host    |   |           |          |         ^
 *	   | denied,          | may just have been  |   | 304       | items    | gone,   | visit
 *	   | unreachable      | asked               |   +-----------|----------|---------+
 *	   v                                        v other answers v          v nothing
 *	 done                                      done            done       done
 *
 * READ goes to PARTS and comes back when the article goes on in further pages.
 * Every state waits for one operation; job_enter() starts it. No request is
 * begun after the lease has ended, so that the next holder of the URL is alone.
 */
#include "crawler/job_inside.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "crawler/look.h"

#include <assert.h>

static void on_pause_over(void *arg)
{
	struct job *j = arg;

	if (j->state == JOB_DONE)
		j->done(j->arg, j);
	else
		job_enter(j, JOB_TRANSFER);
}

struct job *job_start(const struct job_env *env, const struct lease *lease, job_done_fn *done,
	void *arg)
{
	struct job *j = ALLOC_NEW(struct job);

	*j = (struct job){.env = env,
		.arena = arena_new(),
		.done = done,
		.arg = arg,
		.url_rules = env->url_rules,
		.ends_at_ms = clock_mono_ms() + lease->duration_ms};
	strbuf_init(&j->raw, 0);
	strbuf_init(&j->x_robots_tag, 0);
	j->lease = lease_copy(lease, j->arena);
	j->pause = timer_new(env->loop, on_pause_over, j);
	j->result = result_of_lease(lease);
	job_enter(j, JOB_ROBOTS);
	return j;
}

const struct result *job_result(const struct job *j)
{
	return j->expired ? NULL : &j->result;
}

const struct job_facts *job_facts(const struct job *j)
{
	return &j->facts;
}

const struct read_output *job_read(const struct job *j)
{
	return &j->read;
}

bool job_is_unkept(const struct job *j)
{
	return j->unkept;
}

/* Nobody looks at the bytes any more. */
static void drop_answer(struct job *j)
{
	strbuf_release(&j->raw);
	if (j->env->budget)
		budget_leave(j->env->budget, &j->memory);
}

void job_free(struct job *j)
{
	if (!j)
		return;
	robots_query_cancel(j->robots_query);
	transfer_cancel(j->transfer);
	not_found_query_cancel(j->not_found_query);
	look_cancel(j->part);
	timer_free(j->pause);
	strbuf_release(&j->x_robots_tag);
	drop_answer(j);
	gazetteers_unref(j->gazetteers);
	arena_free(j->arena);
	free(j);
}

/* The only way out, from a callback of the loop. */
void job_finish(struct job *j, enum outcome outcome, const char *why)
{
	j->state = JOB_DONE;
	drop_answer(j);
	j->result.outcome = outcome;
	if (why)
		j->result.error = arena_strdup(j->arena, why);
	log_debug(j->env->log, "%s %s%s%s", outcome_str(outcome), j->lease.url, why ? ": " : "",
		why ? why : "");
	j->done(j->arg, j);
}

/*
 * The lease ended while we waited or were stopped: whoever holds the URL now may be
 * asking already.
 */
void job_expire(struct job *j)
{
	j->state = JOB_DONE;
	drop_answer(j);
	j->expired = true;
	timer_set(j->pause, 0);
}

/* robots.txt's own, as far as it is heeded. */
static int64_t wish_ms(const struct job *j)
{
	int64_t max_ms = j->env->crawl_delay_max_ms;

	return j->result.crawl_delay_ms < max_ms ? j->result.crawl_delay_ms : max_ms;
}

/*
 * A wish that the scheduler has not heard of: whoever read it in robots.txt
 * was killed before it could tell, and may just have asked the host.
 */
static bool is_wish_news(const struct job *j)
{
	return wish_ms(j) > j->lease.delay_ms;
}

/* Longer than the host's own wish is never wrong. */
int64_t job_pause_ms(const struct job *j)
{
	return is_wish_news(j) ? wish_ms(j) : j->lease.delay_ms;
}

/* Where a robots.txt leads has been looked at, and is remembered, whatever it was. */
static bool is_brought_in(const struct job *j, enum robots_verdict verdict)
{
	return j->lease.kind == WORK_ROBOTS &&
		(verdict == ROBOTS_ALLOWED || verdict == ROBOTS_DENIED ||
			verdict == ROBOTS_ELSEWHERE);
}

/* Retry-After of any answer that came meanwhile. */
void job_hear_wish(struct job *j, int64_t retry_after_ms)
{
	if (retry_after_ms > 0 && retry_after_ms > j->result.retry_after_ms)
		j->result.retry_after_ms = retry_after_ms;
}

static void on_robots(void *arg, const struct robots_answer *answer)
{
	struct job *j = arg;

	j->robots_query = NULL;
	j->result.crawl_delay_ms = answer->crawl_delay_ms;
	j->result.limit = answer->limit;
	job_hear_wish(j, answer->retry_after_ms);
	j->facts.has_robots = true;
	j->facts.robots = answer->verdict;
	j->facts.robots_status = answer->http_status;
	j->facts.robots_requested = answer->requested;
	j->facts.robots_phases = answer->phases;
	if (is_brought_in(j, answer->verdict)) {
		job_finish(j, OUTCOME_OK, NULL);
		return;
	}
	switch (answer->verdict) {
	case ROBOTS_ALLOWED:
		if (answer->retry_after_ms > job_pause_ms(j))
			job_finish(j, OUTCOME_THROTTLED, "robots.txt is to be asked for later");
		else
			job_enter(j,
				answer->requested || is_wish_news(j) ? JOB_PAUSE : JOB_TRANSFER);
		break;
	case ROBOTS_DENIED:
		job_finish(j, OUTCOME_ROBOTS, answer->error);
		break;
	case ROBOTS_UNREACHABLE:
		job_finish(j, OUTCOME_DOWN, answer->error);
		break;
	case ROBOTS_GUARDED:
		job_finish(j, OUTCOME_GUARDED, answer->error);
		break;
	case ROBOTS_LATE:
		job_expire(j);
		break;
	case ROBOTS_ELSEWHERE:
		j->result.robots_at = arena_strdup(j->arena, answer->at);
		job_finish(j, OUTCOME_ROBOTS, answer->error);
		break;
	}
}

/* A pause beyond the lease would only keep the place that another URL could have. */
static void start_pause(struct job *j)
{
	if (clock_mono_ms() + job_pause_ms(j) < j->ends_at_ms)
		timer_set(j->pause, job_pause_ms(j));
	else
		job_expire(j);
}

struct robots_request job_robots_request(const struct job *j)
{
	return (struct robots_request){.url = j->lease.url,
		.rules = &j->lease.fetch,
		.source = j->lease.source,
		.is_file = j->lease.kind == WORK_ROBOTS,
		.delay_ms = j->lease.delay_ms,
		.ends_at_ms = j->ends_at_ms};
}

static void ask_robots(struct job *j)
{
	const struct robots_request request = job_robots_request(j);

	j->robots_query = robots_query_start(j->env->robots, &request, on_robots, j);
}

/* The only place that changes the state and starts what the state waits for. */
void job_enter(struct job *j, enum job_state state)
{
	j->state = state;
	switch (state) {
	case JOB_ROBOTS:
		ask_robots(j);
		break;
	case JOB_PAUSE:
		start_pause(j);
		break;
	case JOB_TRANSFER:
		job_start_transfer(j);
		break;
	case JOB_READ:
		job_start_reading(j);
		break;
	case JOB_PARTS:
		job_get_parts(j);
		break;
	case JOB_COMPARE:
		job_compare(j);
		break;
	case JOB_KEEP:
		job_start_keeping(j);
		break;
	case JOB_DONE:
		assert(false);
		break;
	}
}
