"""The fake web with ground truth (tests/web), as a process of its own: its clock, its ledger and its request log."""
import collections
import glob
import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

Item = collections.namedtuple("Item", "url shown host number published_ms story noise same_text versions withdrawn_ms "
                                      "reachable why")
Version = collections.namedtuple("Version", "at_ms title text")


def program_path(of):
    """$POLICYWATCH_WEB, or that of the build in which @of lies, or of any."""
    candidates = [os.environ.get("POLICYWATCH_WEB", "")]
    candidates.append(os.path.join(os.path.dirname(os.path.dirname(of)), "tests", "web", "policywatch-web"))
    candidates += sorted(glob.glob(os.path.join(ROOT, "build", "*", "tests", "web", "policywatch-web")))
    for path in candidates:
        if path and os.access(path, os.X_OK):
            return path
    raise AssertionError("policywatch-web is not built: cmake --preset dev && cmake --build --preset dev")


class FakeWeb:
    def __init__(self, of, log, **options):
        """@of: the path of policywatch; @log: where requests are logged; options as --name value."""
        self.log_path = log
        words = [program_path(of), "--log", log]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.port, self.control, self.n_hosts = ready["port"], ready["control"], ready["hosts"]
        self.direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, what, data=None, /, **query):
        """GET, or POST with @data (which may be empty); the text of the answer."""
        url = self.control + what + ("?" + urllib.parse.urlencode(query) if query else "")
        request = urllib.request.Request(url, data=data, method="GET" if data is None else "POST")
        with self.direct.open(request, timeout=120) as answer:
            return answer.read().decode()

    def set_clock(self, **change):
        """rate=R, advance_ms=N or at_ms=N; returns the world's time."""
        self.ask("/clock", b"", **change)
        return self.now_ms()

    def now_ms(self):
        return json.loads(self.ask("/clock"))["now_ms"]

    def lines(self, path):
        return [json.loads(line) for line in self.ask(path).splitlines()]

    def hosts(self):
        return self.lines("/hosts")

    def hostile(self):
        return self.lines("/hostile")

    def sources(self, hostile=False):
        return self.ask("/sources", **({"hostile": 1} if hostile else {}))

    def ledger(self):
        """Everything that has been published by now."""
        items = []
        for line in self.lines("/ledger"):
            versions = [Version(v["at_ms"], v["title"], v["text"]) for v in line["versions"]]
            items.append(Item(versions=versions, **{k: line[k] for k in Item._fields if k != "versions"}))
        return items

    def requests(self):
        """The log so far; a line that is still being written is left out."""
        with open(self.log_path, "rb") as f:
            return [json.loads(line) for line in f.read().rpartition(b"\n")[0].splitlines()]

    def rss_bytes(self):
        return json.loads(self.ask("/stats"))["rss_bytes"]

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(timeout=20)
        self.process.stdin.close()
        self.process.stdout.close()
        assert status == 0, "the fake web ended with status %d" % status
