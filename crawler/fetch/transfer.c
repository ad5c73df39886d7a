/*
 *	LOOKS_UP -> RUNS --connected--> slot of the address? --yes--> sent, answered -> done
 *	             ^                        | no
 *	             +-- granted -- IN_LINE <-+
 */
#include "crawler/fetch/transfer_inside.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"

#define DATE_MAX_S INT64_C(253402300799) /* the end of the year 9999: HTTP writes four digits */

static const struct fetch_rules no_rules = {.proxy = "", .proxy_login = "", .ca_file = ""};

/*
 * curl 7.88 loses what it holds for a paused stream that is taken out: it has to be
 * refused first.
 */
static void refuse_held(struct transfer *t)
{
	if (!t->is_paused)
		return;
	t->is_paused = false;
	t->bad_answer = "it is not wanted any more";
	curl_easy_pause(t->easy, CURLPAUSE_CONT);
}

void transfer_free(struct transfer *t)
{
	if (t->link) {
		*t->link = t->next;
		if (t->next)
			t->next->link = t->link;
	}
	if (t->easy) {
		refuse_held(t);
		curl_multi_remove_handle(t->shard->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	address_slots_leave(t->all->slots, &t->slot);
	budget_leave(t->all->budget, &t->memory);
	resolver_cancel(t->query);
	timer_free(t->due);
	curl_slist_free_all(t->header_lines);
	curl_slist_free_all(t->resolved);
	coding_free(t->coding);
	strbuf_release(&t->location);
	strbuf_release(&t->result.headers);
	strbuf_release(&t->result.body);
	free(t->url);
	free(t);
}

void transfer_cancel(struct transfer *t)
{
	if (t)
		transfer_free(t);
}

bool transfer_is_web(const struct transfer *t)
{
	return strncasecmp(t->url, "http://", 7) == 0 || strncasecmp(t->url, "https://", 8) == 0;
}

void transfer_finish(struct transfer *t, CURLcode code)
{
	if (code == CURLE_OK && t->state == TRANSFER_RUNS)
		transfer_check_end(t);
	/* curl says so of a header line over 100 KiB; memory that is really out ends the process. */
	if (code == CURLE_OUT_OF_MEMORY && !t->answered) {
		t->over = LIMIT_HEADER_BYTES;
		t->over_size = "a header line is too large";
	}
	transfer_conclude(t, code);
	if (t->jar)
		cookie_jar_check(t->easy);
	t->done(t->arg, &t->result);
	transfer_free(t);
}

/* The states. */

static int64_t left_ms(const struct transfer *t)
{
	return t->ends_at_ms - clock_mono_ms();
}

/* Each time: curl forgets what it has put into its memory, which has to last until a connection. */
static void tell_addresses(struct transfer *t)
{
	curl_easy_setopt(t->easy, t->is_proxied ? CURLOPT_CONNECT_TO : CURLOPT_RESOLVE,
		t->resolved);
}

/* For what is left of its time. */
void transfer_run(struct transfer *t)
{
	int64_t ms = left_ms(t);

	t->state = TRANSFER_RUNS;
	t->curl_error[0] = '\0';
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)(ms > 0 ? ms : 1));
	tell_addresses(t);
	if (curl_multi_add_handle(t->shard->multi, t->easy) != CURLM_OK)
		transfer_finish(t, CURLE_FAILED_INIT);
}

/* What it waited for, a slot or memory. */
static void on_granted(void *arg)
{
	struct transfer *t = arg;

	timer_set(t->due, 0); /* curl may be at work further up the stack */
}

/* No request has been sent; curl has closed the connection. */
static void stand_in_line(struct transfer *t)
{
	curl_multi_remove_handle(t->shard->multi, t->easy);
	if (!t->slot.has_slot)
		timer_set(t->due, left_ms(t));
}

/* There is memory: curl gives again what it was refused, and what has come since. */
static void resume(struct transfer *t)
{
	CURLcode code;

	t->is_paused = false;
	code = curl_easy_pause(t->easy, CURLPAUSE_CONT);
	/* Nothing more is wanted, which curl itself would notice only with the next bytes. */
	if (code != CURLE_OK)
		transfer_finish(t, code);
}

static void on_due(void *arg)
{
	struct transfer *t = arg;

	switch (t->state) {
	case TRANSFER_IN_LINE:
		if (t->slot.has_slot && left_ms(t) > 0)
			transfer_run(t);
		else
			transfer_finish(t, CURLE_OK);
		break;
	case TRANSFER_REFUSED_AT_ONCE:
		transfer_finish(t, CURLE_ABORTED_BY_CALLBACK);
		break;
	case TRANSFER_RUNS:
		if (t->is_paused) {
			resume(t);
			break;
		}
		/* fall through */
	case TRANSFER_LOOKS_UP:
		t->is_late = true;
		transfer_finish(t, CURLE_ABORTED_BY_CALLBACK);
		break;
	}
}

void transfer_on_message(struct transfer *t, CURLcode code)
{
	if (t->state == TRANSFER_IN_LINE)
		stand_in_line(t);
	else
		transfer_finish(t, code);
}

static void join_list(struct transfer *t)
{
	struct transfers *ts = t->all;

	t->next = ts->first;
	t->link = &ts->first;
	if (ts->first)
		ts->first->link = &t->next;
	ts->first = t;
}

int transfer_start(struct transfers *ts, const struct transfer_request *request,
	transfer_done_fn *done, void *arg, struct transfer **ret)
{
	struct transfer *t = ALLOC_NEW(struct transfer);

	*t = (struct transfer){.all = ts,
		.rules = request->rules ? *request->rules : no_rules,
		.done = done,
		.arg = arg,
		.url = alloc_strdup(request->url)};
	t->shard = transfers_shard(ts, t->url);
	t->is_proxied = *t->rules.proxy;
	t->slot.granted = t->memory.granted = on_granted;
	t->slot.arg = t->memory.arg = t;
	t->due = timer_new(ts->loop, on_due, t);
	strbuf_init(&t->location, 0);
	strbuf_init(&t->result.headers, 0);
	strbuf_init(&t->result.body, (size_t)request->body_max_bytes);
	if (t->rules.has_cookies)
		t->jar = cookie_jars_get(ts->jars, request->source);
	t->easy = curl_easy_init();
	if (!t->easy) {
		transfer_free(t);
		return -ERR_LIBRARY;
	}
	transfer_set_options(t, request);
	transfer_prepare(t);
	if (t->state == TRANSFER_RUNS) {
		tell_addresses(t);
		if (curl_multi_add_handle(t->shard->multi, t->easy) != CURLM_OK) {
			transfer_free(t);
			return -ERR_LIBRARY;
		}
	}
	join_list(t);
	*ret = t;
	return 0;
}

bool transfer_parse_date(const char *text, int64_t *ret_ms)
{
	time_t date = curl_getdate(text, NULL);

	if (date < 0 || date > DATE_MAX_S)
		return false;
	*ret_ms = (int64_t)date * 1000;
	return true;
}
