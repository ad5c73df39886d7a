#include "crawler/read/clean_repeat.h"

#define BLOCK_LINES_MIN 3 /* in a row */

/* Hashes of what lines say, so that one set finds every repetition. */
struct seen {
	uint64_t *hashes;
	uint32_t *at; /* line + 1 */
	size_t mask;
};

static size_t slot_of(const struct seen *s, uint64_t hash)
{
	size_t slot = hash & s->mask;

	while (s->at[slot] && s->hashes[slot] != hash)
		slot = (slot + 1) & s->mask;
	return slot;
}

static void seen_init(struct seen *s, size_t n, struct arena *a)
{
	for (s->mask = 15; s->mask < n * 2; s->mask = s->mask * 2 + 1)
		;
	s->hashes = arena_alloc(a, (s->mask + 1) * sizeof *s->hashes);
	s->at = arena_alloc(a, (s->mask + 1) * sizeof *s->at);
}

static size_t count_run(const struct clean_sum *sums, size_t n, size_t earlier, size_t i)
{
	size_t run = 0;

	while (i + run < n && earlier + run < i && sums[earlier + run].hash == sums[i + run].hash)
		run++;
	return run;
}

void clean_find_repeats(const struct clean_sum *sums, size_t n, struct arena *a, bool *ret_drop)
{
	struct seen seen;

	seen_init(&seen, n, a);
	for (size_t i = 0; i < n;) {
		size_t slot = slot_of(&seen, sums[i].hash), run;

		run = seen.at[slot] ? count_run(sums, n, seen.at[slot] - 1, i) : 0;
		if (run >= BLOCK_LINES_MIN) {
			for (size_t end = i + run; i < end; i++)
				ret_drop[i] = true;
			continue;
		}
		ret_drop[i] =
			(i > 0 && sums[i].hash == sums[i - 1].hash) || (run && sums[i].is_long);
		if (!seen.at[slot]) {
			seen.hashes[slot] = sums[i].hash;
			seen.at[slot] = (uint32_t)i + 1;
		}
		i++;
	}
}
