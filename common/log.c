#include "common/log.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

#define LINE_MAX_BYTES 8192 /* longer lines are cut: journald splits at 48 KiB, people read less */

static enum log_level max_level = LOG_LEVEL_INFO;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_NOTICE] = "notice",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

void log_set_level(enum log_level level)
{
	max_level = level;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7F;
}

static bool is_plain(const char *value)
{
	size_t n = 0;

	while (value[n] && !is_control(value[n]) && !strchr(" \"=\\", value[n]))
		n++;
	return n && !value[n];
}

/* Quoted when it holds a space, a quote, an equals sign or a control character. */
static void add_value(struct strbuf *line, const char *value)
{
	if (is_plain(value)) {
		strbuf_add_str(line, value);
		return;
	}
	strbuf_add_char(line, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			strbuf_printf(line, "\\%c", *value);
		else if (is_control(*value))
			strbuf_printf(line, "\\x%02x", (unsigned char)*value);
		else
			strbuf_add_char(line, *value);
	}
	strbuf_add_char(line, '"');
}

static void add_context(struct strbuf *line, const struct log_ctx *ctx)
{
	if (!ctx)
		return;
	add_context(line, ctx->parent);
	strbuf_printf(line, " %s=", ctx->key);
	add_value(line, ctx->value);
}

static void add_prefix(struct strbuf *line, enum log_level level)
{
	char now[CLOCK_TEXT_MAX];

	if (!isatty(STDERR_FILENO))
		strbuf_printf(line, "<%d>", level);
	if (!getenv("JOURNAL_STREAM"))
		strbuf_printf(line, "time=%s ", clock_format(clock_wall_ms(), 0, now));
	strbuf_printf(line, "level=%s", level_names[level]);
}

void log_write(enum log_level level, const struct log_ctx *ctx, const char *format, ...)
{
	STRBUF_LOCAL(line);
	char text[LINE_MAX_BYTES / 2];
	va_list args;

	if (level > max_level)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	line.max = LINE_MAX_BYTES;
	add_prefix(&line, level);
	add_context(&line, ctx);
	strbuf_add_str(&line, " msg=");
	add_value(&line, text);
	line.max = 0;
	strbuf_add_char(&line, '\n');
	/* A log that cannot be written has nobody left to tell. */
	(void)!write(STDERR_FILENO, line.data, line.len);
}
