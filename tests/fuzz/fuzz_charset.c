#include "common/utf8.h"
#include "crawler/read/charset/charset.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses kind and label; whatever comes out is UTF-8 with a known name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const types[] = {NULL, "text/html; charset=gbk",
		"text/xml; charset=\"big5\"", "a;charset=iso-2022-jp", "charset=shift_jis",
		"charset=euc-kr", "charset=utf-16le", "charset=", "charset=euc-jp", "charset=utf-8",
		"charset=windows-1252", "charset=x-user-defined", "charset=hz-gb-2312",
		"charset=iso-8859-7", "charset=koi8-u", "charset=windows-874"};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct charset_text t;

	if (!size)
		return 0;
	charset_decode(span_from(data + 1, size - 1), types[data[0] % 16],
		(enum charset_kind)(data[0] / 16 % 3), a, &t);
	assert(utf8_is_valid(t.text) && *t.encoding);
	assert(t.faults <= size && t.text.len <= 4 * size);
	return 0;
}
