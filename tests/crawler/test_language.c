#include "crawler/read/article/language.h"

#include "tests/cmocka_all.h"

static void expect(const char *text, const char *declared, const char *language)
{
	const char *got = language_of(span_str(text), declared);

	if (!language || !got)
		assert_true(!language && !got);
	else
		assert_string_equal(got, language);
}

#define ENGLISH                                                                                     \
	"The bridge was opened by the mayor on Monday, and it will be used by cars that have been " \
	"waiting for this since the old one was closed."
#define GERMAN                                                                                         \
	"Die Brücke wurde am Montag von der Stadt eröffnet, und sie ist nicht nur für Autos, auch " \
	"mit dem Rad ist der Weg nach der Arbeit kurz."

static void test_language__is_told_by_what_is_written(void **state)
{
	(void)state;
	expect(ENGLISH, NULL, "en");
	expect(GERMAN, NULL, "de");
	expect("Le pont est ouvert par le maire, et les voitures qui sont dans la ville ont une route "
	       "pour aller au travail avec des amis.",
		NULL, "fr");
	expect("El puente se abrió ayer por la alcaldesa y los coches que están en la ciudad ya no "
	       "tienen que esperar, pero su precio es más alto.",
		NULL, "es");
	expect("Мост открыли в понедельник, и теперь путь на работу стал короче.", NULL, "ru");
	expect("Міст відкрили в понеділок, і тепер шлях до роботи став коротшим.", NULL, "uk");
	expect("다리가 월요일에 열렸고 이제 출근길이 짧아졌다.", NULL, "ko");
	expect("橋は月曜日に開通し、通勤の道のりが短くなりました。", NULL, "ja");
	expect("افتتح الجسر يوم الاثنين وأصبح الطريق أقصر", NULL, "ar");
	expect("Η γέφυρα άνοιξε τη Δευτέρα", NULL, "el");
	expect("都水道局、来週断水実施へ。工事完了後復旧予定と発表した。", NULL, "ja");
	expect("Cây cầu mới đã được mở hôm thứ Hai.", NULL, "vi");
	expect("Шинэ гүүрийг даваа гарагт нээж, өдөрт мянган хүн өнгөрч байна.", NULL, "mn");
	expect("Жаңа көпір дүйсенбіде ашылды, қала тұрғындары қуанды.", NULL, "kk");
}

static void test_language__scripts_of_one_language_name_it(void **state)
{
	(void)state;
	expect("ཟམ་པ་གསར་པ་དེ་གཟའ་ཟླ་བར་ཕྱེས་པ་རེད།", "zh-CN", "bo");
	expect("ᠰᠢᠨ᠎ᠡ ᠬᠥᠭᠦᠷᠭᠡ ᠨᠡᠭᠡᠭᠡᠭᠳᠡᠪᠡ", "zh", "mn");
	expect("يېڭى كۆۋرۈك دۈشەنبە كۈنى ئېچىلدى، شەھەر ئاھالىسى خۇشال بولدى.", "zh", "ug");
	expect("جاڭا كوپىر ٴدۇيسەنبى كۇنى اشىلدى، ٴبارى ٴۇشىن جاقسى.", "zh", "kk");
	expect("တံတားသစ်ကို တနင်္လာနေ့က ဖွင့်ခဲ့သည်။", NULL, "my");
	expect("ស្ពានថ្មីត្រូវបានបើក", NULL, "km");
	expect("ახალი ხიდი გაიხსნა", NULL, "ka");
}

static void test_language__chinese_has_a_script(void **state)
{
	(void)state;
	expect("江城大桥今天上午开通，过江只要五分钟，这是三年来的大事。", "en", "zh-Hans");
	expect("江城大橋今天上午開通，過江只要五分鐘，這是三年來的大事。", "zh-CN", "zh-Hant");
	expect("大桥夜景很美", NULL, "zh-Hans");
	expect("大橋夜景很美", NULL, "zh-Hant");
}

static void test_language__the_page_is_believed_where_it_may_be_right(void **state)
{
	(void)state;
	expect(ENGLISH, "en-GB", "en-GB");
	expect(GERMAN, "en", "de");
	expect(ENGLISH, "zh-CN", "en");
	expect(GERMAN, "lb", "lb");
	expect("12345", "fi", "fi");
	expect("", NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_language__is_told_by_what_is_written),
		cmocka_unit_test(test_language__scripts_of_one_language_name_it),
		cmocka_unit_test(test_language__chinese_has_a_script),
		cmocka_unit_test(test_language__the_page_is_believed_where_it_may_be_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
