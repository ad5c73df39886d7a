/*
 * Apply: what a crawler says became of a URL. Within a transaction of the
 * planner.
 *
 *   items      are admitted, whoever sends them
 *   outcome    moves the URL to its next moment, and its host to its own,
 *              unless another worker has the URL by now
 *   moved_to   is admitted as a URL like this one; where a source's own URL
 *              leads to stands in for it
 *   failures   back the host off: until one request, the probe, has an answer,
 *              it is asked once a pause, and each pause doubles
 *   next_page  of a list that is mostly new: looked at as well, now
 */
#ifndef POLICYWATCH_SCHEDULER_APPLY_H
#define POLICYWATCH_SCHEDULER_APPLY_H

#include "scheduler/planner.h"

void apply_result(struct planner *p, struct worker *w, const struct result *r);

#endif
