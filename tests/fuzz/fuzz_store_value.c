#include "store/body.h"
#include "store/journal.h"
#include "store/page.h"
#include "store/robots_value.h"
#include "store/site_lines.h"
#include "store/story.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever stands in a table of the store. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(out);
	struct span value = span_from(data, size);
	struct page_entry page;
	struct story story;
	struct journal_entry entry;
	struct store_robots robots;
	struct site_lines lines;
	const struct hash id = hash_of(value);

	if (page_parse(value, a, &page) == 0)
		page_write(&page, &out);
	if (story_parse(value, a, &story) == 0)
		story_write(&story, &out);
	if (journal_parse(value, &entry) == 0)
		journal_write(&entry, &out);
	robots_value_parse(value, &robots);
	body_unpack(value, &out);
	site_lines_parse(value, &lines);
	site_lines_learn(&lines, &id, value);
	site_lines_strip(&lines, &id, value);
	site_lines_write(&lines, &out);
	return 0;
}
