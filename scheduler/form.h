/*
 * Forms: the four ways to write an address that differ in http or https, and in
 * "www." before the host's name. Only addresses without a port of their own and
 * with a name for a host have other forms.
 *
 * Pure functions.
 */
#ifndef POLICYWATCH_SCHEDULER_FORM_H
#define POLICYWATCH_SCHEDULER_FORM_H

#include "common/span.h"
#include "common/strbuf.h"
#include "common/url.h"

#include <stdbool.h>

/*
 * As seen from an address. Its twin's host has "www." where its own has not, and has not
 * where it has.
 */
enum form {
	FORM_NONE,
	FORM_HTTP,
	FORM_HTTPS,
	FORM_HTTP_TWIN,
	FORM_HTTPS_TWIN,
};

/*
 * What a host's addresses of one scheme are better called: the form in which the
 * site shows the same pages, and how often it has said so.
 */
struct form_choice {
	enum form to;
	unsigned evidence;
};

#define FORM_EVIDENCE 3 /* so often makes it a rule; one page may be an exception */

static inline bool form_is_chosen(struct form_choice c)
{
	return c.to && c.evidence >= FORM_EVIDENCE;
}

/*
 * Appends @href in another form. False, and nothing appended, when it is in that one or
 * has none.
 */
bool form_make(const struct url_parts *href, enum form f, struct strbuf *out);

/* The form that an address is of one that is its form @f. */
enum form form_back(const struct url_parts *href, enum form f);

#endif
