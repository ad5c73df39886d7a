/*
 * PARTS: an article that goes on in further pages is kept as a whole. They are
 * looked at one after the other, each after the host's delay, as long as the
 * lease lasts; then everything is read together.
 *
 * A page that could not be had leaves the article as long as it is; where more
 * of it is stored, that stays (store/batch.c). There are no validators: the
 * first page's say nothing of the others, which the next visit asks for again.
 */
#include "crawler/job_inside.h"

#include "common/clock.h"
#include "crawler/look.h"
#include "crawler/read/article/parts.h"

#define PART_MS_MIN 1000 /* of the lease: with less left it is not tried */

static bool is_known(const struct job *j, const char *url)
{
	if (strcmp(url, j->lease.url) == 0)
		return true;
	for (size_t i = 0; i < j->n_parts; i++)
		if (strcmp(j->parts[i].url, url) == 0)
			return true;
	return false;
}

static void finish_parts(struct job *j, bool is_whole)
{
	j->is_joined = true;
	j->is_partial = !is_whole;
	job_drop_validators(j);
	if (!is_whole) {
		j->result.error = arena_printf(j->arena, "page %zu of the article is missing",
			j->n_parts + 2);
	}
	job_enter(j, j->n_parts ? JOB_READ : JOB_COMPARE);
}

static void add_part(struct job *j, const char *url, struct span body)
{
	j->parts[j->n_parts++] = (struct read_part){.url = arena_strdup(j->arena, url),
		.bytes = span_from(arena_dup(j->arena, body), body.len)};
	j->parts_bytes += body.len;
	if (j->env->budget)
		budget_take(j->env->budget, &j->memory, j->raw.len + j->parts_bytes);
}

static void look_at_next(struct job *j, const char *url);

static void on_part(void *arg, const struct look_result *result)
{
	struct job *j = arg;

	j->part = NULL;
	job_hear_wish(j, result->retry_after_ms);
	if (!result->asked || result->outcome != OUTCOME_OK || result->says_gone) {
		finish_parts(j, false);
		return;
	}
	add_part(j, j->part_url, result->body);
	if (!result->is_cut && result->next_part && !is_known(j, result->next_part) &&
		j->n_parts < READ_PARTS_MAX - 1)
		look_at_next(j, result->next_part);
	else
		finish_parts(j, !result->is_cut);
}

static void look_at_next(struct job *j, const char *url)
{
	const struct look_request request = {.env = j->env,
		.robots = job_robots_request(j),
		.transfer = job_transfer_request(j),
		.pause_ms = job_pause_ms(j),
		.ends_at_ms = j->ends_at_ms};

	if (clock_mono_ms() + job_pause_ms(j) + PART_MS_MIN > j->ends_at_ms) {
		finish_parts(j, false);
		return;
	}
	j->part_url = arena_strdup(j->arena, url);
	j->part = look_start(&request, j->part_url, on_part, j);
}

/*
 * An article begins with its first page. What a list names by a later number is a
 * page of its own, be it the next article or one more way to a part.
 */
static bool is_second(const struct job *j, const char *next)
{
	unsigned number;

	return parts_follows(j->lease.url, next, &number) && number <= 2;
}

bool job_has_more_parts(const struct job *j)
{
	return j->read.as == READ_RECORD && j->read.next_part && !j->is_joined &&
		is_second(j, j->read.next_part);
}

void job_get_parts(struct job *j)
{
	j->parts = arena_alloc(j->arena, READ_PARTS_MAX * sizeof *j->parts);
	look_at_next(j, j->read.next_part);
}
