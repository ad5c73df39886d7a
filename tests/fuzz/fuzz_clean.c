#include "crawler/read/clean/clean.h"

#include <assert.h>
#include <stdint.h>

#define LINES_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Lines by \\n; cleaning takes out and mends, and adds little. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span rest = span_from(data, size);
	struct clean_line lines[LINES_MAX];
	struct pinyin_survey survey = {0};
	struct byline f = {0};
	size_t n = 0;

	while (rest.len && n < LINES_MAX) {
		const char *end = memchr(rest.data, '\n', rest.len);
		size_t len = end ? (size_t)(end - rest.data) : rest.len;

		lines[n++] = (struct clean_line){.text = span_from(rest.data, len)};
		rest = span_from_offset(rest, len + (end != NULL));
	}
	pinyin_survey_add(&survey, span_from(data, size));
	assert(strlen(clean_lines(lines, n, "江城大桥今天通车了", &survey, a, &f)) <= size * 3 + 8);
	return 0;
}
