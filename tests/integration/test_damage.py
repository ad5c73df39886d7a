"""Damaged files: bits that turned, ends that are missing. Refused with a sentence, or lived with; never a crash."""
import json
import os
import random
import shutil
import subprocess
import time

import lmdb

import case
import processes
import prose
import trial
import world

PAGE = 4096
FLIPS = int(os.environ.get("FLIPS", trial.by_form(2, 6, 60)))  # for each file
ALIVE_S = 0.1  # a service that is up has read its file; longer only sees it idle
SERVICES = {"store": (("crawler", "--instance", "1"), ("alerts",)), "frontier": (("scheduler",),), "alerts": (("alerts",),)}
COMMANDS = {"store": (("search", "人工智能"), ("export",), ("store", "stat")),
            "frontier": (("coverage",),), "alerts": (("subscriptions", "list"),)}


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
        for i in range(FLIPS):
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
        self.wait_for(lambda: not service.is_running() or time.monotonic() > since + ALIVE_S, "it does something")
        service.signal(15)
        status = service.wait(20)
        self.node.services.remove(service)
        self.assertIn(status, (0, 3), service.text())
        return status, service.text()

    def assert_told(self, name, text):
        self.assertIn(os.path.dirname(self.path(name)), text)
        self.assertRegex(text, "damaged|truncated|not an LMDB file|another LMDB version")

    def try_damage(self, name, more=()):
        found = self.check()
        self.assertLessEqual(set(found), {name})
        for words in SERVICES[name]:
            status, text = self.run_service(words)
            if status == 3:
                self.assert_told(name, text)
                self.assertTrue(found, "refused, but not found by the check: %s" % text)
        for words in COMMANDS[name] + more:
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
            for i, (what, damage) in enumerate(self.damages(name)):
                more = (("status",),) if i == 0 else ()  # it waits 5 s for a scheduler
                with self.subTest("%s: %s" % (name, what)):
                    damage()
                    result = self.try_damage(name, more)
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

    def change(self, name, table, fn):
        """Lets @fn change a table past the program, as a broken disk would."""
        env = lmdb.open(os.path.dirname(self.path(name)), max_dbs=32, map_size=1 << 30)
        with env.begin(write=True) as txn:
            fn(txn, env.open_db(table, txn))
        env.close()

    @staticmethod
    def turn(key, find=b""):
        """Turns a bit of the value of @key, behind the bytes @find."""
        def fn(txn, table):
            value = bytearray(txn.get(key, db=table))
            value[value.index(find) + len(find)] ^= 1
            txn.put(key, bytes(value), db=table)
        return fn

    def test_a_turned_bit_in_a_value_is_told_by_whoever_meets_it(self):
        self.crawl()
        number = (1).to_bytes(8, "big")
        whole = [json.loads(line) for line in self.node.call("export").stdout.splitlines()]
        self.change("store", b"records", self.turn(number, b'"title":"'))
        r = self.node.call("export", check=False)
        self.assertEqual(r.returncode, 3)
        self.assertIn("record 1 is damaged", r.stderr)
        self.assertEqual([json.loads(line) for line in r.stdout.splitlines()], [e for e in whole if e["seq"] != 1])
        url = next(e["url"] for e in whole if e["seq"] == 1)
        for words in (("show", url), ("show", "--json", url)):
            r = self.node.call(*words, check=False)
            self.assertEqual((r.returncode, r.stdout), (3, ""))
            self.assertIn("record 1 is damaged", r.stderr)
        self.assertIn("is not what was written", " ".join(self.check()["store"]))

        def lose_one(txn, table):
            with txn.cursor(table) as c:
                self.assertTrue(c.last())
                c.delete()
        self.change("frontier", b"due", lose_one)
        self.assertRegex(" ".join(self.check()["frontier"]), r"urls \d+ \(http\S+\): is due, and stands in no queue")
        self.restore()
        self.change("alerts", b"meta", self.turn(b"cursor"))
        self.assertEqual(self.check(), {"alerts": ["meta cursor: is not what was written"]})
        self.node.start()
        self.publish_daily(prose.Article(802, ["人工智能"]))
        self.wait_for(lambda: len(self.node.redis.alerts("ai")) == 3, "a third alert, and no more")
        self.assertIn("the place in the journal is damaged", self.node.log_text())
        self.node.stop()
        self.assertEqual(self.check(), {})

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
