#include "tests/web/answer.h"

#include "common/clock.h"

#include <stdio.h>
#include <time.h>

static const struct {
	int status;
	const char *reason;
} reasons[] = {{200, "OK"}, {301, "Moved Permanently"}, {302, "Found"}, {304, "Not Modified"},
	{400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
	{410, "Gone"}, {412, "Precondition Failed"}, {429, "Too Many Requests"},
	{500, "Internal Server Error"}, {503, "Service Unavailable"}};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (reasons[i].status == status)
			return reasons[i].reason;
	}
	return "Unnamed";
}

/* Not strftime(): names of days and months are English whatever the locale. */
char *http_date(int64_t wall_ms, char out[HTTP_DATE_MAX])
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm t;

	gmtime_r(&seconds, &t);
	snprintf(out, HTTP_DATE_MAX, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		days + 3 * t.tm_wday, t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900, t.tm_hour,
		t.tm_min, t.tm_sec);
	return out;
}

static void add_header(struct evbuffer *out, const char *name, const char *value)
{
	if (value && *value)
		evbuffer_add_printf(out, "%s: %s\r\n", name, value);
}

size_t answer_write(const struct answer *a, struct evbuffer *out)
{
	size_t before = evbuffer_get_length(out);
	char date[HTTP_DATE_MAX];
	size_t head_len;

	evbuffer_add_printf(out, "HTTP/1.1 %d %s\r\nServer: web\r\nDate: %s\r\n", a->status,
		reason_of(a->status), http_date(clock_wall_ms(), date));
	add_header(out, "Content-Type", a->content_type);
	add_header(out, "Location", a->location);
	add_header(out, "ETag", a->etag);
	if (a->last_modified_ms)
		add_header(out, "Last-Modified", http_date(a->last_modified_ms, date));
	if (a->extra_headers)
		evbuffer_add(out, a->extra_headers, strlen(a->extra_headers));
	if (a->status != 304)
		evbuffer_add_printf(out, "Content-Length: %zu\r\n", a->body.len);
	evbuffer_add_printf(out, "Connection: %s\r\n\r\n", a->keep_alive ? "keep-alive" : "close");
	head_len = evbuffer_get_length(out) - before;
	if (!a->head_only && a->status != 304)
		evbuffer_add(out, a->body.data, a->body.len);
	return head_len;
}

void answer_ask(const struct ask *ask, struct answer a, struct evbuffer *out)
{
	a.keep_alive = ask->keep_alive;
	a.head_only = ask->head_only;
	answer_write(&a, out);
}
