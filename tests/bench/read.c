/*
 * bench_read [FILE...]: what reading a page costs, stage by stage, beside lexbor's
 * parsing of the same bytes in the same run. Without files it invents its pages:
 * articles of a few KB in the surroundings that portals have, 15 to 120 KB in all.
 *
 * CPU time of one thread; of each page and stage the best of several rounds.
 */
#include "common/alloc.h"
#include "common/fold.h"
#include "crawler/read/article/body.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/enrich/enrich.h"
#include "crawler/read/html/block.h"
#include "crawler/read/html/html.h"
#include "crawler/read/html/likeness.h"
#include "crawler/read/read.h"
#include "tests/web/prose.h"

#include <lexbor/html/html.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_INVENTED 40
#define ROUNDS     7
#define URL        "https://www.example.cn/content/202506/t20250603_1.html"
#define NOW_MS     INT64_C(1760000000000)

struct page {
	struct span bytes;
	struct charset_text text; /* in the bench's arena, as is what follows */
	struct html *html;
	struct block_list blocks;
	struct read_output read;
};

struct bench {
	struct arena *arena; /* of the pages, until the end */
	struct page *pages;
	size_t n, cap;
	size_t bytes;
	lxb_html_document_t *document;
	struct gazetteers *gazetteers;
};

typedef void stage_fn(struct bench *b, struct page *p, struct arena *a);

static void stage_lexbor(struct bench *b, struct page *p, struct arena *a)
{
	(void)a;
	lxb_html_document_clean(b->document);
	lxb_html_document_parse(b->document, (const lxb_char_t *)p->text.text.data,
		p->text.text.len);
}

static void stage_decode(struct bench *b, struct page *p, struct arena *a)
{
	struct charset_text text;

	(void)b;
	charset_decode(p->bytes, NULL, CHARSET_HTML, a, &text);
}

static void stage_parse(struct bench *b, struct page *p, struct arena *a)
{
	(void)b;
	(void)a;
	html_free(html_parse(p->text.text));
}

static void stage_lines(struct bench *b, struct page *p, struct arena *a)
{
	struct block_list blocks;

	(void)b;
	block_list_make(p->html, a, &blocks);
}

static void stage_find(struct bench *b, struct page *p, struct arena *a)
{
	struct body body;

	(void)b;
	body_find(p->html, &p->blocks, false, a, &body);
}

static void stage_fold(struct bench *b, struct page *p, struct arena *a)
{
	(void)b;
	(void)a;
	if (p->read.as == READ_RECORD)
		fold_hash(span_str(p->read.record.text));
}

static void stage_likeness(struct bench *b, struct page *p, struct arena *a)
{
	struct likeness likeness;

	(void)b;
	(void)a;
	likeness_make(p->html, &p->blocks, URL, &likeness);
}

static void stage_enrich(struct bench *b, struct page *p, struct arena *a)
{
	struct record r = {.title = p->read.record.title, .text = p->read.record.text};

	if (p->read.as == READ_RECORD)
		enrich_record(b->gazetteers, NULL, a, &r);
}

static void read_page(const struct bench *b, const struct page *p, struct arena *a,
	struct read_output *ret)
{
	const struct read_input in = {.bytes = p->bytes,
		.url = URL,
		.fetched_at_ms = NOW_MS,
		.http_status = 200,
		.gazetteers = b->gazetteers};

	read_document(WORK_PAGE, &in, a, ret);
}

static void stage_all(struct bench *b, struct page *p, struct arena *a)
{
	struct read_output out;

	read_page(b, p, a, &out);
}

static const struct stage {
	const char *name;
	stage_fn *run;
	bool is_part; /* of all */
} stages[] = {
	{"lexbor alone", stage_lexbor, false},
	{"decode", stage_decode, true},
	{"parse", stage_parse, true},
	{"lines", stage_lines, true},
	{"find the article", stage_find, true},
	{"fold and hash (of enrich)", stage_fold, false},
	{"enrich", stage_enrich, true},
	{"likeness", stage_likeness, true},
	{"bytes to record", stage_all, false},
};

#define N_STAGES (sizeof stages / sizeof *stages)

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double time_stage(struct bench *b, struct page *p, stage_fn *run)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	double start = cpu_s();

	run(b, p, a);
	return cpu_s() - start;
}

/* In turn, and the best of all rounds: other programs slow all stages of a round alike. */
static void time_page(struct bench *b, struct page *p, double seconds[N_STAGES])
{
	double best[N_STAGES];

	for (int round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < N_STAGES; i++) {
			double s = time_stage(b, p, stages[i].run);

			best[i] = round == 0 || s < best[i] ? s : best[i];
		}
	}
	for (size_t i = 0; i < N_STAGES; i++)
		seconds[i] += best[i];
}

static void add_page(struct bench *b, struct span bytes)
{
	struct page p = {.bytes = span_from(arena_dup(b->arena, bytes), bytes.len)};

	charset_decode(p.bytes, NULL, CHARSET_HTML, b->arena, &p.text);
	p.html = html_parse(p.text.text);
	block_list_make(p.html, b->arena, &p.blocks);
	read_page(b, &p, b->arena, &p.read);
	b->pages = alloc_grow(b->pages, b->n, &b->cap, sizeof *b->pages);
	b->pages[b->n++] = p;
	b->bytes += bytes.len;
}

static bool add_file(struct bench *b, const char *path)
{
	CLEANUP(freep) char *bytes = NULL;
	FILE *f = fopen(path, "rb");
	long len;

	if (!f || fseek(f, 0, SEEK_END) || (len = ftell(f)) < 0 || fseek(f, 0, SEEK_SET)) {
		perror(path);
		return false;
	}
	bytes = alloc_bytes((size_t)len + 1);
	len = (long)fread(bytes, 1, (size_t)len, f);
	fclose(f);
	add_page(b, span_from(bytes, (size_t)len));
	return true;
}

/* Headlines of other articles, as menus, rankings and side boxes have them. */
static void add_links(uint64_t from, int n, const char *name, struct strbuf *out)
{
	strbuf_printf(out, "<div class=\"%s\" id=\"%s%d\"><h3><a href=\"/%s/\">更多</a></h3><ul>\n",
		name, name, n, name);
	for (int i = 0; i < n; i++) {
		const struct prose p = prose_of(3, from + (uint64_t)i);

		strbuf_printf(out,
			"<li class=\"item item-%d\"><span class=\"date\">06-%02d</span><a target=\"_blank\" "
			"href=\"https://www.example.cn/content/202506/t20250603_%llu.html\" title=\"",
			i, i % 30 + 1, (unsigned long long)(from + (uint64_t)i));
		prose_add_title(&p, out);
		strbuf_add_str(out, "\">");
		prose_add_title(&p, out);
		strbuf_add_str(out, "</a></li>\n");
	}
	strbuf_add_str(out, "</ul></div>\n");
}

static void add_script(int n, struct strbuf *out)
{
	strbuf_add_str(out, "<script type=\"text/javascript\">\nvar _page = {};\n");
	for (int i = 0; i < n; i++)
		strbuf_printf(out, "_page.v%d = function (a, b) { return a < b ? a : b + %d; };\n",
			i, i);
	strbuf_add_str(out, "</script>\n");
}

static void add_article(const struct prose *p, struct strbuf *out)
{
	STRBUF_LOCAL(text);

	prose_add_text(p, &text);
	strbuf_add_str(out, "<div class=\"article\"><h1>");
	prose_add_title(p, out);
	strbuf_add_str(out,
		"</h1><div class=\"info\">2025-06-03 10:20 来源：河畔日报</div>\n"
		"<div class=\"TRS_Editor\"><p>　　");
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\n')
			strbuf_add_str(out, "</p>\n<p style=\"text-indent: 2em\">　　");
		else
			strbuf_add_char(out, text.data[i]);
	}
	strbuf_add_str(out, "</p></div></div>\n");
}

static void invent_page(struct bench *b, uint64_t serial)
{
	const struct prose p = prose_of(1, serial);
	int size = (int)(serial % 8) + 1;
	STRBUF_LOCAL(page);

	strbuf_add_str(&page,
		"<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>");
	prose_add_title(&p, &page);
	strbuf_add_str(&page, "_河畔新闻网</title></head><body>\n");
	add_script(12 * size, &page);
	add_links(serial * 1000, 12 * size, "nav", &page);
	add_article(&p, &page);
	add_links(serial * 1000 + 300, 25 * size, "rank", &page);
	add_script(8 * size, &page);
	strbuf_add_str(&page, "<div class=\"footer\">主办：河畔新闻社</div></body></html>\n");
	add_page(b, strbuf_span(&page));
}

static void print(struct bench *b)
{
	double megabytes = (double)b->bytes / 1e6, seconds[N_STAGES] = {0}, parts = 0, all;

	for (size_t i = 0; i < b->n; i++)
		time_page(b, &b->pages[i], seconds);
	printf("%zu pages, %.1f KB on average, %.1f MB\n\n", b->n, megabytes * 1e3 / (double)b->n,
		megabytes);
	printf("%-24s %8s %10s %10s\n", "", "MB/s", "us a page", "of lexbor");
	for (size_t i = 0; i < N_STAGES; i++) {
		parts += stages[i].is_part ? seconds[i] : 0;
		printf("%-24s %8.0f %10.1f %10.2f\n", stages[i].name, megabytes / seconds[i],
			seconds[i] * 1e6 / (double)b->n, seconds[i] / seconds[0]);
	}
	all = seconds[N_STAGES - 1] - parts;
	printf("%-24s %8s %10.1f %10.2f\n", "title, facts, cleaning", "", all * 1e6 / (double)b->n,
		all / seconds[0]);
}

int main(int argc, char **argv)
{
	struct bench b = {.arena = arena_new(), .document = lxb_html_document_create()};
	STRBUF_LOCAL(errors);
	bool is_ok =
		gazetteers_load(SOURCE_DIR "/deploy/gazetteers", NULL, &b.gazetteers, &errors) == 0;

	fputs(errors.data, stderr);
	for (int i = 1; i < argc; i++)
		is_ok &= add_file(&b, argv[i]);
	for (uint64_t i = 0; argc == 1 && i < N_INVENTED; i++)
		invent_page(&b, i);
	if (b.n)
		print(&b);
	for (size_t i = 0; i < b.n; i++)
		html_free(b.pages[i].html);
	gazetteers_unref(b.gazetteers);
	lxb_html_document_destroy(b.document);
	gazetteers_unref(b.gazetteers);
	arena_free(b.arena);
	free(b.pages);
	return is_ok ? 0 : 1;
}
