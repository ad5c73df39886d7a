#include "crawler/read/article/docnumber.h"
#include "crawler/read/article/language.h"
#include "crawler/read/article/person.h"
#include "crawler/read/article/publisher.h"
#include "crawler/read/clean/byline.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every reader of facts takes any line; lists stay bounded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span text = span_from(data, size), names;
	struct str_list people = {0}, numbers = {0};
	const struct date_context dates = {.now_ms = INT64_C(1748522400000)};
	struct byline f = {0};
	const char *copy = arena_dup(a, text);

	byline_read(text, a, &f);
	byline_read_dateline(text, a, &f);
	person_add(text, PERSON_LIST, a, &people);
	person_add(text, PERSON_FAMILY_FIRST, a, &people);
	assert(people.len <= PERSON_LIST_MAX);
	byline_read_ending(text, a, &f);
	if (person_line(text, &dates, &names))
		assert(names.len < size);
	person_is_name_like(text);
	person_is_site(copy, "江城日报", SPAN_LITERAL("news.example"));
	publisher_normal(copy, a);
	docnumber_find(text, a, &numbers);
	language_of(text, NULL);
	language_of(text, "en_GB");
	return 0;
}
