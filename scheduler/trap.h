/*
 * Traps: addresses of which a site can make any number without publishing
 * anything. Judged by the address alone, and only where it is beyond what is
 * seen of sites that mean well: a page that is taken for a trap is lost.
 *
 * Pure, linear in the length of the address.
 */
#ifndef POLICYWATCH_SCHEDULER_TRAP_H
#define POLICYWATCH_SCHEDULER_TRAP_H

#include "common/span.h"

#include <stdint.h>

enum trap {
	TRAP_NONE,
	TRAP_LONG,       /* longer than any sitemap may have it */
	TRAP_DEEP,       /* a path of too many segments */
	TRAP_REPEATED,   /* "/a/b/a/b/a/b/": a relative link that leads on and on */
	TRAP_PARAMETERS, /* too many, or one again and again */
	TRAP_NESTED,     /* an address in an address in an address: login pages' way back */
	TRAP_CALENDAR,   /* a day of which there can be no news, or a calendar's of long ago */
};

/* @href as url_resolve() writes it; @now_ms the wall clock's, for calendars. */
enum trap trap_of(struct span href, int64_t now_ms);

/* What is wrong, for people; NULL for TRAP_NONE. */
const char *trap_str(enum trap t);

#endif
