#include "crawler/read/enrich/enrich.h"

#include "common/fold.h"
#include "crawler/read/enrich/keywords.h"
#include "crawler/read/enrich/subjects.h"
#include "crawler/read/enrich/summary.h"

void enrich_record(const struct gazetteers *g, const char *given, struct arena *a, struct record *r)
{
	struct hits hits = {0};
	struct folded f;

	folded_init(&f, span_str(r->title), span_str(r->text));
	r->text_hash = fold_hash_folded(folded_body(&f));
	if (g) {
		hits_find(g, &f, &hits);
		subjects_set(g, &f, &hits, a, r);
	}
	keywords_set(g, &f, &hits, r->lang, given, a, &r->keywords);
	r->summary = summary_make(span_str(r->text), r->title, a);
	hits_release(&hits);
	folded_release(&f);
}
