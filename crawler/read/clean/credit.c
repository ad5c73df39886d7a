/*
 * A line is made simple (one script, one kind of brackets, single spaces). A
 * word at its end or beginning names the work; the rest must be people or
 * media, and how sure that must be depends on the word: 摄 behind a space says
 * enough about any short name, 图 needs a reporter or an agency.
 */
#include "crawler/read/clean/credit.h"

#include "common/fold.h"
#include "common/strbuf.h"
#include "common/utf8.h"

#define CREDIT_BYTES_MAX  150 /* some 50 characters: three reporters with their paper */
#define CAPTION_BYTES_MAX 360
#define NAME_HAN_MAX      4
#define DOTTED_HAN_MAX    12
#define MAKER_HAN_MAX     16 /* of an office, a school or a firm */
#define EMPLOYER_HAN_MAX  14 /* before 记者 */

/* How sure it is that words name the maker of a picture. */
enum trust {
	TRUST_NONE,
	TRUST_SHORT, /* one word, too long for a name */
	TRUST_LIKE,  /* as long as a name */
	TRUST_NAME,  /* begins with a surname, or ends as an office does */
	TRUST_KNOWN, /* a reporter or an agency */
};

/* Words that end a credit, and the trust they need: glued on, behind a space, in brackets or
 * behind a slash. Longer ones before those that they end in. */
static const struct work {
	const char *text;
	enum trust glued, spaced, sure;
} works[] = {{"资料图片", TRUST_KNOWN, TRUST_KNOWN, TRUST_KNOWN},
	{"资料图", TRUST_KNOWN, TRUST_KNOWN, TRUST_KNOWN},
	{"供图", TRUST_SHORT, TRUST_SHORT, TRUST_SHORT},
	{"制图", TRUST_KNOWN, TRUST_NAME, TRUST_NAME}, {"图", TRUST_KNOWN, TRUST_KNOWN, TRUST_NAME},
	{"摄影", TRUST_KNOWN, TRUST_KNOWN, TRUST_NAME},
	{"拍摄", TRUST_KNOWN, TRUST_KNOWN, TRUST_NAME}, {"摄", TRUST_NAME, TRUST_LIKE, TRUST_LIKE}};

/* Words that begin one, before a separator. */
static const struct lead {
	const char *text;
	enum trust need;
} leads[] = {{"图片来源", TRUST_SHORT}, {"图片提供", TRUST_SHORT}, {"图源", TRUST_SHORT},
	{"图片", TRUST_NAME}, {"图", TRUST_NAME}, {"供图", TRUST_SHORT}, {"制图", TRUST_LIKE},
	{"摄影", TRUST_LIKE}, {"摄", TRUST_LIKE}};

static const char *const roles[] = {"记者", "通讯员", "摄影师", "实习生"};

static const char *const agencies[] = {"视觉中国", "东方IC", "图虫创意", "新华社", "新华社发",
	"新华网", "中新社", "中新网", "人民网", "央视网", "人民视觉", "本报", "本网", "本刊", "CFP",
	"IC", "受访者", "网友", "网络", "资料", "资料图片"};

/* A line that also names who wrote it is a byline. */
static const char *const other_work[] = {"文/", "/文", "文:", "文字", "撰文", "采写", "编辑",
	"责编", "校对", "监制", "作者", "来源:", "报道", "策划", "统筹", "审核"};

/* Frequent ones, but for those that begin frequent words as well. */
static const char surnames[] =
	"王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
	"姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向"
	"汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕季裴"
	"霍涂苗谷盛曲翁冉骆蓝辛靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶牟艾尤阳穆司卓吉缪芦麦褚娄窦"
	"戚岑宫卜晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬仇栾隋刁沙荣巫寇桑郎甄丛仲虞敖佘麻苑"
	"迟邝匡鞠惠荆乐郁胥栗燕楚鄢劳谌奚皮粟冼蔺楼厉伊";

/* What stands before 摄 in words that are no credits: 拍摄, 航摄, 统摄. */
static const char no_makers[] = "拍航翻统珍调偷勾";

static const char office_ends[] = "社报网台部局厅委院会司校馆站团队心处所办学刊媒";

static bool ends_with_one_of(struct span s, const char *list)
{
	const char *p = list, *end = list + strlen(list);

	while (p < end) {
		const char *start = p;

		utf8_next(&p, end);
		if (span_ends_with(s, span_from(start, (size_t)(p - start))))
			return true;
	}
	return false;
}

static bool begins_with_one_of(struct span s, const char *list)
{
	const char *p = s.data;

	if (!s.len)
		return false;
	utf8_next(&p, s.data + s.len);
	return span_find(span_str(list), span_from(s.data, (size_t)(p - s.data))) >= 0;
}

static void simplify(struct span line, struct strbuf *out)
{
	const char *p = line.data, *end = p + line.len;
	bool gap = false;

	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);

		if (utf8_is_space(c)) {
			gap = out->len > 0;
			continue;
		}
		if (gap)
			strbuf_add_char(out, ' ');
		gap = false;
		/* Folding would take the capitals that agencies are written in. */
		if (c < 0x80)
			strbuf_add_char(out, c == '[' ? '(' : c == ']' ? ')' : (char)c);
		else
			fold_text(span_from(start, (size_t)(p - start)), out);
	}
}

struct letters {
	size_t han, dots, latin, other;
};

static struct letters count_letters(struct span word)
{
	const char *p = word.data, *end = p + word.len;
	struct letters n = {0};

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (utf8_is_han(c))
			n.han++;
		else if (c == U'·')
			n.dots++;
		else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			n.latin++;
		else
			n.other++;
	}
	return n;
}

static bool is_agency(struct span word)
{
	return SPAN_IS_ONE_OF(word, agencies);
}

static enum trust trust_word(struct span word)
{
	struct letters n = count_letters(word);

	if (is_agency(word))
		return TRUST_KNOWN;
	if (n.other || n.han > MAKER_HAN_MAX || (n.han == 0 && n.latin < 2))
		return TRUST_NONE;
	if (n.han == 0)
		return TRUST_NAME;
	if (n.latin)
		return TRUST_SHORT;
	if (n.dots)
		return n.han <= DOTTED_HAN_MAX ? TRUST_NAME : TRUST_NONE;
	if (n.han >= 3 && ends_with_one_of(word, office_ends))
		return TRUST_NAME;
	if (n.han > NAME_HAN_MAX)
		return TRUST_SHORT;
	if (n.han < 2)
		return TRUST_NONE;
	return begins_with_one_of(word, surnames) ? TRUST_NAME : TRUST_LIKE;
}

/* What stands behind the last role in @word: 本报记者张三. *@has_role is set if there is one. */
static struct span without_role(struct span word, bool *has_role)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		ptrdiff_t at = span_find(word, span_str(roles[i]));
		struct letters n;

		if (at < 0)
			continue;
		n = count_letters(span_from(word.data, (size_t)at));
		if (n.other || n.han > EMPLOYER_HAN_MAX)
			continue;
		*has_role = true;
		word = span_from_offset(word, (size_t)at + strlen(roles[i]));
	}
	return word;
}

static bool is_separator(char c)
{
	return c == ' ' || c == '/' || c == ':' || c == '|';
}

static size_t separator_at(struct span s, size_t at)
{
	if (is_separator(s.data[at]) || s.data[at] == ',')
		return 1;
	return span_starts_with(span_from_offset(s, at), SPAN_LITERAL("、")) ? 3 : 0;
}

static struct span next_word(struct span *rest)
{
	size_t at = 0, skip = 0;
	struct span word;

	while (at < rest->len && !(skip = separator_at(*rest, at)))
		at++;
	word = span_from(rest->data, at);
	*rest = span_from_offset(*rest, at + skip);
	return word;
}

static bool is_single(struct span word)
{
	struct letters n = count_letters(word);

	return n.han == 1 && word.len <= 4;
}

/* A name of two characters is often set as wide as one of three: 张 三. */
static struct span join_spaced_name(struct span word, struct span *rest)
{
	struct span behind = *rest, second = next_word(&behind);

	if (!is_single(word) || !is_single(second) || word.data[word.len] != ' ')
		return word;
	*rest = behind;
	return span_from(word.data, (size_t)(second.data + second.len - word.data));
}

static enum trust trust_name(struct span word)
{
	ptrdiff_t gap = span_find(word, SPAN_LITERAL(" "));

	if (gap < 0)
		return trust_word(word);
	return begins_with_one_of(word, surnames) ? TRUST_NAME : TRUST_LIKE;
}

static bool names_other_work(struct span s)
{
	return SPAN_HOLDS_ONE_OF(s, other_work);
}

/* People and media, one after another: as sure as the least sure of them. */
static enum trust trust_makers(struct span makers)
{
	enum trust least = TRUST_KNOWN;
	bool has_role = false;
	size_t n = 0;

	if (names_other_work(makers))
		return TRUST_NONE;
	while (makers.len) {
		bool had_role = has_role;
		struct span word = without_role(next_word(&makers), &has_role);
		enum trust trust;

		/* Before a reporter stands his paper, or else what the picture shows. */
		if (has_role && !had_role && least < TRUST_NAME)
			return TRUST_NONE;
		if (!word.len)
			continue;
		trust = trust_name(join_spaced_name(word, &makers));
		if (has_role && trust >= TRUST_LIKE)
			trust = TRUST_KNOWN;
		least = trust < least ? trust : least;
		n++;
	}
	if (n == 0)
		return has_role ? TRUST_KNOWN : TRUST_NONE;
	return n > 1 && least == TRUST_SHORT ? TRUST_NONE : least;
}

static struct span trim_separators(struct span s)
{
	while (s.len && is_separator(s.data[0]))
		s = span_from_offset(s, 1);
	while (s.len && is_separator(s.data[s.len - 1]))
		s.len--;
	return s;
}

/* 张三 摄 */
static bool ends_in_work(struct span s, bool sure)
{
	for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
		const struct work *w = &works[i];
		struct span makers;
		enum trust need = w->glued;

		if (!span_ends_with(s, span_str(w->text)))
			continue;
		makers = span_from(s.data, s.len - strlen(w->text));
		if (ends_with_one_of(makers, no_makers))
			return false;
		if (span_ends_with(makers, SPAN_LITERAL(" ")))
			need = w->spaced;
		if (sure || span_ends_with(makers, SPAN_LITERAL("/")))
			need = w->sure;
		return trust_makers(trim_separators(makers)) >= need;
	}
	return false;
}

/* 图/张三, 图片由张三提供 */
static bool begins_with_work(struct span s)
{
	bool given = span_ends_with(s, SPAN_LITERAL("提供"));

	if (given)
		s.len -= strlen("提供");
	if (given && span_starts_with(s, SPAN_LITERAL("图片由")))
		return trust_makers(span_from_offset(s, strlen("图片由"))) >= TRUST_SHORT;
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		struct span rest;

		if (!span_starts_with(s, span_str(leads[i].text)))
			continue;
		rest = span_trim(span_from_offset(s, strlen(leads[i].text)));
		if (rest.len && is_separator(rest.data[0]))
			return trust_makers(trim_separators(rest)) >= leads[i].need;
	}
	return false;
}

/* （张三 摄）, 新华社发（张三 摄）: what the brackets hold. */
static struct span without_brackets(struct span s, bool *ret_sure)
{
	ptrdiff_t open = span_find(s, SPAN_LITERAL("(")), close = span_find(s, SPAN_LITERAL(")"));
	struct letters before;

	*ret_sure = false;
	if (open < 0 || close != (ptrdiff_t)s.len - 1 || open > close)
		return s;
	if (open > 0 && !span_ends_with(span_from(s.data, (size_t)open), SPAN_LITERAL("发")))
		return s;
	before = count_letters(span_from(s.data, (size_t)open));
	if (before.other || before.han > EMPLOYER_HAN_MAX)
		return s;
	*ret_sure = true;
	return span_trim(span_from(s.data + open + 1, (size_t)(close - open - 1)));
}

static bool is_credit(struct span line)
{
	struct span s;
	bool sure;
	STRBUF_LOCAL(simple);

	simplify(line, &simple);
	s = strbuf_span(&simple);
	if (span_ends_with(s, SPAN_LITERAL("。")))
		s.len -= strlen("。");
	s = without_brackets(s, &sure);
	return ends_in_work(s, sure) || begins_with_work(s);
}

/* 摄, 攝, 图 or 圖: looked for by bytes, as every line of a text is asked. */
static bool may_hold_one(struct span s)
{
	for (size_t i = 0; i + 3 <= s.len; i++) {
		const char *p = s.data + i;

		if ((unsigned char)p[0] == 0xE6 ? memcmp(p, "摄", 3) == 0 || memcmp(p, "攝", 3) == 0
						: (unsigned char)p[0] == 0xE5 &&
					(memcmp(p, "图", 3) == 0 || memcmp(p, "圖", 3) == 0))
			return true;
	}
	return false;
}

/* Whether a credit may begin at @at: behind a sentence or a space, or with a bracket. */
static bool may_begin(struct span line, size_t at)
{
	static const char *const before[] = {" ", "　", "。", "！", "？", "”", "）", ")"};
	struct span head = span_from(line.data, at), tail = span_from_offset(line, at);

	if (span_starts_with(tail, SPAN_LITERAL("(")) || span_starts_with(tail, SPAN_LITERAL("（")))
		return true;
	for (size_t i = 0; i < sizeof before / sizeof *before; i++)
		if (span_ends_with(head, span_str(before[i])))
			return true;
	return false;
}

size_t credit_find(struct span line)
{
	size_t at = line.len > CREDIT_BYTES_MAX ? line.len - CREDIT_BYTES_MAX : 0;

	if (!may_hold_one(span_from_offset(line, at)))
		return line.len;
	for (; at < line.len; at++)
		if ((at == 0 || may_begin(line, at)) && is_credit(span_from_offset(line, at)))
			return at;
	return line.len;
}

bool credit_is_caption(struct span line)
{
	static const char *const marks[] = {"图为", "圖為", "图①", "圖①", "上图", "上圖", "下图",
		"下圖", "△", "▲", "↑", "▼"};

	for (size_t i = 0; line.len <= CAPTION_BYTES_MAX && i < sizeof marks / sizeof *marks; i++)
		if (span_starts_with(line, span_str(marks[i])))
			return true;
	return false;
}
