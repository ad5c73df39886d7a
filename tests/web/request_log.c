#include "tests/web/request_log.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/json.h"
#include "tests/web/world_clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

struct request_log {
	int fd;
	uint64_t n_lines;
	uint64_t n_requests;
	struct strbuf line;
};

struct request_log *request_log_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct request_log *l;

	if (fd < 0)
		return NULL;
	l = ALLOC_NEW(struct request_log);
	l->fd = fd;
	strbuf_init(&l->line, 0);
	return l;
}

void request_log_close(struct request_log *l)
{
	if (!l)
		return;
	close(l->fd);
	strbuf_release(&l->line);
	free(l);
}

static struct strbuf *begin_line(struct request_log *l)
{
	strbuf_clear(&l->line);
	json_open(&l->line, '{');
	json_field_int(&l->line, "n", (int64_t)++l->n_lines);
	return &l->line;
}

/* A log that cannot be written makes every judgement worthless: better no server. */
static void end_line(struct request_log *l)
{
	json_close(&l->line, '}');
	strbuf_add_char(&l->line, '\n');
	if (write(l->fd, l->line.data, l->line.len) != (ssize_t)l->line.len) {
		perror("policywatch-web: request log");
		exit(1);
	}
}

static void field_span(struct strbuf *out, const char *key, struct span value)
{
	json_key(out, key);
	if (value.data)
		json_span(out, value);
	else
		json_null(out);
}

static void write_line(struct request_log *l, const struct exchange *x, const char *address,
	const char *peer)
{
	struct strbuf *out = begin_line(l);

	json_field_int(out, "start_us", x->start_us);
	json_field_int(out, "end_us", x->end_us);
	json_field_int(out, "wall_ms", x->wall_ms);
	json_field_int(out, "world_ms", x->world_ms);
	json_field_str(out, "address", address);
	field_span(out, "host", x->request.host);
	field_span(out, "method", x->request.method);
	field_span(out, "path", x->request.path);
	json_field_int(out, "status", x->status);
	json_field_int(out, "bytes", (int64_t)x->bytes);
	json_field_bool(out, "conditional", x->request.conditional);
	field_span(out, "agent", x->request.agent);
	json_field_str(out, "peer", peer);
	json_field_str(out, "kind", x->kind);
	json_key(out, "shown");
	json_open(out, '[');
	json_int(out, x->shown.from);
	json_int(out, x->shown.to);
	json_close(out, ']');
	json_field_bool(out, "complete", x->complete);
	end_line(l);
}

void request_log_exchange(struct request_log *l, const struct exchange *x, const char *address,
	const char *peer)
{
	l->n_requests++;
	write_line(l, x, address, peer);
}

void request_log_connect(struct request_log *l, const struct exchange *x, const char *address,
	const char *peer)
{
	struct exchange bare = {.start_us = x->start_us,
		.end_us = x->end_us,
		.wall_ms = x->wall_ms,
		.world_ms = x->world_ms,
		.kind = "connect"};

	write_line(l, &bare, address, peer);
}

void request_log_dns(struct request_log *l, const char *name, const char *type, const char *answer)
{
	struct strbuf *out = begin_line(l);

	json_field_str(out, "dns", name);
	json_field_str(out, "type", type);
	json_field_str(out, "answer", answer);
	json_field_int(out, "wall_ms", clock_wall_ms());
	json_field_int(out, "mono_us", mono_us());
	end_line(l);
}

uint64_t request_log_count(const struct request_log *l)
{
	return l->n_requests;
}
