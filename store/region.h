/* Region: names of Chinese provinces and cities, and their codes (GB/T 2260). Pure, thread-safe. */
#ifndef POLICYWATCH_STORE_REGION_H
#define POLICYWATCH_STORE_REGION_H

#include "common/span.h"

/*
 * The six digits for a folded name, with or without 省, 市, 自治区, 自治州 behind
 * it, or NULL for a name that is unknown. Of a province and a city of one name the bare
 * name is the province. Static.
 */
const char *region_code(struct span name);

#endif
