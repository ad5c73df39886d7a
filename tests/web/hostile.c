#include "tests/web/hostile.h"

#include "tests/web/answer.h"

#include <string.h>

static const struct hostile_kind *const tables[] = {hostile_wire, hostile_packed, hostile_answers,
	hostile_pages, hostile_robots};

#define N_TABLES (sizeof tables / sizeof *tables)

const struct hostile_kind *hostile_at(size_t i)
{
	for (size_t t = 0; t < N_TABLES; t++) {
		for (const struct hostile_kind *k = tables[t]; k->name; k++) {
			if (i-- == 0)
				return k;
		}
	}
	return NULL;
}

const struct hostile_kind *hostile_find(const char *name)
{
	const struct hostile_kind *k;

	for (size_t i = 0; (k = hostile_at(i)); i++) {
		if (strcmp(k->name, name) == 0)
			return k;
	}
	return NULL;
}

bool hostile_is_robots(const struct hostile_kind *k)
{
	for (const struct hostile_kind *r = hostile_robots; r->name; r++) {
		if (r == k)
			return true;
	}
	return false;
}

bool hostile_spoils_accept(const struct hostile_kind *k)
{
	return strcmp(k->name, "reset-accept") == 0;
}

const struct step *hostile_steps(const struct hostile_kind *k, const struct ask *a)
{
	const struct step *steps = k->choose ? k->choose(a) : NULL;

	return steps ? steps : k->steps;
}

static void good_answer(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(body);

	a->add_page(a, &body);
	answer_ask(a, (struct answer){200, .content_type = "text/html", .body = strbuf_span(&body)},
		out);
}

const struct step hostile_good_steps[] = {{.act = STEP_SEND, .make = good_answer},
	{.act = STEP_END}};
