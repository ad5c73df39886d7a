#include "alerts/matcher.h"

#include "common/alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MANY 3000

static const char *const words[] = {"人工智能", "算力", "芯片", "大模型", "人形机器人", "ai",
	"openai", "政务", "数据", "深", "人工智能产业发展条例", "gpt-4"};

#define N_WORDS (sizeof words / sizeof *words)

static struct subscription *make(size_t i)
{
	CLEANUP(freep) char *name = alloc_printf("s%zu", i);
	CLEANUP(freep) char *query = NULL;
	struct subscription *s = NULL;
	const char *a = words[i % N_WORDS], *b = words[i / N_WORDS % N_WORDS];
	char *text;
	size_t column;

	switch (i % 5) {
	case 0:
		query = alloc_printf("%s %s", a, b);
		break;
	case 1:
		query = alloc_printf("%s OR %s", a, b);
		break;
	case 2:
		query = alloc_printf("%s -%s", a, b);
		break;
	case 3:
		query = alloc_printf("%s NEAR/5 %s", a, b);
		break;
	default:
		query = alloc_printf("%s*%s OR region:420000", a, b);
	}
	assert_int_equal(subscription_new(span_str(name), query, "", 0, &s, &text, &column), 0);
	return s;
}

static void on_match(void *arg, struct subscription *s)
{
	bool *found = arg;
	size_t i = (size_t)strtoul(s->name + 1, NULL, 10);

	assert_false(found[i]);
	found[i] = true;
}

static void test_matcher__finds_what_trying_each_query_finds(void **state)
{
	static const char *const texts[] = {
		"",
		"深",
		"人工智能",
		"OpenAI发布GPT-4大模型，算力与芯片紧张。",
		"深圳推动人形机器人和AI政务；《人工智能产业发展条例》",
		"数据算力数据芯片open AI",
	};
	struct subscription *subscriptions[MANY];
	CLEANUP(matcher_freep) struct matcher *m = NULL;
	size_t n_found = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		subscriptions[i] = make(i);
	m = matcher_new(subscriptions, MANY);
	for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
		struct record r = {.title = texts[t], .text = texts[(t + 1) % 6]};
		CLEANUP(query_document_freep) struct query_document *d = query_document_new(&r);
		bool found[MANY] = {0};

		matcher_run(m, d, on_match, found);
		for (size_t i = 0; i < MANY; i++) {
			if (found[i] != query_match(subscriptions[i]->query, d))
				fail_msg("text %zu: %s", t, query_text(subscriptions[i]->query));
			n_found += found[i];
		}
	}
	assert_true(n_found > 1000);
	for (size_t i = 0; i < MANY; i++)
		subscription_free(subscriptions[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matcher__finds_what_trying_each_query_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
