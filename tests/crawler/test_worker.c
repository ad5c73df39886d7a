/*
 * The worker against a fake bus, which keeps what is under way for the test to
 * answer as the scheduler, and fake jobs, which end when the test says so.
 */
#include "crawler/worker.h"

#include "common/alloc.h"
#include "common/arena.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/protocol.h"
#include "tests/cmocka_all.h"

#include <stdio.h>

#define JOBS_MAX 300
#define ROOM     4
#define NOW_MS   1764000000000
#define LEASE_MS 60000

struct bus_call {
	bool under_way, is_report;
	struct strbuf message;
	bus_call_fn *done;
	void *arg;
};

struct job {
	bool running, freed, expired, unkept;
	int64_t duration_ms;
	struct result result;
	job_done_fn *done;
	void *arg;
};

static struct {
	struct bus_call want, report;
	int n_wants, n_reports, n_cancelled;
	struct job jobs[JOBS_MAX];
	int n_jobs;
} fake;

struct bus_call *bus_call_start(struct bus_client *c, struct span message, int64_t timeout_ms,
	bus_call_fn *done, void *arg)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	struct work_request request;
	struct bus_call *call;

	(void)c;
	assert_true(timeout_ms > 0);
	assert_true(message.len <= BUS_MESSAGE_MAX);
	assert_int_equal(protocol_get_work_request(message, arena, &request), 0);
	call = request.want ? &fake.want : &fake.report;
	assert_false(call->under_way);
	assert_true(!request.want || !request.n_results);
	fake.n_wants += request.want != 0;
	fake.n_reports += request.want == 0;
	strbuf_clear(&call->message);
	strbuf_add_span(&call->message, message);
	call->under_way = true;
	call->done = done;
	call->arg = arg;
	return call;
}

void bus_call_cancel(struct bus_call *call)
{
	if (!call)
		return;
	assert_true(call->under_way);
	call->under_way = false;
	fake.n_cancelled++;
}

struct job *job_start(const struct job_env *env, const struct lease *lease, job_done_fn *done,
	void *arg)
{
	struct job *j = &fake.jobs[fake.n_jobs++];

	(void)env;
	*j = (struct job){.running = true,
		.done = done,
		.arg = arg,
		.duration_ms = lease->duration_ms,
		.result = {.url_number = lease->url_number,
			.lease_number = lease->lease_number,
			.error = "",
			.etag = "",
			.last_modified = "",
			.moved_to = "",
			.address = "",
			.page = "",
			.story = ""}};
	return j;
}

const struct result *job_result(const struct job *job)
{
	return job->expired ? NULL : &job->result;
}

bool job_is_unkept(const struct job *job)
{
	return job->unkept;
}

void job_free(struct job *job)
{
	assert_false(job->freed);
	job->freed = true;
}

struct fixture {
	struct loop *loop;
	struct job_env env;
	struct worker *worker;
	struct arena *arena;
	int n_drained;
};

static const struct log_ctx quiet = {NULL, "test", "worker"};

static void on_drained(void *arg)
{
	struct fixture *fx = arg;

	fx->n_drained++;
}

static void turn(struct fixture *fx)
{
	for (int i = 0; i < 3; i++)
		loop_turn(fx->loop, false);
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	memset(&fake, 0, sizeof fake);
	strbuf_init(&fake.want.message, 0);
	strbuf_init(&fake.report.message, 0);
	log_set_level(LOG_LEVEL_ERROR);
	clock_fake_set(NOW_MS);
	fx->loop = loop_new();
	fx->arena = arena_new();
	fx->env = (struct job_env){.loop = fx->loop, .log = &quiet};
	fx->worker = worker_new(&(struct worker_options){.env = &fx->env,
		.name = "w",
		.room = ROOM,
		.hold_ms = 10000,
		.drained = on_drained,
		.drained_arg = fx});
	turn(fx);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	worker_free(fx->worker);
	for (int i = 0; i < fake.n_jobs; i++)
		assert_true(fake.jobs[i].freed);
	strbuf_release(&fake.want.message);
	strbuf_release(&fake.report.message);
	arena_free(fx->arena);
	loop_free(fx->loop);
	clock_fake_set(-1);
	test_free(fx);
	return 0;
}

static struct work_request request_in(struct fixture *fx, const struct bus_call *call)
{
	struct work_request request;

	assert_int_equal(protocol_get_work_request(strbuf_span(&call->message), fx->arena,
				 &request),
		0);
	return request;
}

static void end_call(struct fixture *fx, struct bus_call *call, int err, struct span message)
{
	assert_true(call->under_way);
	call->under_way = false;
	call->done(call->arg, err, message);
	turn(fx);
}

static void answer(struct fixture *fx, struct bus_call *call, size_t n_leases)
{
	STRBUF_LOCAL(message);
	struct lease leases[JOBS_MAX];

	for (size_t i = 0; i < n_leases; i++)
		leases[i] = (struct lease){.url_number = i + 1,
			.lease_number = 100 + i,
			.duration_ms = LEASE_MS,
			.url = "http://a.cn/",
			.source = "a",
			.etag = "",
			.last_modified = "",
			.title = "",
			.publisher = "",
			.region = "",
			.link_selector = ""};
	protocol_put_work_reply(&(struct work_reply){.seq = request_in(fx, call).seq,
					.leases = leases,
					.n_leases = n_leases},
		&message);
	end_call(fx, call, 0, strbuf_span(&message));
}

static void finish_job(struct job *j)
{
	j->running = false;
	j->done(j->arg, j);
}

/* The retry timer is a second; the next job that ends is as good a reason to try again. */
static void nudge(struct fixture *fx)
{
	worker_drain(fx->worker);
	turn(fx);
}

static void test_worker__it_asks_for_as_much_as_it_has_room_for(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(request_in(fx, &fake.want).want, ROOM);
	answer(fx, &fake.want, 3);
	assert_int_equal(fake.n_jobs, 3);
	assert_int_equal(request_in(fx, &fake.want).want, ROOM - 3);
	answer(fx, &fake.want, 1);
	assert_false(fake.want.under_way);
	finish_job(&fake.jobs[0]);
	turn(fx);
	assert_false(fake.want.under_way); /* its place is free once it is reported */
	answer(fx, &fake.report, 0);
	assert_int_equal(request_in(fx, &fake.want).want, 1);
}

static void test_worker__one_want_and_one_report_are_under_way_at_most(void **state)
{
	struct fixture *fx = *state;

	answer(fx, &fake.want, 3);
	finish_job(&fake.jobs[0]);
	turn(fx);
	finish_job(&fake.jobs[1]);
	finish_job(&fake.jobs[2]);
	turn(fx);
	assert_int_equal(fake.n_reports,
		1); /* bus_call_start() would have complained of a second */
	assert_int_equal(request_in(fx, &fake.report).n_results, 1);
	answer(fx, &fake.report, 0);
	assert_int_equal(request_in(fx, &fake.report).n_results, 2);
	assert_int_equal(fake.n_wants, 2);
}

static void test_worker__a_report_that_failed_is_sent_again_unchanged(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(first);

	answer(fx, &fake.want, 2);
	finish_job(&fake.jobs[0]);
	turn(fx);
	strbuf_add_span(&first, strbuf_span(&fake.report.message));
	finish_job(&fake.jobs[1]);
	end_call(fx, &fake.report, -ERR_TIMEOUT, (struct span){0});
	turn(fx);
	assert_int_equal(fake.n_reports, 2);
	assert_true(span_eq(strbuf_span(&fake.report.message), strbuf_span(&first)));
	answer(fx, &fake.report, 0);
	assert_int_equal(request_in(fx, &fake.report).results[0].lease_number, 101);
}

static void test_worker__a_want_that_failed_is_sent_again_unchanged(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(first);

	strbuf_add_span(&first, strbuf_span(&fake.want.message));
	end_call(fx, &fake.want, -ERR_TIMEOUT, (struct span){0});
	while (!fake.want.under_way)
		loop_turn(fx->loop, true);
	assert_true(span_eq(strbuf_span(&fake.want.message), strbuf_span(&first)));
	end_call(fx, &fake.want, 0, SPAN_LITERAL("no message at all"));
	while (!fake.want.under_way)
		loop_turn(fx->loop, true);
	assert_true(span_eq(strbuf_span(&fake.want.message), strbuf_span(&first)));
}

static void test_worker__numbers_of_reports_and_of_wants_rise(void **state)
{
	struct fixture *fx = *state;
	uint64_t want = request_in(fx, &fake.want).seq, report = 0;

	for (int i = 0; i < 4; i++) {
		answer(fx, &fake.want, 1);
		assert_true(request_in(fx, &fake.want).seq > want);
		want = request_in(fx, &fake.want).seq;
		finish_job(&fake.jobs[i]);
		turn(fx);
		assert_true(request_in(fx, &fake.report).seq > report);
		report = request_in(fx, &fake.report).seq;
		answer(fx, &fake.report, 0);
	}
}

static void test_worker__draining_reports_all_and_says_so_once(void **state)
{
	struct fixture *fx = *state;

	answer(fx, &fake.want, 2);
	worker_drain(fx->worker);
	turn(fx);
	assert_int_equal(fake.n_cancelled, 1);
	assert_int_equal(fx->n_drained, 0);
	finish_job(&fake.jobs[0]);
	turn(fx);
	finish_job(&fake.jobs[1]);
	end_call(fx, &fake.report, -ERR_CLOSED, (struct span){0});
	nudge(fx);
	answer(fx, &fake.report, 0);
	assert_int_equal(fx->n_drained, 0);
	answer(fx, &fake.report, 0);
	assert_int_equal(fx->n_drained, 1);
	assert_false(fake.want.under_way);
	turn(fx);
	assert_int_equal(fx->n_drained, 1);
}

static void test_worker__draining_an_idle_worker_ends_at_once(void **state)
{
	struct fixture *fx = *state;

	worker_drain(fx->worker);
	turn(fx);
	assert_int_equal(fx->n_drained, 1);
	assert_int_equal(fake.n_reports, 0);
}

static void test_worker__a_lease_that_ended_is_not_reported_but_makes_room(void **state)
{
	struct fixture *fx = *state;

	answer(fx, &fake.want, 4);
	fake.jobs[2].expired = true;
	finish_job(&fake.jobs[2]);
	turn(fx);
	assert_int_equal(fake.n_reports, 0);
	assert_true(fake.jobs[2].freed);
	assert_int_equal(request_in(fx, &fake.want).want, 1);
}

static void test_worker__it_asks_for_nothing_while_the_store_takes_nothing(void **state)
{
	struct fixture *fx = *state;

	answer(fx, &fake.want, ROOM);
	fake.jobs[1].expired = fake.jobs[1].unkept = true;
	finish_job(&fake.jobs[1]);
	turn(fx);
	assert_int_equal(fake.n_wants, 1);
	assert_int_equal(fake.n_reports, 0);
	finish_job(&fake.jobs[2]);
	turn(fx);
	assert_int_equal(fake.n_reports, 1);
	assert_int_equal(fake.n_wants, 1);
}

static void test_worker__time_that_an_answer_lay_unread_is_taken_off_its_leases(void **state)
{
	struct fixture *fx = *state;
	uint64_t seq = request_in(fx, &fake.want).seq;

	clock_fake_set(NOW_MS + LEASE_MS);
	answer(fx, &fake.want, 1);
	assert_int_equal(fake.n_jobs, 0);
	assert_int_equal(request_in(fx, &fake.want).seq, seq);
	clock_fake_set(NOW_MS + LEASE_MS + 1000);
	answer(fx, &fake.want, 1);
	assert_int_equal(fake.n_jobs, 1);
	assert_int_equal(fake.jobs[0].duration_ms, LEASE_MS - 1000);
}

static struct item *long_items(struct fixture *fx, size_t n, size_t url_bytes)
{
	struct item *items = arena_alloc(fx->arena, n * sizeof *items);
	char *url = arena_alloc(fx->arena, url_bytes + 1);

	memset(url, 'a', url_bytes);
	memcpy(url, "http://a.cn/", 12);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct item){.url = url, .title = "", .kind = WORK_PAGE};
	return items;
}

/* Symptom: the bus drops a message over its limit without a word, so the worker sent it for ever and reported nothing else. */
static void test_worker__results_go_in_messages_that_the_bus_carries(void **state)
{
	struct fixture *fx = *state;
	struct item *items = long_items(fx, 12000, 8000);
	size_t n_kept;

	answer(fx, &fake.want, 3);
	for (int i = 0; i < 3; i++) {
		fake.jobs[i].result.items = items;
		fake.jobs[i].result.n_items = i == 1 ? 12000 : 4000;
		finish_job(&fake.jobs[i]);
	}
	turn(fx);
	for (int i = 0; i < 3; i++) {
		struct work_request request = request_in(fx, &fake.report);

		assert_int_equal(request.n_results, 1);
		n_kept = request.results[0].n_items;
		assert_true(n_kept >= 4000);
		if (request.results[0].lease_number == 101)
			assert_int_equal(request.results[0].n_items_dropped, 12000 - n_kept);
		else
			assert_int_equal(request.results[0].n_items_dropped, 0);
		answer(fx, &fake.report, 0);
	}
	assert_false(fake.report.under_way);
}

static void test_worker__it_may_be_freed_with_everything_under_way(void **state)
{
	struct fixture *fx = *state;

	answer(fx, &fake.want, 3);
	finish_job(&fake.jobs[0]);
	turn(fx);
	finish_job(&fake.jobs[1]);
	assert_true(fake.want.under_way && fake.report.under_way);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_worker__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_asks_for_as_much_as_it_has_room_for),
		TEST(one_want_and_one_report_are_under_way_at_most),
		TEST(a_report_that_failed_is_sent_again_unchanged),
		TEST(a_want_that_failed_is_sent_again_unchanged),
		TEST(numbers_of_reports_and_of_wants_rise),
		TEST(draining_reports_all_and_says_so_once),
		TEST(draining_an_idle_worker_ends_at_once),
		TEST(a_lease_that_ended_is_not_reported_but_makes_room),
		TEST(it_asks_for_nothing_while_the_store_takes_nothing),
		TEST(time_that_an_answer_lay_unread_is_taken_off_its_leases),
		TEST(results_go_in_messages_that_the_bus_carries),
		TEST(it_may_be_freed_with_everything_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
