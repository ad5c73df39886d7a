#include "scheduler/table.h"

#include "common/sealed.h"
#include "scheduler/entry.h"

#include <string.h>

const char *const table_names[TABLE_N] = {
	[TABLE_META] = "meta",
	[TABLE_URLS] = "urls",
	[TABLE_IDS] = "ids",
	[TABLE_DUE] = "due",
	[TABLE_HOSTS] = "hosts",
	[TABLE_LEASES] = "leases",
	[TABLE_WORKERS] = "workers",
	[TABLE_SOURCES] = "sources",
};

/* Of schema 1, and not written since. */
static bool is_older(enum table table, struct span value)
{
	return (table == TABLE_URLS && value.len && value.data[0] == ENTRY_FORMAT_UNSEALED) ||
		(table == TABLE_IDS && value.len == sizeof(struct db_key64));
}

bool table_open_value(enum table table, struct span key, struct span *value)
{
	return is_older(table, *value) || sealed_open(key, value);
}

void table_convert(struct txn *t)
{
	sealed_convert(t, TABLE_META, SPAN_LITERAL("last"));
	sealed_convert_table(t, TABLE_HOSTS);
	sealed_convert_table(t, TABLE_LEASES);
	sealed_convert_table(t, TABLE_WORKERS);
	sealed_convert_table(t, TABLE_SOURCES);
}

struct due_key due_key(uint32_t host, int64_t due_ms, uint64_t number)
{
	struct db_key64 moment = db_key64((uint64_t)due_ms), url = db_key64(number);
	struct db_key64 wide_host = db_key64(host);
	struct due_key k;

	memcpy(k.bytes, wide_host.bytes + 4, 4);
	memcpy(k.bytes + 4, moment.bytes, 8);
	memcpy(k.bytes + 12, url.bytes, 8);
	return k;
}

bool due_key_read(struct span key, struct frontier_due *ret)
{
	if (key.len != sizeof(struct due_key))
		return false;
	*ret = (struct frontier_due){
		.host = (uint32_t)(db_key64_read(key) >> 32),
		.due_ms = (int64_t)db_key64_read(span_from_offset(key, 4)),
		.number = db_key64_read(span_from_offset(key, 12)),
	};
	return true;
}
