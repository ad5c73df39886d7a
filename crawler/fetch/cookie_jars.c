#include "crawler/fetch/cookie_jars.h"

#include "common/alloc.h"

#include <string.h>

#define JARS_MAX 10000 /* all sources of a large installation */

/* RFC 6265 6.1 asks for 50 of each domain; a source has a handful of hosts. */
#define COOKIES_MAX 300

struct cookie_jar {
	char *source;
	CURLSH *share;
	struct cookie_jar *next;
};

struct cookie_jars {
	struct cookie_jar *first;
	size_t len;
};

struct cookie_jars *cookie_jars_new(void)
{
	return ALLOC_NEW(struct cookie_jars);
}

void cookie_jars_free(struct cookie_jars *js)
{
	while (js && js->first) {
		struct cookie_jar *j = js->first;

		js->first = j->next;
		curl_share_cleanup(j->share);
		free(j->source);
		free(j);
	}
	free(js);
}

struct cookie_jar *cookie_jars_get(struct cookie_jars *js, const char *source)
{
	struct cookie_jar *j = js->first;
	CURLSH *share;

	while (j && strcmp(j->source, source) != 0)
		j = j->next;
	if (j)
		return j;
	share = js->len < JARS_MAX ? curl_share_init() : NULL;
	if (!share)
		return NULL;
	curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
	j = ALLOC_NEW(struct cookie_jar);
	*j = (struct cookie_jar){alloc_strdup(source), share, js->first};
	js->first = j;
	js->len++;
	return j;
}

void cookie_jar_use(struct cookie_jar *j, CURL *easy)
{
	curl_easy_setopt(easy, CURLOPT_SHARE, j->share);
	curl_easy_setopt(easy, CURLOPT_COOKIEFILE, ""); /* the engine on, without a file */
}

void cookie_jar_check(CURL *easy)
{
	struct curl_slist *all = NULL;
	size_t n = 0;

	curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &all);
	for (const struct curl_slist *c = all; c; c = c->next)
		n++;
	curl_slist_free_all(all);
	if (n > COOKIES_MAX)
		curl_easy_setopt(easy, CURLOPT_COOKIELIST, "ALL");
}
