"""Names and addresses: many hosts at one address, and names that lead elsewhere from one moment to the next.

The crawlers ask the fake web's own name server: a resolv.conf of their own is mounted over the system's.
"""
import json
import os
import time

import case
import judge
import trial
import world

SLOTS = 3


class Names(trial.Trial):
    hosts, items, span_s = 2, 10, 4
    settings = {"crawler": "  address_requests_max: %d\n" % SLOTS, "transfers": 64, "listing_s": 3600}

    def setUp(self):
        self.name_server = "127.%d.%d.53" % (100 + os.getpid() // 250 % 100, os.getpid() % 250)
        self.web_options = {"dns": self.name_server + ":53"}
        super().setUp()
        self.resolv = os.path.join(self.node.folder, "resolv.conf")
        self.node.write("resolv.conf", "nameserver %s\noptions timeout:1 attempts:1\n" % self.name_server)

    def start_service(self, name):
        prefix = ()
        if name.startswith("crawler"):
            prefix = ("unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', self.resolv)
        self.running[name] = self.node.service(*trial.SERVICES[name], environment=self.environment, prefix=prefix)

    def start_with(self, names, allow="127.0.0.0/8"):
        """Sources on these names alone."""
        self.environment = None
        self.node.write("sources.d/names.yaml", "sources:\n" + "".join(
            "  - {name: n%d, kind: listing, url: 'http://%s:%d/list.htm', allow_addresses: %s}\n"
            % (i, name, self.web.port, allow) for i, name in enumerate(names)))
        self.node.subscriptions({"ai": "人工智能"})
        for name in trial.SERVICES:
            self.start_service(name)
        self.web.set_clock(rate=1)
        self.started_ms = self.web.now_ms()

    def outcomes(self):
        answer = json.loads(self.node.call("sources", "--json").stdout)
        return {s["url"].partition("//")[2].partition(":")[0]: s["last_outcome"] for s in answer["sources"]}

    def wait_for_outcomes(self, wanted):
        judge.poll(lambda: self.outcomes() == wanted, 40, 0.2)
        self.assertEqual(self.outcomes(), wanted, self.node.call("sources").stdout)

    def address_of(self, i):
        return self.web.hosts()[i]["host"]

    def test_an_address_gets_no_more_requests_than_it_may(self):
        """Twenty names of one address; its answers are held until nothing more comes. One crawler, whatever it knows."""
        address = self.address_of(0)
        names = ["n%d.example.test" % i for i in range(20)]
        for name in names:
            self.web.ask("/dns", b"", name=name, addresses=address, ttl=60)
        self.web.ask("/put", b"User-agent: *\nAllow: /\n", host=address, path="/robots.txt", type="text/plain")
        services, trial.SERVICES = trial.SERVICES, {k: v for k, v in trial.SERVICES.items() if k != "crawler-2"}
        self.addCleanup(setattr, trial, "SERVICES", services)
        self.web.ask("/gate", b"", host=address, path="/list.htm", closed=1)
        self.start_with(names)
        world.wait_until(lambda: len(self.waiting()) == SLOTS, "as many as may be are held", 40)
        since = time.monotonic()
        judge.poll(lambda: len(self.waiting()) > SLOTS or time.monotonic() > since + 2, 5)
        self.assertEqual(len(self.waiting()), SLOTS)
        self.web.ask("/gate", b"", host=address, path="/list.htm", closed=0)
        self.wait_for_outcomes({n: "ok" for n in names})
        self.check_manners()

    def test_an_address_is_shared_by_all_crawlers_once_it_is_known(self):
        address = self.address_of(0)
        names = ["n%d.example.test" % i for i in range(20)]
        for name in names:
            self.web.ask("/dns", b"", name=name, addresses=address, ttl=60)
        self.start_with(names)
        self.wait_for_outcomes({n: "ok" for n in names})
        world.wait_until(lambda: self.node.status()["due_now"] == 0, "all articles have been asked for", 60)
        known_us = time.monotonic_ns() // 1000
        self.web.ask("/gate", b"", host=address, path="/list.htm", closed=1)
        self.node.call("add", *["http://%s:%d/list.htm" % (n, self.web.port) for n in names])
        world.wait_until(lambda: len(self.waiting()) == SLOTS, "as many as may be are held", 40)
        since = time.monotonic()
        judge.poll(lambda: len(self.waiting()) > SLOTS or time.monotonic() > since + 2, 5)
        self.assertEqual(len(self.waiting()), SLOTS, "two crawlers together")
        self.web.ask("/gate", b"", host=address, path="/list.htm", closed=0)
        world.wait_until(lambda: self.node.status()["leased"] == 0, "all are done", 40)
        self.check_manners(known_us)

    def waiting(self):
        return json.loads(self.web.ask("/waiting"))

    def check_manners(self, since_us=0):
        self.assertLess(self.node.stop_services(), 10)
        verdict = judge.Verdict(self.id().rpartition(".")[2])
        j = judge.Judge(self.web, self.delay_ms, address_max=SLOTS)
        j.verdict, j.hosts = verdict, {}
        j.requests = [r for r in self.web.requests() if r.get("path") and r["start_us"] >= since_us]
        j.judge_manners()
        print("\n%s" % verdict.text(), flush=True)
        self.assertTrue(verdict.is_clean())

    def test_a_name_that_turns_to_a_forbidden_address_is_not_followed(self):
        """The first answer is allowed, the second is not (rebinding): the address connected to decides."""
        address = self.address_of(0)
        self.web.ask("/dns", b"", name="turns.example.test", addresses=address, ttl=0, then="169.254.169.254")
        self.web.ask("/dns", b"", name="forbidden.example.test", addresses="10.1.2.3,192.168.0.1", ttl=0)
        self.web.ask("/dns", b"", name="stays.example.test", addresses=address, ttl=0)
        self.start_with(["turns.example.test", "forbidden.example.test", "stays.example.test"])
        self.wait_for_outcomes({"turns.example.test": "ok", "forbidden.example.test": "guarded", "stays.example.test": "ok"})
        for name in ("crawler-1", "crawler-2"):  # they forget what they had looked up, and their connections
            self.kill_and_restart(name)
        self.node.call("add", "http://turns.example.test:%d/list.htm" % self.web.port)
        self.wait_for_outcomes({"turns.example.test": "guarded", "forbidden.example.test": "guarded", "stays.example.test": "ok"})
        self.assertLess(self.node.stop_services(), 10)

    def test_a_name_server_that_is_slow_dead_or_broken_is_an_outage(self):
        names = ["slow.web.test", "dead.web.test", "servfail.web.test", "unknown.example.test", "h1.web.test"]
        self.start_with(names)
        self.wait_for_outcomes({n: "ok" if n == "h1.web.test" else "down" for n in names})
        self.assertLess(self.node.stop_services(), 10)


if __name__ == "__main__":
    case.main()
