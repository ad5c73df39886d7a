"""Pages: every one stored once, politely, with what robots.txt forbids left alone, and cheaply seen again."""
import json
import os
import subprocess
import time

import case
import processes
import prose
import world
from case import BUREAU, DAILY, PORTAL


class Crawl(case.Case):
    def test_every_page_is_stored_once_and_politely(self):
        self.start()
        self.wait_for_all()
        records = self.assert_stored_once()
        self.assertEqual({u for u, _ in records}, self.expected_urls())
        by_source = {r["source"] for r in records.values()}
        self.assertEqual(by_source, {"bureau", "daily", "portal"})
        self.assertTrue(all(r["kind"] == "article" for r in records.values()))
        dates = {r["published_at"][:16] for r in records.values()}
        self.assertEqual(dates, {"2025-05-29T08:30"})
        self.assertLess(self.node.stop(), 10)
        requests = self.web.log()
        self.assertFalse([r for r in requests if r.path.startswith("/private/")], "robots.txt forbids it")
        self.assertTrue(all(r.agent == "policywatch-test/0.1" for r in requests))
        world.assert_polite(requests, self.delay_ms)

    def test_bodies_and_journal_are_there_for_outsiders(self):
        self.start()
        seen = 0
        store = self.node.store()
        end = time.monotonic() + 90
        while seen < len(self.expected_urls()) and time.monotonic() < end:  # reads while it is written
            journal = store.journal()
            self.assertGreaterEqual(len(journal), seen)
            seen = len(journal)
        self.assertEqual(seen, len(self.expected_urls()))
        keys = [int.from_bytes(k, "big") for k, _ in store.table("journal")]
        self.assertEqual(keys, list(range(1, seen + 1)))
        bodies = [world.unpack_body(v) for _, v in store.table("bodies")]
        self.assertTrue(any(b"gb2312" in b for b in bodies))
        self.assertTrue(all(b"HTTP/1" in b or b"HTTP/2" in b or b"\r\n\r\n" in b for b in bodies))

    def test_a_second_run_costs_only_conditional_requests(self):
        self.node.configure(page_s=2)
        self.start()
        self.wait_for_all()
        self.node.stop()
        before = len(self.web.log())
        self.node.start()
        urls = self.expected_urls()
        world.wait_until(lambda: urls <= {self.web.url(r.host, r.path) for r in self.web.log()[before:]},
                         "every page was looked at again")
        self.node.stop()
        again = [r for r in self.web.log()[before:] if r.path not in ("/robots.txt",)]
        self.assertTrue(all(r.conditional and r.status == 304 for r in again),
                        [r for r in again if r.status != 304])
        self.assert_stored_once()
        world.assert_polite(self.web.log()[before:], self.delay_ms)

    def only_conditional(self, before):
        """What was requested since then cost a 304 each, and nothing was stored anew."""
        again = [r for r in self.web.log()[before:]]
        self.assertTrue(again)
        self.assertFalse([r for r in again if not r.conditional or r.status != 304])
        self.assertEqual({r["version"] for r in self.node.store().records()}, {1})
        self.assertEqual(len(self.node.store().journal()), len(self.expected_urls()))
        return {r.path for r in again}

    def test_an_hour_later_everything_is_asked_for_conditionally(self):
        """The whole program lives an hour later (libfaketime); every page is due, and not one is fetched."""
        if processes.has_sanitizer(self.node.program):
            self.skipTest("a clock cannot be faked under a sanitizer")
        self.node.configure(listing_s=1800)
        self.start()
        self.wait_for_all()
        self.wait_for(lambda: not self.node.status()["leased"], "nothing is in work")
        self.node.stop()
        before = len(self.web.log())
        self.node.start(processes.wall_clock(FAKETIME="+61m"))
        urls = self.expected_urls()
        self.wait_for(lambda: urls <= {self.web.url(r.host, r.path) for r in self.web.log()[before:]}, "every page is looked at")
        self.wait_for(lambda: not self.node.status()["leased"], "nothing is in work")
        self.node.stop()
        paths = self.only_conditional(before)
        self.assertLessEqual({"/list.htm", "/rss.xml"}, paths)
        visits = [p for p in self.node.store().pages() if p["url"] in urls]
        self.assertEqual(len(visits), len(urls))
        world.assert_polite(self.web.log(), self.delay_ms)

    def test_a_list_that_is_added_again_costs_one_conditional_request(self):
        self.node.configure(listing_s=1800)
        self.start()
        self.wait_for_all()
        self.wait_for(lambda: not self.node.status()["leased"], "nothing is in work")
        before = len(self.web.log())
        answer = json.loads(self.node.call("add", self.web.url(BUREAU, "/list.htm"), self.web.url(DAILY, "/rss.xml")).stdout)
        self.assertEqual(answer, {"added": 0, "due": 2})
        self.wait_for(lambda: len(self.web.log()) >= before + 2, "both are asked for")
        self.wait_for(lambda: not self.node.status()["leased"], "nothing is in work")
        self.node.stop()
        self.assertEqual(self.only_conditional(before), {"/list.htm", "/rss.xml"})

    def test_news_is_found_while_running(self):
        self.start()
        self.wait_for_all()
        self.publish_daily(prose.Article(280))
        self.publish_bureau(prose.Article(180))
        start = time.monotonic()
        self.wait_for_all(seconds=20)
        self.assertLess(time.monotonic() - start, 10)
        self.node.stop()

    def test_a_changed_page_becomes_a_new_version(self):
        self.node.configure(page_s=2)
        self.start()
        self.wait_for_all()
        url = self.web.url(DAILY, "/content/200.html")
        article = prose.Article(200)
        article.paragraphs[2] = prose.Article(277).text
        self.add_article(DAILY, "/content/200.html", article)
        record = world.wait_until(lambda: next((r for r in self.node.store().records()
                                                if r["url"] == url and r["version"] == 2), None), "version 2")
        self.assertIn(article.paragraphs[2][:40], record["text"])
        self.node.stop()

    def long_article(self, number, words=()):
        article = prose.Article(number, words)
        article.paragraphs += prose.Article(number + 50).paragraphs + prose.Article(number + 100).paragraphs
        return article

    def publish_in_parts(self, article, n):
        """An article of the daily that goes on in further pages, as papers number them."""
        paths = ["/content/%d%s.html" % (article.number, "_%d" % i if i > 1 else "") for i in range(1, n + 1)]
        size = -(-len(article.paragraphs) // n)
        self.publish_daily(article)
        for i, path in enumerate(paths):
            links = "".join('<a href="%s">%d</a> ' % (p, k + 1) for k, p in enumerate(paths) if k != i)
            if i + 1 < n:
                links += '<a href="%s">下一页</a>' % paths[i + 1]
            page = world.article_page(article, paragraphs=article.paragraphs[i * size:(i + 1) * size])
            page = page.replace('</div></div><div class="footer">', '</div><div class="page">%s</div></div><div class="footer">' % links)
            self.web.put(DAILY, path, page)
        return paths

    def test_an_article_in_several_pages_is_stored_as_one(self):
        article = self.long_article(801, ["人工智能"])
        paths = self.publish_in_parts(article, 3)
        self.start({"ai": "人工智能"})
        self.wait_for_all()
        record = next(r for r in self.node.store().records() if r["url"] == self.web.url(DAILY, paths[0]))
        self.assertEqual(record["text"].split("\n"), article.paragraphs)
        self.assertEqual({u for u, _ in self.assert_stored_once()}, self.expected_urls())
        world.assert_polite(self.web.log(), self.delay_ms)
        raw = self.node.call("show", record["url"], "--raw").stdout
        self.assertEqual(raw.count("Policywatch-Part: "), 2)
        again = json.loads(self.node.call("store", "reread", "--all", "--json").stdout)
        self.assertEqual((again["changed"], again["lost"]), (0, 0), "it is read again with its parts")

    def test_a_missing_part_leaves_the_rest_and_is_tried_again(self):
        article = self.long_article(802)
        paths = self.publish_in_parts(article, 3)
        self.web.answers[DAILY, paths[2]] = 500
        self.node.configure(page_s=2)
        self.start()
        self.wait_for_all()
        url = self.web.url(DAILY, paths[0])
        self.assertEqual(next(r for r in self.node.store().records() if r["url"] == url)["text"].split("\n"), article.paragraphs[:8])
        del self.web.answers[DAILY, paths[2]]
        self.wait_for(lambda: any(r["url"] == url and r["text"].split("\n") == article.paragraphs
                                  for r in self.node.store().records()), "the rest is there")

    def test_a_page_that_fails_comes_later(self):
        path = "/content/200.html"
        self.web.answers[DAILY, path] = 500
        self.start()
        missing = self.web.url(DAILY, path)
        expected = self.expected_urls() - {missing}
        world.wait_until(lambda: any(r.path == path and r.status == 500 for r in self.web.log()), "the failure")
        del self.web.answers[DAILY, path]
        world.wait_until(lambda: expected | {missing} <= self.node.stored_urls(), "all are stored", 120)
        self.node.stop()

    def test_commands_answer(self):
        self.start()
        self.wait_for_all()
        status = self.node.status()
        self.assertEqual(status["sources"], 3)
        self.assertEqual(len(status["workers"]), 1)
        sources = json.loads(self.node.call("sources", "--json").stdout)["sources"]
        self.assertEqual({s["name"]: s["items_new"] for s in sources},
                         {"bureau": 7, "daily": 6, "portal": 7})  # with the page that is forbidden, and the sitemap
        extra = prose.Article(777)
        self.add_article(BUREAU, "/extra.htm", extra)
        self.node.call("pause", "daily")
        self.node.call("resume", "daily")
        self.assertEqual(self.node.call("pause", "no-such-source", check=False).returncode, 3)
        self.assertEqual(self.node.call("status", check=False).returncode, 0)
        found = self.node.call("search", "人工智能", "--json", check=False)
        self.assertEqual(found.returncode, 0, found.stderr)
        second = subprocess.run([self.node.program, "scheduler", "-c", self.node.config], capture_output=True,
                                text=True, timeout=30)
        self.assertEqual(second.returncode, 3)
        self.assertIn("another scheduler", second.stderr)
        self.node.stop()

    def test_reload_takes_a_new_source_whole_or_not_at_all(self):
        self.start()
        self.wait_for_all()
        self.node.sources("  - {name: broken, url: nowhere}\n", name="more")
        self.node.reload()
        world.wait_until(lambda: "more.yaml:2" in self.node.log_text(), "the fault is told")
        self.assertEqual(self.node.status()["sources"], 3)
        os.unlink(os.path.join(self.node.folder, "sources.d", "more.yaml"))
        self.add_repost_source()
        self.node.reload()
        world.wait_until(lambda: self.node.status()["sources"] == 4, "the new source is known")
        self.wait_for_all(case.REPOST)
        self.node.stop()


if __name__ == "__main__":
    case.main()
