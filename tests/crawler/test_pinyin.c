#include "crawler/read/clean/pinyin.h"

#include "tests/cmocka_all.h"

static void expect(const char *text, const char *clean)
{
	struct pinyin_survey survey = {0};
	STRBUF_LOCAL(out);

	pinyin_survey_add(&survey, span_str(text));
	pinyin_strip(span_str(text), span_str(text), &survey, &out);
	assert_string_equal(out.data, clean);
}

static void test_pinyin__readings_behind_their_words_go(void **state)
{
	(void)state;
	expect("记者从市政府(shìzhèngfǔ)获悉", "记者从市政府获悉");
	expect("平台（píngtái）上线", "平台上线");
	expect("绿(lǜ)色", "绿色");
}

static void test_pinyin__doubled_and_toneless_groups_go(void **state)
{
	(void)state;
	expect("新的(de)(de)机遇(jīyù)", "新的机遇");
	expect("都(dōu)(dōu)要", "都要");
	expect("我们(wǒmen)的(de)目标", "我们的目标");
}

static void test_pinyin__brackets_that_say_something_stay(void **state)
{
	static const char *const rows[] = {"机器人(AI)课程(kèchéng)", "大模型(Beta)上(shàng)线",
		"组织部(人社局)发(fā)文", "a de facto (de facto) rule", "条款(a)规定", "(yī)",
		"标准(biao)"};
	static const char *const clean[] = {"机器人(AI)课程", "大模型(Beta)上线",
		"组织部(人社局)发文", "a de facto (de facto) rule", "条款(a)规定", "(yī)",
		"标准(biao)"};

	(void)state;
	for (size_t i = 0; i + 1 < sizeof rows / sizeof *rows; i++)
		expect(rows[i], clean[i]);
}

static void test_pinyin__more_syllables_than_characters_is_no_reading(void **state)
{
	(void)state;
	expect("车(qìchēzhàn)站(zhàn)", "车(qìchēzhàn)站");
}

static void test_pinyin__bare_letters_count_only_in_numbers(void **state)
{
	(void)state;
	expect("辦(ban)公廳(ting)的(de)通(tong)知", "辦公廳的通知");
}

/* 变 and 人 side by side hold the bytes of 內: its reading was put between them. */
static void test_pinyin__a_torn_place_is_read_again(void **state)
{
	(void)state;
	expect("安全生產(chǎn)很重要,改變?nèi)祟惿a(chǎn)方式", "安全生產很重要,改變人類生產方式");
}

static void test_pinyin__a_torn_place_beyond_repair_is_marked(void **state)
{
	(void)state;
	expect("企業(yè)的樹?nèi)林", "企業的樹\uFFFD林");
}

static void test_pinyin__a_question_is_no_torn_place(void **state)
{
	(void)state;
	expect("为什么?什么时候(shíhou)?", "为什么?什么时候?");
	expect("好吗?) 是", "好吗?) 是");
}

static void test_pinyin__an_authors_own_readings_are_no_noise(void **state)
{
	static const char *const texts[] = {
		"垌(dòng)：山洞。垚(yáo)：山高的样子。鱻(xiān)：新鲜。这字(zì)难。",
		"这个字的读音是垌(dòng)，拼音和注音都在书后。另一个读音是垚(yáo)，多音字很多。",
		"会认“妈(mā)”“马(mǎ)”“骂(mà)”三个字，注意“八(bā)、拔(bá)、把(bǎ)”的声调。",
		"江城的老人说，垌(dòng)这个地名已经用了几百年，外地来的客人往往读错，后来村口立了一块牌子，把读音写在上面，从此再也没有人问路的时候闹出笑话来了，大家都说这个办法好。"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct pinyin_survey survey = {0};

		pinyin_survey_add(&survey, span_str(texts[i]));
		assert_int_equal(survey.n_toned + survey.n_glosses > 0, true);
		assert_false(pinyin_is_present(&survey));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pinyin__readings_behind_their_words_go),
		cmocka_unit_test(test_pinyin__doubled_and_toneless_groups_go),
		cmocka_unit_test(test_pinyin__brackets_that_say_something_stay),
		cmocka_unit_test(test_pinyin__an_authors_own_readings_are_no_noise),
		cmocka_unit_test(test_pinyin__more_syllables_than_characters_is_no_reading),
		cmocka_unit_test(test_pinyin__bare_letters_count_only_in_numbers),
		cmocka_unit_test(test_pinyin__a_torn_place_is_read_again),
		cmocka_unit_test(test_pinyin__a_torn_place_beyond_repair_is_marked),
		cmocka_unit_test(test_pinyin__a_question_is_no_torn_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
