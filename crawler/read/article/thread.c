#include "crawler/read/article/thread.h"

#include <string.h>

static bool contains_one_of(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (span_find(s, span_str(*list)) >= 0)
			return true;
	return false;
}

static bool is_one_of(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (span_is_nocase(s, *list))
			return true;
	return false;
}

/* Parts of an address as wholes: a headline in one may hold the same words. */
static bool is_part_of_forum(struct span part)
{
	static const char *const parts[] = {"forum", "forums", "bbs", "thread", "threads", "topic",
		"comments", "question", "questions", "discussion", "discussions",
		"discussion-topics", "discuss", "viewtopic.php", "showthread.php", "viewthread.php",
		"forum.php", "ubbthreads.php", "ubbthreads", "questionanswer", "answers",
		"community", "r", "t", NULL};
	static const char *const beginnings[] = {"thread-", "viewtopic", "showthread", "topic-",
		"viewthread", NULL};

	if (is_one_of(part, parts))
		return true;
	for (const char *const *b = beginnings; *b; b++)
		if (span_starts_with(part, span_str(*b)))
			return true;
	return false;
}

static bool is_address_of_forum(const char *url)
{
	struct span rest = span_str(url);
	ptrdiff_t scheme = span_find(rest, SPAN_LITERAL("://"));

	rest = span_from_offset(rest, scheme < 0 ? 0 : (size_t)scheme + 3);
	while (rest.len) {
		size_t n = strcspn(rest.data, "/?#");
		bool is_host = scheme >= 0;

		n = is_host ? strcspn(rest.data, "./?#") : n;
		if (is_part_of_forum(span_from(rest.data, n)))
			return true;
		if (!rest.data[n] || rest.data[n] == '?' || rest.data[n] == '#')
			return false;
		scheme = rest.data[n] == '.' ? scheme : -1;
		rest = span_from_offset(rest, n + 1);
	}
	return false;
}

static bool says_script(const struct html *h, uint32_t node)
{
	static const char *const types[] = {"\"DiscussionForumPosting\"", "\"QAPage\"", NULL};

	return span_is_nocase(span_trim(html_attr(h, node, "type")), "application/ld+json") &&
		h->nodes[node].end > node + 1 && contains_one_of(h->nodes[node + 1].text, types);
}

static bool says_meta(const struct html *h, uint32_t node)
{
	static const char *const programs[] = {"Discourse", "phpBB", "vBulletin", "XenForo", "MyBB",
		"Discuz", "Flarum", "NodeBB", "Vanilla", "bbPress", "Simple Machines", "Invision",
		"PHPWind", NULL};

	return span_is_nocase(html_attr(h, node, "name"), "generator") &&
		contains_one_of(html_attr(h, node, "content"), programs);
}

static bool says_element(const struct html *h, uint32_t node)
{
	static const char *const types[] = {"schema.org/DiscussionForumPosting",
		"schema.org/QAPage", NULL};
	static const char *const names[] = {"bbpress", "phpbb", "forumdisplay", "viewtopic",
		"single-topic", "thread_view", NULL};

	return contains_one_of(html_attr(h, node, "itemtype"), types) ||
		(h->nodes[node].tag == HTML_BODY &&
			(contains_one_of(html_attr(h, node, "class"), names) ||
				contains_one_of(html_attr(h, node, "id"), names)));
}

bool thread_is(const struct html *h, const char *url)
{
	if (is_address_of_forum(url))
		return true;
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		switch (h->nodes[i].tag) {
		case HTML_TEXT:
			break;
		case HTML_SCRIPT:
			if (says_script(h, i))
				return true;
			break;
		case HTML_META:
			if (says_meta(h, i))
				return true;
			break;
		default:
			if (h->nodes[i].n_attrs && says_element(h, i))
				return true;
			break;
		}
	}
	return false;
}
