#include "cli/store_view.h"

#include "common/err.h"

bool store_view_open(struct cli *cli, struct store_view *ret)
{
	CLEANUP(freep) char *path = config_data_path(cli->config, "store");
	CLEANUP(freep) char *error = NULL;
	const struct store_options options = {.map_bytes = cli->config->store.map_gib << 30,
		.read_only = true};
	int r = store_open(path, &options, &ret->store, &error);

	if (r == 0)
		r = store_reader_open(ret->store, &ret->reader);
	if (r < 0)
		cli_fail("%s", error ? error : err_str(r));
	return r == 0;
}

void store_view_release(struct store_view *v)
{
	store_reader_free(v->reader);
	store_close(v->store);
}

bool store_view_id(struct cli *cli, const char *argument, struct hash *ret)
{
	STRBUF_LOCAL(canonical);

	if (hash_parse(span_str(argument), ret))
		return true;
	if (url_canonical(span_str(argument), &cli->config->url_rules, &canonical) < 0) {
		cli_misuse(cli, "'%s' is neither an id of 32 hexadecimal digits nor a URL",
			argument);
		return false;
	}
	*ret = url_id(strbuf_span(&canonical));
	return true;
}
