/*
 * Preference: a site that shows the same pages under http and https, or with and
 * without "www.", is asked in one form of its addresses. Evidence is what the
 * site does: it redirects from one to the other, a page says that its address
 * is the other (and is believed), or both are kept and have the same text.
 * Three such pages make a rule of a host; one that is not there in the
 * preferred form, and had not been before, ends it.
 *
 * Within a transaction of the planner.
 */
#ifndef POLICYWATCH_SCHEDULER_PREFERENCE_H
#define POLICYWATCH_SCHEDULER_PREFERENCE_H

#include "scheduler/planner.h"

/* What an answer says about forms. @e as it was before the answer. */
void preference_learn(struct planner *p, const struct entry *e, const struct result *r);

/* Appends the form of @href that is asked for instead. False when it is asked for itself. */
bool preference_find(struct planner *p, struct span href, struct strbuf *out);

#endif
