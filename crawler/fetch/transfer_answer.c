#include "crawler/fetch/transfer_inside.h"

#define CODED_SURPLUS     (64 << 10) /* a coding may add to a body that is as long as it may be */
#define RATIO_FREE_BYTES  (1 << 20)  /* so much may come of however little */
#define LENGTH_DIGITS_MAX 18         /* of a Content-Length */

const char *transfer_header(struct transfer *t, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(t->easy, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK ? h->value
										     : NULL;
}

/* All lines of a header as one list (RFC 9110 5.3). */
static void add_header_list(struct transfer *t, const char *name, struct strbuf *out)
{
	struct curl_header *h;

	for (size_t i = 0; curl_easy_header(t->easy, name, i, CURLH_HEADER, -1, &h) == CURLHE_OK;
		i++) {
		if (i)
			strbuf_add_char(out, ',');
		strbuf_add_str(out, h->value);
	}
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

static void check_length(struct transfer *t)
{
	if (!has_good_length(t))
		t->bad_answer = "the answer's length is not certain";
}

/* What is asked when an answer is over, as far as curl is content with it. */
void transfer_check_end(struct transfer *t)
{
	if (!t->coding)
		check_length(t);
	else if (!coding_is_whole(t->coding))
		t->bad_answer = "the answer ended early";
}

static size_t refuse(struct transfer *t, enum fetch_limit limit, const char *what)
{
	t->over = limit;
	t->over_size = what;
	return 0;
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

	timer_clear(t->due);
	t->header_bytes += line.len;
	if (t->header_bytes > (size_t)config->header_max_bytes)
		return refuse(t, LIMIT_HEADER_BYTES, "headers are too large");
	if (++t->n_header_lines > (size_t)config->headers_max)
		return refuse(t, LIMIT_HEADER_COUNT, "there are too many headers");
	if (t->answered)
		return line.len;
	if (span_starts_with(line, SPAN_LITERAL("HTTP/")))
		strbuf_clear(&t->result.headers);
	strbuf_add_span(&t->result.headers, line);
	if (span_is(line, "\r\n") || span_is(line, "\n")) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		t->answered = status >= 200;
	}
	return line.len;
}

static void begin_body(struct transfer *t)
{
	STRBUF_LOCAL(codings);

	check_length(t);
	add_header_list(t, "content-encoding", &codings);
	if (!coding_new(strbuf_span(&codings), &t->coding))
		t->bad_answer = "the answer has a content coding that is not known";
}

/* No text shrinks that much; what does is made to fill whoever unpacks it. */
static bool is_bomb(const struct transfer *t)
{
	int64_t len = (int64_t)t->result.body.len;

	return len > RATIO_FREE_BYTES && len / t->all->config->ratio_max > t->result.sent_bytes;
}

size_t transfer_on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;
	struct span bytes = span_from(data, size * count);
	enum coding_outcome outcome;

	if (!t->coding)
		begin_body(t);
	if (t->bad_answer)
		return 0;
	t->result.sent_bytes += (int64_t)bytes.len;
	if (t->result.sent_bytes > (int64_t)t->result.body.max + CODED_SURPLUS)
		return refuse(t, LIMIT_SENT_BODY, "the coded body is too large");
	outcome = coding_add(t->coding, bytes, &t->result.body);
	if (outcome == CODING_BROKEN)
		t->bad_answer = "the answer is not coded as it says";
	else if (is_bomb(t))
		return refuse(t, LIMIT_RATIO, "the body unpacks to far more than was sent");
	return outcome == CODING_OK ? bytes.len : 0;
}
