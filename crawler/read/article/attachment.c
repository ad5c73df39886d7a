#include "crawler/read/article/attachment.h"

#define ENDING_MAX 5 /* .docx */

static bool is_file_name(struct span name)
{
	static const char *const endings[] = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps",
		".et", ".ofd", ".zip", ".rar", ".ppt", ".pptx", ".csv", ".7z", ".odt", ".ods",
		".rtf", ".ceb"};

	name = span_trim(name);
	if (name.len < ENDING_MAX || !memchr(name.data + name.len - ENDING_MAX, '.', ENDING_MAX))
		return false;
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t len = strlen(endings[i]);

		if (name.len > len && name.data[name.len - len] == '.' &&
			span_is_nocase(span_from_offset(name, name.len - len), endings[i]))
			return true;
	}
	return false;
}

/* The part of @s before the first of two characters. */
static struct span before_either(struct span s, char a, char b)
{
	const char *end = s.len ? memchr(s.data, a, s.len) : NULL;

	s.len = end ? (size_t)(end - s.data) : s.len;
	end = s.len ? memchr(s.data, b, s.len) : NULL;
	s.len = end ? (size_t)(end - s.data) : s.len;
	return s;
}

/* download?file=plan.pdf&id=1 */
static bool has_file_in_query(struct span href, size_t path_len)
{
	struct span rest = span_from_offset(href, path_len);

	while (rest.len) {
		struct span value;

		rest = span_from_offset(rest, 1); /* ? or & */
		value = before_either(rest, '&', '#');
		if (is_file_name(value))
			return true;
		rest = span_from_offset(rest, value.len);
		if (rest.len && rest.data[0] == '#')
			break;
	}
	return false;
}

/* Addresses of programs that send files: their texts tell whether these do. */
static bool may_send_file(struct span href)
{
	static const char *const words[] = {"download", "attach", "upfile", "getfile", "fileid"};
	static const char firsts[] = "daugf";

	for (size_t i = 0; i + 6 <= href.len; i++) {
		char c = (char)(href.data[i] | 0x20);

		if (c != 'd' && c != 'a' && c != 'u' && c != 'g' && c != 'f')
			continue;
		for (size_t w = 0; w < sizeof words / sizeof *words; w++)
			if (firsts[w] == c && href.len - i >= strlen(words[w]) &&
				strncasecmp(href.data + i, words[w], strlen(words[w])) == 0)
				return true;
	}
	return false;
}

static bool names_file(const struct html *h, uint32_t node)
{
	struct span text;
	STRBUF_LOCAL(shown);

	html_add_text(h, node, &shown);
	text = span_trim(strbuf_span(&shown));
	return is_file_name(text) || span_starts_with(text, SPAN_LITERAL("附件")) ||
		span_starts_with(text, SPAN_LITERAL("附表")) ||
		span_starts_with(text, SPAN_LITERAL("附："));
}

bool attachment_is_link(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	struct span href = {0}, path;

	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &h->attrs[n->first_attr + i];

		if (span_is(attr->name, "href"))
			href = span_trim(attr->value);
		else if (span_is(attr->name, "download") ||
			(span_is(attr->name, "title") && is_file_name(attr->value)))
			return html_attr(h, node, "href").len > 0;
	}
	path = before_either(href, '?', '#');
	return is_file_name(path) || has_file_in_query(href, path.len) ||
		(may_send_file(href) && names_file(h, node));
}
