"""Commands: what they print for programs, their exit statuses, and how they name a fault."""
import json
import os
import subprocess

import case
import prose
import world
from case import DAILY

RECORD_KEYS = {"schema", "id", "version", "url", "fetched_url", "source", "kind", "fetched_at", "http_status", "charset",
               "lang", "title", "authors", "editors", "publisher", "published_at", "published_precision", "modified_at",
               "text", "summary", "keywords", "ai_technologies", "industries", "regions", "agencies", "document_numbers",
               "policy_terms", "attachments", "links", "robots", "story", "text_hash", "extractor"}


class Commands(case.Case):
    def run_program(self, *words):
        return subprocess.run([self.node.program, *words], capture_output=True, text=True, timeout=60)

    def test_output_for_programs_holds_what_is_stored(self):
        self.start()
        self.wait_for_all()
        url = self.web.url(DAILY, "/content/201.html")
        record = json.loads(self.node.call("show", url, "--json").stdout)
        self.assertEqual(set(record) - {"record"}, RECORD_KEYS)
        self.assertEqual((record["url"], record["title"], record["source"], record["version"]),
                         (url, self.articles[url].title, "daily", 1))
        self.assertEqual(json.loads(self.node.call("show", record["id"], "--json").stdout), record)
        self.assertIn(record["title"], self.node.call("show", url).stdout)
        raw = self.node.call("show", url, "--raw").stdout
        self.assertIn("HTTP/1.", raw)
        self.assertTrue(raw.endswith("</html>"))
        again = subprocess.run([self.node.program, "check", "page", "-c", self.node.config, "--url", url, "--now", record["fetched_at"]],
                               input=raw, capture_output=True, text=True, timeout=60)
        self.assertEqual(json.loads(again.stdout)["text"], record["text"], "what is stored can be read again")
        self.assertEqual(json.loads(self.node.call("show", url, "--versions").stdout)["url"], url)

        lines = [json.loads(l) for l in self.node.call("export", "--format", "jsonl").stdout.splitlines()]
        self.assertEqual([l["seq"] for l in lines], list(range(1, len(self.expected_urls()) + 1)))
        self.assertEqual({l["url"] for l in lines}, self.expected_urls())
        self.assertEqual({l["event"] for l in lines}, {"new"})
        for line in lines:
            self.assertEqual(set(line) - {"seq", "event"}, RECORD_KEYS)
        rest = [json.loads(l)["seq"] for l in self.node.call("export", "--since", "10").stdout.splitlines()]
        self.assertEqual(rest, [l["seq"] for l in lines][10:])

        found = [json.loads(l)["url"] for l in self.node.call("search", "人工智能 浙江", "--json").stdout.splitlines()]
        self.assertEqual(found, [url])
        self.assertIn(url, self.node.call("search", "人工智能 浙江").stdout)

        status = json.loads(self.node.call("status", "--json").stdout)
        n = len(self.expected_urls())
        self.assertEqual((status["store"]["pages"], status["store"]["versions"], status["store"]["journal_last"]), (n, n, n))
        self.assertEqual((status["scheduler"]["sources"], status["alerts"]["subscriptions"]), (3, 3))
        self.assertTrue(status["alerts"]["redis"]["up"])
        text = self.node.call("status").stdout
        for word in ("scheduler", "crawler", "store", "alerts", "redis"):
            self.assertRegex(text, r"(?m)^%s " % word)

        sources = json.loads(self.node.call("sources", "--json").stdout)["sources"]
        self.assertEqual({(s["name"], s["kind"], s["interval_s"], s["paused"]) for s in sources},
                         {("bureau", "listing", 1, False), ("daily", "feed", 1, False), ("portal", "sitemap", 1, False)})
        for source in sources:
            self.assertIn(source["last_outcome"], ("ok", "not-modified"))
            self.assertTrue(source["last_new_item"].endswith("Z"))
        self.assertIn("bureau", self.node.call("sources").stdout)
        self.node.stop()
        # With nobody there the store still answers; the rest says why it does not.
        silent = self.node.call("status", "--json", check=False)
        self.assertEqual(silent.returncode, 1)
        parts = json.loads(silent.stdout)
        self.assertIn("no answer", parts["scheduler"]["error"])
        self.assertEqual(parts["store"]["pages"], n)
        self.assertEqual(self.node.call("sources", check=False).returncode, 3)
        self.assertEqual(json.loads(self.node.call("show", url, "--json").stdout), record)

    def test_stored_pages_are_read_again(self):
        """A page that comes out otherwise gets a version and an event of its own, and alerts nobody."""
        self.start({"ai": "人工智能"})
        self.wait_for_all()
        self.wait_for(lambda: len(self.node.redis.alerts("ai")) == 2, "the alerts")
        n = len(self.expected_urls())
        report = json.loads(self.node.call("store", "reread", "--all", "--json").stdout)
        self.assertEqual(report, {"read": n, "changed": 0, "lost": 0, "without_body": 0, "damaged": 0})
        self.assertEqual(json.loads(self.node.call("store", "reread", "--json").stdout)["read"], 0, "by the same reader")

        changed, emptied = self.web.url(DAILY, "/content/200.html"), self.web.url(DAILY, "/content/202.html")
        addition = "<p>以前没有读出来的一段文字，讲的是人工智能在当地农业里的许多用处。</p>"
        self.node.replace_body(changed, lambda raw: raw.replace(b"<p>", addition.encode() + b"<p>", 1))
        self.node.replace_body(emptied, lambda raw: raw.split(b"\r\n\r\n")[0] + b"\r\n\r\n<p>none</p>")
        answer = self.node.call("store", "reread", "--all")
        self.assertIn(changed, answer.stdout)
        self.assertIn("1 new versions, 1 would be lost", answer.stdout)
        self.assertIn(emptied, answer.stderr)
        last = json.loads(self.node.call("export", "--since", str(n)).stdout)
        self.assertEqual((last["event"], last["url"], last["version"]), ("reread", changed, 2))
        self.assertIn("当地农业", last["text"])
        self.assertEqual(json.loads(self.node.call("show", emptied, "--json").stdout)["version"], 1)

        # What was read out of one text is no fact of the source.
        found, other = last["publisher"].encode(), "远山晚报".encode()
        self.node.replace_body(changed, lambda raw: raw.replace(found, other).replace(b"<p>", (addition + "<p>又").encode(), 1))
        self.node.call("store", "reread", "--all")
        self.assertEqual(json.loads(self.node.call("show", changed, "--json").stdout)["publisher"], other.decode())
        self.node.replace_body(changed, lambda raw: raw.replace(other, b"").replace(addition.encode(), b""))
        self.node.call("store", "reread", "--all")
        last = json.loads(self.node.call("show", changed, "--json").stdout)
        self.assertEqual((last["version"], last["publisher"] == other.decode()), (4, False))
        self.publish_daily(prose.Article(777, ["人工智能"]))
        self.wait_for_all()
        self.wait_for(lambda: len(self.node.redis.alerts("ai")) == 3, "the next alert")
        self.assertEqual([a["url"] for a in self.node.redis.alerts("ai") if a["url"] == changed], [])

    def test_follow_prints_alerts_as_they_come(self):
        self.start({"ai": "人工智能"})
        self.wait_for_all()
        self.wait_for(lambda: len(self.node.redis.alerts("ai")) == 2, "two alerts")
        lines = [json.loads(l) for l in self.node.call("follow", "ai", "--json", "--count", "2").stdout.splitlines()]
        self.assertEqual([l["url"] for l in lines], [a["url"] for a in self.node.redis.alerts("ai")])
        self.assertEqual({l["subscription"] for l in lines}, {"ai"})
        follower = subprocess.Popen([self.node.program, "follow", "ai", "--new", "--count", "1", "-c", self.node.config],
                                    stdout=subprocess.PIPE, text=True)
        try:
            article = prose.Article(281, ["人工智能"])
            # It is connected once Redis knows one more client that blocks.
            self.wait_for(lambda: b"cmd=xread" in self.node.redis("CLIENT", "LIST").lower(), "it waits in Redis")
            self.publish_daily(article)
            out, _ = follower.communicate(timeout=20)
        finally:
            follower.kill()
            follower.wait()
        self.assertIn(article.title, out)
        self.assertEqual(follower.returncode, 0)
        self.node.stop()

    def test_exit_statuses(self):
        self.start()
        self.wait_for_all()
        for status, words in ((0, ("search", "人工智能")), (1, ("search", "没有这样的词")), (2, ("search", "(人工智能")),
                              (2, ("search",)), (1, ("show", "http://example.org/none")), (2, ("show", "no url at all")),
                              (1, ("show", "0" * 32)), (2, ("export", "--since", "x")), (2, ("export", "--format", "xml")),
                              (0, ("subscriptions", "list")), (1, ("subscriptions", "remove", "none")),
                              (2, ("subscriptions", "add", "bad", "AND")), (3, ("add", "ftp://example.org/")),
                              (3, ("pause", "nobody")), (2, ("add",)), (2, ("status", "--nonsense")),
                              (0, ("check", "config")), (0, ("status", "--help"))):
            with self.subTest(" ".join(words)):
                r = self.run_program(*words[:1], "-c", self.node.config, *words[1:])
                self.assertEqual(r.returncode, status, (r.stdout, r.stderr))
                self.assertTrue(r.stdout or r.stderr or words[0] in ("subscriptions", "search"))
                self.assertNotIn("Sanitizer", r.stderr)
        self.node.stop()
        self.assertEqual(self.run_program().returncode, 2)
        self.assertEqual(self.run_program("nonsense").returncode, 2)
        self.assertEqual(self.run_program("--version").returncode, 0)
        self.assertEqual(self.run_program("--help").returncode, 0)
        self.assertEqual(self.run_program("status", "-c", "/nonexistent.yaml").returncode, 2)

    def test_faults_of_configuration_have_file_and_line(self):
        self.write_sources()
        self.node.subscriptions({"ai": "人工智能"})
        self.assertIn("3 sources, 1 subscriptions", self.node.call("check", "config").stdout)
        with open(self.node.config) as f:
            good = f.read()
        source = "sources:\n  - {name: one, url: 'http://example.org/'}\n"
        faults = [
            ("policywatch.yaml", good + "nonsense: 1\n", good.count("\n") + 1),
            ("policywatch.yaml", good.replace("lease_ms: 15000", "lease_ms: soon"), None),
            ("policywatch.yaml", good.replace("lease_ms: 15000", "lease_ms: 1"), None),
            ("policywatch.yaml", good + "bus: [\n", None),
            ("policywatch.yaml", good + "data_dir: /tmp\n", good.count("\n") + 1),  # twice
            ("policywatch.yaml", "log_level: loud\n", 1),
            ("policywatch.yaml", "\xff\xfe\n", 1),
            ("sources.d/x.yaml", source + "  - {name: two}\n", 3),
            ("sources.d/x.yaml", source + "  - {name: one, url: 'http://example.org/2'}\n", 3),
            ("sources.d/x.yaml", source + "  - {name: two, url: 'http://example.org/2', kindd: feed}\n", 3),
            ("sources.d/x.yaml", source + "  - {name: two, url: 'http://example.org/2', kind: paper}\n", 3),
            ("sources.d/x.yaml", source + "  - {name: two, url: 'nowhere'}\n", 3),
            ("sources.d/x.yaml", source + "  - name: two\n    url: http://example.org/2\n    interval_s: often\n", 5),
            ("subscriptions.d/x.yaml", "subscriptions:\n  - {name: a, query: '(('}\n", 2),
            ("subscriptions.d/x.yaml", "subscriptions:\n  - {name: a, query: x, queri: y}\n", 2),
            ("subscriptions.d/x.yaml", "subscriptions:\n  - {name: 'a b', query: x}\n", 2),
            ("subscriptions.d/x.yaml", "subscriptions:\n  - name: a\n    query: x\n    deliver: [sometimes]\n", 4),
            ("subscriptions.d/x.yaml", "subscriptions: 7\n", 1),
            ("gazetteers.d/x.yaml", "industries:\n  - {name: ab}\n  - {also: [cd]}\n", 3),
            ("gazetteers.d/x.yaml", "industries: 7\n", 1),
        ]
        os.makedirs(os.path.join(self.node.folder, "gazetteers.d"))
        for name, text, line in faults:
            with self.subTest("%s: %s" % (name, text[-60:])):
                with open(os.path.join(self.node.folder, name), "w", encoding="latin-1" if "\xff" in text else "utf-8") as f:
                    f.write(text)
                if line is None:
                    line = next((i + 1 for i, l in enumerate(text.split("\n")) if "lease_ms" in l and "15000" not in l), None)
                r = self.node.call("check", "config", check=False)
                self.assertEqual(r.returncode, 1, r.stdout)
                self.assertRegex(r.stderr, r"(?m)^\S*/%s:%s:" % (name, line or r"\d+"))
                # No service starts with it, or goes on without what is whole.
                if name == "policywatch.yaml":
                    self.assertEqual(self.node.call("run", check=False).returncode, 2)
                    self.node.write("policywatch.yaml", good)
                else:
                    os.unlink(os.path.join(self.node.folder, name))
        self.assertEqual(self.node.call("check", "config").returncode, 0)

    def test_every_setting_that_is_printed_is_accepted(self):
        """What check config --print says is a configuration."""
        printed = self.node.call("check", "config", "--print").stdout
        self.assertIn("data_dir", printed)
        keys = [l.split(":")[0].strip() for l in printed.splitlines() if l.strip() and not l.strip().startswith("#")]
        self.assertGreater(len(keys), 25)
        self.node.write("again.yaml", printed)
        r = self.run_program("check", "config", "-c", os.path.join(self.node.folder, "again.yaml"))
        self.assertEqual(r.returncode, 0, r.stderr + printed)


if __name__ == "__main__":
    case.main()
