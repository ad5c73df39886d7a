"""A trial: the fake web publishes, the services crawl it, something bad happens, and the judge speaks.

A test adds trouble between start() and end_in_peace(). How much of it is said by the form that runs: quick, whole
or nightly (tests/run; $FORM).
"""
import collections
import json
import os
import random
import time

import case
import judge
import world
from fakeweb import FakeWeb

FORM = os.environ.get("FORM", "whole")


def by_form(quick, whole, nightly):
    return {"quick": quick, "whole": whole, "nightly": nightly}[FORM]


LEASE_S = 5
SERVICES = {"scheduler": ("scheduler",), "crawler-1": ("crawler", "--instance", "1"),
            "crawler-2": ("crawler", "--instance", "2"), "alerts": ("alerts",)}


class Trial(case.Base):
    """Settings of the world and of the program; a test class changes what it needs."""
    hosts, items, span_s = 12, 30, 12
    delay_ms = 50
    settings = {}
    web_options = {}
    refetches_max = 0
    answers_get_lost = False  # a crawler that is killed takes with it what it has read
    has_hostile = False  # hostile hosts are sources, too

    def setUp(self):
        self.seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
        self.chance = random.Random(self.seed)
        self.node = self.make_node()
        self.addCleanup(self.clean_up)
        self.web = FakeWeb(case.program(), os.path.join(self.node.folder, "requests.jsonl"), seed=self.seed,
                           hosts=self.hosts, items=self.items, span_s=self.span_s, percent_old=40, start_ms="now",
                           **self.web_options)
        self.addCleanup(self.web.close)
        self.web.set_clock(rate=0)
        self.subscriber = judge.Subscriber(self.node.redis, list(judge.SUBSCRIPTIONS))
        self.running = {}

    def make_node(self):
        usual = dict(delay_ms=self.delay_ms, lease_ms=LEASE_S * 1000, page_s=3600, listing_s=1, transfers=16,
                     scheduler="  further_pages_max: 100\n")
        return world.Node(case.program(), **dict(usual, **self.settings))

    # The services, each alone, as systemd would run them.

    def start(self, environment=None):
        """Starts the services, and lets the world's time run."""
        self.environment = environment
        self.node.write("sources.d/web.yaml", self.web.sources(hostile=self.has_hostile))
        self.node.subscriptions({n: s.query for n, s in judge.SUBSCRIPTIONS.items()})
        for name in SERVICES:
            self.start_service(name)
        self.web.set_clock(rate=1)
        self.started_ms = self.web.now_ms()

    def start_service(self, name):
        self.running[name] = self.node.service(*SERVICES[name], environment=self.environment)

    def kill_and_restart(self, name):
        self.running[name].kill()
        self.start_service(name)

    def wait_for_requests(self, n, seconds):
        """@n more requests, or the seconds when nothing moves."""
        path, seen = self.web.log_path, os.path.getsize(self.web.log_path)
        judge.poll(lambda: os.path.getsize(path) > seen + 250 * n, seconds, 0.005)

    def a_moment(self):
        """A random point in what goes on."""
        self.wait_for_requests(self.chance.randint(1, 40), self.chance.uniform(0.02, 0.5))

    def is_over(self):
        return self.web.now_ms() >= self.started_ms + self.span_s * 1000

    def live(self):
        """Until everything has been published."""
        judge.poll(self.is_over, 2 * self.span_s + 10)

    # The end.

    def missing(self):
        return [json.loads(line) for line in self.node.call("coverage", "--missing", "--json").stdout.splitlines()]

    def lists_seen_since(self, n_before):
        """Every list twice: what the first look found off its page, a further page has shown before the second."""
        lists = {h["host"]: "/sitemap" if h["kind"] == "sitemap" else judge.place_of(h["list"])[1] for h in self.web.hosts()}
        seen = collections.Counter()
        for r in self.web.requests()[n_before:]:
            if r.get("complete") and r["status"] in (200, 304) and r["address"] in lists:
                wanted, path = lists[r["address"]], judge.place(r["path"])
                seen[r["address"]] += path == wanted or (wanted == "/sitemap" and path.startswith(wanted))
        return all(seen[host] >= 2 for host in lists)

    def status(self):
        return json.loads(self.node.call("status", "--json", check=False).stdout or "{}")

    def is_up(self):
        """Whether all services have come as far as their work; a service that is starting may end by what befalls it."""
        status = self.status()
        return (len(status.get("scheduler", {}).get("workers", [])) == 2
                and status.get("alerts", {}).get("redis", {}).get("up"))

    def is_drained(self):
        status = self.status()
        alerts, store = status.get("alerts", {}), status.get("store", {})
        return alerts.get("outbox") == 0 and alerts.get("cursor") == store.get("journal_last") and alerts

    def is_settled(self):
        honest = {h["host"] for h in self.web.hosts()}
        waiting = [m for m in self.missing() if m["fate"] == "waiting" and judge.place_of(m["url"])[0] in honest]
        return not waiting and self.is_drained()

    def end_in_peace(self, seconds=by_form(90, 120, 900)):
        """Publishes the rest, waits until all of it is dealt with, stops, and lets the judge speak."""
        self.web.set_clock(rate=0)
        if not self.is_over():
            self.web.set_clock(at_ms=self.started_ms + self.span_s * 1000)
        n_before = len(self.web.requests())
        judge.poll(lambda: self.lists_seen_since(n_before), seconds, 0.2)
        judge.poll(self.is_settled, seconds, 0.3)
        ended = [name for name, s in self.running.items() if not s.is_running()]
        self.assertFalse(ended, "these ended by themselves: %s" % ended)
        missing = self.missing()
        self.assertLess(self.node.stop_services(), 10)
        self.subscriber.read()
        return self.pass_judgement(missing)

    def pass_judgement(self, missing):
        if os.environ.get("KEEP"):
            for part in ("ledger", "hosts"):
                self.node.write(part + ".jsonl", self.web.ask("/" + part))
        verdict = judge.Judge(self.web, self.delay_ms, refetches_max=self.refetches_max,
                              answers_get_lost=self.answers_get_lost).judge(
            self.id().rpartition(".")[2], [self.node.store()], self.subscriber, missing,
            self.web.hostile() if self.has_hostile else ())
        print("\n%s (seed %d)" % (verdict.text(), self.seed), flush=True)
        self.assertTrue(verdict.is_clean(), "the judge finds fault (SEED=%d)" % self.seed)
        return verdict
