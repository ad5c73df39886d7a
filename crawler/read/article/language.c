/*
 * One pass over the beginning of the text counts scripts; a script of one
 * language names it, Cyrillic and Arabic letters that few languages have tell
 * those apart, and small words tell the languages of the Latin script apart.
 */
#include "crawler/read/article/language.h"

#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/article/language_words.h"

#define SAMPLE_BYTES   4000
#define WORDS_BYTES    2400 /* of the sample are read word by word */
#define WORD_MAX       12   /* bytes; small words are shorter */
#define HITS_MIN       5    /* small words that make a language sure */
#define SCRIPT_SIGNS   3    /* characters of one script alone that decide between the two */
#define SIGNS_ENOUGH   20   /* more of one Chinese script than of the other */
#define SHORT_CHARS    60
#define KANA_MIN       3 /* の alone stands on Chinese signs, too */
#define VIETNAMESE_MIN 5

enum script {
	SCRIPT_LATIN,
	SCRIPT_HAN,
	SCRIPT_KANA,
	SCRIPT_HANGUL,
	SCRIPT_CYRILLIC,
	SCRIPT_GREEK,
	SCRIPT_ARABIC,
	SCRIPT_HEBREW,
	SCRIPT_THAI,
	SCRIPT_DEVANAGARI,
	SCRIPT_BENGALI,
	SCRIPT_GURMUKHI,
	SCRIPT_GUJARATI,
	SCRIPT_TAMIL,
	SCRIPT_TELUGU,
	SCRIPT_KANNADA,
	SCRIPT_MALAYALAM,
	SCRIPT_SINHALA,
	SCRIPT_LAO,
	SCRIPT_TIBETAN,
	SCRIPT_BURMESE,
	SCRIPT_GEORGIAN,
	SCRIPT_ARMENIAN,
	SCRIPT_ETHIOPIC,
	SCRIPT_KHMER,
	SCRIPT_MONGOLIAN,
	SCRIPT_COUNT,
	SCRIPT_NONE = SCRIPT_COUNT,
};

/* The language of a script that has one, or one before all others. */
static const char *const script_languages[SCRIPT_COUNT] = {[SCRIPT_HANGUL] = "ko",
	[SCRIPT_CYRILLIC] = "ru",
	[SCRIPT_GREEK] = "el",
	[SCRIPT_ARABIC] = "ar",
	[SCRIPT_HEBREW] = "he",
	[SCRIPT_THAI] = "th",
	[SCRIPT_DEVANAGARI] = "hi",
	[SCRIPT_BENGALI] = "bn",
	[SCRIPT_GURMUKHI] = "pa",
	[SCRIPT_GUJARATI] = "gu",
	[SCRIPT_TAMIL] = "ta",
	[SCRIPT_TELUGU] = "te",
	[SCRIPT_KANNADA] = "kn",
	[SCRIPT_MALAYALAM] = "ml",
	[SCRIPT_SINHALA] = "si",
	[SCRIPT_LAO] = "lo",
	[SCRIPT_TIBETAN] = "bo",
	[SCRIPT_BURMESE] = "my",
	[SCRIPT_GEORGIAN] = "ka",
	[SCRIPT_ARMENIAN] = "hy",
	[SCRIPT_ETHIOPIC] = "am",
	[SCRIPT_KHMER] = "km",
	[SCRIPT_MONGOLIAN] = "mn"};

/* Of the smaller scripts, by their blocks. */
static const struct {
	uint32_t first, last;
	enum script script;
} blocks[] = {{0x370, 0x3FF, SCRIPT_GREEK}, {0x400, 0x52F, SCRIPT_CYRILLIC},
	{0x530, 0x58F, SCRIPT_ARMENIAN}, {0x5D0, 0x5EA, SCRIPT_HEBREW},
	{0x620, 0x6FF, SCRIPT_ARABIC}, {0x900, 0x97F, SCRIPT_DEVANAGARI},
	{0x980, 0x9FF, SCRIPT_BENGALI}, {0xA00, 0xA7F, SCRIPT_GURMUKHI},
	{0xA80, 0xAFF, SCRIPT_GUJARATI}, {0xB80, 0xBFF, SCRIPT_TAMIL},
	{0xC00, 0xC7F, SCRIPT_TELUGU}, {0xC80, 0xCFF, SCRIPT_KANNADA},
	{0xD00, 0xD7F, SCRIPT_MALAYALAM}, {0xD80, 0xDFF, SCRIPT_SINHALA},
	{0xE01, 0xE4E, SCRIPT_THAI}, {0xE80, 0xEFF, SCRIPT_LAO}, {0xF00, 0xFFF, SCRIPT_TIBETAN},
	{0x1000, 0x109F, SCRIPT_BURMESE}, {0x10A0, 0x10FF, SCRIPT_GEORGIAN},
	{0x1200, 0x137F, SCRIPT_ETHIOPIC}, {0x1780, 0x17FF, SCRIPT_KHMER},
	{0x1800, 0x18AF, SCRIPT_MONGOLIAN}, {0x1E00, 0x1EFF, SCRIPT_LATIN}};

/* Letters that one language of a script has and its first does not; the last that fits counts. */
static const struct {
	const char *letters;
	enum script script;
	const char *language;
} signs[] = {{"іїєґ", SCRIPT_CYRILLIC, "uk"}, {"ў", SCRIPT_CYRILLIC, "be"},
	{"ћђџјљњ", SCRIPT_CYRILLIC, "sr"}, {"өү", SCRIPT_CYRILLIC, "mn"},
	{"ң", SCRIPT_CYRILLIC, "ky"}, {"җһ", SCRIPT_CYRILLIC, "tt"}, {"ғқұ", SCRIPT_CYRILLIC, "kk"},
	{"پچژگی", SCRIPT_ARABIC, "fa"}, {"ٹڈڑے", SCRIPT_ARABIC, "ur"},
	{"ێڵڕ", SCRIPT_ARABIC, "ckb"}, {"ۇۈېڭ", SCRIPT_ARABIC, "ug"}, {"ٴ", SCRIPT_ARABIC, "kk"}};

static enum script script_of(uint32_t c)
{
	if (c < 0x250)
		return (c | 0x20) >= 'a' && ((c | 0x20) <= 'z' || c >= 0xC0) ? SCRIPT_LATIN
									     : SCRIPT_NONE;
	if (utf8_is_han(c))
		return SCRIPT_HAN;
	if (c >= 0x3041 && c <= 0x30FF && c != U'・')
		return SCRIPT_KANA;
	if (c >= 0xAC00 && c <= 0xD7A3)
		return SCRIPT_HANGUL;
	for (size_t i = 0; c < 0x1F00 && i < sizeof blocks / sizeof *blocks; i++)
		if (c <= blocks[i].last)
			return c >= blocks[i].first ? blocks[i].script : SCRIPT_NONE;
	return SCRIPT_NONE;
}

static void count_scripts(struct span sample, size_t counts[SCRIPT_COUNT + 1])
{
	const char *p = sample.data, *end = p + sample.len;

	while (p < end)
		counts[script_of(utf8_next(&p, end))]++;
}

static size_t count_letters(struct span sample, const char *letters)
{
	const char *p = letters, *end = p + strlen(letters);
	size_t n = 0;

	while (p < end) {
		const char *start = p, *at = sample.data;
		size_t len;

		utf8_next(&p, end);
		len = (size_t)(p - start);
		while ((at = memmem(at, (size_t)(sample.data + sample.len - at), start, len)) !=
			NULL) {
			at += len;
			n++;
		}
	}
	return n;
}

/* Characters that stand in every Chinese text in one script or the other. Sorted. */
static const struct {
	uint32_t c;
	bool traditional;
} signs_of_script[] = {
	{U'万', false},
	{U'与', false},
	{U'业', false},
	{U'东', false},
	{U'个', false},
	{U'为', false},
	{U'书', false},
	{U'产', false},
	{U'亿', false},
	{U'从', false},
	{U'们', false},
	{U'众', false},
	{U'会', false},
	{U'体', false},
	{U'來', true},
	{U'個', true},
	{U'們', true},
	{U'億', true},
	{U'关', false},
	{U'军', false},
	{U'农', false},
	{U'则', false},
	{U'則', true},
	{U'动', false},
	{U'動', true},
	{U'区', false},
	{U'區', true},
	{U'华', false},
	{U'发', false},
	{U'员', false},
	{U'員', true},
	{U'問', true},
	{U'国', false},
	{U'國', true},
	{U'報', true},
	{U'学', false},
	{U'學', true},
	{U'实', false},
	{U'實', true},
	{U'对', false},
	{U'导', false},
	{U'将', false},
	{U'將', true},
	{U'對', true},
	{U'導', true},
	{U'应', false},
	{U'开', false},
	{U'当', false},
	{U'從', true},
	{U'應', true},
	{U'报', false},
	{U'据', false},
	{U'據', true},
	{U'无', false},
	{U'时', false},
	{U'時', true},
	{U'書', true},
	{U'會', true},
	{U'术', false},
	{U'来', false},
	{U'東', true},
	{U'業', true},
	{U'点', false},
	{U'為', true},
	{U'無', true},
	{U'现', false},
	{U'現', true},
	{U'產', true},
	{U'电', false},
	{U'當', true},
	{U'發', true},
	{U'眾', true},
	{U'級', true},
	{U'經', true},
	{U'網', true},
	{U'级', false},
	{U'经', false},
	{U'网', false},
	{U'與', true},
	{U'華', true},
	{U'萬', true},
	{U'術', true},
	{U'見', true},
	{U'见', false},
	{U'設', true},
	{U'話', true},
	{U'說', true},
	{U'議', true},
	{U'议', false},
	{U'设', false},
	{U'话', false},
	{U'说', false},
	{U'資', true},
	{U'资', false},
	{U'車', true},
	{U'軍', true},
	{U'车', false},
	{U'農', true},
	{U'过', false},
	{U'还', false},
	{U'这', false},
	{U'进', false},
	{U'這', true},
	{U'進', true},
	{U'過', true},
	{U'還', true},
	{U'長', true},
	{U'长', false},
	{U'門', true},
	{U'開', true},
	{U'間', true},
	{U'關', true},
	{U'门', false},
	{U'问', false},
	{U'间', false},
	{U'际', false},
	{U'際', true},
	{U'電', true},
	{U'題', true},
	{U'题', false},
	{U'體', true},
	{U'點', true},
};

/* 1 for a traditional character, -1 for a simple one, 0 for one that may be either. */
static int sign_of(uint32_t c)
{
	size_t low = 0, high = sizeof signs_of_script / sizeof *signs_of_script;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (signs_of_script[mid].c == c)
			return signs_of_script[mid].traditional ? 1 : -1;
		if (signs_of_script[mid].c < c)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

static bool is_traditional(struct span sample)
{
	const char *p = sample.data, *end = p + sample.len;
	int sum = 0;
	size_t n = 0, changed = 0;

	while (p < end && sum < SIGNS_ENOUGH && sum > -SIGNS_ENOUGH)
		sum += sign_of(utf8_next(&p, end));
	if (sum)
		return sum > 0;
	/* Too short for them: whether folding, which makes simple, changes anything. */
	for (p = sample.data; p < end && n < SHORT_CHARS;) {
		const char *start = p;
		STRBUF_LOCAL(folded);

		if (!utf8_is_han(utf8_next(&p, end)))
			continue;
		n++;
		fold_text(span_from(start, (size_t)(p - start)), &folded);
		changed += !span_eq(strbuf_span(&folded), span_from(start, (size_t)(p - start)));
	}
	return changed * 12 > n;
}

/* Bytes between words; an apostrophe parts l' from what follows. */
static bool is_between(char c)
{
	static const bool between[256] = {[' '] = true,
		['\n'] = true,
		['\t'] = true,
		['.'] = true,
		[','] = true,
		[';'] = true,
		[':'] = true,
		['!'] = true,
		['?'] = true,
		['('] = true,
		[')'] = true,
		['"'] = true,
		['\''] = true};

	return between[(unsigned char)c];
}

/* The next word with ASCII letters in lower case; *@ret_len is 0 for one too long to be small. */
static size_t next_word(struct span s, size_t at, char *word, size_t *ret_len)
{
	size_t n = 0;

	while (at < s.len && is_between(s.data[at]))
		at++;
	for (; at < s.len && !is_between(s.data[at]); at++, n++)
		if (n < WORD_MAX)
			word[n] = (char)(s.data[at] >= 'A' && s.data[at] <= 'Z' ? s.data[at] + 32
										: s.data[at]);
	*ret_len = n <= WORD_MAX ? n : 0;
	return at;
}

/* How many small words of each language stand in the sample. */
static void count_words(struct span sample, size_t hits[LANGUAGE_WORDS_N])
{
	size_t at = 0;

	sample = utf8_cut(sample, WORDS_BYTES);
	while (at < sample.len) {
		char word[WORD_MAX];
		size_t len;
		uint32_t languages;

		at = next_word(sample, at, word, &len);
		languages = len ? language_words_of(span_from(word, len)) : 0;
		for (size_t i = 0; languages; i++, languages >>= 1)
			hits[i] += languages & 1;
	}
}

/* Whether two tags name one language: en, en-US, en_GB. */
static bool is_language(const char *tag, const char *code)
{
	size_t n = strlen(code);

	return tag && strncasecmp(tag, code, n) == 0 &&
		(tag[n] == '\0' || tag[n] == '-' || tag[n] == '_');
}

/* Norwegians write both of their languages under three codes. */
static bool is_declared(const char *declared, const char *code)
{
	return is_language(declared, code) ||
		(strcmp(code, "no") == 0 &&
			(is_language(declared, "nb") || is_language(declared, "nn"))) ||
		(strcmp(code, "id") == 0 && is_language(declared, "ms")) ||
		(strcmp(code, "cs") == 0 && is_language(declared, "sk"));
}

/* Ạ to ỹ, of which other languages have few. */
static bool is_vietnamese(struct span sample)
{
	const char *p = sample.data, *end = p + sample.len;
	size_t n = 0;

	while (p < end && n < VIETNAMESE_MIN) {
		uint32_t c = utf8_next(&p, end);

		n += c >= 0x1EA0 && c <= 0x1EF9;
	}
	return n == VIETNAMESE_MIN;
}

static const char *of_latin(struct span sample, const char *declared)
{
	size_t hits[LANGUAGE_WORDS_N] = {0}, best = 0, of_declared = 0;
	bool known = false;

	count_words(sample, hits);
	for (size_t i = 0; i < LANGUAGE_WORDS_N; i++) {
		best = hits[i] > hits[best] ? i : best;
		if (is_declared(declared, language_words_codes[i])) {
			known = true;
			of_declared = hits[i];
		}
	}
	if (hits[best] < HITS_MIN)
		return is_vietnamese(sample) ? "vi" : declared;
	/* A language that we do not know is believed, and so is one that reads about as well. */
	if (declared && *declared && !is_language(declared, "zh") &&
		(!known || of_declared * 3 > hits[best] * 2))
		return declared;
	return language_words_codes[best];
}

static const char *of_script(struct span sample, enum script script, const char *declared)
{
	const char *language = script_languages[script];

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (signs[i].script == script &&
			count_letters(sample, signs[i].letters) >= SCRIPT_SIGNS)
			language = signs[i].language;
	/* Other languages share the script; those that are written in another one are wrong. */
	if (declared && *declared &&
		(script == SCRIPT_CYRILLIC || script == SCRIPT_ARABIC ||
			script == SCRIPT_DEVANAGARI) &&
		!is_language(declared, "en") && !is_language(declared, "zh"))
		return declared;
	return language;
}

const char *language_of(struct span text, const char *declared)
{
	struct span sample = utf8_cut(text, SAMPLE_BYTES);
	size_t counts[SCRIPT_COUNT + 1] = {0}, best = 0;

	count_scripts(sample, counts);
	if (counts[SCRIPT_KANA] >= KANA_MIN && counts[SCRIPT_KANA] * 10 > counts[SCRIPT_HAN])
		return "ja";
	/* A word of Latin letters weighs as a character does. */
	if (counts[SCRIPT_HAN] > 5 && counts[SCRIPT_HAN] * 4 > counts[SCRIPT_LATIN] &&
		counts[SCRIPT_HAN] > counts[SCRIPT_HANGUL])
		return is_traditional(sample) ? "zh-Hant" : "zh-Hans";
	for (size_t i = 0; i < SCRIPT_COUNT; i++)
		best = counts[i] > counts[best] ? i : best;
	if (best == SCRIPT_LATIN || !script_languages[best])
		return of_latin(sample, declared);
	return of_script(sample, (enum script)best, declared);
}
