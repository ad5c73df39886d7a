/* Tables that are searched by halves are sorted in the source: a row in the wrong place is never found. */
#include "common/span.h"
#include "tests/cmocka_all.h"

#include <stdio.h>

#define KEY_MAX 64

static const struct {
	const char *file, *table;
	size_t key_bytes; /* by which rows are sorted; 0: all */
} tables[] = {{"article/metadata.c", "meta_names[] = {", 0},
	{"date/date_month.c", "months[] = {", 0}, {"date/date_place.c", "countries[] = {", 0},
	{"date/date_place.c", "languages[] = {", 0}, {"article/language_words.c", "words[] = {", 0},
	{"clean/byline_label.c", "labels[] = {", 3}, {"article/state_date.c", "names[] = {", 0},
	{"article/language.c", "signs_of_script[] = {", 3}};

static char *read_source(const char *file)
{
	char path[512];
	char *text = test_calloc(1, 1 << 20);
	FILE *f;

	snprintf(path, sizeof path, "%s/crawler/read/%s", SOURCE_DIR, file);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

/* The first string or character of a row from @p on; NULL at the table's end. */
static const char *next_key(const char *p, const char *end, bool braced, char key[KEY_MAX])
{
	size_t n = 0;

	for (; p < end; p++) {
		bool opens = *p == '"' || (*p == '\'' && p[-1] == 'U');

		if (!opens || (braced && p[-1] != '{' && p[-2] != '{'))
			continue;
		for (p++; *p != '"' && *p != '\'' && n + 1 < KEY_MAX; p++)
			key[n++] = *p;
		key[n] = '\0';
		return p + 1;
	}
	return NULL;
}

static void check(size_t i)
{
	char *text = read_source(tables[i].file), last[KEY_MAX] = "", key[KEY_MAX];
	const char *p = strstr(text, tables[i].table), *end;
	size_t n = 0;
	bool braced;

	assert_non_null(p);
	p += strlen(tables[i].table);
	braced = strchr("{", p[strspn(p, " \n\t")]) != NULL;
	end = strstr(p, "};");
	for (; (p = next_key(p, end, braced, key)) != NULL; n++) {
		int order = tables[i].key_bytes ? strncmp(last, key, tables[i].key_bytes)
						: strcmp(last, key);

		if (tables[i].key_bytes ? order > 0 : order >= 0)
			fail_msg("%s: %s stands behind %s", tables[i].file, key, last);
		memcpy(last, key, sizeof last);
	}
	assert_true(n > 10);
	test_free(text);
}

static void test_sorted_tables__rows_stand_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		check(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted_tables__rows_stand_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
