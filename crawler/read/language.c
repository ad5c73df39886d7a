#include "crawler/read/language.h"

#include "common/fold.h"
#include "common/utf8.h"

/* Script of the text: the share of characters that the fold makes simple. */
static bool is_traditional(struct span text)
{
	struct span sample = utf8_cut(text, 12000);
	const char *p = sample.data, *end = p + sample.len;
	size_t n_han = 0, n_changed = 0;
	STRBUF_LOCAL(folded);

	while (p < end) {
		const char *start = p;

		if (!utf8_is_han(utf8_next(&p, end)))
			continue;
		n_han++;
		strbuf_clear(&folded);
		fold_text(span_from(start, (size_t)(p - start)), &folded);
		n_changed += !span_eq(strbuf_span(&folded), span_from(start, (size_t)(p - start)));
	}
	return n_changed * 12 > n_han;
}

const char *language_of(struct span text, const char *declared)
{
	struct span sample = utf8_cut(text, 12000);
	const char *p = sample.data, *end = p + sample.len;
	size_t n_han = 0, n_kana = 0, n_letters = 0;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		n_han += utf8_is_han(c);
		n_kana += c >= 0x3041 && c <= 0x30FF && c != U'・';
		n_letters += c < 0x250 && ((c | 0x20) >= 'a') && ((c | 0x20) <= 'z' || c >= 0xC0);
	}
	if (n_kana * 10 > n_han && n_kana > 10)
		return "ja";
	if (n_han * 4 > n_letters && n_han > 5)
		return is_traditional(text) ? "zh-Hant" : "zh-Hans";
	return declared;
}
