/*
 * Log: logfmt lines on stderr, led by the priority that journald reads ("<6>")
 * unless stderr is a terminal, and by the time unless the journal notes it
 * itself (JOURNAL_STREAM is set). One write a line, thread-safe.
 *
 * Long-lived objects embed a log_ctx; call sites say only what happened.
 * common/ and store/ never log above debug: whoever decides, logs, once.
 */
#ifndef POLICYWATCH_COMMON_LOG_H
#define POLICYWATCH_COMMON_LOG_H

enum log_level { /* syslog's numbers */
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* A pair that stands on every line of its object: "host=example.org", after its parent's. */
struct log_ctx {
	const struct log_ctx *parent; /* borrowed, may be NULL */
	const char *key;              /* borrowed */
	const char *value;            /* borrowed */
};

/* Lines above @level are left out. Set once, before threads start; LOG_LEVEL_INFO at first. */
void log_set_level(enum log_level level);

void log_write(enum log_level level, const struct log_ctx *ctx, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(ctx, ...)  log_write(LOG_LEVEL_ERROR, ctx, __VA_ARGS__)
#define log_warn(ctx, ...)   log_write(LOG_LEVEL_WARN, ctx, __VA_ARGS__)
#define log_notice(ctx, ...) log_write(LOG_LEVEL_NOTICE, ctx, __VA_ARGS__)
#define log_info(ctx, ...)   log_write(LOG_LEVEL_INFO, ctx, __VA_ARGS__)
#define log_debug(ctx, ...)  log_write(LOG_LEVEL_DEBUG, ctx, __VA_ARGS__)

#endif
