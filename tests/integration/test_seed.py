"""The five documents of the seed, served as the sites that they came from; skipped where they are not at hand."""
import os
import subprocess
import sys
import tempfile
import shutil
import socket
import unittest

import case
import world

SHARED = os.environ.get("POLICYWATCH_SHARED") or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared")
SITE = os.path.join(SHARED, "seed-site")

STARTS = (("portal", "listing", "127.0.1.1", "/zj/index.html"), ("repost", "listing", "127.0.1.2", "/index.html"),
          ("metro", "listing", "127.0.1.3", "/index.html"), ("province", "feed", "127.0.1.4", "/rss.xml"),
          ("aggregate", "sitemap", "127.0.1.5", "/robots.txt"), ("daily", "listing", "127.0.1.6", "/content/index.html"))

ARTICLES = {
    "portal": ("127.0.1.1", "/dy/article/K35D7V0U0514R9P4.html"),
    "repost": ("127.0.1.2", "/post/8841.html"),
    "metro": ("127.0.1.3", "/news/202502/24/1001.html"),
    "province": ("127.0.1.4", "/2025-05/01/content_31892214.htm"),
    "aggregate": ("127.0.1.5", "/s.html?id=1792728667498144240"),
    "daily": ("127.0.1.6", "/content/202505/29/t20250529_118.html"),
}


@unittest.skipUnless(os.path.exists(os.path.join(SITE, "serve.py")), "the seed site is not at hand")
class Seed(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="policywatch-seed-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        subprocess.run([sys.executable, os.path.join(SITE, "build.py"), self.folder], check=True,
                       stdout=subprocess.DEVNULL, env=environment)
        with socket.socket() as s:
            s.bind(("127.0.1.1", 0))
            self.port = s.getsockname()[1]
        self.site = subprocess.Popen([sys.executable, os.path.join(SITE, "serve.py"), self.folder, str(self.port)],
                                     stdout=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(self.stop_site)
        for line in self.site.stdout:
            if line.strip() == "ready":
                break
        self.node = world.Node(case.program(), delay_ms=50)
        self.addCleanup(self.node.close)

    def stop_site(self):
        self.site.kill()
        self.site.wait()
        self.site.stdout.close()

    def url(self, address, path):
        return "http://%s:%d%s" % (address, self.port, path)

    def test_six_sites_become_five_stories_and_their_alerts(self):
        self.node.sources("".join("  - {name: %s, kind: %s, url: '%s', allow_addresses: 127.0.1.0/24}\n"
                                  % (name, kind, self.url(host, path)) for name, kind, host, path in STARTS))
        self.node.subscriptions({"zhejiang": "人工智能 AND 浙江", "deepseek": "DeepSeek", "nobody": "易建联", "industry": "产业"})
        self.node.start()
        wanted = {name: self.url(*at) for name, at in ARTICLES.items()}

        def stored():
            urls = self.node.stored_urls()
            return all(any(u.startswith(w) for u in urls) for w in wanted.values())

        world.wait_until(stored, "all six articles are stored", 90)
        records = {name: next(r for r in self.node.store().records() if r["url"].startswith(w))
                   for name, w in wanted.items()}
        for name, n in (("zhejiang", 1), ("deepseek", 4), ("industry", 5)):
            world.wait_until(lambda: len(self.node.redis.alerts(name)) >= n, "%d alerts for %s" % (n, name))
        self.node.stop()
        self.assertEqual(records["repost"]["story"], records["daily"]["story"], "a repost joins its story")
        self.assertEqual(len({r["story"] for r in records.values()}), 5)
        self.assertIn("10堂大课", records["portal"]["title"].replace(" ", ""))
        self.assertTrue(records["portal"]["published_at"].startswith("2025-06-27T21:51"))
        self.assertTrue(records["metro"]["published_at"].startswith("2025-02-24"))
        self.assertTrue(records["province"]["published_at"].startswith("2025-05-01T11:54"))
        self.assertTrue(records["daily"]["published_at"].startswith("2025-05-29T20:30"))
        self.assertEqual(records["metro"]["charset"].upper(), "GB18030")
        self.assertEqual(self.node.redis.alerts("nobody"), [])
        for name, expected in (("zhejiang", ["portal"]), ("deepseek", ["portal", "daily", "metro", "province"]),
                               ("industry", ["portal", "daily", "metro", "province", "aggregate"])):
            alerts = self.node.redis.alerts(name)
            self.assertEqual({a["event"] for a in alerts}, {"new"})
            self.assertEqual(sorted(a["story"] for a in alerts), sorted(records[e]["story"] for e in expected), name)


if __name__ == "__main__":
    case.main()
