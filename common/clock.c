#include "common/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t fake_ms = -1;

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	if (fake_ms >= 0)
		return fake_ms;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_clock(CLOCK_BOOTTIME);
}

void clock_fake_set(int64_t now_ms)
{
	fake_ms = now_ms;
}

char *clock_format(int64_t wall_ms, int zone_min, char out[CLOCK_TEXT_MAX])
{
	int64_t seconds = (wall_ms >= 0 ? wall_ms : wall_ms - 999) / 1000;
	time_t local = (time_t)(seconds + zone_min * 60);
	struct tm tm;
	size_t n;

	if (!gmtime_r(&local, &tm) || tm.tm_year > 9999 - 1900 || tm.tm_year < -1900) {
		local = 0;
		gmtime_r(&local, &tm);
	}
	n = (size_t)snprintf(out, CLOCK_TEXT_MAX, "%04d-", (tm.tm_year + 1900) % 10000);
	n += strftime(out + n, CLOCK_TEXT_MAX - n, "%m-%dT%H:%M:%S", &tm);
	if (zone_min == 0)
		snprintf(out + n, CLOCK_TEXT_MAX - n, "Z");
	else
		snprintf(out + n, CLOCK_TEXT_MAX - n, "%c%02d:%02d", zone_min < 0 ? '-' : '+',
			(zone_min < 0 ? -zone_min : zone_min) / 60 % 100,
			(zone_min < 0 ? -zone_min : zone_min) % 60);
	return out;
}

/* The calendar's arithmetic by Howard Hinnant, "chrono-compatible low-level date algorithms". */
int64_t clock_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool clock_is_date(int year, int month, int day)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return !(month == 2 && day == 29 && !leap);
}

static bool read_digits(struct span *s, size_t n, int *ret)
{
	int value = 0;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->data[i] < '0' || s->data[i] > '9')
			return false;
		value = value * 10 + (s->data[i] - '0');
	}
	*s = span_from_offset(*s, n);
	*ret = value;
	return true;
}

static bool read_char(struct span *s, const char *any)
{
	if (!s->len || !s->data[0] || !strchr(any, s->data[0]))
		return false;
	*s = span_from_offset(*s, 1);
	return true;
}

static int read_fraction_ms(struct span *s)
{
	int ms = 0, scale = 100;

	if (!read_char(s, "."))
		return 0;
	while (s->len && s->data[0] >= '0' && s->data[0] <= '9') {
		ms += (s->data[0] - '0') * scale;
		scale /= 10;
		*s = span_from_offset(*s, 1);
	}
	return ms;
}

static bool read_zone(struct span *s, int *ret_min)
{
	int sign, hours, minutes;

	if (read_char(s, "Zz")) {
		*ret_min = 0;
		return s->len == 0;
	}
	if (!s->len || !(s->data[0] == '+' || s->data[0] == '-'))
		return false;
	sign = s->data[0] == '-' ? -1 : 1;
	*s = span_from_offset(*s, 1);
	if (!read_digits(s, 2, &hours) || !read_char(s, ":") || !read_digits(s, 2, &minutes))
		return false;
	*ret_min = sign * (hours * 60 + minutes);
	return s->len == 0 && hours < 24 && minutes < 60;
}

bool clock_parse(struct span s, int64_t *ret_ms)
{
	int year, month, day, hour, minute, second, ms, zone;

	if (!read_digits(&s, 4, &year) || !read_char(&s, "-") || !read_digits(&s, 2, &month) ||
		!read_char(&s, "-") || !read_digits(&s, 2, &day) || !read_char(&s, "Tt ") ||
		!read_digits(&s, 2, &hour) || !read_char(&s, ":") || !read_digits(&s, 2, &minute) ||
		!read_char(&s, ":") || !read_digits(&s, 2, &second))
		return false;
	ms = read_fraction_ms(&s);
	if (!read_zone(&s, &zone) || !clock_is_date(year, month, day) || hour > 23 || minute > 59 ||
		second > 60)
		return false;
	*ret_ms = (clock_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
			  zone * 60) *
			1000 +
		ms;
	return true;
}
