#include "crawler/read/article/publisher.h"

#include "common/span.h"
#include "common/utf8.h"

/* What the papers call themselves in short. */
static const struct {
	const char *nick, *name;
} nicks[] = {{"南都", "南方都市报"}, {"南都讯", "南方都市报"}};

/*
 * Ways in which a medium appears that are no part of its name. A client program
 * (央视新闻客户端) is a medium of its own.
 */
static const char *const suffixes[] = {"微信公众号", "公众号", "官方微博", "官方微信", "微信",
	"微博", "网络版", "電子版", "电子版", "全媒体", "全媒", "融媒体", "见习", "首席", "特约",
	"实习", "特派", "╱", "/", "／", "|", "-"};

static const char *const nobody[] = {"本网", "本站", "本報", "本报", "本网站", "本網", "本網站",
	"本台", "本社", "网络", "互联网", "原创", "转载", "未知", "其他", "综合", "無", "无",
	"本刊", "佚名"};

static struct span trim(struct span s)
{
	static const char *const marks[] = {" ", "　", "：", ":", "<", ">", "\""};
	static const char *const pairs[][2] = {{"《", "》"}, {"“", "”"}, {"【", "】"},
		{"「", "」"}};

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		struct span mark = span_str(marks[i]);

		while (s.len && span_starts_with(s, mark))
			s = span_from_offset(s, mark.len);
		while (s.len && span_ends_with(s, mark))
			s.len -= mark.len;
	}
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (s.len >= 6 && span_starts_with(s, span_str(pairs[i][0])) &&
			span_ends_with(s, span_str(pairs[i][1])))
			s = span_from(s.data + 3, s.len - 6);
	return s;
}

/* 综合江城日报: what several are drawn from. */
static struct span without_lead(struct span s)
{
	static const char *const leads[] = {"综合", "綜合", "据", "據", "本文来自", "转自",
		"来源于"};

	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
		if (s.len >= strlen(leads[i]) + 6 && span_starts_with(s, span_str(leads[i])))
			return span_from_offset(s, strlen(leads[i]));
	return s;
}

static size_t suffix_of(struct span s)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		struct span suffix = span_str(suffixes[i]);

		if (s.len >= suffix.len + 4 && span_ends_with(s, suffix))
			return suffix.len;
	}
	return 0;
}

/* 江城日报2025-05-01: a day glued on. */
static struct span without_day(struct span s)
{
	for (size_t at = 6; at + 8 <= s.len; at++)
		if (s.data[at] == '2' && s.data[at + 1] == '0' && s.data[at + 4] == '-' &&
			(signed char)s.data[at - 1] < 0)
			return span_from(s.data, at);
	return s;
}

static const char *name_of_nick(struct span nick)
{
	for (size_t i = 0; i < sizeof nicks / sizeof *nicks; i++)
		if (span_is(nick, nicks[i].nick))
			return nicks[i].name;
	return NULL;
}

/* 人民网-人民日报: the site, and then the paper that published first. */
static struct span without_site(struct span s)
{
	ptrdiff_t dash = span_find(s, SPAN_LITERAL("-"));
	struct span site, paper;

	if (dash <= 0)
		return s;
	site = span_from(s.data, (size_t)dash);
	paper = span_from_offset(s, (size_t)dash + 1);
	return span_ends_with(site, SPAN_LITERAL("网")) && span_ends_with(paper, SPAN_LITERAL("报"))
		? trim(paper)
		: s;
}

const char *publisher_normal(const char *name, struct arena *a)
{
	struct span s = without_lead(without_site(trim(without_day(span_trim(span_str(name))))));
	const char *known = name_of_nick(s);
	size_t cut;

	if (known)
		return known;
	while ((cut = suffix_of(s)) > 0)
		s = trim(span_from(s.data, s.len - cut));
	known = name_of_nick(s);
	if (known)
		return known;
	return s.len && !SPAN_IS_ONE_OF(s, nobody) ? arena_dup(a, s) : NULL;
}
