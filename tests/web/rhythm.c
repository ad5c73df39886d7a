#include "tests/web/rhythm.h"

#include "tests/web/mix.h"

#define DAY_MS          ((int64_t)86400 * 1000)
#define MONDAY_MS       (4 * DAY_MS - 8 * 3600 * 1000) /* the first one in China after the epoch */
#define WORKDAYS        5
#define BURST_MIN       30
#define BURST_SIZES     31
#define BURST_MS        900 /* all of a burst fall into one second */
#define BURSTS_AT_LEAST 3   /* however few the items are */

const char *rhythm_str(enum rhythm_kind kind)
{
	static const char *const names[] = {[RHYTHM_STEADY] = "steady",
		[RHYTHM_BURSTS] = "bursts",
		[RHYTHM_OFFICE] = "office",
		[RHYTHM_SILENCE] = "silence"};

	return names[kind];
}

/* Place @k of @n in @width, somewhere in its n-th part. */
static int64_t spread(uint64_t key, uint32_t k, uint32_t n, int64_t width)
{
	int64_t from = width * k / n;
	int64_t end = width * (k + 1) / n;

	return end - from < 2 ? from : from + (int64_t)(mix(key, k) % (uint64_t)(end - from));
}

/* All of a burst come at its moment, a few milliseconds after each other. */
static int64_t burst_time(const struct rhythm *r, uint32_t k, uint32_t n)
{
	uint32_t size = BURST_MIN + (uint32_t)(mix(r->key, 1) % BURST_SIZES), n_bursts;
	int64_t part;

	if (size > n / BURSTS_AT_LEAST)
		size = n / BURSTS_AT_LEAST ? n / BURSTS_AT_LEAST : 1;
	n_bursts = (n + size - 1) / size;
	part = r->span_ms / n_bursts;
	return part * (k / size) + part / 4 +
		(int64_t)(mix(r->key, k / size) % (uint64_t)(part / 2 + 1)) +
		(part > 4 * BURST_MS ? (int64_t)(k % size) * BURST_MS / size : 0);
}

/* The calendar that office hours follow: the real one, or the span as one week. */
struct calendar {
	int64_t monday_ms;
	int64_t day_ms;
};

static struct calendar calendar_of(const struct rhythm *r)
{
	if (r->span_ms >= 7 * DAY_MS)
		return (struct calendar){MONDAY_MS, DAY_MS};
	return (struct calendar){r->start_ms, r->span_ms / 7 + 1};
}

/* Working time from the calendar's first Monday to @ms, which is not before it. */
static int64_t work_before(const struct calendar *c, int64_t ms)
{
	int64_t days = (ms - c->monday_ms) / c->day_ms, rest = (ms - c->monday_ms) % c->day_ms;
	int64_t opening = c->day_ms * 9 / 24, day = c->day_ms * 8 / 24, today = rest - opening;

	if (days % 7 >= WORKDAYS)
		return (days / 7 + 1) * WORKDAYS * day;
	today = today < 0 ? 0 : today > day ? day : today;
	return (days / 7 * WORKDAYS + days % 7) * day + today;
}

/* The moment after so much working time. */
static int64_t time_of_work(const struct calendar *c, int64_t work)
{
	int64_t day = c->day_ms * 8 / 24, n = work / day;

	return c->monday_ms + (n / WORKDAYS * 7 + n % WORKDAYS) * c->day_ms + c->day_ms * 9 / 24 +
		work % day;
}

static int64_t office_time(const struct rhythm *r, uint32_t k, uint32_t n)
{
	const struct calendar c = calendar_of(r);
	int64_t from = work_before(&c, r->start_ms);
	int64_t width = work_before(&c, r->start_ms + r->span_ms) - from;

	return time_of_work(&c, from + spread(r->key, k, n, width)) - r->start_ms;
}

/* Of the span, the part in which a site that falls silent still publishes: 30 to 50 %. */
static int64_t talking_ms(const struct rhythm *r)
{
	return r->span_ms * (int64_t)(30 + mix(r->key, 2) % 21) / 100;
}

int64_t rhythm_time(const struct rhythm *r, uint32_t number)
{
	uint32_t k = number - r->n_old, n = r->n - r->n_old;

	if (number < r->n_old)
		return r->start_ms - r->past_ms + spread(r->key, number, r->n_old, r->past_ms) - 1;
	switch (r->kind) {
	case RHYTHM_BURSTS:
		return r->start_ms + burst_time(r, k, n);
	case RHYTHM_OFFICE:
		return r->start_ms + office_time(r, k, n);
	case RHYTHM_SILENCE:
		return r->start_ms + spread(r->key, k, n, talking_ms(r));
	case RHYTHM_STEADY:
		break;
	}
	return r->start_ms + spread(r->key, k, n, r->span_ms);
}

uint32_t rhythm_count(const struct rhythm *r, int64_t now_ms)
{
	uint32_t low = 0, high = r->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rhythm_time(r, middle) <= now_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
