#include "crawler/read/clean/byline_names.h"

#include "common/utf8.h"

#define DATELINE_BYTES_MAX  60
#define MEDIUM_BYTES_MAX    30 /* of one that a dateline names */
#define DATELINE_HEAD_MAX   90 /* before its bracket */
#define REPORTERS_BYTES_MAX 120

/* Where the first of several words ends in @s, 0 if none stands there. */
static size_t end_of_first(struct span s, const char *const *words, size_t n)
{
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t at = span_find(s, span_str(words[i]));

		if (at > 0 && (!first || (size_t)at + strlen(words[i]) < first))
			first = (size_t)at + strlen(words[i]);
	}
	return first;
}

#define END_OF_FIRST(s, words) end_of_first(s, words, sizeof(words) / sizeof *(words))

/* A dateline ends in 日电, 讯 or 消息 and a gap; 用电 and 资讯 stand in sentences. */
static size_t end_of_dateline(struct span head)
{
	static const char *const marks[] = {"日电", "日電", "讯", "訊", "消息"};
	static const char gaps[] = "　（—：";
	size_t end = END_OF_FIRST(utf8_cut(head, DATELINE_BYTES_MAX), marks);
	struct span rest = span_from_offset(head, end);

	if (!end || !rest.len)
		return 0;
	if (rest.data[0] == ' ' || rest.data[0] == '(')
		return end;
	for (const char *g = gaps; *g; g += 3)
		if (span_starts_with(rest, span_from(g, 3)))
			return end;
	return 0;
}

/* 江城日报讯, 新华社北京5月1日电, 央视网消息: the medium that a text begins with. */
static void read_agency(struct span head, struct arena *a, struct byline *f)
{
	static const char *const media[] = {"社", "网", "網", "日报", "日報", "晚报", "晚報",
		"早报", "早報", "商报", "商報", "都市报", "都市報", "晨报", "晨報", "新闻", "新聞",
		"南都"};
	static const char *const others[] = {"，", "。", "：", "“", "、", ",", "本报", "本網",
		"本网", "本報", "本台", "本社", "据"};
	struct span before, name;
	size_t end = f->publisher ? 0 : end_of_dateline(head);

	if (!end)
		return;
	before = span_from(head.data, end);
	if (SPAN_HOLDS_ONE_OF(before, others))
		return;
	end = span_starts_with(before, SPAN_LITERAL("南都")) ? strlen("南都")
							     : END_OF_FIRST(before, media);
	name = span_from(before.data, end);
	if (end && end <= MEDIUM_BYTES_MAX && byline_has_han(name))
		f->publisher = arena_dup(a, name);
}

static ptrdiff_t find_either(struct span s, const char *simple, const char *traditional)
{
	ptrdiff_t at = span_find(s, span_str(simple));

	return at < 0 ? span_find(s, span_str(traditional)) : at;
}

static struct span before_either(struct span s, const char *simple, const char *traditional)
{
	ptrdiff_t at = find_either(s, simple, traditional);

	return at < 0 ? s : span_from(s.data, (size_t)at);
}

/* Those behind 记者, but no photographers, and no correspondents, who send news to be written. */
static void read_reporters(struct span s, struct arena *a, struct byline *f)
{
	static const char *const others[] = {"摄", "攝", "。", "？", "！"};
	ptrdiff_t at = find_either(s, "记者", "記者");

	if (at < 0 || SPAN_HOLDS_ONE_OF(s, others))
		return;
	s = span_from_offset(s, (size_t)at + strlen("记者"));
	byline_read_names(before_either(s, "通讯员", "通訊員"), a, &f->authors, f);
}

/* 本报讯 记者张三报道：… */
static void read_bare_reporters(struct span head, struct arena *a, struct byline *f)
{
	static const char *const marks[] = {"，", "。", "：", ":", ",", "“"};
	struct span s = utf8_cut(head, REPORTERS_BYTES_MAX);
	ptrdiff_t end;

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		s = before_either(s, marks[i], marks[i]);
	end = find_either(s, "报道", "報道");
	end = end < 0 ? find_either(s, "报导", "報導") : end;
	if (end > 0 && (size_t)end + strlen("报道") == s.len && s.len < head.len)
		read_reporters(span_from(s.data, (size_t)end), a, f);
}

/* 江城日报讯（记者 张三、李四）: the medium, and the reporters behind it. */
void byline_read_dateline(struct span line, struct arena *a, struct byline *f)
{
	struct span head = utf8_cut(line, 180);
	ptrdiff_t open = find_either(head, "（", "("), close;

	read_agency(head, a, f);
	if (open < 0 || open > DATELINE_HEAD_MAX) {
		read_bare_reporters(head, a, f);
		return;
	}
	head = span_from_offset(head, (size_t)open);
	close = find_either(head, "）", ")");
	if (close > 0)
		read_reporters(span_from(head.data, (size_t)close), a, f);
}

/* What stands in the brackets that a line ends in; empty without them. */
static struct span inside_last_brackets(struct span line)
{
	size_t at = line.len;

	if (!span_ends_with(line, SPAN_LITERAL("）")) && !span_ends_with(line, SPAN_LITERAL(")")))
		return span_from(NULL, 0);
	while (at > 0 && line.len - at < REPORTERS_BYTES_MAX) {
		struct span rest = span_from_offset(line, --at);

		if (*rest.data == '(')
			return span_from_offset(rest, 1);
		if (span_starts_with(rest, SPAN_LITERAL("（")))
			return span_from_offset(rest, strlen("（"));
	}
	return span_from(NULL, 0);
}

/* …五分钟。（记者 张三） */
void byline_read_ending(struct span line, struct arena *a, struct byline *f)
{
	static const char *const offices[] = {"", "本报", "本報", "本网", "本網", "见习", "全媒体",
		"全媒"};
	struct span inside = inside_last_brackets(line);
	ptrdiff_t at = find_either(inside, "记者", "記者");

	if (at >= 0 && SPAN_IS_ONE_OF(span_from(inside.data, (size_t)at), offices))
		read_reporters(inside, a, f);
}
