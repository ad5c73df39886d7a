/*
 * curl tells which sockets and which timer it waits for; the loop tells curl
 * when they are ready; what has finished is collected after each such call,
 * never from inside a callback of curl's.
 *
 *   on_socket_wanted, on_timer_wanted   curl -> loop
 *   on_socket_ready, on_timer           loop -> curl, then collect_done()
 */
#include "crawler/fetch/transfer_inside.h"

#include "common/alloc.h"
#include "common/err.h"

#define IDLE_CONNECTIONS 1024 /* kept open beside those in use */

static void collect_done(struct transfers *ts)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(ts->multi, &left))) {
		struct transfer *t;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		transfer_on_message(t, message->data.result);
	}
}

static void on_timer(void *arg)
{
	struct transfers *ts = arg;
	int running;

	curl_multi_socket_action(ts->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect_done(ts);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct transfers *ts = arg;

	(void)multi;
	if (timeout_ms < 0)
		timer_clear(ts->timer);
	else
		timer_set(ts->timer, timeout_ms);
	return 0;
}

struct socket_watch {
	struct transfers *all;
	struct watch *watch;
	curl_socket_t fd;
};

static void on_socket_ready(void *arg, short events)
{
	struct socket_watch *s = arg;
	struct transfers *ts = s->all;
	int running, flags = 0;

	if (events & WATCH_READ)
		flags |= CURL_CSELECT_IN;
	if (events & WATCH_WRITE)
		flags |= CURL_CSELECT_OUT;
	/* @s may be gone after this: curl can end its watch from inside. */
	curl_multi_socket_action(ts->multi, s->fd, flags, &running);
	collect_done(ts);
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct transfers *ts = arg;
	struct socket_watch *s = socket_arg;
	short events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (s)
			watch_free(s->watch);
		free(s);
		curl_multi_assign(ts->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= WATCH_READ;
	if (what & CURL_POLL_OUT)
		events |= WATCH_WRITE;
	if (s) {
		watch_set(s->watch, events);
		return 0;
	}
	s = ALLOC_NEW(struct socket_watch);
	*s = (struct socket_watch){.all = ts, .fd = fd};
	s->watch = watch_new(ts->loop, fd, events, on_socket_ready, s);
	curl_multi_assign(ts->multi, fd, s);
	return 0;
}

int transfers_new(struct loop *l, const struct crawler_config *config, struct transfers **ret)
{
	struct transfers *ts = ALLOC_NEW(struct transfers);

	*ts = (struct transfers){.loop = l, .config = config};
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(ts->multi = curl_multi_init())) {
		free(ts);
		return -ERR_LIBRARY;
	}
	ts->timer = timer_new(l, on_timer, ts);
	ts->slots = address_slots_new((size_t)config->address_requests_max);
	ts->jars = cookie_jars_new();
	curl_multi_setopt(ts->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(ts->multi, CURLMOPT_SOCKETDATA, ts);
	curl_multi_setopt(ts->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(ts->multi, CURLMOPT_TIMERDATA, ts);
	/* Those in use count: with fewer, every answer would cost its connection on a busy crawler. */
	curl_multi_setopt(ts->multi, CURLMOPT_MAXCONNECTS,
		(long)config->transfers + IDLE_CONNECTIONS);
	*ret = ts;
	return 0;
}

void transfers_free(struct transfers *ts)
{
	if (!ts)
		return;
	while (ts->first)
		transfer_free(ts->first);
	curl_multi_cleanup(ts->multi);
	cookie_jars_free(ts->jars);
	address_slots_free(ts->slots);
	timer_free(ts->timer);
	curl_global_cleanup();
	free(ts);
}
