/*
 * A redis-server of the test's own on a unix socket in a folder, without
 * persistence on disk unless asked for, ended by its process id.
 */
#ifndef POLICYWATCH_TESTS_ALERTS_REDIS_SERVER_H
#define POLICYWATCH_TESTS_ALERTS_REDIS_SERVER_H

#include "alerts/redis.h"
#include "common/alloc.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct redis_server {
	char *folder; /* borrowed */
	char *socket;
	char *address;
	pid_t pid; /* 0 while stopped */
};

static inline void redis_server_init(struct redis_server *s, char *folder)
{
	*s = (struct redis_server){.folder = folder};
	s->socket = alloc_printf("%s/redis.sock", folder);
	s->address = alloc_printf("unix://%s", s->socket);
}

/* Waits until it answers. @password may be NULL. */
static inline void redis_server_start(struct redis_server *s, const char *password)
{
	char *log = alloc_printf("%s/redis.log", s->folder);

	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!freopen(log, "a", stdout))
			_exit(1);
		execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", s->socket,
			"--dir", s->folder, "--save", "", "--appendonly", "yes", "--appendfsync",
			"always", "--requirepass", password ? password : "", (char *)NULL);
		_exit(1);
	}
	free(log);
	for (int i = 0; i < 500; i++) {
		struct redis_options options = {.address = s->address};
		struct redis_sync *r = NULL;
		char *error = NULL;
		int code = redis_sync_open(&options, &r, &error);
		bool is_alive = code == 0 || (error && strstr(error, "NOAUTH"));

		redis_sync_close(r);
		free(error);
		if (is_alive)
			return;
		poll(NULL, 0, 10); /* nothing tells when a socket begins to be listened on */
	}
	fprintf(stderr, "redis-server does not answer\n");
	abort();
}

static inline void redis_server_kill(struct redis_server *s)
{
	if (!s->pid)
		return;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static inline void redis_server_release(struct redis_server *s)
{
	redis_server_kill(s);
	free(s->socket);
	free(s->address);
}

/* A command in words, on a connection of its own; the reply is the caller's. */
static inline struct redis_reply *redis_server_ask(struct redis_server *s, size_t n,
	const char *const *words)
{
	struct redis_options options = {.address = s->address};
	struct redis_sync *r = NULL;
	struct redis_reply *reply = NULL;
	struct span args[16];

	for (size_t i = 0; i < n; i++)
		args[i] = span_str(words[i]);
	if (redis_sync_open(&options, &r, NULL) == 0)
		redis_sync_call(r, n, args, 2000, &reply);
	redis_sync_close(r);
	return reply;
}

#define REDIS_ASK(s, ...)                                                                          \
	redis_server_ask(s, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                \
		(const char *[]){__VA_ARGS__})

#endif
