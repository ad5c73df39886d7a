/*
 * The handler may use next to nothing: writev(2), open(2), read(2), memory that
 * was there before. Which file is mapped where it looks up in
 * /proc/self/maps, so that nobody has to keep book of maps that move.
 */
#include "common/mdb_guard.h"

#include "common/alloc.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#define OPEN_MAX_HERE                                                                              \
	16 /* environments of a process; those above go unrecognised by their addresses */
#define EXIT_DAMAGED 3

struct mdb_guard {
	char *file; /* as the kernel names it */
	size_t len;
};

/* Initial-exec: the handler must not be the first to ask for it, which would allocate. */
static _Thread_local const struct mdb_guard *inside __attribute__((tls_model("initial-exec")));

static const struct mdb_guard *_Atomic guards[OPEN_MAX_HERE];
static struct sigaction segv_before, bus_before;

/* What has happened */

static struct iovec text(const char *s)
{
	return (struct iovec){.iov_base = (void *)s, .iov_len = strlen(s)};
}

void mdb_guard_end(const struct mdb_guard *g, const char *why)
{
	const struct iovec line[] = {text("policywatch: "), text(g->file), text(" is damaged ("),
		text(why), text("); run: policywatch store check\n")};

	/* There is nobody else to tell. */
	(void)!writev(STDERR_FILENO, line, sizeof line / sizeof *line);
	_exit(EXIT_DAMAGED);
}

/* Whose file a line of maps names, if its range holds @address. */
static const struct mdb_guard *guard_of_line(const char *line, size_t len, uintptr_t address)
{
	char *end;
	uintptr_t from = strtoul(line, &end, 16);
	uintptr_t to = *end == '-' ? strtoul(end + 1, NULL, 16) : 0;

	if (address < from || address >= to)
		return NULL;
	for (size_t i = 0; i < OPEN_MAX_HERE; i++) {
		const struct mdb_guard *g = atomic_load(&guards[i]);

		if (g && len > g->len && memcmp(line + len - g->len, g->file, g->len) == 0)
			return g;
	}
	return NULL;
}

/* The whole lines in @buf; *@len becomes what is left over. */
static const struct mdb_guard *guard_of_lines(char *buf, size_t *len, uintptr_t address)
{
	const struct mdb_guard *found = NULL;
	char *line = buf, *end;

	while (!found && (end = memchr(line, '\n', (size_t)(buf + *len - line)))) {
		*end = '\0';
		found = guard_of_line(line, (size_t)(end - line), address);
		line = end + 1;
	}
	*len = (size_t)(buf + *len - line);
	memmove(buf, line, *len);
	return found;
}

static const struct mdb_guard *guard_of_address(uintptr_t address)
{
	static char buf[8192];
	const struct mdb_guard *found = NULL;
	int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	while (fd >= 0 && !found && len < sizeof buf &&
		(n = read(fd, buf + len, sizeof buf - len)) > 0) {
		len += (size_t)n;
		found = guard_of_lines(buf, &len, address);
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* To whoever was there before us; the default comes when the instruction faults again. */
static void pass_on(int number, siginfo_t *info, void *context)
{
	const struct sigaction *before = number == SIGBUS ? &bus_before : &segv_before;

	if (before->sa_flags & SA_SIGINFO) {
		before->sa_sigaction(number, info, context);
	} else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN) {
		before->sa_handler(number);
	} else {
		signal(number, SIG_DFL);
		if (info->si_code <= 0) /* somebody sent it */
			raise(number);
	}
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	const struct mdb_guard *g = NULL;

	if (info->si_code > 0)
		g = inside ? inside : guard_of_address((uintptr_t)info->si_addr);
	if (g)
		mdb_guard_end(g,
			number == SIGBUS ? "a part of it is missing or cannot be read"
					 : "it leads out of itself");
	pass_on(number, info, context);
}

/* ONSTACK: on the thread's alternate stack if it has one, as Go programs and sanitizers want. */
static void take_over(void)
{
	struct sigaction ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigemptyset(&ours.sa_mask);
	sigaction(SIGSEGV, &ours, &segv_before);
	sigaction(SIGBUS, &ours, &bus_before);
}

/* The book of what is open */

struct mdb_guard *mdb_guard_new(const char *path)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct mdb_guard *g = ALLOC_NEW(struct mdb_guard);
	CLEANUP(freep) char *folder = realpath(path, NULL);

	pthread_once(&once, take_over);
	g->file = alloc_printf("%s/data.mdb", folder ? folder : path);
	g->len = strlen(g->file);
	for (size_t i = 0; i < OPEN_MAX_HERE; i++) {
		const struct mdb_guard *none = NULL;

		if (atomic_compare_exchange_strong(&guards[i], &none, g))
			break;
	}
	return g;
}

void mdb_guard_free(struct mdb_guard *g)
{
	if (!g)
		return;
	for (size_t i = 0; i < OPEN_MAX_HERE; i++) {
		const struct mdb_guard *own = g;

		atomic_compare_exchange_strong(&guards[i], &own, NULL);
	}
	free(g->file);
	free(g);
}

const struct mdb_guard *mdb_guard_enter(const struct mdb_guard *g)
{
	const struct mdb_guard *before = inside;

	inside = g;
	return before;
}

void mdb_guard_leave(const struct mdb_guard *const *before)
{
	inside = *before;
}
