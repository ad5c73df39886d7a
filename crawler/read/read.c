#include "crawler/read/read.h"

#include "crawler/read/article.h"
#include "crawler/read/charset.h"
#include "crawler/read/html.h"

static void read_page(const struct read_input *in, struct arena *a, struct read_output *out)
{
	CLEANUP(html_freep) struct html *h = NULL;
	struct charset_text text;

	charset_decode(in->bytes, in->content_type, CHARSET_HTML, a, &text);
	h = html_parse(text.text, a);
	article_read(in, text.encoding, h, a, out);
}

void read_document(enum work_kind kind, const struct read_input *in, struct arena *a,
	struct read_output *out)
{
	(void)kind;
	*out = (struct read_output){.as = READ_NOTHING};
	read_page(in, a, out);
}
