#include "crawler/read/clean/clean_repeat.h"

#define BLOCK_LINES_MIN 3 /* in a row */
#define VERSE_LINES_MIN 6
#define VERSE_PERCENT   70 /* of the lines are short */

/* Hashes of what lines say, so that one set finds every repetition. */
struct seen {
	uint64_t *hashes;
	uint32_t *at; /* the first line that says it, + 1 */
	uint32_t *times;
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
	s->times = arena_alloc(a, (s->mask + 1) * sizeof *s->times);
}

/* Of verse only all of it: a refrain is looked no further into. */
static bool may_be_copied(size_t n, size_t earlier, size_t i, bool verse)
{
	size_t most = i - earlier < n - i ? i - earlier : n - i;

	return !verse || (earlier <= 1 && (most + 1) * 2 >= n);
}

static size_t count_run(const struct clean_sum *sums, size_t n, size_t earlier, size_t i)
{
	size_t run = 0;

	while (i + run < n && earlier + run < i && sums[earlier + run].hash == sums[i + run].hash)
		run++;
	return run;
}

/* Where each line stood first, and how often it stands there in all. */
static void note_lines(const struct clean_sum *sums, size_t n, struct seen *seen)
{
	for (size_t i = 0; i < n; i++) {
		size_t slot = slot_of(seen, sums[i].hash);

		if (!seen->times[slot]++) {
			seen->hashes[slot] = sums[i].hash;
			seen->at[slot] = (uint32_t)i + 1;
		}
	}
}

static bool is_verse(const struct clean_sum *sums, size_t n)
{
	size_t n_short = 0;

	for (size_t i = 0; i < n; i++)
		n_short += sums[i].is_short;
	return n >= VERSE_LINES_MIN && n_short * 100 >= n * VERSE_PERCENT;
}

/* A block of lines that stood before, or all of a text that does. */
static bool is_copy(size_t n, size_t run, bool verse)
{
	return run >= BLOCK_LINES_MIN && (!verse || (run + 1) * 2 >= n);
}

/* A line alone. */
static bool is_repetition(const struct clean_sum *sums, size_t i, uint32_t times, bool verse)
{
	if (verse || sums[i].is_row)
		return false;
	return sums[i].hash == sums[i - 1].hash || (sums[i].is_long && times == 2);
}

void clean_find_repeats(const struct clean_sum *sums, size_t n, struct arena *a, bool *ret_drop)
{
	bool verse = is_verse(sums, n);
	struct seen seen;

	seen_init(&seen, n, a);
	note_lines(sums, n, &seen);
	for (size_t i = 0; i < n;) {
		size_t slot = slot_of(&seen, sums[i].hash), first = seen.at[slot] - 1, run;

		run = first < i && may_be_copied(n, first, i, verse) ? count_run(sums, n, first, i)
								     : 0;
		if (is_copy(n, run, verse)) {
			for (size_t end = i + run; i < end; i++)
				ret_drop[i] = true;
			continue;
		}
		ret_drop[i] = run && is_repetition(sums, i, seen.times[slot], verse);
		i++;
	}
}

void clean_find_known(const struct clean_sum *sums, size_t n, size_t first, struct arena *a,
	bool *ret_drop)
{
	struct seen seen;

	seen_init(&seen, n, a);
	note_lines(sums, n, &seen);
	for (size_t i = first; i < n;) {
		size_t earlier = seen.at[slot_of(&seen, sums[i].hash)] - 1;
		size_t run = earlier < i ? count_run(sums, n, earlier, i) : 0;
		size_t end = i + (run >= BLOCK_LINES_MIN ? run : 1);

		for (bool known = run >= BLOCK_LINES_MIN || (run && sums[i].is_long); i < end; i++)
			ret_drop[i] = known;
	}
}
