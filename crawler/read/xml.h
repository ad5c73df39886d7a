/*
 * XML: a document read element by element (libxml2, whose only user this is). Tolerant: what is
 * broken is read as far as it makes sense. Never the network, never an external entity; the
 * document type is cut out before parsing, so that no entity can be defined at all.
 *
 * Thread-safe as long as a reader is used by one thread at a time. Cost is
 * linear in the input; nesting ends at libxml2's limit of 256.
 */
#ifndef POLICYWATCH_CRAWLER_READ_XML_H
#define POLICYWATCH_CRAWLER_READ_XML_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>

enum xml_event {
	XML_EVENT_DONE,
	XML_EVENT_START,
	XML_EVENT_END,
	XML_EVENT_TEXT,
};

enum xml_content {
	XML_CONTENT_TEXT,   /* characters alone */
	XML_CONTENT_TAGS,   /* and the tags between them: text that is markup already */
	XML_CONTENT_MARKUP, /* and the tags between them, the characters escaped */
};

struct xml;

/* Reads UTF-8, which is copied. @url is where relative links start, NULL for none. */
struct xml *xml_open(struct span utf8, const char *url);
void xml_close(struct xml *x);
DEFINE_CLEANUP(struct xml *, xml_close)

/* The next event; an empty element gives a start and an end. */
enum xml_event xml_next(struct xml *x);

/* Of the present event; borrowed until the next one. The root has depth 0. */
const char *xml_name(const struct xml *x);  /* local name */
const char *xml_space(const struct xml *x); /* namespace, "" without one */
const char *xml_text(const struct xml *x);
int xml_depth(const struct xml *x);

/* An attribute of the present start by its local name, NULL without it. */
const char *xml_attr(const struct xml *x, const char *name);

/* What xml:base and the document's address make of the present element. */
const char *xml_base(const struct xml *x);

/* Appends what is in the element that has just started, and moves to its end. */
void xml_add_content(struct xml *x, enum xml_content content, struct strbuf *out);

#endif
