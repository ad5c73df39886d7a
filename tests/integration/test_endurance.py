"""kill -9 of any process at any moment loses nothing and doubles nothing."""
import case
import prose
import world


class Endurance(case.Case):
    settings = {"lease_ms": 5000}

    def kill_while_crawling(self, service):
        self.start({"ai": "人工智能", "deepseek": "DeepSeek"})
        for n_stored in (2, 6, 10):
            world.wait_until(lambda: len(self.node.stored_urls()) >= n_stored, "%d are stored" % n_stored, 120)
            self.node.kill_service(service)
        self.publish_daily(prose.Article(500, ["人工智能"]))
        self.wait_for_all(seconds=120)
        world.wait_until(lambda: len(self.node.redis.alerts("ai")) >= 3, "the alerts")
        self.assertLess(self.node.stop(), 10)
        self.assert_stored_once()
        urls = [a["url"] for a in self.node.redis.alerts("ai")]
        self.assertEqual(len(urls), len(set(urls)), "an alert looks once")
        self.assertEqual(set(urls), {u for u, a in self.articles.items()
                                     if "人工智能" in a.text and "//%s:" % case.REPOST not in u})
        self.assertEqual(len(self.node.redis.alerts("deepseek")), 1)
        self.assertFalse([r for r in self.web.log() if r.path.startswith("/private/")])
        return self.web.log()

    def test_killed_scheduler(self):
        world.assert_polite(self.kill_while_crawling("scheduler"), self.delay_ms)

    def test_killed_crawler(self):
        world.assert_polite(self.kill_while_crawling("crawler"), self.delay_ms)

    def test_killed_alerts(self):
        self.kill_while_crawling("alerts")

    def test_killed_all_at_once(self):
        self.start()
        world.wait_until(lambda: len(self.node.stored_urls()) >= 5, "five are stored")
        self.node.process.kill()
        self.node.process.wait()
        self.node.start()
        self.wait_for_all(seconds=120)
        self.node.stop()
        self.assert_stored_once()

    def test_two_crawlers_share_the_work_politely(self):
        self.node.configure(crawlers=2)
        self.start()
        self.wait_for_all()
        self.assertEqual(len(self.node.status()["workers"]), 2)
        self.node.stop()
        self.assert_stored_once()
        world.assert_polite(self.web.log(), self.delay_ms)


if __name__ == "__main__":
    case.main()
