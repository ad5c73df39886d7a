#include "crawler/read/attachment.h"

static bool is_file_name(struct span name)
{
	static const char *const endings[] = {".pdf", ".doc", ".docx", ".xls", ".xlsx", ".wps",
		".et", ".ofd", ".zip", ".rar", ".ppt", ".pptx", ".csv", ".7z", ".odt", ".ods",
		".rtf", ".ceb"};

	name = span_trim(name);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t len = strlen(endings[i]);

		if (name.len > len && name.data[name.len - len] == '.' &&
			span_is_nocase(span_from_offset(name, name.len - len), endings[i]))
			return true;
	}
	return false;
}

/* The part of @s before the first of the characters. */
static struct span before_one_of(struct span s, const char *characters)
{
	size_t n = 0;

	while (n < s.len && !strchr(characters, s.data[n]))
		n++;
	return span_from(s.data, n);
}

/* download?file=plan.pdf&id=1 */
static bool has_file_in_query(struct span href, size_t path_len)
{
	struct span rest = span_from_offset(href, path_len);

	while (rest.len) {
		struct span value;

		rest = span_from_offset(rest, 1); /* ? or & */
		value = before_one_of(rest, "&#");
		if (is_file_name(value))
			return true;
		rest = span_from_offset(rest, value.len);
		if (rest.len && rest.data[0] == '#')
			break;
	}
	return false;
}

static bool holds_nocase(struct span s, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= s.len; i++)
		if ((s.data[i] | 0x20) == word[0] && strncasecmp(s.data + i, word, len) == 0)
			return true;
	return false;
}

/* Addresses of programs that send files: their texts tell whether these do. */
static bool may_send_file(struct span href)
{
	return holds_nocase(href, "download") || holds_nocase(href, "attach") ||
		holds_nocase(href, "upfile") || holds_nocase(href, "getfile") ||
		holds_nocase(href, "fileid");
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
	path = before_one_of(href, "?#");
	return is_file_name(path) || has_file_in_query(href, path.len) ||
		(may_send_file(href) && names_file(h, node));
}
