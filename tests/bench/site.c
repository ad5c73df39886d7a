/*
 * site PORT: a web for measuring on loopback, one process, one thread.
 *
 *   127.2.x.y   fast: "/" lists ITEMS articles, "/a/N.html" is one of PAGE_BYTES
 *   127.1.x.y   slow: every answer comes at SLOW_BYTES a second and never ends
 *
 * A line on standard input is answered with "OPEN SERVED\n": slow answers under
 * way, articles served. Ends with standard input.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define ITEMS       500
#define PAGE_BYTES  15000
#define SLOW_BYTES  100
#define FDS_MAX     65536
#define REQUEST_MAX 2048
#define TICKS       20 /* a second; each serves its share of the slow */

struct connection {
	uint32_t address; /* that was connected to */
	bool is_slow;     /* an answer is trickling */
	size_t n_read;
	char request[REQUEST_MAX];
	char *answer; /* what of it does not fit into the socket yet */
	size_t n_answer, n_sent;
};

static struct connection *connections[FDS_MAX];
static int epoll;
static size_t n_slow, n_served;
static char filler[PAGE_BYTES + 1];

static void hang_up(int fd)
{
	n_slow -= connections[fd]->is_slow;
	free(connections[fd]->answer);
	free(connections[fd]);
	connections[fd] = NULL;
	close(fd);
}

static void watch(int fd, uint32_t events, int how)
{
	struct epoll_event e = {.events = events, .data.fd = fd};

	epoll_ctl(epoll, how, fd, &e);
}

static void send_more(int fd)
{
	struct connection *c = connections[fd];
	ssize_t n = send(fd, c->answer + c->n_sent, c->n_answer - c->n_sent, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN) {
		hang_up(fd);
		return;
	}
	c->n_sent += n > 0 ? (size_t)n : 0;
	if (c->n_sent < c->n_answer) {
		watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
		return;
	}
	free(c->answer);
	c->answer = NULL;
	watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

static void answer(int fd, int status, const char *body, size_t len)
{
	struct connection *c = connections[fd];
	int head;

	c->answer = malloc(len + 256);
	head = snprintf(c->answer, 256,
		"HTTP/1.1 %d OK\r\nContent-Type: text/html; charset=utf-8\r\n"
		"Content-Length: %zu\r\n\r\n",
		status, len);
	memcpy(c->answer + head, body, len);
	c->n_answer = (size_t)head + len;
	c->n_sent = 0;
	send_more(fd);
}

static void answer_list(int fd)
{
	static char body[ITEMS * 100 + 100];
	size_t n = 0;

	n += (size_t)sprintf(body + n, "<!DOCTYPE html><title>list</title><ul>");
	for (int i = 0; i < ITEMS; i++)
		n += (size_t)sprintf(body + n,
			"<li><a href=\"/a/%d.html\">第%d号关于人工智能工作的通知</a> 2025-05-29</li>",
			i, i);
	answer(fd, 200, body, n);
}

/* No two are alike, so that each is a story. */
static void answer_article(int fd, int number)
{
	static char body[PAGE_BYTES + 4096];
	uint32_t address = ntohl(connections[fd]->address);
	size_t n = (size_t)sprintf(body,
		"<!DOCTYPE html><title>第%d号关于人工智能工作的通知</title><h1>第%d号关于人工智能工作的通知</h1>"
		"<div class=\"content\">",
		number, number);

	for (uint32_t p = 0; n < PAGE_BYTES; p++)
		n += (size_t)sprintf(body + n,
			"<p>%u段%u号之%d：为贯彻落实%u有关部署，现就%u推动产业发展的事项通知如下，"
			"请各单位结合实际，认真贯彻执行，并及时报送工作进展情况。</p>",
			p, address & 0xFFFF, number, (p * 7919u + (uint32_t)number) % 100000,
			(p + address * 31u) % 100000);
	n += (size_t)sprintf(body + n, "</div>");
	n_served++;
	answer(fd, 200, body, n);
}

static void begin_trickle(int fd)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
				   "Content-Length: 10000000\r\n\r\n";

	connections[fd]->is_slow = true;
	n_slow++;
	if (send(fd, head, sizeof head - 1, MSG_NOSIGNAL) < 0)
		hang_up(fd);
}

static void on_request(int fd)
{
	struct connection *c = connections[fd];
	bool is_fast = (ntohl(c->address) >> 16 & 0xFF) == 2;
	int number;

	c->n_read = 0;
	if (strncmp(c->request, "GET /robots.txt ", 16) == 0)
		answer(fd, 404, "", 0);
	else if (!is_fast)
		begin_trickle(fd);
	else if (sscanf(c->request, "GET /a/%d.html ", &number) == 1)
		answer_article(fd, number);
	else if (strncmp(c->request, "GET / ", 6) == 0)
		answer_list(fd);
	else
		answer(fd, 404, "", 0);
}

static void on_readable(int fd)
{
	struct connection *c = connections[fd];
	ssize_t n = recv(fd, c->request + c->n_read, REQUEST_MAX - 1 - c->n_read, 0);

	if (n <= 0) {
		if (n == 0 || errno != EAGAIN)
			hang_up(fd);
		return;
	}
	c->n_read += (size_t)n;
	c->request[c->n_read] = '\0';
	if (strstr(c->request, "\r\n\r\n"))
		on_request(fd);
}

static void on_connection(int listener)
{
	struct sockaddr_in local;
	socklen_t len = sizeof local;
	int on = 1, fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (fd >= FDS_MAX) {
			close(fd);
			continue;
		}
		getsockname(fd, (struct sockaddr *)&local, &len);
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		connections[fd] = calloc(1, sizeof **connections);
		connections[fd]->address = local.sin_addr.s_addr;
		watch(fd, EPOLLIN, EPOLL_CTL_ADD);
	}
}

static void on_tick(int timer)
{
	static unsigned turn;
	uint64_t n;

	(void)!read(timer, &n, sizeof n);
	turn++;
	for (unsigned fd = turn % TICKS; fd < FDS_MAX; fd += TICKS) {
		if (connections[fd] && connections[fd]->is_slow &&
			send((int)fd, filler, SLOW_BYTES, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			hang_up((int)fd);
	}
}

static void on_question(void)
{
	char line[64];

	if (read(STDIN_FILENO, line, sizeof line) <= 0)
		exit(0);
	printf("%zu %zu\n", n_slow, n_served);
	fflush(stdout);
}

static int listen_on(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_ANY)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 8192) < 0) {
		perror("site");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	const struct itimerspec tick = {{0, 1000000000 / TICKS}, {0, 1000000000 / TICKS}};
	int listener = listen_on(argc > 1 ? atoi(argv[1]) : 8090);
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct epoll_event events[256];

	signal(SIGPIPE, SIG_IGN);
	memset(filler, ' ', PAGE_BYTES);
	timerfd_settime(timer, 0, &tick, NULL);
	epoll = epoll_create1(EPOLL_CLOEXEC);
	watch(listener, EPOLLIN, EPOLL_CTL_ADD);
	watch(timer, EPOLLIN, EPOLL_CTL_ADD);
	watch(STDIN_FILENO, EPOLLIN, EPOLL_CTL_ADD);
	for (;;) {
		int n = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;

			if (fd == listener)
				on_connection(fd);
			else if (fd == timer)
				on_tick(fd);
			else if (fd == STDIN_FILENO)
				on_question();
			else if (connections[fd] && events[i].events & EPOLLOUT)
				send_more(fd);
			else if (connections[fd])
				on_readable(fd);
		}
	}
}
