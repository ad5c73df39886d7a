#include "crawler/read/date/date_place.h"

#include <stdlib.h>
#include <unicode/ucal.h>

#define ZONE_NAME_MAX 40

struct place {
	char code[3];
	const char *zone;
};

/* Sorted. Domains that are sold all over the world (.co, .io, .me, .tv) tell nothing. */
static const struct place countries[] = {
	{"ae", "Asia/Dubai"},
	{"ar", "America/Argentina/Buenos_Aires"},
	{"at", "Europe/Vienna"},
	{"au", "Australia/Sydney"},
	{"bd", "Asia/Dhaka"},
	{"be", "Europe/Brussels"},
	{"bg", "Europe/Sofia"},
	{"br", "America/Sao_Paulo"},
	{"by", "Europe/Minsk"},
	{"ca", "America/Toronto"},
	{"ch", "Europe/Zurich"},
	{"cl", "America/Santiago"},
	{"cn", "Asia/Shanghai"},
	{"cz", "Europe/Prague"},
	{"de", "Europe/Berlin"},
	{"dk", "Europe/Copenhagen"},
	{"ee", "Europe/Tallinn"},
	{"eg", "Africa/Cairo"},
	{"es", "Europe/Madrid"},
	{"fi", "Europe/Helsinki"},
	{"fr", "Europe/Paris"},
	{"gb", "Europe/London"},
	{"gr", "Europe/Athens"},
	{"hk", "Asia/Hong_Kong"},
	{"hr", "Europe/Zagreb"},
	{"hu", "Europe/Budapest"},
	{"id", "Asia/Jakarta"},
	{"ie", "Europe/Dublin"},
	{"il", "Asia/Jerusalem"},
	{"in", "Asia/Kolkata"},
	{"ir", "Asia/Tehran"},
	{"is", "Atlantic/Reykjavik"},
	{"it", "Europe/Rome"},
	{"jp", "Asia/Tokyo"},
	{"ke", "Africa/Nairobi"},
	{"kr", "Asia/Seoul"},
	{"kz", "Asia/Almaty"},
	{"lk", "Asia/Colombo"},
	{"lt", "Europe/Vilnius"},
	{"lu", "Europe/Luxembourg"},
	{"lv", "Europe/Riga"},
	{"mo", "Asia/Macau"},
	{"mx", "America/Mexico_City"},
	{"my", "Asia/Kuala_Lumpur"},
	{"ng", "Africa/Lagos"},
	{"nl", "Europe/Amsterdam"},
	{"no", "Europe/Oslo"},
	{"np", "Asia/Kathmandu"},
	{"nz", "Pacific/Auckland"},
	{"pe", "America/Lima"},
	{"ph", "Asia/Manila"},
	{"pk", "Asia/Karachi"},
	{"pl", "Europe/Warsaw"},
	{"pt", "Europe/Lisbon"},
	{"ro", "Europe/Bucharest"},
	{"rs", "Europe/Belgrade"},
	{"ru", "Europe/Moscow"},
	{"sa", "Asia/Riyadh"},
	{"se", "Europe/Stockholm"},
	{"sg", "Asia/Singapore"},
	{"si", "Europe/Ljubljana"},
	{"sk", "Europe/Bratislava"},
	{"th", "Asia/Bangkok"},
	{"tr", "Europe/Istanbul"},
	{"tw", "Asia/Taipei"},
	{"ua", "Europe/Kyiv"},
	{"uk", "Europe/London"},
	{"vn", "Asia/Ho_Chi_Minh"},
	{"za", "Africa/Johannesburg"},
};

/* Sorted. Languages whose papers stand in one zone. */
static const struct place languages[] = {
	{"bg", "Europe/Sofia"},
	{"cs", "Europe/Prague"},
	{"da", "Europe/Copenhagen"},
	{"de", "Europe/Berlin"},
	{"el", "Europe/Athens"},
	{"et", "Europe/Tallinn"},
	{"fi", "Europe/Helsinki"},
	{"fr", "Europe/Paris"},
	{"he", "Asia/Jerusalem"},
	{"hr", "Europe/Zagreb"},
	{"hu", "Europe/Budapest"},
	{"id", "Asia/Jakarta"},
	{"is", "Atlantic/Reykjavik"},
	{"it", "Europe/Rome"},
	{"ja", "Asia/Tokyo"},
	{"ko", "Asia/Seoul"},
	{"lt", "Europe/Vilnius"},
	{"lv", "Europe/Riga"},
	{"nb", "Europe/Oslo"},
	{"nl", "Europe/Amsterdam"},
	{"nn", "Europe/Oslo"},
	{"no", "Europe/Oslo"},
	{"pl", "Europe/Warsaw"},
	{"ro", "Europe/Bucharest"},
	{"ru", "Europe/Moscow"},
	{"sk", "Europe/Bratislava"},
	{"sl", "Europe/Ljubljana"},
	{"sr", "Europe/Belgrade"},
	{"sv", "Europe/Stockholm"},
	{"th", "Asia/Bangkok"},
	{"tr", "Europe/Istanbul"},
	{"uk", "Europe/Kyiv"},
	{"vi", "Asia/Ho_Chi_Minh"},
	{"zh", "Asia/Shanghai"},
};

static int compare(const void *key, const void *item)
{
	return strcmp(key, ((const struct place *)item)->code);
}

static const char *find(struct span code, const struct place *places, size_t n)
{
	char key[3] = {0};
	const struct place *place;

	if (code.len != 2)
		return NULL;
	for (size_t i = 0; i < 2; i++)
		key[i] = (char)(code.data[i] | 0x20);
	place = bsearch(key, places, n, sizeof *places, compare);
	return place ? place->zone : NULL;
}

#define FIND(code, places) find(code, places, sizeof(places) / sizeof *(places))

const char *date_place_of_country(struct span code)
{
	return FIND(code, countries);
}

static bool is_mark(char c)
{
	return c == '-' || c == '_';
}

/* The country of zh-Hant-TW stands behind the script. */
static struct span country_of(struct span tag)
{
	return tag.len >= 5 && is_mark(tag.data[tag.len - 3]) ? span_from_offset(tag, tag.len - 2)
							      : span_from(NULL, 0);
}

const char *date_place_of_language(struct span tag)
{
	struct span country = country_of(tag);

	if (country.len)
		return date_place_of_country(country);
	return tag.len == 2 || (tag.len > 2 && is_mark(tag.data[2]))
		? FIND(span_from(tag.data, 2), languages)
		: NULL;
}

int date_place_offset(const char *zone, int64_t local_ms)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar name[ZONE_NAME_MAX];
	int32_t raw = 0, saving = 0;
	size_t n = strlen(zone);
	UCalendar *calendar;

	for (size_t i = 0; i < n && i < ZONE_NAME_MAX; i++)
		name[i] = (UChar)zone[i];
	calendar = ucal_open(name, (int32_t)n, "", UCAL_GREGORIAN, &status);
	ucal_setMillis(calendar, (UDate)local_ms, &status);
	ucal_getTimeZoneOffsetFromLocal(calendar, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, &raw,
		&saving, &status);
	ucal_close(calendar);
	return U_SUCCESS(status) ? (raw + saving) / 60000 : 0;
}
