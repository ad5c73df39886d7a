#include "crawler/read/clean/pinyin.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stripping takes out; the repair of torn places may add a little. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_from(data, size);
	struct pinyin_survey survey = {0};
	STRBUF_LOCAL(out);

	pinyin_survey_add(&survey, text);
	pinyin_strip(text, text, &survey, &out);
	assert(out.len <= size * 2 + 8);
	return 0;
}
