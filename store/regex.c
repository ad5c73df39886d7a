#include "store/regex.h"

#include "common/alloc.h"

#include <stdlib.h>

#include <unicode/uregex.h>
#include <unicode/utext.h>

#define TIME_LIMIT  500 /* ICU's steps of about a millisecond's work at 1,000 each: some 50 ms */
#define STACK_BYTES (1 << 20)

struct regex {
	URegularExpression *expression;
};

struct regex *regex_new(struct span pattern, size_t *ret_offset)
{
	UErrorCode status = U_ZERO_ERROR;
	UParseError where = {0};
	UText *text = utext_openUTF8(NULL, pattern.data, (int64_t)pattern.len, &status);
	URegularExpression *e = uregex_openUText(text, UREGEX_CASE_INSENSITIVE, &where, &status);
	struct regex *r;

	uregex_setTimeLimit(e, TIME_LIMIT, &status);
	uregex_setStackLimit(e, STACK_BYTES, &status);
	utext_close(text);
	if (U_FAILURE(status)) {
		if (e)
			uregex_close(e);
		*ret_offset = where.offset > 0 ? (size_t)where.offset : 0;
		return NULL;
	}
	r = ALLOC_NEW(struct regex);
	r->expression = e;
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	uregex_close(r->expression);
	free(r);
}

bool regex_find(struct regex *r, struct span subject)
{
	UErrorCode status = U_ZERO_ERROR;
	UText *text = utext_openUTF8(NULL, subject.len ? subject.data : "", (int64_t)subject.len,
		&status);
	bool found;

	uregex_setUText(r->expression, text, &status);
	found = uregex_find(r->expression, 0, &status) && U_SUCCESS(status);
	utext_close(text);
	return found;
}
