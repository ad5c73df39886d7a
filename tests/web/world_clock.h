/*
 * The clock of the world that is served: it starts at a stated time, runs at a
 * rate of our own, and can be stopped, stepped and set by a test. Monotonic
 * time drives it, so that nothing else moves it.
 */
#ifndef POLICYWATCH_TESTS_WEB_WORLD_CLOCK_H
#define POLICYWATCH_TESTS_WEB_WORLD_CLOCK_H

#include <stdint.h>

struct world_clock {
	int64_t set_ms;      /* the world's time when it was set last */
	int64_t set_mono_ms; /* and ours then */
	double rate;         /* world's milliseconds per real one; 0: it stands */
};

void world_clock_init(struct world_clock *c, int64_t start_ms);
int64_t world_clock_now_ms(const struct world_clock *c);
void world_clock_set_rate(struct world_clock *c, double rate);
void world_clock_set(struct world_clock *c, int64_t now_ms);

/* CLOCK_MONOTONIC, as Python's time.monotonic() has it; in microseconds. */
int64_t mono_us(void);

#endif
