/*
 * Time: int64_t milliseconds everywhere. The wall clock (Unix epoch, UTC) is
 * for what is stored and shown; the monotonic clock for what is waited for.
 * It counts while the machine sleeps (CLOCK_BOOTTIME).
 *
 * Tests replace both with clock_fake_set(). Not to be faked while other
 * threads run.
 */
#ifndef POLICYWATCH_COMMON_CLOCK_H
#define POLICYWATCH_COMMON_CLOCK_H

#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);

/* Both clocks stand at @now_ms until set again; a negative value returns to the real ones. */
void clock_fake_set(int64_t now_ms);

#define CLOCK_TEXT_MAX 40

/*
 * RFC 3339 with seconds: "2025-05-29T20:30:00+08:00", "Z" for UTC. @zone_min
 * is the distance from UTC in minutes, east is positive. Returns @out.
 */
char *clock_format(int64_t wall_ms, int zone_min, char out[CLOCK_TEXT_MAX]);

/* Reads RFC 3339, a fraction allowed. False, *@ret_ms untouched, when it is none. */
bool clock_parse(struct span text, int64_t *ret_ms);

/* Days since 1970-01-01 of a date of the Gregorian calendar; month and day count from 1. */
int64_t clock_days(int year, int month, int day);

/* Whether the calendar has this day. */
bool clock_is_date(int year, int month, int day);

#endif
