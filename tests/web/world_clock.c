#include "tests/web/world_clock.h"

#include "common/clock.h"

#include <time.h>

void world_clock_init(struct world_clock *c, int64_t start_ms)
{
	*c = (struct world_clock){start_ms, clock_mono_ms(), 1.0};
}

int64_t world_clock_now_ms(const struct world_clock *c)
{
	return c->set_ms + (int64_t)((double)(clock_mono_ms() - c->set_mono_ms) * c->rate);
}

void world_clock_set(struct world_clock *c, int64_t now_ms)
{
	c->set_ms = now_ms;
	c->set_mono_ms = clock_mono_ms();
}

void world_clock_set_rate(struct world_clock *c, double rate)
{
	world_clock_set(c, world_clock_now_ms(c));
	c->rate = rate;
}

int64_t mono_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
