"""Alerts: exactly those that are due, each once, and in order after Redis was away."""
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
        world.wait_until(lambda: "live" in self.node.call("subscriptions", "list").stdout, "it is listed")
        self.publish_daily(prose.Article(410, ["产业"]))
        self.wait_for_alerts("live", 1)
        self.node.stop()
        self.assertEqual(self.alert_urls("live"), [self.web.url(DAILY, "/content/410.html")])

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
