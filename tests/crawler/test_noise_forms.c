/*
 * What copying sites do to a text, done to invented articles: the cleaned text
 * is the author's again. Every form is tried on many articles; the number of one
 * that fails is in the message.
 */
#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"
#include "tests/web/prose.h"
#include "tests/web/traditional.h"

#define N_ARTICLES 60
#define NOW_MS     INT64_C(1748522400000) /* 2025-05-29 20:40 in China */
#define URL        "https://news.example/content/202505/28/t20250528_1.html"

struct fixture {
	struct arena *arena;
	struct traditional *traditional;
	struct read_output out;
	uint64_t random;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	fx->traditional = traditional_new();
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	traditional_free(fx->traditional);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static size_t chance(struct fixture *fx, size_t n)
{
	fx->random = fx->random * 6364136223846793005ull + 1442695040888963407ull;
	return (size_t)(fx->random >> 33) % n;
}

/* A page around a body of lines split by \n; @behind is what stands below them. */
static void add_page(struct span title, struct span body, const char *behind, struct strbuf *out)
{
	strbuf_add_str(out, "<html><head><title>");
	strbuf_add_span(out, title);
	strbuf_add_str(out, "_江城新闻网</title></head><body><h1>");
	strbuf_add_span(out, title);
	strbuf_add_str(out,
		"</h1><div class=info>2025-05-28 10:20 来源：江城日报</div><div class=text>");
	while (body.len) {
		const char *end = memchr(body.data, '\n', body.len);
		size_t n = end ? (size_t)(end - body.data) : body.len;

		strbuf_add_str(out, "<p>");
		strbuf_add(out, body.data, n);
		strbuf_add_str(out, "</p>");
		body = span_from_offset(body, n + (end != NULL));
	}
	strbuf_add_str(out, behind);
	strbuf_add_str(out, "</div></body></html>");
}

static const struct record *read_bytes(struct fixture *fx, struct span bytes, const char *type)
{
	const struct read_input in = {.bytes = bytes,
		.url = URL,
		.content_type = type,
		.fetched_at_ms = NOW_MS,
		.http_status = 200,
		.url_rules = &url_rules_default};

	read_document(WORK_PAGE, &in, fx->arena, &fx->out);
	return fx->out.as == READ_RECORD ? &fx->out.record : NULL;
}

/* How a form spoils a body. */
typedef void spoil_fn(struct fixture *fx, struct span text, struct strbuf *out);

static void keep(struct fixture *fx, struct span text, struct strbuf *out)
{
	(void)fx;
	strbuf_add_span(out, text);
}

static void check(struct fixture *fx, spoil_fn *spoil, const char *behind, const char *name)
{
	for (uint64_t serial = 1; serial <= N_ARTICLES; serial++) {
		struct prose prose = prose_of(11, serial);
		const struct record *r;
		struct hash wanted;
		STRBUF_LOCAL(title);
		STRBUF_LOCAL(text);
		STRBUF_LOCAL(spoilt);
		STRBUF_LOCAL(page);

		fx->random = serial;
		prose_add_title(&prose, &title);
		prose_add_text(&prose, &text);
		spoil(fx, strbuf_span(&text), &spoilt);
		add_page(strbuf_span(&title), strbuf_span(&spoilt), behind, &page);
		r = read_bytes(fx, strbuf_span(&page), "text/html; charset=utf-8");
		wanted = fold_hash(strbuf_span(&text));
		if (!r || !hash_eq(&r->text_hash, &wanted))
			fail_msg("%s, article %d:\n%.*s\nbecame\n%s", name, (int)serial,
				(int)text.len, text.data, r ? r->text : "nothing");
	}
}

static void test_noise_forms__a_plain_page_is_its_text(void **state)
{
	check(*state, keep, "", "plain");
}

static const char *const syllables[] = {"hú", "běi", "rì", "bào", "zhì", "néng", "gōng", "chǎn",
	"yè", "xué", "huì", "lǜ", "zhōng", "guó", "shuāng", "ér", "ān", "qǔ"};
static const char *const bare_syllables[] = {"hu", "bei", "ri", "bao", "zhi", "neng", "gong",
	"chan", "ye", "xue", "hui", "zhong", "guo", "shuang", "an", "qu"};

/* Behind words of one to four characters, now and then twice; behind 的 without a tone. */
static void annotate(struct fixture *fx, struct span text, struct strbuf *out, bool toned,
	bool full)
{
	const char *p = text.data, *end = p + text.len;
	size_t run = 0;

	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);

		strbuf_add(out, start, (size_t)(p - start));
		run = utf8_is_han(c) ? run + 1 : 0;
		if (!run || chance(fx, 5))
			continue;
		for (size_t twice = 0; twice <= (chance(fx, 9) == 0); twice++) {
			size_t n = 1 + chance(fx, run > 4 ? 4 : run);

			strbuf_add_str(out, full ? "（" : "(");
			if (c == U'的')
				strbuf_add_str(out, "de");
			for (; c != U'的' && n > 0; n--)
				strbuf_add_str(out,
					toned ? syllables[chance(fx,
							sizeof syllables / sizeof *syllables)]
					      : bare_syllables[chance(fx,
							sizeof bare_syllables /
								sizeof *bare_syllables)]);
			strbuf_add_str(out, full ? "）" : ")");
		}
	}
}

static void add_readings(struct fixture *fx, struct span text, struct strbuf *out)
{
	annotate(fx, text, out, true, false);
}

static void add_wide_readings(struct fixture *fx, struct span text, struct strbuf *out)
{
	annotate(fx, text, out, true, true);
}

static void add_bare_readings(struct fixture *fx, struct span text, struct strbuf *out)
{
	annotate(fx, text, out, false, false);
}

static void test_noise_forms__readings_in_brackets(void **state)
{
	check(*state, add_readings, "", "readings");
	check(*state, add_wide_readings, "", "readings in wide brackets");
	check(*state, add_bare_readings, "", "readings without tones");
}

static void twice(struct fixture *fx, struct span text, struct strbuf *out)
{
	(void)fx;
	strbuf_add_span(out, text);
	strbuf_add_char(out, '\n');
	strbuf_add_span(out, text);
}

/* The first lines again, behind all of them. */
static void partly_twice(struct fixture *fx, struct span text, struct strbuf *out)
{
	const char *p = text.data;

	strbuf_add_span(out, text);
	for (size_t n = 1 + chance(fx, 3); n > 0 && p; n--) {
		p = memchr(p, '\n', (size_t)(text.data + text.len - p));
		p = p ? p + 1 : NULL;
	}
	strbuf_add_char(out, '\n');
	strbuf_add(out, text.data, p ? (size_t)(p - text.data) : text.len);
}

static void every_line_twice(struct fixture *fx, struct span text, struct strbuf *out)
{
	(void)fx;
	while (text.len) {
		const char *end = memchr(text.data, '\n', text.len);
		size_t n = end ? (size_t)(end - text.data) : text.len;

		strbuf_add(out, text.data, n);
		strbuf_add_char(out, '\n');
		strbuf_add(out, text.data, n);
		if (end)
			strbuf_add_char(out, '\n');
		text = span_from_offset(text, n + (end != NULL));
	}
}

static void test_noise_forms__doubled_texts(void **state)
{
	check(*state, twice, "", "doubled");
	check(*state, partly_twice, "", "doubled in part");
	check(*state, every_line_twice, "", "every line doubled");
}

#define LISTED(n)                                                                                  \
	"<p><a href=/a" n ">某地小吃街第" n "家店开张引围观</a></p><p>路边社小王</p>"  \
	"<p>2025-05-2" n " 15:49:45</p>"

static void test_noise_forms__lists_below_the_text(void **state)
{
	check(*state, keep,
		"<p>热点推荐</p>" LISTED("1") LISTED("2") LISTED("3") LISTED("4") LISTED("5")
			LISTED("6"),
		"a list");
	check(*state, keep,
		"<p>相关阅读：</p><ul><li><a href=1>某地小吃街开张</a></li><li><a href=2>"
		"某地地铁停运</a></li></ul><p>2025-05-24</p>",
		"a list of links");
}

static void glue_credits(struct fixture *fx, struct span text, struct strbuf *out)
{
	const char *p = text.data, *end = p + text.len;

	strbuf_add_str(out, "本报记者 王晓想 摄\n");
	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);

		strbuf_add(out, start, (size_t)(p - start));
		if (c == U'。' && p < end && *p != '\n' && chance(fx, 3) == 0)
			strbuf_add_str(out, "视觉中国 资料图");
		if (c == U'。' && p < end && *p == '\n' && chance(fx, 4) == 0)
			strbuf_add_str(out, "\n（王晓想 摄）");
	}
	strbuf_add_str(out,
		"\n来源 | 江城日报\n责任编辑：李小梅　审核：赵云\n"
		"(本文来自江城新闻，更多原创资讯请下载“江城新闻”APP)");
}

static void test_noise_forms__credits_between_and_below(void **state)
{
	check(*state, glue_credits, "", "credits");
}

/* Marks of one width for those of another. */
static void change_marks(struct fixture *fx, struct span text, struct strbuf *out)
{
	static const struct {
		uint32_t wide;
		const char *narrow;
	} marks[] = {{U'，', ","}, {U'：', ":"}, {U'；', ";"}, {U'！', "!"}, {U'？', "?"},
		{U'（', "("}, {U'）', ")"}, {U'“', "\""}, {U'”', "\""}};
	const char *p = text.data, *end = p + text.len;

	(void)fx;
	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);
		size_t i = 0, n = sizeof marks / sizeof *marks;

		while (i < n && marks[i].wide != c)
			i++;
		if (i < n)
			strbuf_add_str(out, marks[i].narrow);
		else
			strbuf_add(out, start, (size_t)(p - start));
	}
}

static void add_remains(struct fixture *fx, struct span text, struct strbuf *out)
{
	static const char *const remains[] = {"&amp;nbsp;", "\u200B", "&lt;/p&gt;", "\uE63A",
		"&lt;br/&gt;", "\uFEFF"};
	const char *p = text.data, *end = p + text.len;

	while (p < end) {
		const char *start = p;

		utf8_next(&p, end);
		strbuf_add(out, start, (size_t)(p - start));
		if (chance(fx, 12) == 0)
			strbuf_add_str(out, remains[chance(fx, sizeof remains / sizeof *remains)]);
	}
}

static void test_noise_forms__marks_and_what_cannot_be_seen(void **state)
{
	check(*state, change_marks, "", "narrow marks");
	check(*state, add_remains, "", "remains of markup");
}

static void convert(struct fixture *fx, struct span text, struct strbuf *out)
{
	traditional_add(fx->traditional, text, out);
}

static void test_noise_forms__the_other_script_says_the_same(void **state)
{
	check(*state, convert, "", "traditional");
}

static void encode_gbk(struct span utf8, struct strbuf *out)
{
	const char *p = utf8.data, *end = p + utf8.len;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);
		unsigned char bytes[2];

		if (c < 0x80)
			strbuf_add_char(out, (char)c);
		else if (charset_gbk_encode(c, bytes))
			strbuf_add(out, bytes, 2);
		else
			strbuf_add_char(out, '?');
	}
}

static void test_noise_forms__a_wrong_label_changes_nothing(void **state)
{
	static const struct {
		bool gbk;
		const char *type;
	} rows[] = {{false, "text/html; charset=gb2312"}, {true, "text/html; charset=utf-8"},
		{true, "text/html; charset=iso-8859-1"}, {true, "text/html; charset=gb2312"},
		{true, NULL}, {false, NULL}};
	struct fixture *fx = *state;

	for (uint64_t serial = 1; serial <= N_ARTICLES; serial++) {
		struct prose prose = prose_of(12, serial);
		struct hash wanted;
		STRBUF_LOCAL(title);
		STRBUF_LOCAL(text);
		STRBUF_LOCAL(page);
		STRBUF_LOCAL(gbk);

		prose_add_title(&prose, &title);
		prose_add_text(&prose, &text);
		add_page(strbuf_span(&title), strbuf_span(&text), "", &page);
		encode_gbk(strbuf_span(&page), &gbk);
		wanted = fold_hash(strbuf_span(&text));
		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
			const struct record *r = read_bytes(fx,
				strbuf_span(rows[i].gbk ? &gbk : &page), rows[i].type);

			if (!r || !hash_eq(&r->text_hash, &wanted))
				fail_msg("article %d, row %zu", (int)serial, i);
		}
	}
}

/* What the tools look for in GBK bytes, wherever characters begin. */
static const struct {
	const char *han, *reading;
} listed[] = {{"區", "qū"}, {"產", "chǎn"}, {"業", "yè"}, {"發", "fā"}, {"創", "chuàng"},
	{"網", "wǎng"}, {"數", "shù"}, {"戰", "zhàn"}, {"態", "tài"}, {"據", "jù"}, {"經", "jīng"},
	{"監", "jiān"}, {"規", "guī"}, {"節", "jié"}, {"統", "tǒng"}, {"聯", "lián"},
	{"調", "diào"}, {"優", "yōu"}, {"內", "nèi"}, {"協", "xié"}, {"執", "zhí"}, {"現", "xiàn"},
	{"環", "huán"}, {"續", "xù"}, {"醫", "yī"}, {"養", "yǎng"}};

static void tear(struct span gbk, struct strbuf *out)
{
	for (size_t at = 0; at < gbk.len; at++) {
		strbuf_add_char(out, gbk.data[at]);
		for (size_t i = 0; at > 0 && i < sizeof listed / sizeof *listed; i++) {
			STRBUF_LOCAL(bytes);
			STRBUF_LOCAL(group);

			encode_gbk(span_str(listed[i].han), &bytes);
			if (memcmp(gbk.data + at - 1, bytes.data, 2) != 0)
				continue;
			strbuf_add_char(&group, '(');
			strbuf_add_str(&group, listed[i].reading);
			strbuf_add_char(&group, ')');
			encode_gbk(strbuf_span(&group), out);
			break;
		}
	}
}

/* Characters of @wanted that stand in @found in the same order, by runs that agree. */
static size_t count_kept(struct span wanted, struct span found)
{
	const char *w = wanted.data, *w_end = w + wanted.len, *f = found.data,
		   *f_end = f + found.len;
	size_t kept = 0;

	while (w < w_end && f < f_end) {
		const char *next = w;
		struct span run;
		ptrdiff_t at;

		utf8_next(&next, w_end);
		if (next - w <= f_end - f && memcmp(w, f, (size_t)(next - w)) == 0) {
			f += next - w;
			w = next;
			kept++;
			continue;
		}
		/* Go on where the next four characters stand again. */
		w = next;
		for (int i = 0; i < 3 && next < w_end; i++)
			utf8_next(&next, w_end);
		run = span_from(w, (size_t)(next - w));
		at = span_find(span_from(f, (size_t)(f_end - f)), run);
		if (run.len && at >= 0 && at < 120)
			f += at;
	}
	return kept;
}

static void test_noise_forms__torn_characters_are_nearly_all_read_again(void **state)
{
	struct fixture *fx = *state;
	size_t n = 0, kept = 0;

	for (uint64_t serial = 1; serial <= N_ARTICLES; serial++) {
		struct prose prose = prose_of(13, serial);
		const struct record *r;
		STRBUF_LOCAL(title);
		STRBUF_LOCAL(text);
		STRBUF_LOCAL(converted);
		STRBUF_LOCAL(gbk);
		STRBUF_LOCAL(torn);
		STRBUF_LOCAL(page);
		STRBUF_LOCAL(wanted);
		STRBUF_LOCAL(found);

		prose_add_title(&prose, &title);
		prose_add_text(&prose, &text);
		convert(fx, strbuf_span(&text), &converted);
		add_page(strbuf_span(&title), strbuf_span(&converted), "", &page);
		encode_gbk(strbuf_span(&page), &gbk);
		tear(strbuf_span(&gbk), &torn);
		r = read_bytes(fx, strbuf_span(&torn), "text/html; charset=gbk");
		assert_non_null(r);
		fold_text(strbuf_span(&text), &wanted);
		fold_text(span_str(r->text), &found);
		n += utf8_count(strbuf_span(&wanted));
		kept += count_kept(strbuf_span(&wanted), strbuf_span(&found));
	}
	print_message("%zu of %zu characters\n", kept, n);
	assert_true(kept * 100 >= n * 99);
}

/* A dictionary's readings are its text. */
static void test_noise_forms__a_dictionary_keeps_its_readings(void **state)
{
	struct fixture *fx = *state;
	const struct record *r;
	STRBUF_LOCAL(page);

	add_page(SPAN_LITERAL("怎么读这几个容易读错的地名"),
		SPAN_LITERAL(
			"很多地名里的字和平常的读法不一样，外地来的客人常常读错，这里说几个例子。\n"
			"江城的“垌”字，正确的读音是(dòng)，不是同学的同，当地人都知道这个字。\n"
			"（de）和（di）两个音的用法也请大家注意，读的时候要看它在句子里的位置。\n"
			"人工智能（AI）和大模型(LLM)这样的词，括号里的外文是原来的写法。"),
		"", &page);
	r = read_bytes(fx, strbuf_span(&page), "text/html; charset=utf-8");
	assert_non_null(r);
	assert_non_null(strstr(r->text, "（AI）"));
	assert_non_null(strstr(r->text, "(LLM)"));
	assert_non_null(strstr(r->text, "(dòng)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_noise_forms__a_plain_page_is_its_text, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__readings_in_brackets, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__doubled_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__lists_below_the_text, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__credits_between_and_below, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__marks_and_what_cannot_be_seen,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__the_other_script_says_the_same,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__a_wrong_label_changes_nothing,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_noise_forms__torn_characters_are_nearly_all_read_again, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_noise_forms__a_dictionary_keeps_its_readings,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
