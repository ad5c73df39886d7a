/*
 * Exchange: one request and what became of it, as the log tells it.
 *
 * Times are CLOCK_MONOTONIC in microseconds, chosen so that whoever waits
 * between the end of an answer and the next request is never seen to wait for
 * less, however slow this server is:
 *
 * - start_us is read after the request's last byte has arrived, so the client
 *   began no later than that;
 * - end_us is read before the write() that hands over the answer's last bytes,
 *   so the client cannot have seen the end earlier. An answer that the kernel
 *   takes in several writes ends with the last one, not with the first;
 * - if the client leaves, its FIN or RST may have waited for us to look: end_us
 *   is then what the kernel says about the last packet's arrival (TCP_INFO),
 *   less the coarseness of the kernel's clock. If we break the connection, it
 *   is read before that.
 *
 * So `next.start_us - end_us` is at least the pause that the client made, and
 * two exchanges overlap in the log only if they did in truth.
 */
#ifndef POLICYWATCH_TESTS_WEB_EXCHANGE_H
#define POLICYWATCH_TESTS_WEB_EXCHANGE_H

#include "tests/web/request.h"
#include "tests/web/world.h"

#include <stdint.h>

struct exchange {
	struct request request; /* spans are borrowed from the connection */
	int64_t start_us;
	int64_t end_us;
	int64_t wall_ms; /* at the start, like the next one */
	int64_t world_ms;
	int status;               /* 0 until a status line was sent */
	size_t bytes;             /* of the body that the kernel has taken */
	const char *kind;         /* of the hostility that was played, or NULL */
	struct world_items shown; /* by a list of an honest host */
	bool complete;            /* all that was meant to be sent has been handed over */
};

#endif
