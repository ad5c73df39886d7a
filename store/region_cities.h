/*
 * Region cities: the cities, prefectures and leagues below the provinces, by code
 * (GB/T 2260), as of the gazetteers. Data of region.c, nobody else's.
 */
#ifndef POLICYWATCH_STORE_REGION_CITIES_H
#define POLICYWATCH_STORE_REGION_CITIES_H

#include <stddef.h>

struct region_city {
	const char *name; /* folded, without 市, 地区, 盟, 自治州 */
	const char *code;
};

extern const struct region_city region_cities[];
extern const size_t n_region_cities;

#endif
