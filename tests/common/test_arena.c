#include "common/arena.h"

#include "tests/cmocka_all.h"

#include <string.h>

static void test_arena__memory_is_zeroed_and_aligned(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		char *p = arena_alloc(a, size);

		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xFF, size);
	}
}

/* Small ones go on in the block that a large one came in between of; none overlap. */
static void test_arena__large_and_small_ones_live_together(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char *small[200], *large[200];

	(void)state;
	for (int i = 0; i < 200; i++) {
		small[i] = memset(arena_alloc(a, 100), i, 100);
		large[i] = memset(arena_alloc(a, 20000 + (size_t)i), i, 20000 + (size_t)i);
	}
	for (int i = 0; i < 200; i++) {
		assert_int_equal((unsigned char)small[i][99], i);
		assert_int_equal((unsigned char)large[i][20000 + i - 1], i);
	}
}

static void test_arena__texts_are_copied_and_terminated(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char text[] = "abcdef";
	char *copy = arena_dup(a, span_from(text, 3));

	(void)state;
	text[0] = 'X';
	assert_string_equal(copy, "abc");
	assert_string_equal(arena_dup(a, (struct span){0}), "");
	assert_string_equal(arena_strdup(a, "x"), "x");
	assert_string_equal(arena_printf(a, "%s-%d", "a", 7), "a-7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena__memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_arena__large_and_small_ones_live_together),
		cmocka_unit_test(test_arena__texts_are_copied_and_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
