/*
 * A row is a wall's signs: all that a row names must be there. Words of a wall
 * stand in articles about walls, too, and sites behind one serve its scripts
 * with their articles. So the page is split into what it shows and what it is
 * made of (tags, scripts), signs are looked for where walls have them, and a
 * page that shows more than a few lines is none.
 */
#include "crawler/fetch/wall.h"

#include "common/arena.h"
#include "common/fold.h"
#include "common/strbuf.h"
#include "common/utf8.h"
#include "crawler/fetch/header.h"
#include "crawler/read/charset/charset.h"

#define BODY_MAX   (512 << 10) /* walls with their scripts inside reach some 200 KB */
#define SHOWN_FEW  400         /* bytes: a notice in two languages; the shortest news show more */
#define SHOWN_MAX  3000        /* of walls that explain themselves */
#define CODE_SHORT 4096        /* of signs that larger scripts have for other reasons */

struct row {
	int status;          /* 0: any */
	const char *header;  /* its name, */
	const char *value;   /* and what stands in its value */
	const char *cookie;  /* that is set: the beginning of its name */
	bool coined_cookie;  /* one whose name nobody would choose is set */
	bool silent;         /* nothing is shown */
	const char *code[2]; /* in tags and scripts, as written but for white space in scripts */
	const char *shown;   /* in what is shown, folded, without white space */
	size_t code_max;     /* 0: any */
	size_t shown_max;    /* 0: SHOWN_FEW */
	struct wall wall;
};

#define THROTTLED(text)                                                                            \
	{                                                                                          \
		OUTCOME_THROTTLED, text                                                            \
	}
#define BLOCKED(text)                                                                              \
	{                                                                                          \
		OUTCOME_BLOCKED, text                                                              \
	}
#define CHALLENGE(text)                                                                            \
	{                                                                                          \
		OUTCOME_CHALLENGE, text                                                            \
	}

/* Signs of Chinese walls gathered from public crawlers, of others from their makers' manuals. */
static const struct row rows[] = {
	{.header = "cf-mitigated", .value = "challenge", .wall = CHALLENGE("Cloudflare")},
	{.header = "x-amzn-waf-action", .value = "", .wall = CHALLENGE("AWS WAF")},
	{.header = "location",
		.value = "://wappass.baidu.com/",
		.wall = CHALLENGE("Baidu captcha")},
	{.header = "location",
		.value = "/_____tmd_____/punish",
		.wall = CHALLENGE("Aliyun captcha")},
	{.status = 521,
		.header = "server",
		.value = "cloudflare",
		.wall = {OUTCOME_DOWN, "Cloudflare cannot reach the site"}},
	{.status = 521, .wall = CHALLENGE("status 521 (Knownsec)")},
	{.status = 412, .wall = CHALLENGE("status 412 (River Security)")},
	{.cookie = "__jsl",
		.silent = true,
		.code = {"document.cookie"},
		.wall = CHALLENGE("Knownsec")},
	{.code = {"__jsl_clearance"}, .wall = CHALLENGE("Knownsec")},
	{.code = {"$_ts=window"}, .wall = CHALLENGE("River Security")},
	{.code = {"$_ts.nsd"}, .wall = CHALLENGE("River Security")},
	{.code = {"$_ts.cd"}, .wall = CHALLENGE("River Security")},
	{.code = {" r=\"m\"", "<script"}, .wall = CHALLENGE("River Security")},
	{.code = {" r='m'", "<script"}, .wall = CHALLENGE("River Security")},
	{.cookie = "enable_", .silent = true, .wall = CHALLENGE("River Security")},
	{.status = 200, .coined_cookie = true, .silent = true, .wall = CHALLENGE("River Security")},
	{.status = 202, .coined_cookie = true, .silent = true, .wall = CHALLENGE("River Security")},
	{.cookie = "wzws_sessionid",
		.silent = true,
		.code = {"<script"},
		.wall = CHALLENGE("Chuangyu (wzws)")},
	{.cookie = "wzws_cid",
		.silent = true,
		.code = {"<script"},
		.wall = CHALLENGE("Chuangyu (wzws)")},
	{.code = {"wzws_cid"}, .wall = CHALLENGE("Chuangyu (wzws)")},
	{.code = {"/wzws-waf-cgi/"}, .wall = CHALLENGE("Chuangyu (wzws)")},
	{.code = {"acw_sc__v"}, .wall = CHALLENGE("Aliyun (acw)")},
	{.code = {"arg1=", "reload"}, .wall = CHALLENGE("Aliyun (acw)")},
	{.code = {"aliyun_waf_"}, .wall = CHALLENGE("Aliyun captcha")},
	{.code = {"_waf_", "renderData"}, .wall = CHALLENGE("Aliyun captcha")},
	{.code = {"_____tmd_____"}, .wall = CHALLENGE("Aliyun captcha")},
	{.code = {"/probe.js"}, .wall = CHALLENGE("probe page")},
	{.status = 202, .code = {"probe.js"}, .wall = CHALLENGE("probe page")},
	{.cookie = "C3VK", .silent = true, .code = {"<script"}, .wall = CHALLENGE("C3VK")},
	{.code = {"C3VK="}, .wall = CHALLENGE("C3VK")},
	{.cookie = "security_session_",
		.silent = true,
		.code = {"<script"},
		.wall = CHALLENGE("session verify")},
	{.code = {"security_session_"}, .wall = CHALLENGE("session verify")},
	{.cookie = "yunsuo_session_",
		.silent = true,
		.code = {"<script"},
		.wall = CHALLENGE("Yunsuo")},
	{.code = {"yunsuo_session_"}, .wall = CHALLENGE("Yunsuo")},
	{.code = {"srcurl=", "document.cookie"}, .wall = CHALLENGE("Yunsuo")},
	{.code = {"EO_Bot_Ssid"}, .wall = CHALLENGE("Tencent EdgeOne")},
	{.code = {"__tst_status"}, .wall = CHALLENGE("Tencent EdgeOne")},
	{.code = {"cf_chl_"}, .wall = CHALLENGE("Cloudflare")},
	{.code = {"cf-chl-"}, .wall = CHALLENGE("Cloudflare")},
	{.status = 403, .shown = "justamoment...", .wall = CHALLENGE("Cloudflare")},
	{.status = 503, .shown = "justamoment...", .wall = CHALLENGE("Cloudflare")},
	{.code = {"awsWafCookieDomainList"}, .wall = CHALLENGE("AWS WAF")},
	{.code = {"_Incapsula_Resource"}, .wall = CHALLENGE("Imperva")},
	{.code = {"captcha-delivery.com"}, .wall = CHALLENGE("DataDome")},
	{.code = {"px-captcha"}, .wall = CHALLENGE("PerimeterX")},
	{.code = {"sucuri_cloudproxy"}, .wall = CHALLENGE("Sucuri")},
	{.code = {"/js-challenge/", "ddos-guard"}, .wall = CHALLENGE("DDoS-Guard")},
	{.code = {"/TSPD/"}, .wall = CHALLENGE("F5")},
	{.code = {"sec-if-cpt-container"}, .wall = CHALLENGE("Akamai")},
	{.code = {"/.within.website/x/cmd/anubis/"},
		.shown_max = SHOWN_MAX,
		.wall = CHALLENGE("Anubis")},
	{.code = {"document.cookie", "location.reload"},
		.code_max = CODE_SHORT,
		.wall = CHALLENGE("a script sets a cookie and loads the page again")},
	{.code = {"document.cookie", "location.href=location"},
		.code_max = CODE_SHORT,
		.wall = CHALLENGE("a script sets a cookie and loads the page again")},
	{.code = {"document.cookie", "location.href=window.location"},
		.code_max = CODE_SHORT,
		.wall = CHALLENGE("a script sets a cookie and loads the page again")},
	{.code = {"document.cookie", "location=location"},
		.code_max = CODE_SHORT,
		.wall = CHALLENGE("a script sets a cookie and loads the page again")},
	{.code = {"document.cookie", "location.replace(location"},
		.code_max = CODE_SHORT,
		.wall = CHALLENGE("a script sets a cookie and loads the page again")},
	{.code = {"<noscript"},
		.shown = "enablejavascriptandcookies",
		.wall = CHALLENGE("wants scripts")},
	{.code = {"<noscript"},
		.shown = "enablejavascriptandrefresh",
		.wall = CHALLENGE("wants scripts")},
	{.code = {"<noscript"},
		.shown = "开启javascript并刷新",
		.wall = CHALLENGE("wants scripts")},
	{.code = {"<noscript"},
		.shown = "启用javascript并刷新",
		.wall = CHALLENGE("wants scripts")},
	{.code = {"<script"}, .shown = "请完成安全验证", .wall = CHALLENGE("captcha")},
	{.code = {"<script"}, .shown = "百度安全验证", .wall = CHALLENGE("captcha")},
	{.code = {"<script"}, .shown = "人机验证", .wall = CHALLENGE("captcha")},
	{.code = {"<script"}, .shown = "滑动验证", .wall = CHALLENGE("captcha")},
	{.code = {"<script"}, .shown = "拖动滑块", .wall = CHALLENGE("captcha")},
	{.code = {"<script"}, .shown = "verifyyouarehuman", .wall = CHALLENGE("captcha")},
	{.code = {"<script"}, .shown = "verifythatyouarenotarobot", .wall = CHALLENGE("captcha")},
	{.shown = "访问过于频繁", .wall = THROTTLED("says that it is asked too often")},
	{.shown = "请求过于频繁", .wall = THROTTLED("says that it is asked too often")},
	{.shown = "访问频率过高", .wall = THROTTLED("says that it is asked too often")},
	{.shown = "访问疑似黑客攻击", .wall = BLOCKED("a firewall takes us for an attack")},
	{.shown = "已被网站管理员设置", .wall = BLOCKED("a firewall refuses")},
	{.shown = "访问被阻断", .wall = BLOCKED("a firewall refuses")},
};

/* The page in its two halves. */
struct page {
	struct strbuf code, shown;
	size_t shown_bytes; /* before folding, in UTF-8 */
	bool speaks;        /* it shows more than a wall does; then the halves are not whole */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void add_without_space(struct span s, struct strbuf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_space(s.data[i]))
			strbuf_add_char(out, s.data[i]);
	}
}

static bool is_tag(struct span s, const char *tag)
{
	size_t len = strlen(tag);

	return s.len > len && strncasecmp(s.data, tag, len) == 0;
}

/* How much of @s, which begins with <, is code: the tag, and with it what is no text. */
static size_t measure_code(struct span s)
{
	const char *end;

	if (is_tag(s, "<!--")) {
		ptrdiff_t close = span_find(s, SPAN_LITERAL("-->"));

		return close < 0 ? s.len : (size_t)close + 3;
	}
	end = memchr(s.data, '>', s.len);
	return end ? (size_t)(end - s.data) + 1 : s.len;
}

/* Up to the closing tag of an element whose content is no markup. */
static size_t measure_raw(struct span s, const char *closing)
{
	for (size_t i = 0; i < s.len; i++) {
		const char *next = memchr(s.data + i, '<', s.len - i);

		if (!next)
			return s.len;
		i = (size_t)(next - s.data);
		if (is_tag(span_from_offset(s, i), closing))
			return i;
	}
	return s.len;
}

/* Takes a tag off @rest, and the script or style that begins with it. */
static void take_code(struct span *rest, struct page *p)
{
	struct span tag = span_from(rest->data, measure_code(*rest));
	const char *closing = is_tag(tag, "<script") ? "</script"
		: is_tag(tag, "<style")              ? "</style"
						     : NULL;
	size_t len;

	strbuf_add_span(&p->code, tag);
	*rest = span_from_offset(*rest, tag.len);
	if (!closing)
		return;
	len = measure_raw(*rest, closing);
	add_without_space(span_from(rest->data, len), &p->code);
	*rest = span_from_offset(*rest, len);
}

static void split(struct span body, struct page *p)
{
	p->speaks = body.len > BODY_MAX;
	while (body.len && !p->speaks) {
		const char *tag = memchr(body.data, '<', body.len);
		size_t len = tag ? (size_t)(tag - body.data) : body.len;

		add_without_space(span_from(body.data, len), &p->shown);
		p->speaks = p->shown.len > SHOWN_MAX;
		body = span_from_offset(body, len);
		if (body.len)
			take_code(&body, p);
	}
}

/*
 * Walls speak the charset and the script of their site. What a page shows is little here,
 * and all that is decoded beside it are its scripts.
 */
static void split_decoded(const struct wall_answer *answer, struct page *p)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	struct span type = header_find(answer->headers, "content-type");
	struct charset_text decoded;

	charset_decode(answer->body, arena_dup(arena, type), CHARSET_HTML, arena, &decoded);
	strbuf_clear(&p->shown);
	strbuf_clear(&p->code);
	split(decoded.text, p);
}

static void fold_shown(struct page *p)
{
	STRBUF_LOCAL(folded);

	p->shown_bytes = p->shown.len;
	fold_text(strbuf_span(&p->shown), &folded);
	strbuf_clear(&p->shown);
	strbuf_add_span(&p->shown, strbuf_span(&folded));
}

static void look_at(const struct wall_answer *answer, struct page *p)
{
	split(answer->body, p);
	if (p->speaks)
		return;
	if (!utf8_is_valid(strbuf_span(&p->shown)))
		split_decoded(answer, p);
	fold_shown(p);
}

static bool contains_nocase(struct span s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++)
		if (strncasecmp(s.data + i, word, len) == 0)
			return true;
	return false;
}

static bool has_header(struct span lines, const struct row *row)
{
	struct span name, value;

	while (header_next(&lines, &name, &value))
		if (span_is_nocase(name, row->header) && contains_nocase(value, row->value))
			return true;
	return false;
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/*
 * River Security's: letters and digits at random, then S for the server's, T or P for the
 * client's.
 */
static bool is_coined(struct span cookie)
{
	bool has_lower = false;
	size_t n = 0;

	for (; n < cookie.len && is_letter_or_digit(cookie.data[n]); n++)
		has_lower |= cookie.data[n] >= 'a';
	return has_lower && n >= 8 && n < cookie.len && cookie.data[n] == '=' &&
		strchr("STP", cookie.data[n - 1]);
}

static bool sets_cookie(struct span lines, const struct row *row)
{
	struct span name, value;

	while (header_next(&lines, &name, &value)) {
		if (!span_is_nocase(name, "set-cookie"))
			continue;
		if (row->cookie ? span_starts_with(value, span_str(row->cookie)) : is_coined(value))
			return true;
	}
	return false;
}

static bool is_of_body(const struct row *row)
{
	return row->silent || row->code[0] || row->shown;
}

static bool is_in(const struct strbuf *half, const char *sign)
{
	return !sign || span_find(strbuf_span(half), span_str(sign)) >= 0;
}

static bool fits_page(const struct row *row, const struct page *p)
{
	size_t shown_max = row->shown_max ? row->shown_max : SHOWN_FEW;

	return !p->speaks && p->shown_bytes <= shown_max && !(row->silent && p->shown_bytes) &&
		is_in(&p->code, row->code[0]) && is_in(&p->code, row->code[1]) &&
		is_in(&p->shown, row->shown) && !(row->code_max && p->code.len > row->code_max);
}

static bool fits(const struct row *row, const struct wall_answer *a, const struct page *p)
{
	return (!row->status || row->status == a->http_status) &&
		(!is_of_body(row) || fits_page(row, p)) &&
		(!row->header || has_header(a->headers, row)) &&
		(!(row->cookie || row->coined_cookie) || sets_cookie(a->headers, row));
}

const struct wall *wall_find(const struct wall_answer *answer)
{
	struct page p = {.code = STRBUF_INIT, .shown = STRBUF_INIT};
	const struct wall *found = NULL;

	look_at(answer, &p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows && !found; i++)
		if (fits(&rows[i], answer, &p))
			found = &rows[i].wall;
	strbuf_release(&p.code);
	strbuf_release(&p.shown);
	return found;
}
