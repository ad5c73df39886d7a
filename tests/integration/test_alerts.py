"""Alerts: exactly those that are due, each once, and in order after Redis was away."""
import json
import time

import case
import prose
import world
from case import BUREAU, DAILY, REPOST


class Alerts(case.Case):
    def alert_urls(self, name):
        return [a["url"] for a in self.node.redis.alerts(name)]

    def wait_for_alerts(self, name, n):
        world.wait_until(lambda: len(self.alert_urls(name)) >= n, "%d alerts for %s" % (n, name))

    def test_alerts_are_exactly_right_and_once(self):
        self.start()
        self.wait_for_all()
        self.wait_for_alerts("zhejiang-ai", 1)
        self.wait_for_alerts("deepseek", 1)
        self.add_repost_source()
        self.node.reload()
        self.wait_for_all(REPOST)
        stories = {r["url"]: r["story"] for r in self.node.store().records()}
        self.assertEqual(stories[self.web.url(REPOST, "/post/201.html")], stories[self.web.url(DAILY, "/content/201.html")],
                         "an exact duplicate joins the story of the first")
        self.publish_daily(prose.Article(290, ["浙江", "人工智能"]))  # behind the repost: it would come first
        self.wait_for_alerts("zhejiang-ai", 2)
        self.node.stop()
        self.assertEqual(self.alert_urls("zhejiang-ai"),
                         [self.web.url(DAILY, "/content/201.html"), self.web.url(DAILY, "/content/290.html")])
        self.assertEqual(self.alert_urls("deepseek"), [self.web.url(case.PORTAL, "/a/302")])
        self.assertEqual(self.alert_urls("nobody"), [])
        alert = self.node.redis.alerts("zhejiang-ai")[0]
        self.assertEqual(alert["event"], "new")
        self.assertEqual(alert["title"], prose.Article(201).title)
        self.assertEqual(alert["subscription"], "zhejiang-ai")
        self.assertIn("浙江", alert["terms"])

    def test_redis_away_delays_alerts_and_loses_none(self):
        self.start({"ai": "人工智能"})
        self.wait_for_all()
        self.wait_for_alerts("ai", 2)
        self.node.redis.stop()
        expected = []
        for i in range(5):
            article = prose.Article(400 + i, ["人工智能"])
            self.publish_bureau(article)
            self.wait_for_all(BUREAU)  # one after the other: their order is known
            expected.append(self.web.url(BUREAU, "/art/%d.htm" % article.number))
        self.node.kill_service("alerts")  # what waits must survive this too
        self.node.redis.start()
        self.wait_for_alerts("ai", 7)
        self.node.stop()
        self.assertEqual(self.alert_urls("ai")[2:], expected)

    def test_subscriptions_of_redis_are_live_at_once(self):
        self.start({"nobody": "易建联"})
        self.wait_for_all()
        self.node.redis("HSET", "policywatch:subscriptions", "live", '{"query": "产业"}')
        self.assertIn("live", self.node.call("subscriptions", "list").stdout)
        self.wait_for(lambda: self.live()["subscriptions"] == 2, "it is live")
        self.publish_daily(prose.Article(410, ["产业"]))
        self.wait_for_alerts("live", 1)
        self.node.stop()
        self.assertEqual(self.alert_urls("live"), [self.web.url(DAILY, "/content/410.html")])

    def put(self, name, value):
        self.node.redis("HSET", "policywatch:subscriptions", name, value)

    def published_now(self, number, *words):
        """Publishes an article and returns its URL once it is stored."""
        article = prose.Article(number, words)
        self.publish_daily(article)
        self.wait_for_all(DAILY, seconds=20)
        return self.web.url(DAILY, "/content/%d.html" % number)

    def live(self):
        return json.loads(self.node.call("status", "--json").stdout)["alerts"]

    def test_the_hash_in_redis_is_live_within_a_second(self):
        """Set, changed and deleted; from then on pages that are stored count, and those before never."""
        self.start({"nobody": "易建联"})
        self.wait_for_all()
        start = time.monotonic()
        self.put("live", json.dumps({"query": "人工智能", "owner": "me", "deliver": ["new"]}))
        self.wait_for(lambda: self.live()["subscriptions"] == 2, "it is live")
        seen = time.monotonic()
        self.live()
        asking = time.monotonic() - seen  # a process of its own, slow on a loaded machine
        self.assertLess(seen - start - asking, 1)
        first = self.published_now(430, "人工智能")
        self.wait_for_alerts("live", 1)
        # Changed: the new query counts within a second.
        self.put("live", json.dumps({"query": "DeepSeek"}))
        self.let_a_second_pass()
        self.published_now(431, "人工智能")
        second = self.published_now(432, "DeepSeek")
        self.wait_for_alerts("live", 2)
        # Deleted: another one tells when the page was matched.
        self.put("other", json.dumps({"query": "DeepSeek"}))
        self.node.redis("HDEL", "policywatch:subscriptions", "live")
        self.let_a_second_pass()
        third = self.published_now(433, "DeepSeek")
        self.wait_for_alerts("other", 1)
        self.node.stop()
        self.assertEqual(self.alert_urls("live"), [first, second])
        self.assertEqual(self.alert_urls("other"), [third])

    def let_a_second_pass(self):
        """The promise is a second; nothing else is waited for."""
        end = time.monotonic() + 1
        self.wait_for(lambda: time.monotonic() > end, "a second")

    def test_faulty_subscriptions_are_told_and_others_go_on(self):
        self.start({"nobody": "易建联"})
        self.wait_for_all()
        faulty = {"text": "no JSON", "list": "[1]", "empty": "{}", "parenthesis": '{"query": "(("}', "nots": '{"query": "-x"}',
                  "event": '{"query": "x", "deliver": ["sometimes"]}', "number": '{"query": 7}', "a b": '{"query": "x"}'}
        for name, value in faulty.items():
            self.put(name, value)
        self.put("good", '{"query": "人工智能"}')
        self.wait_for(lambda: {f["name"] for f in self.live()["faulty"]} == set(faulty), "all faults are in the status", 5)
        faults = {f["name"]: f["fault"] for f in self.live()["faulty"]}
        self.assertIn("column", faults["parenthesis"])
        self.assertTrue(all(faults.values()))
        self.assertIn("parenthesis", self.node.call("status").stdout)
        url = self.published_now(440, "人工智能")
        self.wait_for_alerts("good", 1)
        self.assertEqual(self.alert_urls("good"), [url])
        # A good one that is spoilt later falls silent; repaired, it speaks again.
        self.put("good", "{")
        self.wait_for(lambda: "good" in {f["name"] for f in self.live()["faulty"]}, "the spoilt one is told", 5)
        self.put("good", '{"query": "人工智能"}')
        self.node.redis("HDEL", "policywatch:subscriptions", *faulty)
        self.wait_for(lambda: not self.live()["faulty"], "no faults are left", 5)
        self.published_now(441, "人工智能")
        self.wait_for_alerts("good", 2)
        self.node.stop()

    def test_a_wake_up_comes_with_every_alert(self):
        heard = self.node.redis.subscribe("policywatch:live:{ai}")
        self.start({"ai": "人工智能"})
        self.wait_for_alerts("ai", 2)
        self.wait_for(lambda: len(heard) == 2, "two wake-ups")
        ids = [i.decode() for i, _ in self.node.redis("XRANGE", "policywatch:alerts:{ai}", "-", "+")]
        self.assertEqual(heard, ids, "each is the id of its entry")
        keys = self.node.redis("KEYS", "policywatch:seen:{ai}:*")
        self.assertEqual(len(keys), 2)
        self.assertTrue(all(self.node.redis("TTL", k.decode()) > 0 for k in keys), "they expire")
        self.assertEqual({k.decode().split(":", 3)[3] for k in keys}, {a["key"] for a in self.node.redis.alerts("ai")})
        self.assertEqual(set(self.node.redis.alerts("ai")[0]), {
            "key", "event", "subscription", "story", "page", "version", "url", "title", "publisher", "published_at",
            "snippet", "terms", "record"})
        self.node.stop()

    def test_without_redis_the_outbox_fills_and_says_so(self):
        self.node.redis.stop()
        self.start({"ai": "人工智能"})
        self.wait_for_all()
        self.wait_for(lambda: self.live()["outbox"] == 2, "two alerts wait")
        self.assertFalse(self.live()["redis"]["up"])
        self.assertTrue(self.live()["redis"]["reason"])
        text = self.node.call("status").stdout
        self.assertIn("2 alerts in the outbox", text)
        self.assertRegex(text, r"(?m)^redis +away")
        self.node.redis.start()
        self.wait_for_alerts("ai", 2)
        self.wait_for(lambda: self.live()["outbox"] == 0 and self.live()["redis"]["up"], "the outbox is empty")
        self.node.stop()

    def test_an_update_alerts_again_but_a_restart_does_not(self):
        self.node.configure(page_s=2)
        self.start()
        self.wait_for_all()
        self.wait_for_alerts("zhejiang-ai", 1)
        self.node.stop()
        self.node.start()
        article = prose.Article(201, ["人工智能", "浙江"])
        article.paragraphs.append(prose.Article(288).text)
        self.add_article(DAILY, "/content/201.html", article)
        self.wait_for_alerts("zhejiang-ai", 2)
        self.node.stop()
        self.assertEqual([a["event"] for a in self.node.redis.alerts("zhejiang-ai")], ["new", "updated"])


if __name__ == "__main__":
    case.main()
