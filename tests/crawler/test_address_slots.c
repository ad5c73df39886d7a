#include "crawler/fetch/address_slots.h"

#include "tests/cmocka_all.h"

/* Holders that count what they were granted. */
struct client {
	struct address_holder holder;
	int n_granted;
};

static void on_granted(void *arg)
{
	struct client *c = arg;

	c->n_granted++;
}

static void init(struct client *c)
{
	*c = (struct client){.holder = {.granted = on_granted, .arg = c}};
}

static void test_address_slots__there_are_so_many_for_an_address(void **state)
{
	struct address_slots *s = address_slots_new(2);
	struct client c[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		init(&c[i]);
	assert_true(address_slots_take(s, "192.0.2.1", &c[0].holder));
	assert_true(address_slots_take(s, "192.0.2.1", &c[1].holder));
	assert_false(address_slots_take(s, "192.0.2.1", &c[2].holder));
	assert_true(address_slots_take(s, "192.0.2.2", &c[3].holder));
	for (int i = 0; i < 4; i++)
		address_slots_leave(s, &c[i].holder);
	address_slots_free(s);
}

static void test_address_slots__who_waits_is_served_in_turn(void **state)
{
	struct address_slots *s = address_slots_new(1);
	struct client c[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		init(&c[i]);
		address_slots_take(s, "2001:db8::1", &c[i].holder);
	}
	address_slots_leave(s, &c[2].holder); /* out of the middle of the line */
	address_slots_leave(s, &c[0].holder);
	assert_int_equal(c[1].n_granted, 1);
	assert_true(c[1].holder.has_slot);
	assert_int_equal(c[2].n_granted + c[3].n_granted, 0);
	address_slots_leave(s, &c[1].holder);
	assert_int_equal(c[3].n_granted, 1);
	address_slots_leave(s, &c[3].holder);
	init(&c[0]);
	assert_true(address_slots_take(s, "2001:db8::1", &c[0].holder));
	address_slots_leave(s, &c[0].holder);
	address_slots_free(s);
}

static void test_address_slots__the_last_in_line_may_leave_and_another_come(void **state)
{
	struct address_slots *s = address_slots_new(1);
	struct client c[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		init(&c[i]);
	address_slots_take(s, "a", &c[0].holder);
	address_slots_take(s, "a", &c[1].holder);
	address_slots_leave(s, &c[1].holder);
	assert_false(address_slots_take(s, "a", &c[2].holder));
	address_slots_leave(s, &c[0].holder);
	assert_int_equal(c[2].n_granted, 1);
	address_slots_leave(s, &c[2].holder);
	address_slots_leave(s, &c[2].holder); /* has neither */
	address_slots_free(s);
}

static void test_address_slots__a_slot_is_kept_and_not_taken_twice(void **state)
{
	struct address_slots *s = address_slots_new(1);
	struct client c[2];

	(void)state;
	init(&c[0]);
	init(&c[1]);
	assert_true(address_slots_take(s, "a", &c[0].holder));
	assert_true(address_slots_take(s, "a", &c[0].holder));
	assert_true(address_slots_take(s, "b", &c[0].holder)); /* connected to another one now */
	assert_true(address_slots_take(s, "a", &c[1].holder));
	address_slots_leave(s, &c[0].holder);
	address_slots_leave(s, &c[1].holder);
	address_slots_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_slots__there_are_so_many_for_an_address),
		cmocka_unit_test(test_address_slots__who_waits_is_served_in_turn),
		cmocka_unit_test(test_address_slots__the_last_in_line_may_leave_and_another_come),
		cmocka_unit_test(test_address_slots__a_slot_is_kept_and_not_taken_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
