#include "tests/web/repost.h"

#include "common/utf8.h"
#include "tests/web/mix.h"

#include <assert.h>
#include <string.h>

#define LEN(a)       (sizeof(a) / sizeof *(a))
#define ZERO_WIDTH   "\u200B"
#define ZERO_WIDTH_2 "\uFEFF"

struct reading {
	const char *word;
	const char *pinyin;
};

/* Longer words stand before those they begin with. */
static const struct reading readings[] = {{"负责人", "fùzérén"}, {"图书馆", "túshūguǎn"},
	{"博物馆", "bówùguǎn"}, {"工程师", "gōngchéngshī"}, {"志愿者", "zhìyuànzhě"},
	{"人工", "réngōng"}, {"智能", "zhìnéng"}, {"模型", "móxíng"}, {"浙江", "zhèjiāng"},
	{"介绍", "jièshào"}, {"记录", "jìlù"}, {"计划", "jìhuà"}, {"调查", "diàochá"},
	{"检查", "jiǎnchá"}, {"技术", "jìshù"}, {"居民", "jūmín"}, {"完成", "wánchéng"},
	{"公里", "gōnglǐ"}, {"万元", "wànyuán"}, {"月底", "yuèdǐ"}, {"咨询", "zīxún"},
	{"其中", "qízhōng"}, {"全部", "quánbù"}, {"共同", "gòngtóng"}, {"显示", "xiǎnshì"},
	{"更换", "gēnghuàn"}, {"启动", "qǐdòng"}, {"专家", "zhuānjiā"}, {"学校", "xuéxiào"},
	{"重新", "chóngxīn"}, {"统计", "tǒngjì"}, {"决定", "juédìng"}, {"日前", "rìqián"},
	{"同意", "tóngyì"}, {"表示", "biǎoshì"}, {"公司", "gōngsī"}, {"的", "de"}, {"县", "xiàn"},
	{"市", "shì"}, {"区", "qū"}, {"年", "nián"}, {"岁", "suì"}, {"说", "shuō"}, {"又", "yòu"},
	{"件", "jiàn"}};

/* Single characters that some tools look for, once they are traditional. */
static const struct reading marked[] = {{"業", "yè"}, {"產", "chǎn"}, {"發", "fā"},
	{"創", "chuàng"}, {"網", "wǎng"}, {"區", "qū"}, {"數", "shù"}, {"態", "tài"}, {"據", "jù"},
	{"經", "jīng"}, {"監", "jiān"}, {"規", "guī"}, {"節", "jié"}, {"統", "tǒng"},
	{"聯", "lián"}, {"調", "diào"}, {"優", "yōu"}, {"內", "nèi"}, {"協", "xié"}, {"執", "zhí"},
	{"現", "xiàn"}, {"環", "huán"}, {"續", "xù"}, {"醫", "yī"}, {"養", "yǎng"}, {"標", "biāo"},
	{"準", "zhǔn"}, {"領", "lǐng"}, {"術", "shù"}, {"縣", "xiàn"}};

const char *repost_str(enum repost kind)
{
	static const char *const names[REPOST_KINDS] = {[REPOST_PLAIN] = "none",
		[REPOST_PINYIN] = "pinyin",
		[REPOST_TONELESS] = "pinyin",
		[REPOST_DOUBLED] = "doubled",
		[REPOST_CONVERTED] = "converted",
		[REPOST_MARKED] = "converted",
		[REPOST_RETITLED] = "retitled",
		[REPOST_CUT] = "cut",
		[REPOST_ZERO_WIDTH] = "zero-width"};

	return names[kind];
}

struct span repost_keep(enum repost kind, struct span text)
{
	size_t end = text.len;

	if (kind != REPOST_CUT)
		return text;
	while (end * 3 > text.len * 2) {
		const char *split = memrchr(text.data, '\n', end);

		if (!split)
			break;
		end = (size_t)(split - text.data);
	}
	return span_from(text.data, end);
}

static char bare_letter(uint32_t c)
{
	static const uint32_t toned[] = U"āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ";
	static const char bare[] = "aaaaeeeeiiiioooouuuuvvvv";

	for (size_t i = 0; toned[i]; i++)
		if (toned[i] == c)
			return bare[i];
	return (char)c;
}

static void add_bare(const char *pinyin, struct strbuf *out)
{
	const char *end = pinyin + strlen(pinyin);

	while (pinyin < end)
		strbuf_add_char(out, bare_letter(utf8_next(&pinyin, end)));
}

static void add_group(const struct reading *r, bool toned, struct strbuf *out)
{
	strbuf_add_char(out, '(');
	if (toned)
		strbuf_add_str(out, r->pinyin);
	else
		add_bare(r->pinyin, out);
	strbuf_add_char(out, ')');
}

static const struct reading *find_reading(const struct reading *list, size_t n, struct span at)
{
	for (size_t i = 0; i < n; i++)
		if (span_starts_with(at, span_str(list[i].word)))
			return &list[i];
	return NULL;
}

/* Two words of three get their reading, 的 now and then twice. */
static void add_with_pinyin(struct span s, uint64_t key, bool toned, struct strbuf *out)
{
	while (s.len) {
		const struct reading *r = find_reading(readings, LEN(readings), s);
		const char *next = s.data;
		uint64_t chance = mix(key, s.len);

		utf8_next(&next, s.data + s.len);
		if (r)
			next = s.data + strlen(r->word);
		strbuf_add(out, s.data, (size_t)(next - s.data));
		if (r && chance % 3 != 0)
			add_group(r, toned, out);
		if (r && chance % 15 == 1)
			add_group(r, toned, out);
		s = span_from_offset(s, (size_t)(next - s.data));
	}
}

static void add_with_marks(struct span s, const struct traditional *t, struct strbuf *out)
{
	STRBUF_LOCAL(converted);

	traditional_add(t, s, &converted);
	s = strbuf_span(&converted);
	while (s.len) {
		const struct reading *r = find_reading(marked, LEN(marked), s);
		const char *next = s.data;

		utf8_next(&next, s.data + s.len);
		strbuf_add(out, s.data, (size_t)(next - s.data));
		if (r)
			add_group(r, true, out);
		s = span_from_offset(s, (size_t)(next - s.data));
	}
}

static void add_with_zeros(struct span s, uint64_t key, struct strbuf *out)
{
	while (s.len) {
		const char *next = s.data;
		uint64_t chance = mix(key, s.len) % 12;

		utf8_next(&next, s.data + s.len);
		strbuf_add(out, s.data, (size_t)(next - s.data));
		if (chance < 2)
			strbuf_add_str(out, chance ? ZERO_WIDTH : ZERO_WIDTH_2);
		s = span_from_offset(s, (size_t)(next - s.data));
	}
}

void repost_add_phrase(enum repost kind, struct span phrase, uint64_t key,
	const struct traditional *t, struct strbuf *out)
{
	switch (kind) {
	case REPOST_PINYIN:
	case REPOST_TONELESS:
		add_with_pinyin(phrase, key, kind == REPOST_PINYIN, out);
		break;
	case REPOST_CONVERTED:
		traditional_add(t, phrase, out);
		break;
	case REPOST_MARKED:
		add_with_marks(phrase, t, out);
		break;
	case REPOST_ZERO_WIDTH:
		add_with_zeros(phrase, key, out);
		break;
	default:
		strbuf_add_span(out, phrase);
	}
}

void repost_add_text(enum repost kind, struct span text, uint64_t key, const struct traditional *t,
	struct strbuf *out)
{
	size_t from = out->len;

	repost_add_phrase(kind, text, key, t, out);
	if (kind == REPOST_DOUBLED) {
		strbuf_reserve(out, out->len - from + 1);
		strbuf_add_char(out, '\n');
		strbuf_add(out, out->data + from, out->len - from - 1);
	}
}
