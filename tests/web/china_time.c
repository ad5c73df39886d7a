#include "tests/web/china_time.h"

#include "common/clock.h"

#include <stdio.h>

#define ZONE_MIN 480

struct china_time china_time_of(int64_t ms)
{
	char text[CLOCK_TEXT_MAX];
	struct china_time t = {0};

	clock_format(ms, ZONE_MIN, text);
	(void)sscanf(text, "%d-%d-%dT%d:%d:%d", &t.year, &t.month, &t.day, &t.hour, &t.minute,
		&t.second); /* it is our own format */
	return t;
}
