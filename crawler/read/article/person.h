/*
 * Persons: what a page gives as the author, made names. One string may hold
 * several (A, B and C), lead words (By, Von), roles (/ Journalist), initials
 * in brackets, an address. What is no name is left out.
 *
 * Thread-safe; linear in the text.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_PERSON_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_PERSON_H

#include "common/arena.h"
#include "common/span.h"
#include "crawler/read/date/date.h"
#include "store/record.h"

#include <stdbool.h>

#define PERSON_LIST_MAX 20 /* of one page */

enum person_form {
	PERSON_LIST,         /* one or several, as they are written */
	PERSON_BYLINE,       /* a line of them, with a place behind: Anna Weber, Hamburg */
	PERSON_FAMILY_FIRST, /* library catalogues: Family, Given; one only */
	PERSON_GROUP,        /* one organisation, whose name may hold a comma */
};

/* Adds the names in @text that @list does not have yet, copied to the arena. */
void person_add(struct span text, enum person_form form, struct arena *a, struct str_list *list);

/*
 * Whether @line is "By A and B" and nothing else but a date, in the languages we
 * know; *@ret_names is what stands between them.
 */
bool person_line(struct span line, const struct date_context *dates, struct span *ret_names);

/* Whether a text looks like the name of one person: two to five words, capitals, no digits. */
bool person_is_name_like(struct span line);

/* Whether @name is no person but part of the site's own name, or holds it: NTV of ntv.example. */
bool person_is_site(const char *name, const char *site, struct span host);

#endif
