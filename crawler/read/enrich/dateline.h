/* Dateline: what stands before the first word of a report: 本报讯（记者 某某）, LONDON (Agency) -. Pure. */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_DATELINE_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_DATELINE_H

#include "common/span.h"

/* @sentence without it. */
struct span dateline_skip(struct span sentence);

#endif
