#include "crawler/read/article/attachment.h"

#define ENDING_MAX       5 /* .docx */
#define SCRIPT_BYTES_MAX 500

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

/* download?file=plan.pdf&id=1: the file's name, empty without one. */
static struct span file_in_query(struct span href, size_t path_len)
{
	struct span rest = span_from_offset(href, path_len);

	while (rest.len) {
		struct span value, name;
		const char *equals;

		rest = span_from_offset(rest, 1); /* ? or & */
		value = before_either(rest, '&', '#');
		equals = value.len ? memchr(value.data, '=', value.len) : NULL;
		name = equals ? span_from_offset(value, (size_t)(equals + 1 - value.data)) : value;
		if (is_file_name(name))
			return name;
		rest = span_from_offset(rest, value.len);
		if (rest.len && rest.data[0] == '#')
			break;
	}
	return span_from(NULL, 0);
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

/* What stands behind a label, which begins a sentence otherwise: 附件所列. */
static bool ends_label(struct span rest)
{
	static const char *const marks[] = {"　", "、", "（", "．", "下载", "一", "二", "三"};

	if (!rest.len || rest.data[0] == ':' || span_starts_with(rest, SPAN_LITERAL("：")))
		return true;
	if (span_ends_with(rest, SPAN_LITERAL("。")))
		return false;
	if (strchr(" .(0123456789", rest.data[0]))
		return true;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (span_starts_with(rest, span_str(marks[i])))
			return true;
	return false;
}

bool attachment_is_label(struct span line)
{
	static const char *const labels[] = {"附件", "附表", "附", "附　件", "附 件", "相关附件",
		"相關附件", "附檔", "下载附件"};
	static const char firsts[] = "\xE4\xE7\xE9"; /* bytes of 下, 相, 附 */

	if (!line.len || !strchr(firsts, line.data[0]))
		return false;
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (span_starts_with(line, span_str(labels[i])) &&
			ends_label(span_from_offset(line, strlen(labels[i]))))
			return true;
	return false;
}

static bool names_file(const struct html *h, uint32_t node)
{
	struct span text;
	STRBUF_LOCAL(shown);

	html_add_text(h, node, &shown);
	text = span_trim(strbuf_span(&shown));
	return is_file_name(text) || attachment_is_label(text);
}

/* window.open('/files/plan.pdf'): the first string that is a file's address. */
static struct span file_in_script(struct span script)
{
	for (size_t at = 0; at < script.len && at < SCRIPT_BYTES_MAX; at++) {
		const char *close;
		struct span string;

		if (script.data[at] != '\'' && script.data[at] != '"')
			continue;
		string = span_from_offset(script, at + 1);
		close = string.len ? memchr(string.data, script.data[at], string.len) : NULL;
		if (!close)
			break;
		string.len = (size_t)(close - string.data);
		if (is_file_name(before_either(string, '?', '#')))
			return string;
		at += string.len + 1;
	}
	return span_from(NULL, 0);
}

static bool is_script(struct span href)
{
	return !href.len || href.data[0] == '#' ||
		(href.len >= 11 && strncasecmp(href.data, "javascript:", 11) == 0);
}

/* A link that leads nowhere itself: where its script, or an attribute that the script reads, does. */
static struct span target_of_script(const struct html *h, uint32_t node, struct span href)
{
	const struct html_node *n = &h->nodes[node];
	struct span target = file_in_script(href);

	for (uint32_t i = 0; i < n->n_attrs && !target.len; i++) {
		const struct html_attr *attr = &h->attrs[n->first_attr + i];
		struct span value = span_trim(attr->value);

		if (span_is(attr->name, "onclick"))
			target = file_in_script(value);
		else if ((span_is(attr->name, "oldsrc") ||
				 span_starts_with(attr->name, SPAN_LITERAL("data-"))) &&
			is_file_name(before_either(value, '?', '#')))
			target = value;
	}
	return target;
}

static struct span target_of_link(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	struct span href = {0}, path;
	bool named = false;

	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &h->attrs[n->first_attr + i];

		if (span_is(attr->name, "href"))
			href = span_trim(attr->value);
		else if (span_is(attr->name, "download") ||
			(span_is(attr->name, "title") && is_file_name(attr->value)))
			named = true;
	}
	if (is_script(href))
		return target_of_script(h, node, href);
	path = before_either(href, '?', '#');
	return named || is_file_name(path) || file_in_query(href, path.len).len ||
			(may_send_file(href) && names_file(h, node))
		? href
		: span_from(NULL, 0);
}

/* The file itself, or a viewer that is told which one to show. */
static struct span target_of_frame(struct span src)
{
	struct span path = before_either(src, '?', '#');

	return is_file_name(path) ? src : file_in_query(src, path.len);
}

struct span attachment_target(const struct html *h, uint32_t node)
{
	switch (h->nodes[node].tag) {
	case HTML_A:
		return target_of_link(h, node);
	case HTML_IFRAME:
	case HTML_EMBED:
		return target_of_frame(span_trim(html_attr(h, node, "src")));
	case HTML_OBJECT:
		return target_of_frame(span_trim(html_attr(h, node, "data")));
	default:
		return span_from(NULL, 0);
	}
}

struct span attachment_target_labelled(const struct html *h, uint32_t node)
{
	static const char *const pages[] = {".html", ".htm", ".shtml", "/"};
	struct span target = attachment_target(h, node), href, path;

	if (target.len)
		return target;
	href = span_trim(html_attr(h, node, "href"));
	path = before_either(href, '?', '#');
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		if (span_ends_with(path, span_str(pages[i])))
			return span_from(NULL, 0);
	return is_script(href) || span_starts_with(href, SPAN_LITERAL("mailto:"))
		? span_from(NULL, 0)
		: href;
}
