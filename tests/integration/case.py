"""A test case with one node and one web; the program is the first argument or $POLICYWATCH."""
import os
import sys
import unittest

import prose
import world

BUREAU, DAILY, PORTAL, REPOST = "127.0.3.1", "127.0.3.2", "127.0.3.3", "127.0.3.4"
SKIPPED = 77


def program():
    return os.environ.get("POLICYWATCH") or (sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None)


def main():
    path = program()
    if not path or not os.access(path, os.X_OK):
        print("usage: %s POLICYWATCH [TEST...]" % sys.argv[0], file=sys.stderr)
        sys.exit(SKIPPED)
    os.environ["POLICYWATCH"] = os.path.abspath(path)
    unittest.main(argv=[sys.argv[0]] + [a for a in sys.argv[1:] if a != path], verbosity=2)


class Base(unittest.TestCase):
    """Has self.node; when a test fails, says what its services logged."""

    def has_failed(self):
        result = getattr(self._outcome, "result", None)
        return any(e for _, e in getattr(self._outcome, "errors", []) if e) or (
            result and any(t is self for t, _ in result.failures + result.errors))

    def clean_up(self):
        failed = self.has_failed()
        if failed:
            print(self.node.log_text()[-6000:], file=sys.stderr)
            for service in self.node.services:
                print("== %s\n%s" % (" ".join(service.words[1:]), service.text()[-3000:]), file=sys.stderr)
        self.node.close(keep=failed and bool(os.environ.get("KEEP")))


class Case(Base):
    delay_ms = 100
    settings = {}

    def setUp(self):
        self.web = world.Web([BUREAU, DAILY, PORTAL, REPOST])
        self.addCleanup(self.web.close)
        self.node = world.Node(program(), delay_ms=self.delay_ms, **self.settings)
        self.addCleanup(self.clean_up)
        self.articles = {}  # canonical URL -> Article
        self.build_web()

    # Four sites: a listing in GB18030, a feed, a sitemap that robots.txt names, and a farm that copies.

    def build_web(self):
        self.n_by_site = 6
        self.bureau_items, self.daily_items, self.portal_paths = [], [], []
        for i in range(self.n_by_site):
            self.publish_bureau(prose.Article(100 + i, ["人工智能"] if i == 0 else []))
            self.publish_daily(prose.Article(200 + i, ["人工智能", "浙江"] if i == 1 else []))
            self.publish_portal(prose.Article(300 + i, ["DeepSeek"] if i == 2 else []))
        self.publish_repost(prose.Article(201, ["人工智能", "浙江"]))
        # Never to be requested.
        self.web.put(BUREAU, "/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        self.bureau_items.append(("/private/secret.htm", "内部资料请勿转载的一篇文章", "2025-05-29"))
        self.web.put(BUREAU, "/private/secret.htm", world.article_page(prose.Article(999, ["人工智能", "浙江"])))
        self.show_bureau()

    def add_article(self, site, path, article, charset="utf-8"):
        self.web.put(site, path, world.article_page(article, "gb2312" if charset == "gb18030" else charset), charset=charset)
        self.articles[self.web.url(site, path)] = article

    def publish_bureau(self, article):
        path = "/art/%d.htm" % article.number
        self.add_article(BUREAU, path, article, "gb18030")
        self.bureau_items.insert(0, (path, article.title, "2025-05-29"))
        self.show_bureau()

    def show_bureau(self):
        self.web.put(BUREAU, "/list.htm", world.listing_page(self.bureau_items, "gb2312"), charset="gb18030")

    def publish_daily(self, article):
        path = "/content/%d.html" % article.number
        self.add_article(DAILY, path, article)
        self.daily_items.insert(0, (path, article.title, "2025-05-29"))
        self.web.put(DAILY, "/rss.xml", world.feed_page(self.web.url(DAILY, ""), self.daily_items), "application/rss+xml")

    def publish_portal(self, article):
        path = "/a/%d" % article.number
        self.add_article(PORTAL, path, article)
        self.portal_paths.append(path)
        self.web.put(PORTAL, "/robots.txt", "User-agent: *\nAllow: /\nSitemap: %s\n" % self.web.url(PORTAL, "/sitemap.xml"), "text/plain")
        self.web.put(PORTAL, "/sitemap.xml", world.sitemap_page(self.web.url(PORTAL, p) for p in self.portal_paths), "application/xml")

    def publish_repost(self, article):
        path = "/post/%d.html" % article.number
        self.add_article(REPOST, path, article)
        self.web.put(REPOST, "/index.html", world.listing_page([(path, article.title, "2025-05-30")]))

    # The program on them.

    def write_sources(self, more=""):
        allow = "allow_addresses: 127.0.3.0/24"
        self.node.sources("".join((
            "  - {name: bureau, kind: listing, url: '%s', %s}\n" % (self.web.url(BUREAU, "/list.htm"), allow),
            "  - {name: daily, kind: feed, url: '%s', %s}\n" % (self.web.url(DAILY, "/rss.xml"), allow),
            "  - {name: portal, kind: sitemap, url: '%s', %s}\n" % (self.web.url(PORTAL, "/robots.txt"), allow),
            more)))

    def add_repost_source(self):
        self.write_sources("  - {name: repost, kind: listing, url: '%s', allow_addresses: 127.0.3.0/24}\n"
                           % self.web.url(REPOST, "/index.html"))

    def start(self, queries=None):
        self.write_sources()
        self.node.subscriptions(queries or {"zhejiang-ai": "人工智能 AND 浙江", "deepseek": "DeepSeek", "nobody": "易建联"})
        self.node.start()

    def wait_for(self, condition, what, seconds=world.DEADLINE):
        return world.wait_until(condition, what, seconds)

    def expected_urls(self, *sites):
        return {u for u in self.articles if any("//%s:" % s in u for s in sites or (BUREAU, DAILY, PORTAL))}

    def wait_for_all(self, *sites, seconds=90):
        expected = self.expected_urls(*sites)
        world.wait_until(lambda: expected <= self.node.stored_urls(),
                         "all of %d articles are stored" % len(expected), seconds)

    def assert_stored_once(self):
        """Each article is one page of one version, with its title and text."""
        by_url = {}
        for record in self.node.store().records():
            self.assertNotIn((record["url"], record["version"]), by_url)
            by_url[record["url"], record["version"]] = record
        for url, article in self.articles.items():
            if (url, 1) not in by_url:
                continue
            self.assertNotIn((url, 2), by_url, "unchanged, but stored twice")
            record = by_url[url, 1]
            self.assertEqual(record["title"], article.title)
            for paragraph in article.paragraphs:
                self.assertIn(paragraph, record["text"])
        return by_url
