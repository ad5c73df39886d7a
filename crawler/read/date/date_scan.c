#include "crawler/read/date/date_scan.h"

#include "common/utf8.h"

#define DIGITS_MAX 18 /* fits an int64_t */

/* Letters of the scripts that write names of months: Latin to Devanagari, but for marks. */
static bool is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= 0xC0 && c < 0x250 && c != 0xD7 && c != 0xF7) ||
		(c >= 0x370 && c < 0x530 && c != 0x37E && c != 0x387) ||
		(c >= 0x5D0 && c <= 0x5EA) || (c >= 0x620 && c <= 0x64A) ||
		(c >= 0x900 && c <= 0x963) || (c >= 0x1EA0 && c <= 0x1EF9);
}

/* Lower case; Latin and Greek letters without their accents. */
static uint32_t base_letter(uint32_t c)
{
	static const char latin[] = /* U+00C0 to U+017F */
		"aaaaaaaceeeeiiiidnoooooxouuuuytsaaaaaaaceeeeiiiidnoooooxouuuuyty"
		"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnn"
		"oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
	static const struct {
		uint32_t accented, base;
	} greek[] = {{U'ά', U'α'}, {U'έ', U'ε'}, {U'ή', U'η'}, {U'ί', U'ι'}, {U'ό', U'ο'},
		{U'ύ', U'υ'}, {U'ώ', U'ω'}, {U'ϊ', U'ι'}, {U'ΐ', U'ι'}};

	if (c < 0x80)
		return c | 0x20;
	if (c >= 0xC0 && c < 0x180)
		return (unsigned char)latin[c - 0xC0];
	if (c >= 0x370 && c < 0x400) {
		c += c >= 0x391 && c <= 0x3A9 ? 0x20 : 0;
		for (size_t i = 0; i < sizeof greek / sizeof *greek; i++)
			if (greek[i].accented == c)
				return greek[i].base;
		return c;
	}
	if (c >= 0x410 && c <= 0x42F)
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40F)
		return c + 0x50;
	return c;
}

static int digit_of(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)c - '0';
	if (c >= 0xFF10 && c <= 0xFF19)
		return (int)c - 0xFF10;
	if (c >= 0x660 && c <= 0x669) /* Arabic */
		return (int)c - 0x660;
	return -1;
}

/* 10 stands for 十. */
static int chinese_digit_of(uint32_t c)
{
	static const uint32_t digits[] = {U'〇', U'一', U'二', U'三', U'四', U'五', U'六', U'七',
		U'八', U'九', U'十'};

	if (c == U'零' || c == U'○' || c == U'Ο' || c == U'O')
		return c == U'O' || c == U'Ο' ? -1 : 0;
	for (int i = 0; i <= 10; i++)
		if (digits[i] == c)
			return i;
	return -1;
}

/* Characters that mean the same in a date. */
static uint32_t normal_char(uint32_t c)
{
	switch (c) {
	case U'時':
	case U'时':
	case U'點':
	case U'点':
	case U'시':
		return U'时';
	case U'號':
	case U'号':
	case U'日':
	case U'일':
		return U'日';
	case U'년':
		return U'年';
	case U'월':
		return U'月';
	case U'：':
	case U'︰':
	case U'∶':
		return ':';
	case U'분':
		return U'分';
	case U'초':
		return U'秒';
	case U'전':
		return U'前';
	case U'間':
		return U'间';
	case U'鐘':
	case U'钟':
		return U'钟';
	case U'剛':
		return U'刚';
	case U'／':
		return '/';
	case U'．':
		return '.';
	case U'－':
	case U'—':
	case U'–':
	case U'‐':
	case U'‑':
	case U'−':
		return '-';
	case U'＋':
		return '+';
	case U'後':
		return U'后';
	case U'週':
		return U'周';
	default:
		return c;
	}
}

static void read_number(struct date_scan *s, const char *p, const char *end, struct date_token *t)
{
	t->kind = DATE_TOKEN_NUMBER;
	while (p < end) {
		const char *next = p;
		int digit = digit_of(utf8_next(&next, end));

		if (digit < 0)
			break;
		if (t->digits < DIGITS_MAX)
			t->value = t->value * 10 + digit;
		t->digits++;
		p = next;
	}
	s->at = (size_t)(p - s->text.data);
}

/* 二〇二五 digit by digit, 二十九 by tens. */
static void read_chinese_number(struct date_scan *s, const char *p, const char *end,
	struct date_token *t)
{
	bool tens = false;
	int64_t value = 0;

	t->kind = DATE_TOKEN_NUMBER;
	t->chinese = true;
	while (p < end && t->digits < 8) {
		const char *next = p;
		int digit = chinese_digit_of(utf8_next(&next, end));

		if (digit < 0)
			break;
		if (digit == 10) {
			value = value ? value * 10 : 10;
			tens = true;
		} else
			value = tens ? value + digit : value * 10 + digit;
		t->digits++;
		p = next;
	}
	t->value = value;
	if (tens)
		t->digits = 2;
	s->at = (size_t)(p - s->text.data);
}

static void read_word(struct date_scan *s, const char *p, const char *end, struct date_token *t)
{
	size_t n = 0;

	t->kind = DATE_TOKEN_WORD;
	while (p < end) {
		const char *next = p;
		uint32_t c = utf8_next(&next, end);

		if (!is_letter(c))
			break;
		if (n + 4 <= DATE_WORD_MAX)
			n += utf8_encode(base_letter(c), t->word + n);
		p = next;
	}
	s->at = (size_t)(p - s->text.data);
}

static struct date_token read_token(struct date_scan *s)
{
	struct date_token t = {0};
	const char *end = s->text.data + s->text.len;

	while (s->at < s->text.len) {
		const char *p = s->text.data + s->at, *next = p;
		uint32_t c = utf8_next(&next, end), before = s->before;

		s->before = c;
		if (utf8_is_space(c) || utf8_is_invisible(c)) {
			t.gap = true;
			s->at = (size_t)(next - s->text.data);
			continue;
		}
		t.start = s->at;
		t.glued = is_letter(before) || digit_of(before) >= 0;
		if (digit_of(c) >= 0)
			read_number(s, p, end, &t);
		else if (chinese_digit_of(c) >= 0)
			read_chinese_number(s, p, end, &t);
		else if (is_letter(c))
			read_word(s, p, end, &t);
		else {
			t.kind = DATE_TOKEN_CHAR;
			t.c = normal_char(c);
			s->at = (size_t)(next - s->text.data);
		}
		if (t.kind == DATE_TOKEN_NUMBER || t.kind == DATE_TOKEN_WORD)
			s->before = t.kind == DATE_TOKEN_NUMBER && !t.chinese ? '0'
				: t.kind == DATE_TOKEN_WORD                   ? 'a'
									      : 0;
		break;
	}
	t.end = s->at;
	return t;
}

void date_scan_init(struct date_scan *s, struct span text)
{
	s->text = text.len ? text : SPAN_LITERAL("");
	s->at = 0;
	s->before = 0;
	s->first = 0;
	for (size_t i = 0; i < DATE_WINDOW; i++)
		s->ring[i] = read_token(s);
}

void date_scan_move(struct date_scan *s)
{
	s->ring[(s->first + DATE_WINDOW) % DATE_RING] = read_token(s);
	s->first = (s->first + 1) % DATE_RING;
}

void date_scan_skip(struct date_scan *s, size_t n)
{
	while (n-- > 1)
		date_scan_move(s);
}
