/* A moment as clocks in China show it. Thread-safe. */
#ifndef POLICYWATCH_TESTS_WEB_CHINA_TIME_H
#define POLICYWATCH_TESTS_WEB_CHINA_TIME_H

#include <stdint.h>

struct china_time {
	int year, month, day, hour, minute, second;
};

struct china_time china_time_of(int64_t ms);

#endif
