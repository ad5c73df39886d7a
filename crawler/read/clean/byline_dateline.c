#include "crawler/read/clean/byline_names.h"

#include "common/utf8.h"

#define DATELINE_BYTES_MAX 60
#define MEDIUM_BYTES_MAX   30 /* of one that a dateline names */

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

/* 江城日报讯（记者 张三、李四）: the medium, and the reporters behind it. */
void byline_read_dateline(struct span line, struct arena *a, struct byline *f)
{
	struct span head = utf8_cut(line, 180);
	ptrdiff_t open = span_find(head, SPAN_LITERAL("（")), reporter, close;

	read_agency(head, a, f);
	if (open < 0)
		open = span_find(head, SPAN_LITERAL("("));
	if (open < 0 || open > 90)
		return;
	head = span_from_offset(head, (size_t)open);
	close = span_find(head, SPAN_LITERAL("）"));
	if (close < 0)
		close = span_find(head, SPAN_LITERAL(")"));
	reporter = span_find(head, SPAN_LITERAL("记者"));
	if (reporter < 0)
		reporter = span_find(head, SPAN_LITERAL("記者"));
	if (close < 0 || reporter < 0 || reporter > close)
		return;
	head = span_from(head.data + reporter + 6, (size_t)(close - reporter - 6));
	if (span_find(head, SPAN_LITERAL("摄")) < 0 && span_find(head, SPAN_LITERAL("攝")) < 0)
		byline_read_names(head, a, &f->authors, f);
}
