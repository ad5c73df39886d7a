/*
 * Label: what a document, or HTTP about it, says of its encoding.
 *
 * Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CHARSET_LABEL_H
#define POLICYWATCH_CRAWLER_READ_CHARSET_LABEL_H

#include "crawler/read/charset/charset_codec.h"

/* The charset parameter of a Content-Type header. */
enum encoding label_in_content_type(const char *content_type);

/* HTML, "prescan a byte stream to determine its encoding", further than the standard asks. */
enum encoding label_in_html(struct span bytes);

/* The declaration of XML (4.3.3); white space may stand before it in sloppy feeds. */
enum encoding label_in_xml(struct span bytes);

#endif
