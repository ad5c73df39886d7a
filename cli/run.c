/*
 * run: all services of this machine. Starts them as child processes of the
 * same program, restarts what dies, passes signals on.
 *
 * A child that dies at once is started again after a second, then two, four,
 * up to half a minute; one that lived a minute begins anew.
 */
#include "cli/cli.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define RESTART_MIN_MS 1000
#define RESTART_MAX_MS 30000
#define LIVED_MS       60000
#define CRAWLERS_MS    6000 /* crawlers get this long to report what they have to the scheduler */
#define KILL_AFTER_MS  8500 /* children get this long after SIGTERM, so that we end within 10 s */
#define DRAIN_MS       9500 /* by then those that were killed have been waited for */

struct child {
	struct supervisor *supervisor;
	struct log_ctx log;
	const char *command;
	bool is_crawler;
	char name[32]; /* "crawler-2" */
	pid_t pid;     /* 0 while not running */
	int64_t started_ms, restart_ms;
	struct timer *restart;
	int ready_fd; /* read end of its ready pipe, -1 afterwards */
	struct watch *ready_watch;
	bool was_ready;
};

struct supervisor {
	struct loop *loop;
	struct service *service;
	struct signal_watch *on_child;
	struct timer *stop_rest, *kill;
	struct child *children;
	size_t n_children;
	struct cli *cli;
	bool ready;
};

static const struct log_ctx log_run = {NULL, "service", "run"};

/*
 * Before this, the child would write its signals into the parent's loop. A
 * SIGHUP stays blocked until service_new() can act on it; it would end a
 * service that is starting.
 */
static void reset_signals(void)
{
	static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
	sigset_t blocked;

	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		signal(caught[i], SIG_DFL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGHUP);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

/* In the child: becomes the command, or ends. */
static void exec_command(const struct child *c, int ready_fd, pid_t parent)
{
	struct cli *cli = c->supervisor->cli;
	char fd[16];
	char *argv[8] = {"policywatch", (char *)c->command};
	int n = 2;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(CLI_FAILURE); /* it died before we asked to be told */
	reset_signals();
	snprintf(fd, sizeof fd, "%d", ready_fd);
	setenv(SERVICE_READY_FD_ENV, fd, 1);
	unsetenv("NOTIFY_SOCKET"); /* the supervisor alone speaks to systemd */
	unsetenv("WATCHDOG_USEC");
	if (cli->config_path) {
		argv[n++] = "-c";
		argv[n++] = (char *)cli->config_path;
	}
	if (c->is_crawler) {
		argv[n++] = "--instance";
		argv[n++] = (char *)c->name + strlen("crawler-");
	}
	argv[n] = NULL;
	execv("/proc/self/exe", argv);
	_exit(CLI_FAILURE);
}

static void check_all_ready(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		if (!s->children[i].was_ready)
			return;
	}
	if (!s->ready)
		service_ready(s->service, "all services are running");
	s->ready = true;
}

static void close_ready(struct child *c)
{
	watch_free(c->ready_watch);
	c->ready_watch = NULL;
	if (c->ready_fd >= 0)
		close(c->ready_fd);
	c->ready_fd = -1;
}

static void on_ready(void *arg, short events)
{
	struct child *c = arg;
	char byte;
	bool ready = read(c->ready_fd, &byte, 1) == 1;

	(void)events;
	close_ready(c);
	if (!ready)
		return; /* it died, which SIGCHLD tells */
	c->was_ready = true;
	check_all_ready(c->supervisor);
}

static void schedule_restart(struct child *c)
{
	c->restart_ms = c->restart_ms * 2;
	if (clock_mono_ms() - c->started_ms > LIVED_MS || c->restart_ms < RESTART_MIN_MS)
		c->restart_ms = RESTART_MIN_MS;
	if (c->restart_ms > RESTART_MAX_MS)
		c->restart_ms = RESTART_MAX_MS;
	timer_set(c->restart, c->restart_ms);
}

static void start_child(struct child *c)
{
	int pipe_fds[2];
	pid_t parent = getpid();
	sigset_t all, before;

	c->started_ms = clock_mono_ms();
	if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
		log_error(&c->log, "cannot start: %s, trying again", strerror(errno));
		schedule_restart(c);
		return;
	}
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	c->pid = fork();
	if (c->pid == 0) {
		fcntl(pipe_fds[1], F_SETFD, 0);
		exec_command(c, pipe_fds[1], parent);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pipe_fds[1]);
	c->ready_fd = pipe_fds[0];
	if (c->pid < 0) {
		c->pid = 0;
		close_ready(c);
		log_error(&c->log, "cannot start: %s, trying again", strerror(errno));
		schedule_restart(c);
		return;
	}
	c->ready_watch = watch_new(c->supervisor->loop, c->ready_fd, WATCH_READ, on_ready, c);
	log_info(&c->log, "started as process %d", (int)c->pid);
}

static void on_restart(void *arg)
{
	start_child(arg);
}

static bool any_running(const struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		if (s->children[i].pid)
			return true;
	}
	return false;
}

static bool any_crawler_running(const struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		if (s->children[i].is_crawler && s->children[i].pid)
			return true;
	}
	return false;
}

static void on_ended(struct child *c, int status)
{
	bool stopping = service_is_stopping(c->supervisor->service);

	c->pid = 0;
	close_ready(c);
	if (stopping)
		return;
	schedule_restart(c);
	if (WIFSIGNALED(status))
		log_warn(&c->log, "killed by signal %d, restarting in %d ms", WTERMSIG(status),
			(int)c->restart_ms);
	else
		log_warn(&c->log, "ended with status %d, restarting in %d ms", WEXITSTATUS(status),
			(int)c->restart_ms);
}

static void on_sigchld(void *arg, int signal_number)
{
	struct supervisor *s = arg;
	int status;

	(void)signal_number;
	for (size_t i = 0; i < s->n_children; i++) {
		struct child *c = &s->children[i];

		if (c->pid && waitpid(c->pid, &status, WNOHANG) == c->pid)
			on_ended(c, status);
	}
	if (service_is_stopping(s->service) && !any_crawler_running(s))
		timer_set(s->stop_rest, 0);
	if (service_is_stopping(s->service) && !any_running(s))
		service_stopped(s->service);
}

static void signal_all(struct supervisor *s, int signal_number)
{
	for (size_t i = 0; i < s->n_children; i++) {
		if (s->children[i].pid)
			kill(s->children[i].pid, signal_number);
	}
}

/* A second SIGTERM to a child that is stopping already changes nothing. */
static void on_stop_rest(void *arg)
{
	signal_all(arg, SIGTERM);
}

/* Crawlers first: what they have in work is reported to the scheduler, which has to be there for it. */
static void on_stop(void *arg)
{
	struct supervisor *s = arg;

	log_info(&log_run, "stopping");
	for (size_t i = 0; i < s->n_children; i++) {
		timer_clear(s->children[i].restart);
		if (s->children[i].is_crawler && s->children[i].pid)
			kill(s->children[i].pid, SIGTERM);
	}
	timer_set(s->stop_rest, any_crawler_running(s) ? CRAWLERS_MS : 0);
	timer_set(s->kill, KILL_AFTER_MS);
	if (!any_running(s))
		service_stopped(s->service);
}

static void on_reload(void *arg)
{
	signal_all(arg, SIGHUP);
}

static void on_kill(void *arg)
{
	log_warn(&log_run, "a service did not stop in time, killing it");
	signal_all(arg, SIGKILL);
}

static void init_child(struct supervisor *s, struct child *c, const char *command, size_t number)
{
	*c = (struct child){.supervisor = s,
		.command = command,
		.ready_fd = -1,
		.is_crawler = strcmp(command, "crawler") == 0};
	snprintf(c->name, sizeof c->name, number ? "%s-%zu" : "%s", command, number);
	c->log = (struct log_ctx){&log_run, "child", c->name};
	c->restart = timer_new(s->loop, on_restart, c);
}

static void init_children(struct supervisor *s)
{
	size_t n_crawlers = (size_t)s->cli->config->crawler.processes;

	s->n_children = n_crawlers + 2;
	s->children = alloc_zeroed(s->n_children, sizeof *s->children);
	init_child(s, &s->children[0], "scheduler", 0);
	init_child(s, &s->children[1], "alerts", 0);
	for (size_t i = 0; i < n_crawlers; i++)
		init_child(s, &s->children[2 + i], "crawler", i + 1);
}

static void free_children(struct supervisor *s)
{
	for (size_t i = 0; i < s->n_children; i++) {
		close_ready(&s->children[i]);
		timer_free(s->children[i].restart);
	}
	free(s->children);
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(loop_freep) struct loop *loop = NULL;
	CLEANUP(service_freep) struct service *service = NULL;
	struct supervisor s = {.cli = cli};

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	s.loop = loop = loop_new();
	s.service = service = service_new(loop,
		&(struct service_handlers){.stop = on_stop,
			.reload = on_reload,
			.arg = &s,
			.drain_ms = DRAIN_MS});
	s.on_child = signal_watch_new(loop, SIGCHLD, on_sigchld, &s);
	s.stop_rest = timer_new(loop, on_stop_rest, &s);
	s.kill = timer_new(loop, on_kill, &s);
	init_children(&s);
	for (size_t i = 0; i < s.n_children; i++)
		start_child(&s.children[i]);
	loop_run(loop);
	signal_all(&s, SIGKILL); /* nothing is left unless draining took too long */
	free_children(&s);
	timer_free(s.stop_rest);
	timer_free(s.kill);
	signal_watch_free(s.on_child);
	return CLI_DONE;
}

const struct command command_run = {
	.name = "run",
	.arguments = "",
	.summary = "Run scheduler, crawlers and alerts on this machine",
	.run = run,
};
