/*
 * What the worst pages of the size that the crawler takes may cost. Each is
 * read in a process of its own, whose memory the kernel counts.
 */
#include "common/arena.h"
#include "common/strbuf.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

#include <sys/resource.h>
#include <sys/wait.h>

#ifdef __SANITIZE_ADDRESS__ /* keeps freed memory and is slow: there only faults are looked for */
#define PAGE_BYTES ((size_t)1 << 20)
#define RSS_KB_MAX (600 << 10)
#else
#define PAGE_BYTES ((size_t)10 << 20)
#define RSS_KB_MAX (150 << 10)
#endif
#define CPU_S_MAX 120 /* a quadratic reader takes hours */

#define ARTICLE                                                                                                    \
	"<html><head><title>关于召开全国会议的通知</title></head><body>"                                \
	"<h1>关于召开全国会议的通知</h1><div>"                                                          \
	"<p>会议将于下周在北京举行,各地代表将围绕经济发展与民生改善展开讨论。</p>" \
	"<p>会议期间还将听取有关部门的工作报告,并对下一阶段的重点任务作出部署。</p></div>"

struct shape {
	/* In @again @ is a number that grows, \1 is NUL; what ends in \2 fills half of the page. */
	const char *name, *begin, *again;
};

#define COMMENT "<!-- twelve megabytes of this and nothing else to see -->\n"

/* clang-format off */
static const struct shape shapes[] = {
	/* Symptom: each line end behind a comment moved the last text node of the body: 2 GB. */
	{"comments behind the end", ARTICLE "</body></html>\n", COMMENT},
	{"comments", ARTICLE, "<!---->"},
	{"comments before the page", "", "<!--x--> "},
	{"an open comment", ARTICLE "<!--", "x "},
	{"declarations", ARTICLE, "<?x>"},
	{"one text", ARTICLE, "中文 "},
	{"white space", ARTICLE, " \r\n"},
	{"tags that are none and part texts", ARTICLE, "x</y a=bbbbbbbbbbbb>"},
	{"repeated body tags", ARTICLE, "x<body a=bbbbbbbbbbbb>"},
	{"text beside a table's cells", ARTICLE "<table>", "x<tr a=bbbbbbbb>"},
	{"text and comments in a table", ARTICLE "<table>", "x<!--yyyyyyyyyyy-->"},
	{"a frameset with spaces", "<frameset>", " <p a=xxxxxxxx>"},
	{"text in vectors", ARTICLE "<svg>", "x<!--yyyyyyyy-->"},
	{"NULs", ARTICLE, "\1"},
	{"letters and NULs", ARTICLE, "x\1"},
	{"bytes of no encoding", ARTICLE, "\xFE\x80"},
	{"deep nesting", ARTICLE, "<div>"},
	{"tiny elements", ARTICLE, "<b></b>"},
	{"line breaks", ARTICLE, "<br>"},
	{"paragraphs", ARTICLE, "<p>"},
	{"lines of a preformatted text", ARTICLE "<pre>", "x\n"},
	{"letters in cells", ARTICLE "<table><tr>", "<td>x"},
	{"letters in items", ARTICLE, "<li>x"},
	{"links", ARTICLE, "<li><a href=/2024/@.htm>新闻标题第@</a>"},
	{"attributes of one tag", ARTICLE "<a", " x"},
	{"names of attributes", ARTICLE "<a", " x@=1"},
	{"names of tags", ARTICLE, "<x@>"},
	{"attributes of each tag", ARTICLE, "<p a b c d e f g h i j k l m n o p q r s t u v>"},
	{"an open attribute", ARTICLE "<a href='", "xy"},
	{"an open script", ARTICLE "<script>", "var x;\n"},
	{"scripts", ARTICLE, "<script></script>"},
	{"structured data", ARTICLE, "<script type='application/ld+json'>{\"a\":[{}]}</script>"},
	{"named entities", ARTICLE, "&amp;"},
	{"numbered entities", ARTICLE, "&#1;"},
	{"half entities", ARTICLE, "&"},
	{"a long doctype", "<!DOCTYPE ", "x "},
	{"doctypes", ARTICLE, "<!DOCTYPE x>"},
	/* Symptom: each option looked through the list of all options: minutes. */
	{"options", ARTICLE "<select>", "<option>x"},
	{"copies of a chosen option",
		ARTICLE "<select><button><selectedcontent></button>", "<option selected>x"},
	{"formatting that is never closed", ARTICLE, "<p><b><i><u><s>x"},
	{"broken markup", ARTICLE, "<"},
	/* Symptom: each line looked through all names of the element around it: minutes. */
	{"lines in an element of many classes", ARTICLE "<div class='",
		"a \2'><p>市民广场的喷泉今天重新开放</p>"},
	{"verses of one line", ARTICLE, "<p>春风又绿江南岸</p>"},
	{"elements for those without scripts", ARTICLE, "<noscript><div>x"},
	{"dates that are none", ARTICLE, "<p>1990-05-01 10:30</p>"},
	{"marks behind a label", ARTICLE "<table><tr><td>文号", ":"},
};
/* clang-format on */

static void add_again(const char *again, int number, struct strbuf *page)
{
	for (const char *p = again; *p; p++) {
		if (*p == '@')
			strbuf_printf(page, "%d", number);
		else
			strbuf_add_char(page, *p == '\1' ? '\0' : *p);
	}
}

static void page_make(const struct shape *s, struct strbuf *page)
{
	const char *half = strchr(s->again, '\2'), *again = half ? half + 1 : s->again;
	bool special = strpbrk(again, "@\1") != NULL;

	strbuf_init(page, PAGE_BYTES);
	strbuf_add_str(page, s->begin);
	while (half && page->len < PAGE_BYTES / 2)
		strbuf_add(page, s->again, (size_t)(half - s->again));
	for (int i = 0; !page->cut; i++) {
		if (special)
			add_again(again, i, page);
		else
			strbuf_add_str(page, again);
	}
}

static void read_as(enum work_kind kind, const struct strbuf *page)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const struct read_input in = {.bytes = strbuf_span(page),
		.url = "http://a.cn/2024/1/2/x.htm",
		.content_type = "text/html",
		.fetched_at_ms = INT64_C(1730000000000),
		.http_status = 200};
	struct read_output out;

	read_document(kind, &in, arena, &out);
}

/* Peak of a process that reads the page as an article and as a list, or -1 when it did not live. */
static long peak_kb(const struct shape *s)
{
	const struct rlimit cpu = {CPU_S_MAX, CPU_S_MAX};
	struct rusage usage;
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		STRBUF_LOCAL(page);

		setrlimit(RLIMIT_CPU, &cpu);
		page_make(s, &page);
		read_as(WORK_PAGE, &page);
		read_as(WORK_LISTING, &page);
		_exit(0);
	}
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? usage.ru_maxrss : -1;
}

static void test_read_limits__no_page_takes_more_than_its_share_of_memory(void **state)
{
	int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		long kb = peak_kb(&shapes[i]);

		if (kb < 0 || kb > RSS_KB_MAX) {
			print_error("%s: %ld MB\n", shapes[i].name, kb < 0 ? -1 : kb >> 10);
			n_bad++;
		}
	}
	assert_int_equal(n_bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_limits__no_page_takes_more_than_its_share_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
