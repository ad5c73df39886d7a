#include "scheduler/trap.h"

#include "common/strbuf.h"
#include "common/url.h"
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW_MS INT64_C(1748520000000) /* 2025-05-29 */

static enum trap judge(const char *url)
{
	STRBUF_LOCAL(href);

	assert_int_equal(url_resolve(span_str(url), (struct span){0}, &href), 0);
	return trap_of(strbuf_span(&href), NOW_MS);
}

static void test_trap__endless_addresses_are_seen(void **state)
{
	static const struct {
		const char *url;
		enum trap trap;
	} rows[] = {
		{"http://a.cn/yw/echo/echo/echo/echo/2025.html", TRAP_REPEATED},
		{"http://a.cn/a/b/a/b/a/b", TRAP_REPEATED},
		{"http://a.cn/x/a/b/1/a/b/1/a/b/1/y.html", TRAP_REPEATED},
		{"http://a.cn/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1", TRAP_DEEP},
		{"http://a.cn/s?a=1&b=2&a=1&b=2&a=1&b=2&a=1", TRAP_PARAMETERS},
		{"http://a.cn/login?back=http%3A%2F%2Fa.cn%2Flogin%3Fback%3Dhttp%253A%252F%252Fa.cn",
			TRAP_NESTED},
		{"http://a.cn/l?u=http%25253a//a", TRAP_NESTED},
		{"http://a.cn/l?u=http://a/?u=http://a/?u=http://a/", TRAP_NESTED},
		{"http://a.cn/calendar/2031/05/", TRAP_CALENDAR},
		{"http://a.cn/calendar/2023/5/12/", TRAP_CALENDAR},
		{"http://a.cn/list?calendar=1999-12", TRAP_CALENDAR},
		{"http://a.cn/news?date=2027-01-31", TRAP_CALENDAR},
		{"http://a.cn/news/2031/02/28/", TRAP_CALENDAR},
		{"http://a.cn/plan?month=7&id=3&year=2031", TRAP_CALENDAR},
		{"http://a.cn/cal.php?m=12&y=2019", TRAP_CALENDAR},
		{"http://a.cn/calendar?day=20310502", TRAP_CALENDAR},
		{"http://a.cn/rili/202312", TRAP_CALENDAR},
		{"http://a.cn/s?t=1&t=2&t=3&t=4&t=5&t=6&t=7&t=8&t=9", TRAP_PARAMETERS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (judge(rows[i].url) != rows[i].trap)
			fail_msg("row %zu: %s", i, trap_str(judge(rows[i].url)));
	}
}

static void test_trap__length_and_number_have_ends(void **state)
{
	STRBUF_LOCAL(url);

	(void)state;
	strbuf_add_str(&url, "http://a.cn/s?");
	for (int i = 0; i < 40; i++)
		strbuf_printf(&url, "p%d=%d&", i, i);
	assert_int_equal(judge(url.data), TRAP_NONE);
	strbuf_add_str(&url, "q=1");
	assert_int_equal(judge(url.data), TRAP_PARAMETERS);
	strbuf_clear(&url);
	strbuf_add_str(&url, "http://a.cn/");
	while (url.len < 2048)
		strbuf_add_char(&url, 'a');
	assert_int_equal(judge(url.data), TRAP_NONE);
	strbuf_add_char(&url, 'a');
	assert_int_equal(judge(url.data), TRAP_LONG);
}

/* Shapes of addresses that publishers use, and what is close to a trap. */
static void test_trap__news_is_none(void **state)
{
	static const char *const urls[] = {
		"http://a.cn/",
		"http://a.cn//",
		"http://a.cn////x",
		"http://a.cn/1/1/1/1/1/1.html",
		"http://a.cn/2025/05/05/05/05.html",
		"http://a.cn/xxgk/xxgk/xxgk/202505/t20250505_1.html",
		"http://a.cn/zwgk/2025/05/zwgk/2024/05/1.html",
		"http://a.cn/n2588035/n2641579/n2641645/c12345/content.html",
		"http://a.cn/rmrb/html/1949-10/01/nw.D110000renmrb_19491001_1-01.htm",
		"http://a.cn/html/9999/12/31.html", /* a number of something */
		"http://a.cn/html/2045/12.html",
		"http://a.cn/id/12345672045-12-31",
		"http://a.cn/2026/05/28/plan.html",
		"http://a.cn/news/2030-agenda",
		"http://a.cn/calendar/2025/06/",
		"http://a.cn/calendar/2024/12/01/",
		"http://a.cn/share?url=http%3A%2F%2Fa.cn%2F1.html&pic=http%3A%2F%2Fa.cn%2F1.jpg",
		"http://a.cn/s?q=%25E4%25BA%25BA&t=a%3A%2F",
		"http://a.cn/jump?target=https%253A%252F%252Fmp.b.cn%252Fs%252F1", /* escaped with care */
		"http://a.cn/s?a[]=1&a[]=1&a[]=1&&&&&",
		"http://a.cn/archive?year=2003&month=11",
		"http://a.cn/list?year=2031",
		"http://a.cn/list?y=2031&m=article",
		"http://a.cn/list?y=20310&m=5",
		"http://a.cn/calendar/20250612",
		"http://a.cn/calendar/99991231",
		"http://a.cn/news/20310502_1.html",
		"http://a.cn/s?t=1&t=2&t=3&t=4&t=5&t=6&t=7&t=8",
	};

	(void)state;
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		if (judge(urls[i]) != TRAP_NONE)
			fail_msg("%s: %s", urls[i], trap_str(judge(urls[i])));
	}
}

/* The addresses of real sources, where the list of them is at hand. */
static void test_trap__sources_are_none(void **state)
{
	FILE *f = fopen(SHARED_DIR "/facts/sources.tsv", "r");
	char *line = NULL;
	size_t cap = 0, n = 0;

	(void)state;
	if (!f)
		skip();
	while (getline(&line, &cap, f) > 0) {
		char *url = strstr(line, "\thttp"); /* the first column that is an address */

		if (!url++ || strchr(url, '<')) /* "http://<host>/" */
			continue;
		url[strcspn(url, "\t\n")] = '\0';
		if (judge(url) != TRAP_NONE)
			fail_msg("%s: %s", url, trap_str(judge(url)));
		n++;
	}
	free(line);
	fclose(f);
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trap__endless_addresses_are_seen),
		cmocka_unit_test(test_trap__length_and_number_have_ends),
		cmocka_unit_test(test_trap__news_is_none),
		cmocka_unit_test(test_trap__sources_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
