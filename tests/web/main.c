/*
 * policywatch-web: a web of invented news on loopback, and its hostile
 * neighbours. README.md is its manual.
 */
#include "common/clock.h"
#include "common/json.h"
#include "tests/web/control.h"
#include "tests/web/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define PORT_TRIES 50

struct options {
	struct world_options world;
	uint8_t hostile_network;
	const char *log;
	const char *dns;
};

/* All that runs, in the order in which it is made. */
struct web {
	struct event_base *base;
	struct world_clock clock;
	struct request_log *log;
	struct world *world;
	struct hosts *hosts;
	struct server *server;
	struct resolver *resolver;
	struct control *control;
	struct event *on_signal;
	struct event *on_stdin;
};

static void usage(FILE *to)
{
	fputs("Usage: policywatch-web --log FILE [--seed N] [--hosts N] [--items N] [--percent-old P]\n"
	      "        [--span-s S] [--start-ms T|now] [--network 8] [--hostile-network 9]\n"
	      "        [--dns ADDRESS:PORT]\n",
		to);
}

static bool read_number(const char *text, uint64_t max, uint64_t *ret)
{
	char *end;

	errno = 0;
	*ret = strtoull(text, &end, 10);
	return end != text && !*end && *text != '-' && !errno && *ret <= max;
}

enum which {
	SEED,
	HOSTS,
	ITEMS,
	PERCENT_OLD,
	SPAN_S,
	START_MS,
	NETWORK,
	HOSTILE_NETWORK,
	LOG,
	DNS
};

static const struct option names[] = {{"seed", 1, NULL, SEED}, {"hosts", 1, NULL, HOSTS},
	{"items", 1, NULL, ITEMS}, {"percent-old", 1, NULL, PERCENT_OLD},
	{"span-s", 1, NULL, SPAN_S}, {"start-ms", 1, NULL, START_MS}, {"network", 1, NULL, NETWORK},
	{"hostile-network", 1, NULL, HOSTILE_NETWORK}, {"log", 1, NULL, LOG}, {"dns", 1, NULL, DNS},
	{0}};

static const uint64_t maxima[] = {[SEED] = UINT64_MAX,
	[HOSTS] = 60000,
	[ITEMS] = 10000000,
	[PERCENT_OLD] = 100,
	[SPAN_S] = UINT32_MAX,
	[START_MS] = INT64_MAX / 2,
	[NETWORK] = 254,
	[HOSTILE_NETWORK] = 254};

static void set_number(struct options *o, int which, uint64_t value)
{
	switch (which) {
	case SEED:
		o->world.seed = value;
		break;
	case HOSTS:
		o->world.n_hosts = (uint32_t)value;
		break;
	case ITEMS:
		o->world.n_items = (uint32_t)value;
		break;
	case PERCENT_OLD:
		o->world.percent_old = (uint32_t)value;
		break;
	case SPAN_S:
		o->world.span_ms = (int64_t)value * 1000;
		break;
	case START_MS:
		o->world.start_ms = (int64_t)value;
		break;
	case NETWORK:
		o->world.network = (uint8_t)value;
		break;
	default:
		o->hostile_network = (uint8_t)value;
	}
}

static bool read_option(struct options *o, int which, const char *text)
{
	uint64_t value;

	if (which == '?')
		return false;
	if (which == LOG) {
		o->log = text;
	} else if (which == DNS) {
		o->dns = text;
	} else if (which != START_MS || strcmp(text, "now") != 0) {
		if (!read_number(text, maxima[which], &value))
			return false;
		set_number(o, which, value);
	}
	return true;
}

static bool read_options(int argc, char **argv, struct options *o)
{
	int which;

	*o = (struct options){.world = {.seed = 1,
				      .n_hosts = 10,
				      .n_items = 100,
				      .percent_old = 50,
				      .start_ms = clock_wall_ms(),
				      .span_ms = 3600 * 1000,
				      .network = 8},
		.hostile_network = 9};
	while ((which = getopt_long(argc, argv, "", names, NULL)) >= 0) {
		if (!read_option(o, which, optarg))
			return false;
	}
	return optind == argc && o->log && o->world.n_hosts &&
		o->world.network != o->hostile_network;
}

static void on_end(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	event_base_loopbreak(arg);
}

/* What a test writes there is of no interest, that it ends is. */
static void on_stdin(evutil_socket_t fd, short events, void *arg)
{
	char bytes[4096];

	(void)events;
	if (read(fd, bytes, sizeof bytes) <= 0)
		event_base_loopbreak(arg);
}

/* Ends us with whoever started us, and when its pipe is closed; a file or /dev/null says nothing. */
static bool watch_parent(struct web *w, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		return false;
	w->on_signal = evsignal_new(w->base, SIGTERM, on_end, w->base);
	event_add(w->on_signal, NULL);
	w->on_stdin = event_new(w->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_stdin, w->base);
	event_add(w->on_stdin, NULL);
	return true;
}

/* One that was free just now on the first host's address; others may have taken it elsewhere. */
static uint16_t likely_port(uint8_t network)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(127U << 24 | (uint32_t)network << 16 | 1)};
	socklen_t len = sizeof at;
	CLEANUP(closep) int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return 0;
	return ntohs(at.sin_port);
}

/* The port is part of every URL, so the world begins anew with each that is tried. */
static bool open_server(struct web *w, struct options *o)
{
	for (int i = 0; i < PORT_TRIES; i++) {
		struct server_options so = {.base = w->base, .clock = &w->clock, .log = w->log};

		o->world.port = likely_port(o->world.network);
		w->world = world_new(&o->world);
		w->hosts = so.hosts = hosts_new(w->world, o->hostile_network);
		w->server = server_new(&so);
		if (w->server)
			return true;
		hosts_free(TAKE_PTR(w->hosts));
		world_free(TAKE_PTR(w->world));
		if (errno != EADDRINUSE)
			return false;
	}
	return false;
}

/* A descriptor for each host, and for each client. */
static void raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static const char *open_web(struct web *w, struct options *o)
{
	w->log = request_log_open(o->log);
	if (!w->log)
		return o->log;
	world_clock_init(&w->clock, o->world.start_ms);
	if (!open_server(w, o))
		return "cannot listen";
	if (o->dns) {
		w->resolver = resolver_new(w->base, o->dns, w->hosts, w->log);
		if (!w->resolver)
			return o->dns;
	}
	w->control = control_new(&(struct control_options){w->base, &w->clock, w->hosts, w->server,
		w->log, w->resolver});
	return w->control ? NULL : "control";
}

static void release_web(struct web *w)
{
	control_free(w->control);
	resolver_free(w->resolver);
	server_free(w->server);
	hosts_free(w->hosts);
	world_free(w->world);
	request_log_close(w->log);
	if (w->on_signal)
		event_free(w->on_signal);
	if (w->on_stdin)
		event_free(w->on_stdin);
	event_base_free(w->base);
	libevent_global_shutdown();
}

static void print_ready(const struct web *w, const struct options *o)
{
	STRBUF_LOCAL(out);

	json_open(&out, '{');
	json_field_int(&out, "port", o->world.port);
	json_key(&out, "control");
	strbuf_printf(&out, "\"http://127.0.0.1:%u\"", control_port(w->control));
	json_field_int(&out, "hosts", o->world.n_hosts);
	json_key(&out, "hostile");
	json_open(&out, '[');
	for (uint32_t i = o->world.n_hosts; i < hosts_count(w->hosts); i++) {
		json_open(&out, '{');
		json_field_str(&out, "host", hosts_at(w->hosts, i)->address);
		json_field_str(&out, "kind", hosts_at(w->hosts, i)->kind->name);
		json_close(&out, '}');
	}
	json_close(&out, ']');
	json_close(&out, '}');
	puts(out.data);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	pid_t parent = getppid();
	struct options o;
	struct web w = {0};
	const char *fault;

	if (!read_options(argc, argv, &o)) {
		usage(stderr);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_limits();
	w.base = event_base_new();
	if (!watch_parent(&w, parent)) {
		release_web(&w);
		return 1;
	}
	fault = open_web(&w, &o);
	if (fault) {
		fprintf(stderr, "policywatch-web: %s: %s\n", fault, strerror(errno));
	} else {
		print_ready(&w, &o);
		event_base_dispatch(w.base);
	}
	release_web(&w);
	return fault ? 1 : 0;
}
