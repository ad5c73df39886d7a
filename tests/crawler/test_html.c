#include "crawler/read/html/html.h"

#include "common/arena.h"
#include "common/clock.h"
#include "common/err.h"
#include "tests/cmocka_all.h"

#define HOSTILE_BYTES  1000000
#define HOSTILE_MS_MAX 20000 /* a quadratic reader takes hours; sanitizers are slow */

struct fixture {
	struct arena *arena;
	struct html *h;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	html_free(fx->h);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static void parse(struct fixture *fx, const char *html)
{
	html_free(fx->h);
	fx->h = html_parse(span_str(html));
}

static uint32_t find(const struct fixture *fx, enum html_tag tag)
{
	return html_find(fx->h, 0, fx->h->n_nodes, tag);
}

static const char *text_of(struct fixture *fx, uint32_t node)
{
	STRBUF_LOCAL(text);

	html_add_text(fx->h, node, &text);
	return arena_dup(fx->arena, strbuf_span(&text));
}

static void test_html__nodes_are_in_document_order_with_their_ends(void **state)
{
	struct fixture *fx = *state;
	uint32_t div, p;

	parse(fx, "<div id=x><p>一<b>二</b></p>三</div><p>四");
	div = find(fx, HTML_DIV);
	p = html_find(fx->h, div, fx->h->nodes[div].end, HTML_P);
	assert_int_equal(fx->h->nodes[p].parent, div);
	assert_true(fx->h->nodes[p].end < fx->h->nodes[div].end);
	assert_string_equal(text_of(fx, p), "一二");
	assert_string_equal(text_of(fx, div), "一二 三");
	assert_true(span_is(html_attr(fx->h, div, "id"), "x"));
	assert_null(html_attr(fx->h, div, "class").data);
}

static void test_html__shown_text_leaves_out_scripts(void **state)
{
	struct fixture *fx = *state;

	parse(fx,
		"<body>甲&nbsp; \n乙<script>var "
		"丙;</script><style>丁{}</style>&ldquo;戊&rdquo;</body>");
	assert_string_equal(text_of(fx, find(fx, HTML_BODY)), "甲 乙“戊”");
}

static void test_html__select_gives_nodes_in_order_once(void **state)
{
	struct fixture *fx = *state;
	uint32_t *nodes;
	size_t n;

	parse(fx, "<ul class=list><li><a href=1>一</a><li><a href=2>二</a></ul><a href=3>三</a>");
	assert_int_equal(html_select(fx->h, "ul.list li a, ul a", fx->arena, &nodes, &n), 0);
	assert_int_equal(n, 2);
	assert_true(span_is(html_attr(fx->h, nodes[0], "href"), "1"));
	assert_true(span_is(html_attr(fx->h, nodes[1], "href"), "2"));
	assert_int_equal(html_select(fx->h, "li:nth-child(2", fx->arena, &nodes, &n),
		0); /* CSS closes it */
	assert_int_equal(html_select(fx->h, "!!", fx->arena, &nodes, &n), -ERR_PARSE);
}

static void test_html__an_empty_page_has_a_tree(void **state)
{
	struct fixture *fx = *state;

	parse(fx, "");
	assert_true(fx->h->n_nodes > 0);
	assert_int_equal(find(fx, HTML_P), HTML_NONE);
}

/* What a page can make a tree builder do again and again. */
static void test_html__hostile_pages_cost_no_more_than_others(void **state)
{
	static const struct {
		const char *begin, *again;
	} rows[] = {
		{"", "<div>"},
		{"", "<div><p>"},
		{"", "<b>"},
		{"<p><b id=1><b id=2><b id=3><b id=4><b id=5><b id=6><b id=7><b id=8><b id=9></p>",
			"<p>x</p>"},
		{"<table>", "x<tr>"},
		{"", "x</b>"},
		{"", "<body a=1>"},
		{"", "<a href=x>"},
		{"<table>", "<table><td>"},
		{"", "<svg><g>"},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t start = clock_mono_ms();
		STRBUF_LOCAL(page);

		strbuf_add_str(&page, rows[i].begin);
		while (page.len < HOSTILE_BYTES)
			strbuf_add_str(&page, rows[i].again);
		parse(fx, page.data);
		if (clock_mono_ms() - start > HOSTILE_MS_MAX)
			fail_msg("row %zu took %lld ms", i, (long long)(clock_mono_ms() - start));
	}
}

static void test_html__unknown_names_fill_no_table(void **state)
{
	struct fixture *fx = *state;
	int64_t start = clock_mono_ms();
	STRBUF_LOCAL(page);

	strbuf_add_str(&page, "<a");
	for (int i = 0; page.len < HOSTILE_BYTES; i++)
		strbuf_printf(&page, " x%d", i);
	parse(fx, page.data);
	strbuf_clear(&page);
	for (int i = 0; page.len < HOSTILE_BYTES; i++)
		strbuf_printf(&page, "</x%d>", i);
	parse(fx, page.data);
	assert_true(fx->h->cut);
	assert_true(clock_mono_ms() - start < HOSTILE_MS_MAX);
}

static void test_html__depth_is_limited_and_text_is_kept(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(page);

	for (int i = 0; i < 5000; i++)
		strbuf_add_str(&page, "<div><span>");
	strbuf_add_str(&page, "深");
	parse(fx, page.data);
	assert_true(fx->h->n_nodes < 600);
	assert_string_equal(text_of(fx, find(fx, HTML_BODY)), "深");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_html__nodes_are_in_document_order_with_their_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_html__shown_text_leaves_out_scripts, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_html__select_gives_nodes_in_order_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_html__an_empty_page_has_a_tree, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_html__hostile_pages_cost_no_more_than_others,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_html__unknown_names_fill_no_table, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_html__depth_is_limited_and_text_is_kept, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
