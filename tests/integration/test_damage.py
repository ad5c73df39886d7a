"""Damaged files: bits that turned, ends that are missing. Refused with a sentence, or lived with; never a crash."""
import json
import os
import random
import shutil
import subprocess
import time

import case
import processes
import prose
import world

PAGE = 4096
SERVICES = {"store": (("crawler", "--instance", "1"), ("alerts",)), "frontier": (("scheduler",),), "alerts": (("alerts",),)}
COMMANDS = {"store": (("status",), ("search", "人工智能"), ("export",), ("store", "stat")),
            "frontier": (("status",),), "alerts": (("status",), ("subscriptions", "list"))}


class Damage(case.Case):
    def setUp(self):
        super().setUp()
        self.notify = processes.Notify()
        self.addCleanup(self.notify.close)
        self.chance = random.Random(os.environ.get("SEED", "1"))

    def path(self, name):
        return os.path.join(self.node.settings["data"], name, "data.mdb")

    def crawl(self):
        """A small web in all three environments, and a copy of them."""
        self.start({"ai": "人工智能", "deepseek": "DeepSeek"})
        self.wait_for_all()
        self.wait_for(lambda: len(self.node.redis.alerts("ai")) == 2, "two alerts")
        self.close_store()
        self.node.stop()
        shutil.copytree(self.node.settings["data"], os.path.join(self.node.folder, "copy"))

    def close_store(self):
        """Our own reader keeps LMDB's lock file, and the map of a file that is about to be another."""
        if self.node.store_reader:
            self.node.store_reader.close()
        self.node.store_reader = None

    def restore(self):
        for name in SERVICES:
            shutil.copy(os.path.join(self.node.folder, "copy", name, "data.mdb"), self.path(name))

    def flip(self, name, at, bit):
        with open(self.path(name), "r+b") as f:
            f.seek(at)
            byte = f.read(1)[0]
            f.seek(at)
            f.write(bytes([byte ^ 1 << bit]))

    def damages(self, name):
        """(what, function) for each."""
        size = os.path.getsize(self.path(name))
        for length in (100, 2 * PAGE, size // 2):  # the last pages may be free ones, which nobody misses
            yield "cut to %d of %d" % (length, size), lambda: os.truncate(self.path(name), length)
        for i in range(int(os.environ.get("FLIPS", "6"))):
            page = self.chance.randrange(size // PAGE)
            at = page * PAGE + self.chance.randrange(40 if i % 2 else PAGE)
            bit = self.chance.randrange(8)
            yield "bit %d of byte %d" % (bit, at), lambda: self.flip(name, at, bit)

    def check(self):
        r = self.node.call("store", "check", "--json", check=False)
        self.assertIn(r.returncode, (0, 1), r.stderr)
        answer = json.loads(r.stdout)
        self.assertEqual([e["name"] for e in answer], list(SERVICES))
        found = {e["name"]: e["damages"] for e in answer if e["n_damages"]}
        self.assertEqual(r.returncode, 1 if found else 0)
        return found

    def run_service(self, words):
        """Its exit status; it may live, and is stopped then."""
        self.notify.words.clear()
        service = self.node.service(*words, environment={"NOTIFY_SOCKET": self.notify.path})
        self.wait_for(lambda: not service.is_running() or "READY=1" in self.notify.words, "%s is up, or ended" % words[0], 30)
        since = time.monotonic()
        self.wait_for(lambda: not service.is_running() or time.monotonic() > since + 0.3, "it does something")
        service.signal(15)
        status = service.wait(20)
        self.node.services.remove(service)
        self.assertIn(status, (0, 3), service.text())
        return status, service.text()

    def assert_told(self, name, text):
        self.assertIn(os.path.dirname(self.path(name)), text)
        self.assertRegex(text, "damaged|truncated|not an LMDB file|another LMDB version")

    def try_damage(self, name):
        found = self.check()
        self.assertLessEqual(set(found), {name})
        for words in SERVICES[name]:
            status, text = self.run_service(words)
            if status == 3:
                self.assert_told(name, text)
                self.assertTrue(found, "refused, but not found by the check: %s" % text)
        for words in COMMANDS[name]:
            r = self.node.call(*words, check=False)
            self.assertIn(r.returncode, (0, 1, 3), (words, r.stderr))
            self.assertNotIn("Sanitizer", r.stderr)
            if r.returncode == 3:
                self.assertTrue(r.stderr.strip(), words)
                self.assertTrue(found, "%s failed, but nothing was found: %s" % (words, r.stderr))
        return found

    def test_what_is_damaged_is_told_and_a_copy_goes_on(self):
        self.crawl()
        self.assertEqual(self.check(), {})
        self.assertIn("store: ", self.node.call("store", "check").stdout)
        tried = found = 0
        for name in SERVICES:
            for what, damage in self.damages(name):
                with self.subTest("%s: %s" % (name, what)):
                    damage()
                    result = self.try_damage(name)
                    tried, found = tried + 1, found + bool(result)
                    if what.startswith("cut"):
                        self.assertTrue(result, "found")
                self.restore()
        print("%d damages, %d found" % (tried, found))
        self.assertEqual(self.check(), {})
        self.node.start()
        self.publish_daily(prose.Article(800, ["人工智能"]))
        self.wait_for_all()
        self.wait_for(lambda: len(self.node.redis.alerts("ai")) == 3, "a third alert")
        self.assertEqual(self.check(), {}, "beside running services")
        self.node.stop()
        self.assertEqual({u for u, _ in self.assert_stored_once()}, self.expected_urls())
        self.assertEqual(len({a["url"] for a in self.node.redis.alerts("ai")}), 3)

    def test_run_starts_what_was_refused_again_with_pauses(self):
        self.crawl()
        os.truncate(self.path("frontier"), 3 * PAGE)
        before = len(self.node.log_text())
        self.node.process = subprocess.Popen([self.node.program, "run", "-c", self.node.config], stderr=self.node.log)
        self.wait_for(lambda: self.node.log_text()[before:].count("ended with status 3") >= 2, "it was tried twice")
        text = self.node.log_text()[before:]
        self.assert_told("frontier", text)
        self.assertIn("restarting in 1000 ms", text)
        self.assertIn("restarting in 2000 ms", text)
        self.restore()
        self.wait_for(self.node.status, "the scheduler answers")
        self.node.stop()

    def test_a_file_that_is_damaged_under_way_ends_with_a_sentence(self):
        self.crawl()
        self.node.start()
        self.wait_for(lambda: "alerts" in self.node.children(), "all run")
        before = len(self.node.log_text())
        size = os.path.getsize(self.path("store"))
        os.truncate(self.path("store"), 2 * PAGE)
        os.truncate(self.path("store"), size)  # zeros from now on
        self.publish_daily(prose.Article(801, ["人工智能"]))
        self.wait_for(lambda: "ended with status 3" in self.node.log_text()[before:] or
                      "cannot" in self.node.log_text()[before:], "it is told", 40)
        self.assertNotIn("killed by signal", self.node.log_text()[before:])
        self.assertIn("store", self.check())
        self.node.stop()
        self.restore()
        self.assertEqual(self.check(), {})


if __name__ == "__main__":
    case.main()
