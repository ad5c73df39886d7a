#include "crawler/read/html/directives.h"

static const struct {
	const char *word;
	struct directives means;
} words[] = {
	{"noindex", {.noindex = true}},
	{"nofollow", {.nofollow = true}},
	{"noarchive", {.noarchive = true}},
	{"nocache", {.noarchive = true}}, /* Bing's */
	{"none", {.noindex = true, .nofollow = true}},
};

/*
 * Directives with a value, which looks like something that is addressed to an agent of
 * that name.
 */
static const char *const valued[] = {"unavailable_after", "max-snippet", "max-image-preview",
	"max-video-preview"};

static void add_word(struct directives *d, struct span word)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (!span_is_nocase(word, words[i].word))
			continue;
		d->noindex |= words[i].means.noindex;
		d->nofollow |= words[i].means.nofollow;
		d->noarchive |= words[i].means.noarchive;
	}
}

static bool is_valued(struct span name)
{
	return SPAN_IS_ONE_OF_NOCASE(name, valued);
}

static bool is_us(struct span name, const char *user_agent)
{
	size_t n = user_agent ? strcspn(user_agent, "/ ") : 0;

	return n && name.len == n && strncasecmp(name.data, user_agent, n) == 0;
}

/* "agent: " before a directive; it counts for those behind it as well. */
static bool take_agent(struct span *item, struct span *ret_agent)
{
	const char *colon = item->len ? memchr(item->data, ':', item->len) : NULL;
	struct span name = span_from(item->data, colon ? (size_t)(colon - item->data) : 0);

	/* No agent has a space in its name, but the time of a date has one before its colon. */
	if (!name.len || memchr(name.data, ' ', name.len) || is_valued(name))
		return false;
	*ret_agent = name;
	*item = span_trim(span_from_offset(*item, name.len + 1));
	return true;
}

static void add_line(struct directives *d, struct span line, const char *user_agent)
{
	struct span agent;
	bool is_for_us = true;

	while (line.len) {
		struct span item = span_next_item(&line);

		if (take_agent(&item, &agent))
			is_for_us = is_us(agent, user_agent);
		if (is_for_us)
			add_word(d, item);
	}
}

void directives_add_header(struct directives *d, struct span values, const char *user_agent)
{
	while (values.len)
		add_line(d, span_next_line(&values), user_agent);
}

void directives_add_meta(struct directives *d, const struct html *h, const char *user_agent)
{
	HTML_EACH (h, i, HTML_META) {
		struct span name, content;

		name = span_trim(html_attr(h, i, "name"));
		content = html_attr(h, i, "content");
		if (!span_is_nocase(name, "robots") && !is_us(name, user_agent))
			continue;
		while (content.len)
			add_word(d, span_next_item(&content));
	}
}

void directives_list(const struct directives *d, struct arena *a, struct str_list *list)
{
	if (d->noindex)
		record_list_add(a, list, "noindex");
	if (d->nofollow)
		record_list_add(a, list, "nofollow");
	if (d->noarchive)
		record_list_add(a, list, "noarchive");
}
