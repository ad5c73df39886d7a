/* The fixture of tests that read whole documents: what is read lasts for a test. */
#ifndef POLICYWATCH_TESTS_CRAWLER_READING_H
#define POLICYWATCH_TESTS_CRAWLER_READING_H

#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

#define NOW_MS INT64_C(1748522400000) /* 2025-05-29T20:40:00+08:00 */

struct fixture {
	struct arena *arena;
	struct read_input in; /* a test changes what it needs */
	struct read_output out;
};

static inline int set_up_reading(void **state, const char *url)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	fx->in = (struct read_input){.url = url, .fetched_at_ms = NOW_MS, .http_status = 200};
	*state = fx;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fx = *state;

	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

/* What comes out is in fx->out. */
static inline void read_as(struct fixture *fx, enum work_kind kind, const char *document)
{
	fx->in.bytes = span_str(document);
	read_document(kind, &fx->in, fx->arena, &fx->out);
}

#endif
