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
#include "common/hash.h"
#include "common/url.h"

#define IDLE_CONNECTIONS 32 /* of a shard, kept open beside those in use */
#define RESOLVER_THREADS 32 /* as many names may be slow at a time without holding up others */
#define RESOLVER_HOSTS   16384

static void collect_done(struct shard *s)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(s->multi, &left))) {
		struct transfer *t;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		transfer_on_message(t, message->data.result);
	}
}

static void on_timer(void *arg)
{
	struct shard *s = arg;
	int running;

	curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect_done(s);
}

static int on_timer_wanted(CURLM *multi, long timeout_ms, void *arg)
{
	struct shard *s = arg;

	(void)multi;
	if (timeout_ms < 0)
		timer_clear(s->timer);
	else
		timer_set(s->timer, timeout_ms);
	return 0;
}

struct socket_watch {
	struct shard *shard;
	struct watch *watch;
	curl_socket_t fd;
};

static void on_socket_ready(void *arg, short events)
{
	struct socket_watch *w = arg;
	struct shard *s = w->shard;
	int running, flags = 0;

	if (events & WATCH_READ)
		flags |= CURL_CSELECT_IN;
	if (events & WATCH_WRITE)
		flags |= CURL_CSELECT_OUT;
	/* @w may be gone after this: curl can end its watch from inside. */
	curl_multi_socket_action(s->multi, w->fd, flags, &running);
	collect_done(s);
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct shard *s = arg;
	struct socket_watch *w = socket_arg;
	short events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w)
			watch_free(w->watch);
		free(w);
		curl_multi_assign(s->multi, fd, NULL);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= WATCH_READ;
	if (what & CURL_POLL_OUT)
		events |= WATCH_WRITE;
	if (w) {
		watch_set(w->watch, events);
		return 0;
	}
	w = ALLOC_NEW(struct socket_watch);
	*w = (struct socket_watch){.shard = s, .fd = fd};
	w->watch = watch_new(s->all->loop, fd, events, on_socket_ready, w);
	curl_multi_assign(s->multi, fd, w);
	return 0;
}

static bool shard_open(struct shard *s, struct transfers *ts)
{
	CURLM *m = curl_multi_init();

	if (!m)
		return false;
	*s = (struct shard){.all = ts, .multi = m, .timer = timer_new(ts->loop, on_timer, s)};
	curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(m, CURLMOPT_SOCKETDATA, s);
	curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(m, CURLMOPT_TIMERDATA, s);
	/*
	 * Those in use count: with fewer, every answer would cost its connection on a
	 * busy crawler.
	 */
	curl_multi_setopt(m, CURLMOPT_MAXCONNECTS,
		IDLE_CONNECTIONS + 2 * (long)ts->config->transfers / SHARDS);
	return true;
}

static void shard_close(struct shard *s)
{
	if (!s->multi)
		return;
	curl_multi_cleanup(s->multi);
	timer_free(s->timer);
}

struct shard *transfers_shard(struct transfers *ts, const char *url)
{
	struct url_parts parts = {0};

	url_split(span_str(url), &parts);
	return &ts->shards[hash64_of(parts.host) % SHARDS];
}

struct budget *transfers_budget(struct transfers *ts)
{
	return ts->budget;
}

int transfers_new(struct loop *l, const struct crawler_config *config, struct transfers **ret)
{
	CLEANUP(transfers_freep) struct transfers *ts = ALLOC_NEW(struct transfers);

	*ts = (struct transfers){.loop = l, .config = config};
	ts->slots = address_slots_new((size_t)config->address_requests_max);
	ts->jars = cookie_jars_new();
	ts->budget = budget_new((size_t)config->bodies_max_mib << 20);
	ts->resolver = resolver_new(&(struct resolver_options){.loop = l,
		.threads_max = RESOLVER_THREADS,
		.hosts_max = RESOLVER_HOSTS});
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return -ERR_LIBRARY;
	for (int i = 0; i < SHARDS; i++) {
		if (!shard_open(&ts->shards[i], ts))
			return -ERR_LIBRARY;
	}
	*ret = TAKE_PTR(ts);
	return 0;
}

void transfers_free(struct transfers *ts)
{
	if (!ts)
		return;
	while (ts->first)
		transfer_free(ts->first);
	for (int i = 0; i < SHARDS; i++)
		shard_close(&ts->shards[i]);
	resolver_free(ts->resolver);
	cookie_jars_free(ts->jars);
	budget_free(ts->budget);
	address_slots_free(ts->slots);
	curl_global_cleanup();
	free(ts);
}
