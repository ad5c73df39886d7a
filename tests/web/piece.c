#include "tests/web/piece.h"

#include "tests/web/china_time.h"
#include "tests/web/inside.h"
#include "tests/web/mix.h"

#define N_ROWS          24 /* of site.c: among so many hosts there are originals */
#define RECENT          40 /* a farm copies one of the newest articles */
#define UNREACHABLE_RUN 8  /* a farm looks so far for one that it can read */
#define NEVER           INT64_MAX

/* One item of @n in turn, so that few items show it too; sites begin in different places. */
static bool is_turn(const struct site *s, uint32_t number, uint32_t n, uint64_t what)
{
	return (number + mix(s->key, what)) % n == 0;
}

static uint64_t key_of(const struct site *s, uint32_t number)
{
	return mix(s->key, 0x1000000u + number);
}

static enum piece_access access_of(const struct site *s, uint32_t number)
{
	if (site_has(s, SITE_PRIVATE) && is_turn(s, number, 11, 20))
		return PIECE_PRIVATE;
	if (site_has(s, SITE_SOFT_404) && is_turn(s, number, 13, 21))
		return PIECE_SOFT_404;
	if (site_has(s, SITE_REDIRECTS) && is_turn(s, number, 17, 22))
		return PIECE_CIRCLE;
	if (site_has(s, SITE_REDIRECTS) && is_turn(s, number, 3, 23))
		return PIECE_MOVED;
	return PIECE_OPEN;
}

static uint64_t serial_of(const struct site *s, uint32_t number)
{
	return (uint64_t)s->number * world_options(s->world)->n_items + number;
}

/* A press site, by chance; one is among any N_ROWS hosts in a row, and host 0 is one. */
static struct site pick_press(const struct world *w, uint64_t chance)
{
	uint32_t n = world_options(w)->n_hosts, i = (uint32_t)(chance % n);
	struct site s = site_of(w, i);

	for (uint32_t tries = 0; s.is_farm && tries < N_ROWS; tries++) {
		i = (i + 1) % n;
		s = site_of(w, i);
	}
	return s;
}

/*
 * Makes @p a copy of something that was published before it. False when there
 * is nothing yet: then the farm writes itself.
 */
static bool copy(struct piece *p)
{
	uint64_t key = key_of(p->site, p->number);
	struct site press = pick_press(p->site->world, mix(key, 1));
	uint32_t n = rhythm_count(&press.rhythm, p->published_ms - 1), number;

	if (n == 0 || press.is_farm)
		return false;
	number = n - 1 - (uint32_t)(mix(key, 2) % (n < RECENT ? n : RECENT));
	for (uint32_t tries = 0;
		tries < UNREACHABLE_RUN && number > 0 && access_of(&press, number) > PIECE_MOVED;
		tries++)
		number--;
	p->is_copy = true;
	p->of_site = press.number;
	p->of_number = number;
	p->prose = prose_of(world_options(press.world)->seed, serial_of(&press, number));
	p->noise = (enum repost)((p->number + mix(p->site->key, 30)) % REPOST_KINDS);
	return true;
}

/* Old items are edited in the run too: the delays count from the start. */
static void plan_edits(struct piece *p)
{
	const struct world_options *o = world_options(p->site->world);
	int64_t from = p->published_ms > o->start_ms ? p->published_ms : o->start_ms;
	uint64_t key = mix(key_of(p->site, p->number), 4);

	if (p->is_copy || !is_turn(p->site, p->number, 5, 31))
		return;
	p->n_edits = is_turn(p->site, p->number, 4, 32) ? 2 : 1;
	for (uint32_t i = 0; i < p->n_edits; i++) {
		p->edits[i] = (enum prose_edit)((key + p->number / 5 + i) % 4);
		from += o->span_ms * (int64_t)(5 + mix(key, i) % 35) / 100 + 1;
		p->edited_ms[i] = from;
	}
}

static void plan_end(struct piece *p)
{
	const struct world_options *o = world_options(p->site->world);
	int64_t from = p->published_ms > o->start_ms ? p->published_ms : o->start_ms;
	uint64_t key = mix(key_of(p->site, p->number), 5);

	p->withdrawn_ms = NEVER;
	p->withdrawn_status = key & 1 ? 404 : 410;
	if (is_turn(p->site, p->number, 19, 33))
		p->withdrawn_ms = from + o->span_ms * (int64_t)(10 + key % 60) / 100;
}

struct piece piece_of(const struct site *s, uint32_t number)
{
	struct piece p = {.site = s,
		.number = number,
		.published_ms = rhythm_time(&s->rhythm, number),
		.of_site = s->number,
		.of_number = number,
		.access = access_of(s, number)};

	if (!s->is_farm || !copy(&p))
		p.prose = prose_of(world_options(s->world)->seed, serial_of(s, number));
	if (p.access == PIECE_MOVED)
		p.n_hops = 1 + number / 3 % 4;
	plan_edits(&p);
	plan_end(&p);
	return p;
}

uint32_t piece_version(const struct piece *p, int64_t now_ms)
{
	uint32_t version = 0;

	while (version < p->n_edits && p->edited_ms[version] <= now_ms)
		version++;
	return version;
}

int64_t piece_version_ms(const struct piece *p, uint32_t version)
{
	return version ? p->edited_ms[version - 1] : p->published_ms;
}

bool piece_is_there(const struct piece *p, int64_t now_ms)
{
	return p->published_ms <= now_ms && now_ms < p->withdrawn_ms;
}

bool piece_is_shown(const struct piece *p)
{
	bool is_feed = p->site->kind == SITE_RSS || p->site->kind == SITE_ATOM;

	return !is_feed || p->number + SITE_FEED_LEN >= p->site->rhythm.n_old;
}

static struct prose prose_at(const struct piece *p, uint32_t version)
{
	struct prose prose = p->prose;

	prose.n_edits = version;
	for (uint32_t i = 0; i < version; i++)
		prose.edits[i] = p->edits[i];
	return prose;
}

void piece_add_title(const struct piece *p, uint32_t version, struct strbuf *out)
{
	const struct prose prose = prose_at(p, version);

	if (p->noise == REPOST_RETITLED)
		prose_add_other_title(&prose, out);
	else
		prose_add_title(&prose, out);
}

void piece_add_text(const struct piece *p, uint32_t version, struct strbuf *out)
{
	const struct prose prose = prose_at(p, version);
	STRBUF_LOCAL(whole);

	prose_add_text(&prose, &whole);
	strbuf_add_span(out, repost_keep(p->noise, strbuf_span(&whole)));
}

void piece_add_shown_title(const struct piece *p, uint32_t version, struct strbuf *out)
{
	STRBUF_LOCAL(title);

	piece_add_title(p, version, &title);
	repost_add_phrase(p->noise, strbuf_span(&title), key_of(p->site, p->number),
		p->site->world->traditional, out);
}

void piece_add_shown_text(const struct piece *p, uint32_t version, struct strbuf *out)
{
	STRBUF_LOCAL(text);

	piece_add_text(p, version, &text);
	repost_add_text(p->noise, strbuf_span(&text), key_of(p->site, p->number),
		p->site->world->traditional, out);
}

void piece_add_path(const struct piece *p, struct strbuf *out)
{
	const struct china_time t = china_time_of(p->published_ms);
	unsigned id = PIECE_ID_BASE + p->number;

	if (p->access == PIECE_PRIVATE)
		strbuf_add_str(out, "/private");
	switch (p->site->paths) {
	case SITE_PATH_ART:
		strbuf_printf(out, "/art/%d/%d/%d/art_%u.html", t.year, t.month, t.day, id);
		break;
	case SITE_PATH_CONTENT:
		strbuf_printf(out, "/content/%d%02d/t%d%02d%02d_%u.htm", t.year, t.month, t.year,
			t.month, t.day, id);
		break;
	case SITE_PATH_NEWS:
		strbuf_printf(out, "/news/%u.shtml", id);
		break;
	case SITE_PATH_FORWARD:
		strbuf_printf(out, "/newsDetail_forward_%u", id);
		break;
	case SITE_PATH_POST:
		strbuf_printf(out, "/post/%u.html", id);
		break;
	case SITE_PATH_QUERY:
		strbuf_printf(out, "/show.php?id=%u", id);
		break;
	}
}

void piece_add_hop_path(const struct piece *p, uint32_t hop, struct strbuf *out)
{
	strbuf_printf(out, "/go/%u/%u.html", hop, PIECE_ID_BASE + p->number);
}

void piece_add_listed_path(const struct piece *p, struct strbuf *out)
{
	if (p->access == PIECE_MOVED || p->access == PIECE_CIRCLE)
		piece_add_hop_path(p, 1, out);
	else
		piece_add_path(p, out);
}
