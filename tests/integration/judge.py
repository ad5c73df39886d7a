"""Compares what was published, what was asked for, what is stored and what was told to subscribers.

The ledger and the request log are the fake web's, the store is read as an outsider reads it, the alerts are
what a subscriber got. The judge knows nothing of how the program works; what it holds it to are the promises:

  lost        an item that a list showed is neither stored nor listed with a reason; a version that was fetched is
              not the one that is stored; an alert is missing
  duplicated  an item is stored under two addresses or a version twice; an alert came twice
  impolite    two requests at a time to a host or an address's limit passed, a pause shorter than the delay, something
              that robots.txt forbids or that lies outside of the sources, the same asked for again and again
  wrong       what is stored is not what was published; copies that are no story; an alert that nothing explains
"""
import collections
import ctypes
import json
import os
import re
import time
import unicodedata
import urllib.parse

KINDS = ("lost", "duplicated", "impolite", "wrong")
CLOCK_US = 1000     # the server's clock is read to the microsecond, the client's to the millisecond
SHOWN_FAULTS = int(os.environ.get("SHOWN_FAULTS", "12"))  # of each kind


class Folding:
    """Texts as a reader sees them: simplified, without spaces, punctuation, widths and what has none."""

    def __init__(self):
        self.library = ctypes.CDLL("libopencc.so.1.1")
        self.library.opencc_open.restype = ctypes.c_void_p
        self.library.opencc_convert_utf8.restype = ctypes.c_void_p
        self.library.opencc_convert_utf8.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t)
        self.library.opencc_convert_utf8_free.argtypes = (ctypes.c_void_p,)
        self.converter = self.library.opencc_open(b"t2s.json")
        self.known = {}

    def simplify(self, text):
        data = text.encode("utf-8", "replace")
        converted = self.library.opencc_convert_utf8(self.converter, data, len(data))
        try:
            return ctypes.string_at(converted).decode()
        finally:
            self.library.opencc_convert_utf8_free(converted)

    def __call__(self, text):
        if text not in self.known:
            folded = self.simplify(unicodedata.normalize("NFKC", text)).lower()
            self.known[text] = "".join(c for c in folded if c.isalnum())
        return self.known[text]


def likeness(a, b):
    """Of two folded texts: shared trigrams, from 0 to 1. Tables of characters do not lead back and forth without a rest."""
    if a == b:
        return 1.0
    grams = [collections.Counter(t[i:i + 3] for i in range(len(t) - 2)) for t in (a, b)]
    total = sum(grams[0].values()) + sum(grams[1].values())
    return 2 * sum((grams[0] & grams[1]).values()) / total if total else 0.0


SAME_TEXT = 0.97

SESSION = re.compile(r";jsessionid=[^?/]*", re.I)
TRACKING = re.compile(r"(?:utm_\w+|spm|from|wfr|for|phpsessid|jsessionid|sessionid)=", re.I)


def place(path):
    """A path with its query, without what the fake web puts into links to tell visitors from each other."""
    path, _, query = SESSION.sub("", path).partition("?")
    query = "&".join(p for p in query.split("&") if p and not TRACKING.match(p))
    return path + ("?" + query if query else "")


def place_of(url):
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, place(parts.path + ("?" + parts.query if parts.query else ""))


class Subscription:
    """A query, and what it means: words that must, may and must not stand in title or text."""

    def __init__(self, every=(), some=(), none=()):
        self.every, self.some, self.none = every, some, none
        self.query = " ".join([*every, *(["(%s)" % " OR ".join(some)] if some else []), *("-" + w for w in none)])

    def matches(self, folded):
        def has(word):
            return word.lower() in folded
        return (all(map(has, self.every)) and (not self.some or any(map(has, self.some)))
                and not any(map(has, self.none)))


SUBSCRIPTIONS = {
    "ai": Subscription(every=["人工智能"]),
    "zhejiang-ai": Subscription(every=["人工智能", "浙江"]),
    "models": Subscription(some=["DeepSeek", "大模型"]),
    "power": Subscription(every=["算力"], none=["招聘"]),
    "filings": Subscription(every=["备案"], some=["大模型", "产业"]),
    "nobody": Subscription(every=["易建联"]),
}


class Subscriber:
    """Reads the streams as a subscriber would, and keeps what it got when Redis loses it."""

    def __init__(self, redis, names):
        self.redis, self.names = redis, names
        self.lives = [{n: {} for n in names}]  # of Redis: name -> entry's id -> fields

    def read(self):
        for name in self.names:
            for entry, fields in self.redis("XRANGE", "policywatch:alerts:{%s}" % name, "-", "+"):
                self.lives[-1][name][entry.decode()] = {
                    k.decode(): v.decode() for k, v in zip(fields[::2], fields[1::2])}

    def begin_life(self):
        """Redis has lost everything."""
        self.lives.append({n: {} for n in self.names})

    def alerts(self, name):
        """[(life, stream id, fields)]"""
        return [(i, entry, fields) for i, life in enumerate(self.lives) for entry, fields in life[name].items()]


class Verdict:
    def __init__(self, name):
        self.name = name
        self.faults = {k: [] for k in KINDS}
        self.figures = collections.OrderedDict()

    def fault(self, kind, text, *values):
        self.faults[kind].append(text % values if values else text)

    def is_clean(self):
        return not any(self.faults.values())

    def text(self):
        figures = "; ".join("%s %s" % (v, k) for k, v in self.figures.items())
        counts = ", ".join("%d %s" % (len(self.faults[k]), k) for k in KINDS)
        lines = ["judge: %s: %s: %s" % (self.name, figures, counts)]
        for kind in KINDS:
            for text in self.faults[kind][:SHOWN_FAULTS]:
                lines.append("  %s: %s" % (kind, text))
            if len(self.faults[kind]) > SHOWN_FAULTS:
                lines.append("  ... %d more %s" % (len(self.faults[kind]) - SHOWN_FAULTS, kind))
        return "\n".join(lines)


class Stored:
    """The store's tables, joined."""

    def __init__(self, stores):
        self.versions = collections.defaultdict(list)  # url -> records in the order of their versions
        self.journal = []                              # (store, entry with "record" replaced by the record)
        self.n_records = 0
        for number, store in enumerate(stores):
            records = {int.from_bytes(k, "big"): json.loads(v) for k, v in store.table("records")}
            for record in records.values():
                self.versions[record["url"]].append(dict(record, store=number))
            self.n_records += len(records)
            for key, value in store.table("journal"):
                entry = json.loads(value)
                self.journal.append((number, int.from_bytes(key, "big"), dict(entry, record=records.get(entry["record"]))))
        for records in self.versions.values():
            records.sort(key=lambda r: (r["store"], r["version"]))


class Judge:
    def __init__(self, web, delay_ms, user_agent="policywatch-test/", address_max=None, refetches_max=0,
                 answers_get_lost=False, subscriptions=None):
        """@answers_get_lost: crawlers are killed, and take with them what they were answered and have not told yet."""
        self.web, self.delay_ms, self.user_agent = web, delay_ms, user_agent
        self.address_max, self.refetches_max, self.answers_get_lost = address_max, refetches_max, answers_get_lost
        self.subscriptions = SUBSCRIPTIONS if subscriptions is None else subscriptions
        self.fold = Folding()

    def judge(self, name, stores, subscriber, missing, hostile=()):
        """@missing: what `policywatch coverage --missing --json` says; @hostile: hosts that have fates, and no ledger."""
        self.verdict = Verdict(name)
        self.items = self.web.ledger()
        self.hosts = {h["host"]: h for h in self.web.hosts()}
        self.by_url = {i.url: i for i in self.items}
        self.stored = Stored(stores)
        self.hostile = {h["host"]: h for h in hostile}
        requests = self.web.requests()
        self.requests = [r for r in requests if r.get("path")]  # not connections without a request, nor DNS
        self.version_of = {}  # (url, version) -> number of the ledger's version
        self.judge_records()
        self.judge_items({place_of(m["url"]): m for m in missing})
        self.judge_stories()
        self.judge_journal()
        self.judge_alerts(subscriber)
        self.judge_hostile({m["url"]: m for m in missing})
        self.judge_manners()
        self.judge_requests()
        return self.verdict

    # Store.

    def host_of(self, url):
        return urllib.parse.urlsplit(url).hostname

    def find_version(self, item, record):
        """Which of the item's versions a record is; None if it is none of them."""
        text, title = self.fold(record["text"]), self.fold(record["title"])
        best = max(range(len(item.versions)), key=lambda i: (
            likeness(text, self.fold(item.versions[i].text)), likeness(title, self.fold(item.versions[i].title))))
        version = item.versions[best]
        is_same = (likeness(text, self.fold(version.text)) >= SAME_TEXT
                   and likeness(title, self.fold(version.title)) >= SAME_TEXT)
        return best if is_same else None

    def judge_records(self):
        n_near = 0
        for url, records in self.stored.versions.items():
            item = self.by_url.get(url)
            if not item:
                if self.host_of(url) not in self.hostile:
                    self.verdict.fault("wrong", "stored what is no item: %s '%s'", url, records[0]["title"])
                continue
            before = None
            for record in records:
                number = self.find_version(item, record)
                if number is None:
                    self.verdict.fault("wrong", "%s version %d is not what was published (%s): '%s' %s...", url,
                                       record["version"], item.noise, record["title"], record["text"][:60])
                elif number == before:
                    self.verdict.fault("duplicated", "%s version %d says what the one before says", url, record["version"])
                before = number
                self.version_of[url, record["store"], record["version"]] = number
            if len({r["store"] for r in records}) > 1:
                n_near += 1
        self.verdict.figures["items published"] = len(self.items)
        self.verdict.figures["stored"] = sum(1 for u in self.stored.versions if u in self.by_url)
        self.verdict.figures["versions"] = self.stored.n_records

    def last_answers(self):
        """url -> the last complete answer to a GET of it."""
        last = {}
        for r in sorted((r for r in self.requests if r["complete"] and r["status"] in (200, 304)), key=lambda r: r["end_us"]):
            last[r["address"], place(r["path"])] = r
        return last

    def was_shown(self, item):
        """Whether a list had it on a page that was asked for while it was there, and lived to tell."""
        return not self.answers_get_lost and any(r["world_ms"] >= item.published_ms and r["world_ms"] < item.withdrawn_ms
                   and r["shown"][0] <= item.number < r["shown"][1] for r in self.looks[item.host])

    def judge_items(self, missing):
        answers = self.last_answers()
        self.looks = collections.defaultdict(list)
        for r in self.requests:
            if r["complete"] and r["status"] == 200 and r["shown"][1]:
                self.looks[r["address"]].append(r)
        fates = collections.Counter()
        for item in self.items:
            entry = missing.get(place_of(item.shown)) or missing.get(place_of(item.url))
            may_be_lost = not item.reachable or item.withdrawn_ms is not None
            if item.url in self.stored.versions:
                self.judge_freshness(item, answers)
                if not item.reachable:
                    self.verdict.fault("wrong", "%s is stored, but: %s", item.url, item.why)
            elif entry and entry["fate"] == "lost" and may_be_lost:
                fates["lost with their reason"] += 1
            elif entry:
                self.verdict.fault("lost", "%s (%s) is %s: %s", item.url, item.noise, entry["fate"], entry["reason"])
            elif item.withdrawn_ms is not None and not self.was_shown(item):
                fates["withdrawn before anybody saw them"] += 1
            else:
                self.verdict.fault("lost", "%s (%s, published %s) was never admitted", item.url, item.noise, item.published_ms)
        self.verdict.figures.update(fates)

    def judge_freshness(self, item, answers):
        """Promise 4: what the last answer showed or confirmed is what is stored."""
        answer = answers.get(place_of(item.url))
        stored = self.stored.versions[item.url][-1]
        number = self.version_of.get((item.url, stored["store"], stored["version"]))
        if not answer or number is None:
            return
        seen = max((i for i, v in enumerate(item.versions) if v.at_ms <= answer["world_ms"]), default=0)
        # A version that appeared while the page was being answered may be the older one.
        if number < seen and item.versions[seen].at_ms < answer["world_ms"] - 50:
            self.verdict.fault("lost", "%s was answered (%d) as of version %d, stored is version %d", item.url,
                               answer["status"], seen + 1, number + 1)

    def judge_stories(self):
        """Copies that clean to the same text are one story."""
        stories = collections.defaultdict(dict)
        for (url, store, version), number in self.version_of.items():
            item = self.by_url[url]
            if number is None or not item.same_text:
                continue
            record = next(r for r in self.stored.versions[url] if (r["store"], r["version"]) == (store, version))
            stories[store, self.fold(item.versions[number].text)].setdefault(record["story"], url)
        for (_, text), found in stories.items():
            if len(found) > 1:
                self.verdict.fault("wrong", "one text, %d stories: %s", len(found), " ".join(
                    "%s (%s)" % (u, self.by_url[u].noise) for u in found.values()))
        self.verdict.figures["stories"] = len({s for found in stories.values() for s in found})

    def judge_journal(self):
        told = collections.Counter()
        last = {}
        for store, seq, entry in self.stored.journal:
            if seq != last.get(store, 0) + 1:
                self.verdict.fault("lost", "the journal goes from %d to %d", last.get(store, 0), seq)
            last[store] = seq
            if entry["record"] is None:
                self.verdict.fault("lost", "journal entry %d leads to no record", seq)
                continue
            told[store, entry["record"]["url"], entry["version"]] += 1
        for url, records in self.stored.versions.items():
            for record in records:
                n = told[record["store"], url, record["version"]]
                if n != 1:
                    self.verdict.fault("lost" if n == 0 else "duplicated", "%s version %d stands in the journal %d times",
                                       url, record["version"], n)

    # Alerts.

    def expected_alerts(self, subscription):
        """key -> journal entry, by the ledger's texts: one "new" a story, then one "updated" a text."""
        keys = collections.OrderedDict()
        for store, _, entry in self.stored.journal:
            record = entry["record"]
            item = record and self.by_url.get(record["url"])
            number = item and self.version_of.get((record["url"], store, record["version"]))
            if number is None or not item:
                continue
            version = item.versions[number]
            if not subscription.matches(self.fold(version.title) + "\n" + self.fold(version.text)):
                continue
            story = "%s:new" % record["story"]
            if story not in keys:
                keys[story] = entry
            elif entry["event"] == "updated":
                keys.setdefault("%s:updated:%s" % (record["story"], record["text_hash"]), entry)
        return keys

    def judge_alerts(self, subscriber):
        n_alerts = 0
        delays = []
        for name, subscription in self.subscriptions.items():
            expected = self.expected_alerts(subscription)
            seen = {}
            for life, entry_id, fields in subscriber.alerts(name):
                n_alerts += 1
                key = fields["key"]
                if key in seen:
                    self.verdict.fault("duplicated", "alert %s for %s came twice%s", key, name,
                                       "" if seen[key] == life else ", again after Redis had lost it")
                seen[key] = life
                if self.host_of(fields["url"]) in self.hostile:
                    continue
                if key not in expected:
                    self.verdict.fault("wrong", "alert %s for %s: %s '%s'", key, name, fields["url"], fields["title"])
                    continue
                record = expected[key]["record"]
                if (fields["url"], fields["version"], fields["title"], fields["story"]) != (
                        record["url"], str(record["version"]), record["title"], record["story"]):
                    self.verdict.fault("wrong", "alert %s for %s is about %s version %s, and should be about %s version %d",
                                       key, name, fields["url"], fields["version"], record["url"], record["version"])
                delays.append(int(entry_id.partition("-")[0]) - expected[key]["at_ms"])
            for key, entry in expected.items():
                if key not in seen:
                    self.verdict.fault("lost", "no alert %s for %s: %s", key, name, entry["record"]["url"])
        self.verdict.figures["alerts"] = n_alerts
        delays.sort()
        if delays:
            self.verdict.figures["ms from page to alert (median)"] = delays[len(delays) // 2]

    # Hostile hosts.

    FAIL_FIRST = ("flaky", "throttle-seconds", "throttle-date")  # good in the end; until then they are waited for

    def is_as_told(self, host, url, missing):
        """Whether the fate is one of those that the web's manual asks for."""
        fate, wanted = self.fate_of(url, missing), set(host["fate"].replace("lost:redirects", "lost:moved").split("|"))
        if wanted == {"not-requested"}:
            return fate != "stored" and place_of(url) not in self.asked
        if fate in wanted:
            return True
        if fate == "stored" or url not in missing:
            return False
        # While a host is backed off from, its other pages wait; so do those that are good the second time.
        others = {self.fate_of(u, missing) for u in host["urls"]}
        return host["kind"] in self.FAIL_FIRST or (missing[url]["reason"] is None and bool(others & wanted))

    def fate_of(self, url, missing):
        if url in self.stored.versions:
            return "stored"
        if url in missing:
            return "lost:%s" % missing[url]["reason"]
        return "not-requested"

    def judge_hostile(self, missing):
        """Each article of a hostile host is stored or has its reason, and neither is invented."""
        self.asked = {(r["address"], place(r["path"])) for r in self.requests}
        pages = [(host, url) for host in self.hostile.values() for url in host["urls"]]
        strange = [(host, url) for host, url in pages if not self.is_as_told(host, url, missing)]
        for host, url in strange:
            fate = self.fate_of(url, missing)
            self.verdict.fault("lost" if fate == "not-requested" else "wrong", "%s: %s is %s, should be %s", host["kind"], url,
                               fate, host["fate"])
        if pages:
            self.verdict.figures["of %d hostile pages with their fate" % len(pages)] = len(pages) - len(strange)

    # Manners.

    def delay_us(self, host, is_told):
        """Between two requests; what the host itself asks for counts for whoever has been told."""
        wish_ms = self.hosts.get(host, {}).get("crawl_delay_ms") or 0
        return max(self.delay_ms, wish_ms if is_told else 0) * 1000

    def is_told(self, asked, path):
        """Whether the host's robots.txt is known at a request after those that were @asked.

        It is what is asked for first. Who asks for it again, before anything else, never got the first answer: it was
        read by a crawler that was killed before it could keep it.
        """
        return not self.answers_get_lost or path != "/robots.txt" or any(r["path"] != path for r in asked)

    def judge_manners(self):
        by_host = collections.defaultdict(list)
        for r in self.requests:
            by_host[r["host"]].append(r)
        least_us = None
        for host, requests in by_host.items():
            requests.sort(key=lambda r: r["start_us"])
            for i, (before, after) in enumerate(zip(requests, requests[1:]), 1):
                pause_us = after["start_us"] - before["end_us"]
                delay_us = self.delay_us(host, self.is_told(requests[:i], after["path"]))
                if pause_us < 0:
                    self.verdict.fault("impolite", "%s: %s began %.1f ms before %s had ended", host, after["path"],
                                       -pause_us / 1000, before["path"])
                elif pause_us < delay_us - CLOCK_US:
                    self.verdict.fault("impolite", "%s: %s only %.1f ms after %s", host, after["path"], pause_us / 1000,
                                       before["path"])
                excess_us = pause_us - delay_us
                least_us = excess_us if least_us is None else min(least_us, excess_us)
        self.verdict.figures["requests"] = len(self.requests)
        if least_us is not None:
            self.verdict.figures["ms of least pause beyond the delay"] = "%.1f" % (least_us / 1000)
        self.judge_addresses()

    def judge_addresses(self):
        """Requests under way at one moment to one address, whatever its names."""
        moments = collections.defaultdict(list)
        for r in self.requests:
            moments[r["address"]] += [(r["start_us"], 1), (r["end_us"], -1)]
        most = 0
        for address, changes in moments.items():
            n = 0
            for _, change in sorted(changes):
                n += change
                most = max(most, n)
            if self.address_max and most > self.address_max:
                self.verdict.fault("impolite", "%s: %d requests at a time", address, most)
        if self.address_max:
            self.verdict.figures["requests at a time to an address"] = most

    def judge_requests(self):
        fetches = collections.Counter()
        for r in self.requests:
            path = place(r["path"])
            if not r["agent"].startswith(self.user_agent):
                self.verdict.fault("impolite", "%s%s was asked for by '%s'", r["host"], r["path"], r["agent"])
            if path.startswith("/private/"):
                self.verdict.fault("impolite", "%s%s is forbidden by robots.txt", r["host"], r["path"])
            if r["address"] not in self.hosts and r["address"] not in self.hostile:
                self.verdict.fault("impolite", "%s%s is outside of every source", r["host"], r["path"])
            if r["status"] == 200 and r["complete"]:
                fetches[r["address"], path] += 1
        self.judge_refetches(fetches)

    def judge_refetches(self, fetches):
        """A page is got whole once a version; what was under way at a kill may be got again."""
        n_again = 0
        for item in self.items:
            n = fetches[place_of(item.url)]
            n_again += max(0, n - max(1, len(item.versions)))
        lists = {place_of(h["list"]) for h in self.hosts.values()}  # a robots.txt may be one: it names sitemaps
        n_robots = sum(max(0, n - 1) for at, n in fetches.items() if at[1] == "/robots.txt" and at not in lists)
        self.verdict.figures["pages got again"] = n_again
        if n_again + n_robots > self.refetches_max:
            self.verdict.fault("impolite", "%d pages and %d robots.txt were got again, %d may be", n_again, n_robots,
                               self.refetches_max)


def poll(condition, seconds, pause=0.1):
    """The condition's value once it is true, or its last value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(pause)
