/*
 * libxml2's text reader stops at the first fault, its tree parser does not: the
 * document becomes a tree, and the reader walks over that.
 */
#include "crawler/read/xml.h"

#include "common/alloc.h"
#include "common/url.h"

#include <libxml/parser.h>
#include <libxml/xmlreader.h>
#include <limits.h>
#include <pthread.h>

#define DEPTH_MAX      256 /* libxml2's own limit without XML_PARSE_HUGE */
#define ATTRIBUTES_MAX 256 /* of one tag: libxml2 compares each with all before it */

struct xml {
	xmlDoc *doc;
	xmlTextReader *reader;     /* NULL for what is no document at all */
	struct strbuf text;        /* the document, cleaned */
	struct strbuf entity;      /* the characters of an entity reference */
	char *base[DEPTH_MAX + 2]; /* xml:base by depth; NULL where the element has none */
	char *url;
	enum xml_event event;
	bool empty; /* the start just given has no end of its own */
};

/* Entities of HTML that feeds use without defining them. */
static const struct {
	const char *name, *text;
} entities[] = {{"nbsp", " "}, {"ldquo", "“"}, {"rdquo", "”"}, {"lsquo", "‘"}, {"rsquo", "’"},
	{"mdash", "—"}, {"ndash", "–"}, {"hellip", "…"}, {"middot", "·"}, {"bull", "•"},
	{"copy", "©"}, {"reg", "®"}, {"trade", "™"}, {"times", "×"}, {"deg", "°"}, {"laquo", "«"},
	{"raquo", "»"}, {"yen", "¥"}, {"euro", "€"}, {"pound", "£"}, {"eacute", "é"},
	{"egrave", "è"}, {"agrave", "à"}, {"ccedil", "ç"}, {"uuml", "ü"}, {"ouml", "ö"},
	{"auml", "ä"}, {"szlig", "ß"}, {"ntilde", "ñ"}, {"oacute", "ó"}, {"aacute", "á"},
	{"iacute", "í"}, {"sect", "§"}, {"para", "¶"}, {"ensp", " "}, {"emsp", " "}, {"prime", "′"},
	{"rarr", "→"}};

/* The document type from <! to the > that ends it, brackets in it counted. */
static size_t doctype_end(struct span s, size_t at)
{
	int brackets = 0;

	for (; at < s.len; at++) {
		if (s.data[at] == '[')
			brackets++;
		else if (s.data[at] == ']')
			brackets--;
		else if (s.data[at] == '>' && brackets <= 0)
			return at + 1;
	}
	return s.len;
}

static void cut_doctype(struct strbuf *text)
{
	size_t head = text->len < 8192 ? text->len : 8192, end;

	for (size_t i = 0; i + 9 < head; i++) {
		if (text->data[i] != '<')
			continue;
		if (text->data[i + 1] != '!' && text->data[i + 1] != '?')
			return; /* the root: behind it stands no document type */
		if (strncasecmp(text->data + i, "<!DOCTYPE", 9) != 0) {
			const char *close = text->data[i + 1] == '?' ? "?>" : "-->";
			ptrdiff_t at =
				span_find(span_from_offset(strbuf_span(text), i), span_str(close));

			if (at < 0)
				return;
			i += (size_t)at;
			continue;
		}
		end = doctype_end(strbuf_span(text), i);
		memset(text->data + i, ' ', end - i);
		return;
	}
}

/* Control characters are no XML; a tag with too many attributes ends what is read. */
static void clean_bytes(struct strbuf *text)
{
	size_t n_equals = 0;
	bool in_tag = false;

	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
			text->data[i] = ' ';
		else if (c == '<') {
			in_tag = true;
			n_equals = 0;
		} else if (c == '>')
			in_tag = false;
		else if (c == '=' && in_tag && ++n_equals > ATTRIBUTES_MAX * 8) {
			strbuf_truncate(text, i);
			return;
		}
	}
}

static xmlDoc *parse(struct span text)
{
	xmlParserCtxt *parser = xmlNewParserCtxt();
	xmlDoc *doc;

	if (!parser)
		return NULL;
	doc = xmlCtxtReadMemory(parser, text.data, (int)text.len, NULL, "UTF-8",
		XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
	xmlFreeParserCtxt(parser);
	return doc;
}

struct xml *xml_open(struct span utf8, const char *url)
{
	static pthread_once_t library_once = PTHREAD_ONCE_INIT;
	struct xml *x = ALLOC_NEW(struct xml);

	/* Left to itself, libxml2 sets itself up in whichever threads come first. */
	pthread_once(&library_once, xmlInitParser);
	utf8 = span_trim(utf8);
	x->text = (struct strbuf)STRBUF_INIT;
	x->entity = (struct strbuf)STRBUF_INIT;
	x->url = url ? alloc_strdup(url) : NULL;
	strbuf_add_span(&x->text, utf8);
	clean_bytes(&x->text);
	cut_doctype(&x->text);
	if (x->text.len > 0 && x->text.len < INT_MAX)
		x->doc = parse(strbuf_span(&x->text));
	if (x->doc)
		x->reader = xmlReaderWalker(x->doc);
	return x;
}

void xml_close(struct xml *x)
{
	if (!x)
		return;
	xmlFreeTextReader(x->reader);
	xmlFreeDoc(x->doc);
	for (size_t i = 0; i < sizeof x->base / sizeof *x->base; i++)
		free(x->base[i]);
	strbuf_release(&x->text);
	strbuf_release(&x->entity);
	free(x->url);
	free(x);
}

static const char *base_above(const struct xml *x, int depth)
{
	for (int i = depth < DEPTH_MAX ? depth : DEPTH_MAX; i >= 0; i--)
		if (x->base[i])
			return x->base[i];
	return x->url;
}

static void set_base(struct xml *x)
{
	int depth = xmlTextReaderDepth(x->reader);
	xmlChar *value;
	const char *above;
	struct strbuf url = STRBUF_INIT;

	if (depth < 0 || depth > DEPTH_MAX)
		return;
	free(x->base[depth]);
	x->base[depth] = NULL;
	value = xmlTextReaderGetAttributeNs(x->reader, BAD_CAST "base",
		BAD_CAST "http://www.w3.org/XML/1998/namespace");
	if (!value)
		return;
	above = depth ? base_above(x, depth - 1) : x->url;
	if (url_resolve(span_str((const char *)value), span_str(above), &url) == 0)
		x->base[depth] = strbuf_take(&url);
	strbuf_release(&url);
	xmlFree(value);
}

static void forget_bases(struct xml *x, int depth)
{
	if (depth >= 0 && depth <= DEPTH_MAX) {
		free(x->base[depth]);
		x->base[depth] = NULL;
	}
}

static enum xml_event read_entity(struct xml *x)
{
	const char *name = (const char *)xmlTextReaderConstName(x->reader);

	strbuf_clear(&x->entity);
	for (size_t i = 0; name && i < sizeof entities / sizeof *entities; i++)
		if (strcmp(name, entities[i].name) == 0)
			strbuf_add_str(&x->entity, entities[i].text);
	return XML_EVENT_TEXT;
}

static enum xml_event event_of_node(struct xml *x)
{
	switch (xmlTextReaderNodeType(x->reader)) {
	case XML_READER_TYPE_ELEMENT:
		x->empty = xmlTextReaderIsEmptyElement(x->reader) == 1;
		set_base(x);
		return XML_EVENT_START;
	case XML_READER_TYPE_END_ELEMENT:
		forget_bases(x, xmlTextReaderDepth(x->reader));
		return XML_EVENT_END;
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
		strbuf_clear(&x->entity);
		strbuf_add_str(&x->entity, (const char *)xmlTextReaderConstValue(x->reader));
		return XML_EVENT_TEXT;
	case XML_READER_TYPE_ENTITY_REFERENCE:
		return read_entity(x);
	default:
		return XML_EVENT_DONE;
	}
}

enum xml_event xml_next(struct xml *x)
{
	if (x->empty) {
		x->empty = false;
		forget_bases(x, xmlTextReaderDepth(x->reader));
		return x->event = XML_EVENT_END;
	}
	while (x->reader && xmlTextReaderRead(x->reader) == 1) {
		x->event = event_of_node(x);
		if (x->event != XML_EVENT_DONE)
			return x->event;
	}
	return x->event = XML_EVENT_DONE;
}

static const char *or_empty(const xmlChar *s)
{
	return s ? (const char *)s : "";
}

const char *xml_name(const struct xml *x)
{
	return or_empty(xmlTextReaderConstLocalName(x->reader));
}

const char *xml_space(const struct xml *x)
{
	return or_empty(xmlTextReaderConstNamespaceUri(x->reader));
}

const char *xml_text(const struct xml *x)
{
	return x->entity.data;
}

int xml_depth(const struct xml *x)
{
	return xmlTextReaderDepth(x->reader);
}

const char *xml_base(const struct xml *x)
{
	return base_above(x, xmlTextReaderDepth(x->reader));
}

const char *xml_attr(const struct xml *x, const char *name)
{
	const char *value = NULL;

	if (x->event != XML_EVENT_START)
		return NULL;
	for (int r = xmlTextReaderMoveToFirstAttribute(x->reader); r == 1 && !value;
		r = xmlTextReaderMoveToNextAttribute(x->reader)) {
		const char *local = or_empty(xmlTextReaderConstLocalName(x->reader));

		if (strcasecmp(local, name) == 0)
			value = or_empty(xmlTextReaderConstValue(x->reader));
	}
	xmlTextReaderMoveToElement(x->reader);
	return value;
}

static void add_escaped(struct strbuf *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			strbuf_add_str(out, "&lt;");
		else if (*s == '>')
			strbuf_add_str(out, "&gt;");
		else if (*s == '&')
			strbuf_add_str(out, "&amp;");
		else if (*s == '"')
			strbuf_add_str(out, "&quot;");
		else
			strbuf_add_char(out, *s);
	}
}

static void add_tag(struct xml *x, struct strbuf *out)
{
	strbuf_printf(out, "<%s", xml_name(x));
	for (int r = xmlTextReaderMoveToFirstAttribute(x->reader); r == 1;
		r = xmlTextReaderMoveToNextAttribute(x->reader)) {
		if (xmlTextReaderIsNamespaceDecl(x->reader) == 1)
			continue;
		strbuf_printf(out, " %s=\"", or_empty(xmlTextReaderConstLocalName(x->reader)));
		add_escaped(out, or_empty(xmlTextReaderConstValue(x->reader)));
		strbuf_add_char(out, '"');
	}
	xmlTextReaderMoveToElement(x->reader);
	strbuf_add_str(out, x->empty ? " />" : ">");
}

void xml_add_content(struct xml *x, enum xml_content content, struct strbuf *out)
{
	bool empty;

	for (int level = 1; level > 0;) {
		switch (xml_next(x)) {
		case XML_EVENT_START:
			empty = x->empty;
			if (content != XML_CONTENT_TEXT)
				add_tag(x, out);
			level++;
			if (empty) {
				xml_next(x); /* its end, which the tag has written */
				level--;
			}
			break;
		case XML_EVENT_END:
			level--;
			if (content != XML_CONTENT_TEXT && level > 0)
				strbuf_printf(out, "</%s>", xml_name(x));
			break;
		case XML_EVENT_TEXT:
			if (content == XML_CONTENT_MARKUP)
				add_escaped(out, xml_text(x));
			else
				strbuf_add_str(out, xml_text(x));
			break;
		case XML_EVENT_DONE:
			return;
		}
	}
}
