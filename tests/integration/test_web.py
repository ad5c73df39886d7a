"""The fake web itself: what it logs, how it is steered, and what its hostile hosts do to who asks them.

python3 test_web.py POLICYWATCH-WEB [TEST...]; the standard library alone.
"""
import http.client
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse
import urllib.request

SKIPPED = 77
DEADLINE = 30
PROGRAM = os.environ.get("POLICYWATCH_WEB") or (sys.argv[1] if len(sys.argv) > 1 else None)


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError("waited in vain: " + what)


class Web:
    def __init__(self, *more):
        self.folder = tempfile.TemporaryDirectory(prefix="policywatch-web-")
        self.log_path = os.path.join(self.folder.name, "log")
        self.process = subprocess.Popen(
            [PROGRAM, "--log", self.log_path, "--hosts", "8", "--items", "50", "--network", "18",
             "--hostile-network", "19"] + list(more),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready = json.loads(self.process.stdout.readline())
        self.port = self.ready["port"]
        self.hosts = {h["kind"]: h["host"] for h in self.ready["hostile"]}

    def close(self):
        """Closing stdin ends it; its status tells whether a sanitizer found something."""
        self.process.stdin.close()
        self.process.stdout.close()
        status = self.process.wait(DEADLINE)
        self.folder.cleanup()
        return status

    def ask(self, what, body=None, /, **query):
        url = self.ready["control"] + what + ("?" + urllib.parse.urlencode(query) if query else "")
        request = urllib.request.Request(url, data=body, method="GET" if body is None else "POST")
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return answer.read()

    def tell(self, what, body=b"", /, **query):
        return json.loads(self.ask(what, body, **query))

    def log(self):
        with open(self.log_path) as f:
            return [json.loads(line) for line in f]

    def logged(self, n=1, **members):
        """Lines with these members, as soon as there are n."""
        def find():
            lines = [x for x in self.log() if all(x.get(k) == v for k, v in members.items())]
            return lines if len(lines) >= n else None
        return wait_until(find, "%r in the log" % members)

    def connect(self, host):
        return socket.create_connection((host, self.port), timeout=DEADLINE)

    def send(self, host, path="/", *headers):
        s = self.connect(host)
        s.sendall(("GET %s HTTP/1.1\r\nHost: %s:%d\r\n%s\r\n" % (
            path, host, self.port, "".join(h + "\r\n" for h in headers))).encode())
        return s

    def get(self, host, path, **headers):
        c = http.client.HTTPConnection(host, self.port, timeout=DEADLINE)
        try:
            c.request("GET", path, headers=headers)
            answer = c.getresponse()
            answer.text = answer.read()
            return answer
        finally:
            c.close()

    def bytes_of(self, host, path="/a/1.htm", at_least=None):
        """What comes until the server ends the connection, or until it is this much."""
        data = b""
        with self.send(host, path, "Connection: close") as s:
            while at_least is None or len(data) < at_least:
                piece = s.recv(65536)
                if not piece:
                    break
                data += piece
        return data


class Case(unittest.TestCase):
    options = ()
    left_open = None

    def setUp(self):
        self.web = Web(*self.options)
        self.addCleanup(self.end)
        self.honest = "127.18.0.1"

    def end(self):
        self.assertEqual(self.web.close(), 0)
        if self.left_open:
            self.left_open.close()


class Honest(Case):
    def test_pages_come_and_are_logged(self):
        answer = self.web.get(self.honest, "/robots.txt", **{"User-Agent": "me"})
        line, = self.web.logged(path="/robots.txt")
        self.assertEqual((line["status"], line["bytes"], line["agent"]), (answer.status, len(answer.text), "me"))
        self.assertEqual((line["address"], line["host"], line["kind"]), (self.honest, self.honest, None))
        self.assertTrue(line["complete"])
        self.assertLessEqual(line["start_us"], line["end_us"])

    def test_one_connection_serves_many_requests_even_when_they_come_at_once(self):
        with self.web.connect(self.honest) as s:
            s.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n" * 20 +
                      b"GET /robots.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            data = b""
            while piece := s.recv(65536):
                data += piece
        self.assertEqual(data.count(b"HTTP/1.1 "), 21)
        self.assertEqual(len({x["peer"] for x in self.web.logged(n=21, path="/robots.txt")}), 1)

    def test_a_request_in_pieces_begins_with_its_last_byte(self):
        with self.web.connect(self.honest) as s:
            s.sendall(b"GET /robots.txt HTTP/1.1\r\n")
            wait_until(lambda: json.loads(self.web.ask("/stats"))["open"] == 1, "the connection is taken")
            before_us = time.monotonic_ns() // 1000
            s.sendall(b"Host: x\r\n\r\n")
            s.recv(65536)
        self.assertGreaterEqual(self.web.logged(path="/robots.txt")[0]["start_us"], before_us)

    def test_the_end_is_never_logged_later_than_the_client_saw_it(self):
        self.web.tell("/put", b"x" * 20_000_000, host=self.honest, path="/big")
        for n, path in [(n, path) for n in range(1, 6) for path in ("/robots.txt", "/big")]:
            before_us = time.monotonic_ns() // 1000
            self.web.get(self.honest, path)
            after_us = time.monotonic_ns() // 1000
            line = self.web.logged(n, path=path)[-1]  # it is written after the last bytes
            self.assertLessEqual(before_us, line["start_us"])
            self.assertLessEqual(line["end_us"], after_us)

    def test_a_leaving_client_ends_its_request_no_later_than_it_left(self):
        for _ in range(5):
            s = self.web.send(self.web.hosts["hang-body"], "/a/1.htm")
            s.recv(65536)
            time.sleep(0.3)
            left_us = time.monotonic_ns() // 1000
            s.close()
            line = wait_until(lambda: [x for x in self.web.log() if x["end_us"] > left_us - 300_000], "its line")[-1]
            self.assertLessEqual(line["end_us"], left_us + 1000)
            self.assertGreater(line["end_us"], left_us - 100_000)
            self.assertFalse(line["complete"])

    def test_connections_without_a_request_are_logged(self):
        self.web.connect(self.honest).close()
        line, = self.web.logged(kind="connect")
        self.assertIsNone(line["path"])

    def test_a_slow_reader_gets_all_of_a_large_page(self):
        self.web.tell("/put", b"y" * 9_000_000, host=self.honest, path="/big")
        with self.web.send(self.honest, "/big", "Connection: close") as s:
            time.sleep(0.3)  # longer than the kernel's buffers last
            self.assertEqual(self.web.log(), [])
            total = 0
            while piece := s.recv(65536):
                total += len(piece)
        self.assertGreater(total, 9_000_000)
        self.assertEqual(self.web.logged(path="/big")[0]["bytes"], 9_000_000)

    def test_nonsense_is_refused(self):
        for text in (b"HELLO\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 40000):
            with self.web.connect(self.honest) as s:
                s.sendall(text)
                self.assertIn(b" 400 ", s.recv(1000))
        with self.web.connect(self.honest) as s:
            s.sendall(b"DELETE / HTTP/1.1\r\n\r\n")
            self.assertIn(b" 405 ", s.recv(1000))

    def test_thousands_of_connections_leave_nothing_behind(self):
        fds = "/proc/%d/fd" % self.web.process.pid
        before = len(os.listdir(fds))
        kinds = list(self.web.hosts)
        chance = random.Random(1)
        for _ in range(30):
            some = [self.web.send(self.web.hosts[chance.choice(kinds)], "/a/1.htm") for _ in range(100)]
            for s in some:
                if chance.random() < 0.3:  # RST
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.close()
        wait_until(lambda: json.loads(self.web.ask("/stats"))["open"] == 0, "all are closed")
        self.assertLessEqual(len(os.listdir(fds)), before + 1)
        self.assertEqual(len(self.web.logged(n=1)), json.loads(self.web.ask("/stats"))["connections"])


class Control(Case):
    def setUp(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.54", 0))
            self.resolver = s.getsockname()
        self.options = ("--start-ms", "1750000000000", "--dns", "%s:%d" % self.resolver)
        super().setUp()

    def test_the_clock_stands_steps_and_runs(self):
        self.web.tell("/clock", rate=0)
        self.assertEqual(self.web.tell("/clock", at_ms=1750000001000), {"now_ms": 1750000001000, "rate": 0})
        self.assertEqual(self.web.tell("/clock", advance_ms=500)["now_ms"], 1750000001500)
        self.assertEqual(json.loads(self.web.ask("/clock"))["now_ms"], 1750000001500)
        self.web.get(self.honest, "/robots.txt")
        self.assertEqual(self.web.logged(path="/robots.txt")[0]["world_ms"], 1750000001500)
        self.web.tell("/clock", rate=100000)
        wait_until(lambda: json.loads(self.web.ask("/clock"))["now_ms"] > 1750000010000, "time runs")

    def test_truth_is_told_as_lines(self):
        self.assertEqual(len(self.web.ask("/hosts").splitlines()), 8)
        items = [json.loads(x) for x in self.web.ask("/ledger").splitlines()]
        self.assertGreater(len(items), 8)
        lines = self.web.ask("/sources", hostile=1).decode().splitlines()
        self.assertEqual(lines[0], "sources:")
        self.assertEqual(len(lines), 1 + 8 + len(self.web.hosts))
        for line in self.web.ask("/hostile").splitlines():
            row = json.loads(line)
            self.assertEqual(self.web.hosts[row["kind"]], row["host"])
            self.assertEqual(len(row["urls"]), 3)
            self.assertRegex(row["fate"], r"^(stored|not-requested|lost:[a-z-]+)(\|lost:[a-z-]+)?$")

    def test_a_page_is_laid_over_the_world(self):
        self.web.tell("/put", "新".encode(), host=self.honest, path="/x", type="text/plain", status=203)
        answer = self.web.get(self.honest, "/x")
        self.assertEqual((answer.status, answer.text.decode()), (203, "新"))

    def test_a_gate_holds_a_request_until_it_opens(self):
        self.web.tell("/put", b"through", host=self.honest, path="/x")
        self.web.tell("/gate", host=self.honest, path="/x", closed=1)
        with self.web.send(self.honest, "/x", "Connection: close") as s:
            held = wait_until(lambda: json.loads(self.web.ask("/waiting")), "it waits")
            self.assertEqual((held[0]["address"], held[0]["path"]), (self.honest, "/x"))
            self.web.tell("/gate", host=self.honest, path="/x", closed=0)
            self.assertIn(b"through", s.makefile("rb").read())
        self.assertEqual(json.loads(self.web.ask("/waiting")), [])

    def test_who_leaves_at_a_gate_is_forgotten(self):
        self.web.tell("/gate", host=self.honest, path="/x", closed=1)
        self.web.send(self.honest, "/x").close()
        self.assertFalse(self.web.logged(path="/x")[0]["complete"])
        self.assertEqual(json.loads(self.web.ask("/waiting")), [])

    def test_an_honest_host_turns_hostile_and_heals(self):
        item = next(i for i in map(json.loads, self.web.ask("/ledger").splitlines()) if "url" in i)
        url = urllib.parse.urlsplit(item["url"])
        good = self.web.get(url.hostname, url.path)
        self.web.tell("/hostility", host=url.hostname, on="article", kind="blocked-403")
        self.assertEqual(self.web.get(url.hostname, url.path).status, 403)
        self.assertNotEqual(self.web.get(url.hostname, "/robots.txt").status, 403)
        self.web.tell("/hostility", host=url.hostname, on="all", kind="hang-body")
        with self.web.send(url.hostname, url.path) as s:
            self.assertIn(b"200 OK", s.recv(1000))
        self.web.tell("/hostility", host=url.hostname, on="all", kind="none")
        self.assertEqual(self.web.get(url.hostname, url.path).status, good.status)

    def test_a_host_breaks_connections_before_they_are_read(self):
        self.web.tell("/hostility", host=self.honest, on="all", kind="reset-accept")
        with self.assertRaises(ConnectionResetError):  # while connecting, or right after it
            with self.web.connect(self.honest) as s:
                s.recv(1)

    def test_mistakes_are_answered(self):
        for path, query in (("/hostility", {"host": "127.1.2.3", "on": "all", "kind": "none"}),
                            ("/hostility", {"host": self.honest, "on": "all", "kind": "odd"}),
                            ("/hostility", {"host": self.honest, "on": "odd", "kind": "none"}),
                            ("/gate", {"host": self.honest}), ("/put", {}),
                            ("/dns", {"name": "a", "addresses": "b"}), ("/odd", {})):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.web.tell(path, **query)
            caught.exception.close()
            self.assertIn(caught.exception.code, (400, 404))

    # Names.

    def query(self, name, kind=1):
        """(code, addresses) of an answer."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(DEADLINE)
            s.sendto(struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"".join(
                bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0" + struct.pack(">2H", kind, 1),
                self.resolver)
            data = s.recv(4096)
        _, flags, _, n_answers, _, _ = struct.unpack(">6H", data[:12])
        at = 12 + len(name) + 2 + 4
        found = []
        for _ in range(n_answers):
            length, = struct.unpack(">H", data[at + 10:at + 12])
            found.append(socket.inet_ntop(socket.AF_INET if length == 4 else socket.AF_INET6,
                                          data[at + 12:at + 12 + length]))
            at += 12 + length
        return flags & 15, found

    def test_names_lead_to_hosts(self):
        self.assertEqual(self.query("h1.web.test"), (0, ["127.18.0.2"]))
        self.assertEqual(self.query("bomb-br.web.test"), (0, [self.web.hosts["bomb-br"]]))
        self.assertEqual(self.query("h1.web.test", 28), (0, []))
        self.assertEqual(self.query("h99.web.test")[0], 3)
        self.assertEqual(self.query("servfail.web.test")[0], 2)
        self.assertEqual(self.web.logged(dns="h1.web.test", type="A")[0]["answer"], "127.18.0.2")
        self.assertEqual(self.web.get(self.honest, "/robots.txt", Host="h1.web.test").status,
                         self.web.get("127.18.0.2", "/robots.txt").status)

    def test_a_name_is_bound_again(self):
        self.web.tell("/dns", name="turn.test", addresses="127.18.0.1,::1", ttl=0, then="10.0.0.1")
        self.assertEqual([self.query("turn.test")[1] for _ in range(3)], [["127.18.0.1"], ["10.0.0.1"], ["10.0.0.1"]])
        self.assertEqual(self.query("turn.test", 28), (0, ["::1"]))


class Long(Case):
    options = ("--items", "2000", "--percent-old", "100")

    def test_who_leaves_while_the_truth_is_told_is_forgotten(self):
        url = urllib.parse.urlsplit(self.web.ready["control"])
        for left_open in False, True:  # the last one is still there when the web ends
            s = socket.create_connection((url.hostname, url.port))
            self.left_open = s
            s.sendall(b"GET /ledger HTTP/1.1\r\nHost: x\r\n\r\n")
            s.recv(100)
            if not left_open:
                s.close()
        self.assertEqual(len(self.web.ask("/hosts").splitlines()), 8)


class Hostile(Case):
    def test_listings_are_good(self):
        for kind, host in self.web.hosts.items():
            answer = self.web.get(host, "/list.htm")
            self.assertEqual((kind, answer.status, answer.text.decode().count("/a/")), (kind, 200, 3))

    def test_articles_of_hosts_with_odd_robots_are_good(self):
        texts = set()
        for kind in (k for k in self.web.hosts if k.startswith("robots-")):
            for i in 1, 2, 3:
                answer = self.web.get(self.web.hosts[kind], "/a/%d.htm" % i)
                self.assertEqual((kind, answer.status), (kind, 200))
                texts.add(answer.text)
        self.assertEqual(len(texts), 3 * sum(k.startswith("robots-") for k in self.web.hosts))

    def test_statuses(self):
        for kind, status in {"throttle": 429, "throttle-seconds": 429, "throttle-date": 429, "throttle-nonsense": 429,
                             "unavailable": 503, "challenge-412": 412, "challenge-521": 521, "script-wall": 200,
                             "blocked-403": 403, "server-error": 500, "empty-200": 200, "gone-410": 410,
                             "not-text": 200, "redirect-private": 302, "redirect-scheme": 302}.items():
            self.assertEqual((kind, self.web.get(self.web.hosts[kind], "/a/1.htm").status), (kind, status))
        self.assertEqual(self.web.get(self.web.hosts["throttle-seconds"], "/a/2.htm").getheader("Retry-After"), "2")
        self.assertEqual(self.web.get(self.web.hosts["throttle-seconds"], "/a/2.htm").status, 200)
        for kind, status in {"robots-huge": 200, "robots-500": 500, "robots-429": 429, "robots-redirect-5": 301}.items():
            self.assertEqual((kind, self.web.get(self.web.hosts[kind], "/robots.txt").status), (kind, status))

    def hops(self, kind, path, limit=30):
        for n in range(limit):
            answer = self.web.get(self.web.hosts[kind], path)
            if not answer.getheader("Location"):
                return n
            path = answer.getheader("Location").split(":%d" % self.web.port)[1]
        return limit

    def test_hops(self):
        self.assertEqual(self.hops("redirect-long", "/a/1.htm"), 20)
        self.assertEqual(self.hops("redirect-loop", "/a/1.htm"), 30)
        self.assertEqual(self.hops("robots-redirect-5", "/robots.txt"), 5)
        self.assertEqual(self.hops("robots-redirect-6", "/robots.txt"), 6)

    def test_answers_that_end_early(self):
        for kind in "truncated-body", "chunk-without-end":
            with self.assertRaises(http.client.IncompleteRead):
                self.web.get(self.web.hosts[kind], "/a/1.htm")
        for kind in "reset-accept", "reset-headers", "reset-body", "flaky":
            with self.assertRaises(ConnectionResetError):
                self.web.bytes_of(self.web.hosts[kind])
            self.assertFalse(self.web.logged(kind=kind)[0]["complete"])
        self.assertEqual(self.web.get(self.web.hosts["flaky"], "/a/1.htm").status, 200)

    def test_answers_without_end(self):
        for kind in "endless-chunks", "endless-body", "endless-headers":
            self.assertGreaterEqual(len(self.web.bytes_of(self.web.hosts[kind], at_least=20_000_000)), 20_000_000)
            self.assertFalse(self.web.logged(kind=kind)[0]["complete"])
        self.assertLess(json.loads(self.web.ask("/stats"))["rss_bytes"], 500_000_000)  # sanitizers keep what is freed

    def test_answers_that_hang(self):
        for kind, n in {"hang-accept": 0, "hang-headers": 11, "hang-body": 300, "slow-headers": 1, "slow-body": 100}.items():
            with self.web.send(self.web.hosts[kind], "/a/1.htm") as s:
                data = b""
                while len(data) < n:
                    data += s.recv(65536)
                s.settimeout(0.2)
                try:
                    self.assertLess(len(s.recv(65536)), 3)
                except socket.timeout:
                    pass
            self.assertFalse(self.web.logged(kind=kind)[0]["complete"])

    def test_a_hundred_hang_while_others_are_served(self):
        some = [self.web.send(self.web.hosts[k], "/a/1.htm") for k in ("slow-body", "endless-body") for _ in range(50)]
        self.assertEqual(self.web.get(self.web.hosts["flaky"], "/list.htm").status, 200)
        for s in some:
            s.close()

    def test_framing(self):
        self.assertGreater(self.web.bytes_of(self.web.hosts["many-headers"]).count(b"X-Filler"), 9999)
        self.assertGreater(len(self.web.bytes_of(self.web.hosts["huge-header"])), 1 << 20)
        self.assertTrue(self.web.bytes_of(self.web.hosts["http09"]).startswith(b"<!DOCTYPE"))
        self.assertFalse(self.web.bytes_of(self.web.hosts["not-http"]).startswith(b"HTTP"))
        self.assertGreater(len(self.web.bytes_of(self.web.hosts["big-page"])), 12_000_000)
        self.assertNotIn(b"SURPLUS", self.web.get(self.web.hosts["overlong-body"], "/a/1.htm").text)
        self.assertIn(b"SURPLUS", self.web.bytes_of(self.web.hosts["overlong-body"]))


class Ending(unittest.TestCase):
    def test_it_ends_with_its_input(self):
        self.assertEqual(Web().close(), 0)

    def test_it_ends_when_it_is_told(self):
        web = Web()
        web.process.terminate()
        self.assertEqual(web.process.wait(DEADLINE), 0)
        web.close()

    def test_it_ends_with_its_parent(self):
        script = ("import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=0); "
                  "print(p.pid, flush=True); p.wait()")
        with tempfile.TemporaryDirectory() as folder:
            # We hold the other end of its input too, which therefore stays open.
            parent = subprocess.Popen(
                [sys.executable, "-c", script, PROGRAM, "--log",
                 os.path.join(folder, "log"), "--network", "18", "--hostile-network", "19"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            lines = sorted([parent.stdout.readline(), parent.stdout.readline()], key=len)
            self.assertIn("port", json.loads(lines[1]))
            parent.kill()
            parent.wait()
            wait_until(lambda: not os.path.exists("/proc/%d" % int(lines[0])), "it is gone")
            parent.stdin.close()
            parent.stdout.close()


if __name__ == "__main__":
    if not PROGRAM or not os.access(PROGRAM, os.X_OK):
        print("usage: %s POLICYWATCH-WEB [TEST...]" % sys.argv[0], file=sys.stderr)
        sys.exit(SKIPPED)
    PROGRAM = os.path.abspath(PROGRAM)
    unittest.main(argv=[sys.argv[0]] + [a for a in sys.argv[1:] if os.path.abspath(a) != PROGRAM], verbosity=2)
