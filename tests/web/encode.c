#include "tests/web/encode.h"

#include "common/utf8.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>

static void add_reference(const char **in, const char *end, struct strbuf *out)
{
	strbuf_printf(out, "&#%u;", (unsigned)utf8_next(in, end));
}

void encode_add(struct span utf8, const char *charset, struct strbuf *out)
{
	iconv_t conversion = iconv_open(charset, "UTF-8");
	const char *in = utf8.data, *end = in + utf8.len;
	char block[4096];

	assert(conversion != (iconv_t)-1);
	while (in < end) {
		char *from = (char *)(uintptr_t)in, *to = block;
		size_t n_from = (size_t)(end - in), n_to = sizeof block;
		size_t r = iconv(conversion, &from, &n_from, &to, &n_to);
		int fault = errno;

		in = from;
		strbuf_add(out, block, (size_t)(to - block));
		if (r == (size_t)-1 && fault == EILSEQ)
			add_reference(&in, end, out);
		else
			assert(r != (size_t)-1 || fault == E2BIG);
	}
	iconv_close(conversion);
}
