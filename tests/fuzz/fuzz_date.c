#include "crawler/read/article/state_date.h"
#include "crawler/read/date/date.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No date lies in the future or before there were news pages. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct date_context ctx = {.now_ms = 1748522400000, .zone_min = DATE_ZONE_CHINA};
	struct span text = span_from(data, size);
	struct record_time t;
	struct date_found found;
	int zone;

	if (date_parse(text, &ctx, &t))
		assert(t.precision && t.ms <= ctx.now_ms + 2 * INT64_C(86400000));
	if (date_find(text, &ctx, true, &found))
		assert(found.time.precision && found.start <= found.end && found.end <= size);
	date_in_url(text, &ctx, &t);
	date_zone_parse(text, 0, &zone);
	if (state_date_find(text, &ctx, &t))
		assert(t.precision >= PRECISION_DAY);
	return 0;
}
