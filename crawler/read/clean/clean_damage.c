#include "crawler/read/clean/clean_inside.h"

#include "common/strbuf.h"

/* What is torn, and what it meant; longer ones before those that they begin with. */
static const struct damage {
	const char *torn, *meant;
} damages[] = {{"?!?/p>", "。”"}, {"?/p>", "。"}, {"<br>", " "}, {"<br/>", " "}, {"<br />", " "},
	{"</p>", ""}, {"<p>", ""}, {"</div>", ""}, {"</span>", ""}, {"</strong>", ""},
	{"<strong>", ""}, {"</font>", ""}, {"</b>", ""}, {"<b>", ""}, {"&nbsp;", " "},
	{"&ensp;", " "}, {"&emsp;", " "}, {"&#160;", " "}, {"&#12288;", " "}, {"&ldquo;", "“"},
	{"&rdquo;", "”"}, {"&lsquo;", "‘"}, {"&rsquo;", "’"}, {"&mdash;", "—"}, {"&ndash;", "–"},
	{"&middot;", "·"}, {"&hellip;", "…"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&#34;", "\""},
	{"&amp;", "&"}, {"&zwnj;", ""}, {"&zwj;", ""}, {"&shy;", ""}};

static const struct damage *match(struct span rest)
{
	if (rest.data[0] != '?' && rest.data[0] != '<' && rest.data[0] != '&')
		return NULL;
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
		if (damages[i].torn[0] == rest.data[0] && damages[i].torn[1] == rest.data[1] &&
			span_starts_with(rest, span_str(damages[i].torn)))
			return &damages[i];
	return NULL;
}

struct span clean_damage(struct span text, struct arena *a)
{
	size_t copied = 0;
	STRBUF_LOCAL(out);

	if (!text.len || (!memchr(text.data, '>', text.len) && !memchr(text.data, '&', text.len)))
		return text;
	for (size_t at = 0; at + 3 < text.len; at++) {
		const struct damage *d = match(span_from_offset(text, at));

		if (!d)
			continue;
		strbuf_add(&out, text.data + copied, at - copied);
		strbuf_add_str(&out, d->meant);
		at += strlen(d->torn) - 1;
		copied = at + 1;
	}
	if (!copied)
		return text;
	strbuf_add(&out, text.data + copied, text.len - copied);
	return span_from(arena_dup(a, strbuf_span(&out)), out.len);
}
