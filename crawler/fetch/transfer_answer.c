#include "crawler/fetch/transfer_inside.h"

#include "crawler/fetch/header.h"

#define CODED_SURPLUS     (64 << 10)  /* a coding may add to a body that is as long as it may be */
#define RATIO_FREE_BYTES  (128 << 10) /* so much may come of however little */
#define MEMORY_FREE_BYTES (32 << 10)  /* of a body for which nobody is asked */
#define MEMORY_STEP_BYTES (128 << 10)
#define SLICE_BYTES       128
#define LENGTH_DIGITS_MAX 18 /* of a Content-Length */

const char *transfer_header(struct transfer *t, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &h) != CURLHE_OK)
		return NULL;
	/* Of a header without a value curl 7.88 gives the end of its line. */
	return h->value[strspn(h->value, " \t\r\n")] ? h->value : NULL;
}

static void add_header_list(const struct transfer *t, const char *name, struct strbuf *out)
{
	header_add_list(strbuf_span(&t->result.headers), name, out);
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	}
	return s.len > 0 && s.len <= LENGTH_DIGITS_MAX;
}

/*
 * Lengths that are no numbers, or that differ, leave open where the answer
 * ends; a list of equal ones is one of them (RFC 9112 6.3). curl takes the last
 * line, and of that what stands in front of the first letter. Chunks have
 * their own end.
 */
static bool has_good_length(struct transfer *t)
{
	STRBUF_LOCAL(lengths);
	struct span list, first;

	add_header_list(t, "content-length", &lengths);
	if (!lengths.len || transfer_header(t, "transfer-encoding"))
		return true;
	list = strbuf_span(&lengths);
	first = span_next_item(&list);
	while (list.len) {
		if (!span_eq(span_next_item(&list), first))
			return false;
	}
	return is_number(first) && lengths.data[lengths.len - 1] != ',';
}

/* None was asked for (TE, RFC 9110 10.1.4), and curl undoes some without looking at their end. */
static bool has_transfer_coding(struct transfer *t)
{
	STRBUF_LOCAL(codings);
	struct span list;

	add_header_list(t, "transfer-encoding", &codings);
	for (list = strbuf_span(&codings); list.len;) {
		struct span coding = span_next_item(&list);

		if (coding.len && !span_is_nocase(coding, "chunked") &&
			!span_is_nocase(coding, "identity"))
			return true;
	}
	return false;
}

static void check_length(struct transfer *t)
{
	if (has_transfer_coding(t))
		t->bad_answer = "the answer has a transfer coding that nobody asked for";
	if (!has_good_length(t))
		t->bad_answer = "the answer's length is not certain";
}

/* That is the proxy's own answer, and tells nothing of the site. */
static bool is_proxys_refusal(struct transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	return t->is_proxied && status == 407;
}

/* What is asked when an answer is over, as far as curl is content with it. */
void transfer_check_end(struct transfer *t)
{
	if (!t->coding)
		check_length(t);
	else if (!coding_is_whole(t->coding))
		t->bad_answer = "the answer ended early";
	if (is_proxys_refusal(t))
		t->bad_answer = "the proxy wants another login";
}

static size_t refuse(struct transfer *t, enum fetch_limit limit, const char *what)
{
	t->over = limit;
	t->over_size = what;
	return 0;
}

/* Before its first byte an answer has no rate, but a time of its own. */
static void begin_answer(struct transfer *t)
{
	timer_clear(t->due);
	curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_TIME, (long)t->all->config->rate_min_s);
}

/* RFC 9112 5.2: a line that begins with white space goes on with the one before it. */
static void add_header_line(struct strbuf *headers, struct span line)
{
	bool goes_on = line.len && (line.data[0] == ' ' || line.data[0] == '\t');

	while (goes_on && headers->len &&
		(headers->data[headers->len - 1] == '\n' ||
			headers->data[headers->len - 1] == '\r'))
		strbuf_truncate(headers, headers->len - 1);
	strbuf_add_span(headers, line);
}

/*
 * Keeps the header of the answer as it came, without those of interim answers
 * before it and without trailers, which the sender could make look like it.
 */
size_t transfer_on_header(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	const struct crawler_config *config = t->all->config;
	struct span line = span_from(data, size * count);
	long status = 0;

	if (!t->header_bytes)
		begin_answer(t);
	t->header_bytes += line.len;
	if (t->header_bytes > (size_t)config->header_max_bytes)
		return refuse(t, LIMIT_HEADER_BYTES, "headers are too large");
	if (++t->n_header_lines > (size_t)config->headers_max)
		return refuse(t, LIMIT_HEADER_COUNT, "there are too many headers");
	if (t->answered)
		return line.len;
	if (span_starts_with(line, SPAN_LITERAL("HTTP/")))
		strbuf_clear(&t->result.headers);
	add_header_line(&t->result.headers, line);
	if (span_is(line, "\r\n") || span_is(line, "\n")) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		t->answered = status >= 200;
	}
	return line.len;
}

/* Of the body, as far as it may be had without asking. */
static size_t expected_bytes(struct transfer *t)
{
	curl_off_t length = -1;

	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (length < 0 || length > MEMORY_FREE_BYTES || transfer_header(t, "content-encoding"))
		return MEMORY_FREE_BYTES;
	return (size_t)length;
}

static void begin_body(struct transfer *t)
{
	STRBUF_LOCAL(codings);

	check_length(t);
	add_header_list(t, "content-encoding", &codings);
	if (!coding_new(strbuf_span(&codings), &t->coding))
		t->bad_answer = "the answer has a content coding that is not known";
	/* At once: a thousand buffers that grow side by side leave holes of twice their size. */
	strbuf_reserve(&t->result.body, expected_bytes(t));
}

/* Whether the body may grow by @bytes now. If not, the transfer has to pause. */
static bool may_grow(struct transfer *t, size_t bytes)
{
	size_t room = MEMORY_FREE_BYTES + t->memory.held, len = t->result.body.len;

	if (len + bytes <= room)
		return true;
	return budget_ask(t->all->budget, &t->memory,
		room > MEMORY_STEP_BYTES ? room : MEMORY_STEP_BYTES);
}

/*
 * What has been unpacked is there, granted or not; false when that was much, and all is
 * full twice over.
 */
static bool hold_surplus(struct transfer *t)
{
	size_t room = MEMORY_FREE_BYTES + t->memory.held, len = t->result.body.len;
	size_t max = (size_t)t->all->config->bodies_max_mib << 20;

	if (len <= room)
		return true;
	budget_take(t->all->budget, &t->memory, len - room);
	return len - room < MEMORY_FREE_BYTES || budget_held(t->all->budget) <= max * 2;
}

/* No text shrinks that much; what does is made to fill whoever unpacks it. */
static size_t most_of(const struct transfer *t)
{
	int64_t most = t->result.sent_bytes * t->all->config->ratio_max;

	return (size_t)(most > RATIO_FREE_BYTES ? most : RATIO_FREE_BYTES);
}

/* Unpacks no further than to where a bomb is known as one. */
static enum coding_outcome unpack(struct transfer *t, struct span slice, bool *ret_is_bomb)
{
	struct strbuf *body = &t->result.body;
	size_t max = body->max, most = most_of(t) + 1;
	enum coding_outcome outcome;

	body->max = most < max ? most : max;
	outcome = coding_add(t->coding, slice, body);
	*ret_is_bomb = body->len >= most;
	body->max = max;
	return outcome;
}

/* False when nothing more is wanted. */
static bool add_slice(struct transfer *t, struct span slice)
{
	enum coding_outcome outcome;
	bool is_bomb;

	t->result.sent_bytes += (int64_t)slice.len;
	if (t->result.sent_bytes > (int64_t)t->result.body.max + CODED_SURPLUS)
		return refuse(t, LIMIT_SENT_BODY, "the coded body is too large");
	outcome = unpack(t, slice, &is_bomb);
	if (outcome == CODING_BROKEN)
		t->bad_answer = "the answer is not coded as it says";
	else if (is_bomb)
		return refuse(t, LIMIT_RATIO, "the body unpacks to far more than was sent");
	if (!hold_surplus(t))
		return refuse(t, LIMIT_MEMORY, "no memory is left for what the body unpacks to");
	return outcome == CODING_OK;
}

/*
 * In slices, so that what a few bytes unpack to is noticed before it is much.
 * When memory is short, the transfer pauses in the middle of what curl has
 * brought, which it will bring again from its beginning.
 */
size_t transfer_on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct span bytes = span_from(data, size * count);
	size_t len = bytes.len, n;

	if (!t->coding)
		begin_body(t);
	if (t->bad_answer)
		return 0;
	n = t->n_seen < len ? t->n_seen : len;
	t->n_seen -= n;
	bytes = span_from_offset(bytes, n);
	for (; bytes.len; bytes = span_from_offset(bytes, n)) {
		n = bytes.len < SLICE_BYTES ? bytes.len : SLICE_BYTES;
		if (!may_grow(t, n)) {
			t->is_paused = true;
			t->n_seen = len - bytes.len;
			return CURL_WRITEFUNC_PAUSE;
		}
		if (!add_slice(t, span_from(bytes.data, n)))
			return 0;
	}
	return len;
}
