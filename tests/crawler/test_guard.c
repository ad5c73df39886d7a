#include "crawler/fetch/guard.h"
#include "tests/cmocka_all.h"

#include <arpa/inet.h>
#include <string.h>

static bool allows(const char *text, const char *range)
{
	struct span ranges[] = {span_str(range)};
	const struct fetch_rules rules = {.allow_addresses = ranges,
		.n_allow_addresses = range ? 1 : 0};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_allows_address(&rules, (struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return guard_allows_address(&rules, (struct sockaddr *)&v6);
}

static void test_guard__public_addresses_are_allowed(void **state)
{
	static const char *const addresses[] = {"8.8.8.8", "114.114.114.114", "172.32.0.1",
		"100.128.0.1", "2400:3200::1", "192.0.1.0", "223.255.255.255", "2001:200::1",
		"2a00::1", "172.15.255.255", "9.255.255.255", "11.0.0.0"};

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++)
		assert_true(allows(addresses[i], NULL));
}

static void test_guard__everything_else_is_not(void **state)
{
	static const char *const addresses[] = {"127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1",
		"172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
		"255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fd00::1",
		"ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
		"::ffff:0:7f00:1", "100:0:0:1::1", "2002:7f00:1::", "168.63.129.16", "192.0.0.192",
		"100.100.100.200", "fd00:ec2::254", "::ffff:8.8.8.8", "0.255.255.255",
		"10.255.255.255", "100.127.255.255", "127.255.255.255", "169.254.0.0",
		"192.88.99.1", "192.168.255.255", "198.19.255.255", "198.51.100.9", "203.0.113.1",
		"239.255.255.255", "240.0.0.1", "::7f00:1", "64:ff9b:1:ffff::1", "100::1",
		"2001:0:1::1", "2001:1ff:ffff::1", "3fff:fff::1", "5f00::1", "fcff::1", "febf::1",
		"fec0::1", "feff::1", "ffff::1"};

	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		if (allows(addresses[i], NULL))
			fail_msg("%s is allowed", addresses[i]);
	}
}

static void test_guard__a_named_range_opens_itself_alone(void **state)
{
	(void)state;
	assert_true(allows("127.0.1.1", "127.0.0.0/8"));
	assert_true(allows("127.0.1.1", "127.0.1.1"));
	assert_false(allows("127.0.1.2", "127.0.1.1"));
	assert_false(allows("10.0.0.1", "127.0.0.0/8"));
	assert_true(allows("::1", "::1/128"));
	assert_true(allows("::ffff:127.0.0.1", "127.0.0.0/8"));
	assert_false(allows("127.0.0.1", "127.0.0.0/33"));
}

static void test_guard__only_listed_ports_are_open(void **state)
{
	char *open[] = {"80", "8000-8099"};
	struct span own[] = {SPAN_LITERAL("9443")};
	const struct setting_list ports = {open, 2};
	const struct fetch_rules rules = {.allow_ports = own, .n_allow_ports = 1};

	(void)state;
	assert_true(guard_allows_port(&rules, &ports, 8080));
	assert_true(guard_allows_port(&rules, &ports, 9443));
	assert_false(guard_allows_port(&rules, &ports, 6379));
	assert_false(guard_allows_port(&rules, &ports, 8100));
	assert_true(guard_allows_port(&rules, &ports, 8099));
	assert_false(guard_allows_port(&rules, &ports, 0));
}

/* What a proxy would be asked for. */
static void test_guard__a_host_is_judged_by_its_literal_form(void **state)
{
	static const char *const closed[] = {"127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "localhost",
		"LOCALHOST.", "a.localhost", "192.168.1.1"};
	static const char *const open[] = {"8.8.8.8", "[2400:3200::1]", "www.gov.cn",
		"notlocalhost", "localhost.gov.cn", "1.2.3"};
	const struct fetch_rules rules = {0};

	(void)state;
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
		assert_false(guard_allows_host(&rules, span_str(closed[i])));
	for (size_t i = 0; i < sizeof open / sizeof *open; i++)
		assert_true(guard_allows_host(&rules, span_str(open[i])));
}

static void test_guard__ranges_are_checked(void **state)
{
	(void)state;
	assert_true(guard_is_range(SPAN_LITERAL("10.0.0.0/8")));
	assert_true(guard_is_range(SPAN_LITERAL("::/0")));
	assert_false(guard_is_range(SPAN_LITERAL("10.0.0.0/33")));
	assert_false(guard_is_range(SPAN_LITERAL("10.0.0/8")));
	assert_false(guard_is_range(SPAN_LITERAL("10.0.0.0/-1")));
	assert_false(guard_is_range(SPAN_LITERAL("10.0.0.0/")));
	assert_false(guard_is_range(SPAN_LITERAL("localhost")));
	assert_false(guard_is_range(SPAN_LITERAL("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_guard__public_addresses_are_allowed),
		cmocka_unit_test(test_guard__everything_else_is_not),
		cmocka_unit_test(test_guard__a_named_range_opens_itself_alone),
		cmocka_unit_test(test_guard__only_listed_ports_are_open),
		cmocka_unit_test(test_guard__a_host_is_judged_by_its_literal_form),
		cmocka_unit_test(test_guard__ranges_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
