/*
 * Transfers that are never made: what was asked for is remembered, and the test answers in
 * the site's place. Linked before the real ones; one is under way at a time.
 */
#ifndef POLICYWATCH_TESTS_CRAWLER_FAKE_TRANSFER_H
#define POLICYWATCH_TESTS_CRAWLER_FAKE_TRANSFER_H

#include "common/cleanup.h"
#include "crawler/fetch/transfer.h"

#include <stdio.h>
#include <string.h>

static struct {
	transfer_done_fn *done; /* NULL while nothing is under way */
	void *arg;
	struct transfer_request request; /* of the last one; what it borrows may be gone */
	char url[256];
	int n_started, n_cancelled;
} fake_transfer;

int transfer_start(struct transfers *ts, const struct transfer_request *request,
	transfer_done_fn *done, void *arg, struct transfer **ret)
{
	(void)ts;
	fake_transfer.done = done;
	fake_transfer.arg = arg;
	fake_transfer.request = *request;
	fake_transfer.n_started++;
	snprintf(fake_transfer.url, sizeof fake_transfer.url, "%s", request->url);
	*ret = (struct transfer *)&fake_transfer;
	return 0;
}

void transfer_cancel(struct transfer *t)
{
	fake_transfer.n_cancelled += t != NULL;
}

bool transfer_parse_date(const char *text, int64_t *ret_ms)
{
	(void)text;
	(void)ret_ms;
	return false;
}

static inline void fake_transfer_reset(void)
{
	memset(&fake_transfer, 0, sizeof fake_transfer);
}

/* Whoever asked may ask for the next one at once. */
static inline void fake_transfer_answer(struct transfer_result *r)
{
	transfer_done_fn *done = TAKE_PTR(fake_transfer.done);

	done(fake_transfer.arg, r);
}

#endif
