#include "tests/web/traditional.h"

#include <assert.h>
#include <opencc/opencc.h>
#include <stdlib.h>

struct traditional {
	opencc_t opencc;
};

struct traditional *traditional_new(void)
{
	struct traditional *t = malloc(sizeof *t);

	assert(t);
	t->opencc = opencc_open("s2t.json");
	assert(t->opencc != (opencc_t)-1); /* not installed */
	return t;
}

void traditional_free(struct traditional *t)
{
	if (!t)
		return;
	opencc_close(t->opencc);
	free(t);
}

void traditional_add(const struct traditional *t, struct span utf8, struct strbuf *out)
{
	char *converted = opencc_convert_utf8(t->opencc, utf8.data, utf8.len);

	assert(converted);
	strbuf_add_str(out, converted);
	opencc_convert_utf8_free(converted);
}
