"""What the program meets: web sites on loopback, a Redis of its own, and a folder with its files.

Nothing here sleeps for a result: wait_until() looks until a condition holds or its deadline has passed.
"""
import collections
import hashlib
import html
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import lmdb
import zstandard

import processes

DEADLINE = 60


def wait_until(condition, what, seconds=DEADLINE):
    """The condition's value once it is true; fails loudly after the deadline."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %d s in vain: %s" % (seconds, what))
        time.sleep(0.02)


def free_port(address="127.0.0.1"):
    with socket.socket() as s:
        s.bind((address, 0))
        return s.getsockname()[1]


Request = collections.namedtuple("Request", "start end host path status conditional agent")


class Web:
    """Sites: {address: {path: (content type, bytes)}}, all on one port. Pages may be changed while it runs."""

    def __init__(self, addresses):
        self.pages = {a: {} for a in addresses}
        self.answers = {}  # (address, path) -> status, for what is not to be served
        self.gates = {}    # (address, path) -> Event that an answer waits for
        self.waiting = []  # what has been asked for and stands at a gate
        self.requests = []
        self.lock = threading.Lock()
        self.port = free_port(addresses[0])
        self.servers = [self._serve(a) for a in addresses]

    def _serve(self, address):
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                try:
                    web.answer(self, address)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # whoever asked is gone

            def handle(self):
                try:
                    super().handle()
                except ConnectionResetError:
                    pass

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer((address, self.port), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return server

    def answer(self, handler, address):
        start = time.monotonic()
        self.pass_gate(address, handler.path)
        conditional = handler.headers.get("If-None-Match")
        kind, body = self.pages[address].get(handler.path, ("text/plain", None))
        status = self.answers.get((address, handler.path), 200 if body is not None else 404)
        etag = '"%s"' % hashlib.sha1(body or b"").hexdigest()[:16]
        if status == 200 and conditional == etag:
            status = 304
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        if status in (200, 304):
            handler.send_header("ETag", etag)
        else:
            body = b"sorry"
        if status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if status != 304:
            handler.wfile.write(body)
        with self.lock:
            self.requests.append(Request(start, time.monotonic(), address, handler.path, status,
                                         bool(conditional), handler.headers.get("User-Agent", "")))

    def pass_gate(self, address, path):
        gate = self.gates.get((address, path))
        if gate:
            self.waiting.append(path)
            gate.wait(DEADLINE)

    def url(self, address, path):
        return "http://%s:%d%s" % (address, self.port, path)

    def put(self, address, path, text, kind="text/html", charset="utf-8"):
        self.pages[address][path] = (kind, text.encode(charset))

    def log(self):
        with self.lock:
            return list(self.requests)

    def close(self):
        for s in self.servers:
            s.shutdown()
            s.server_close()


# Pages of a news site.

def article_page(article, charset="utf-8", paragraphs=None):
    date = article.published[:16].replace("T", " ")
    return ('<!DOCTYPE html><html lang="zh-CN"><head><meta charset="%s"><title>%s_某某新闻网</title></head><body>'
            '<div class="nav"><a href="/">首页</a> <a href="/about.htm">关于我们</a></div>'
            '<div class="main"><h1>%s</h1><div class="info"><span>%s</span> <span>来源：某某新闻网</span></div>'
            '<div class="content">%s</div></div><div class="footer">版权所有 某某新闻网</div></body></html>') % (
        charset, html.escape(article.title), html.escape(article.title), date,
        "".join("<p>%s</p>" % html.escape(p) for p in paragraphs or article.paragraphs))


def listing_page(items, charset="utf-8"):
    """items: (href, title, date)."""
    return ('<!DOCTYPE html><html><head><meta charset="%s"><title>新闻列表</title></head><body><div class="list"><ul>%s'
            '</ul></div></body></html>') % (charset, "".join(
                '<li><a href="%s">%s</a><span>%s</span></li>' % (html.escape(h), html.escape(t), d) for h, t, d in items))


def feed_page(base, items):
    return ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>某某日报</title><link>%s</link>'
            '<description>x</description>%s</channel></rss>') % (base, "".join(
                "<item><title>%s</title><link>%s</link><pubDate>Thu, 29 May 2025 08:30:00 +0800</pubDate></item>"
                % (html.escape(t), html.escape(base + h)) for h, t, d in items))


def sitemap_page(urls):
    return ('<?xml version="1.0" encoding="utf-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">%s</urlset>'
            % "".join("<url><loc>%s</loc></url>" % html.escape(u) for u in urls))


class Redis:
    """A redis-server on a Unix socket, and commands to it."""

    def __init__(self, folder):
        self.folder = folder
        self.path = os.path.join(folder, "redis.sock")
        self.process = None
        self.start()

    def start(self):
        # AOF: what was answered must be there after a kill, as on a real server.
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", "", "--appendonly", "yes",
             "--appendfsync", "always", "--dir", self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self._answers, "redis-server answers")

    def _answers(self):
        try:
            return self("PING") == b"PONG"
        except (OSError, EOFError, RuntimeError):  # the last: it is still loading
            return False

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None
        if os.path.exists(self.path):
            os.unlink(self.path)

    def hold_writes(self):
        """Nobody writes from now on: what is there can be read before it is lost."""
        self("CLIENT", "PAUSE", 3600000, "WRITE")

    def forget(self):
        """While it is stopped: everything it had."""
        shutil.rmtree(os.path.join(self.folder, "appendonlydir"))

    def __call__(self, *words):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.path)
            s.sendall(b"*%d\r\n" % len(words) + b"".join(
                b"$%d\r\n%s\r\n" % (len(w), w) for w in (str(w).encode() for w in words)))
            return self._read(s.makefile("rb"))

    def _read(self, f):
        line = f.readline()
        if not line:
            raise EOFError
        kind, rest = line[:1], line[1:-2]
        if kind == b"*":
            return [self._read(f) for _ in range(int(rest))] if rest != b"-1" else None
        if kind == b"$":
            return None if rest == b"-1" else f.read(int(rest) + 2)[:-2]
        if kind == b"-":
            raise RuntimeError(rest.decode())
        return int(rest) if kind == b":" else rest

    def alerts(self, name):
        """The entries of a subscription's stream, in order, as dictionaries."""
        entries = []
        for _, fields in self("XRANGE", "policywatch:alerts:{%s}" % name, "-", "+"):
            entries.append({k.decode(): v.decode() for k, v in zip(fields[::2], fields[1::2])})
        return entries

    def subscribe(self, channel):
        """The messages of a channel, in a list that grows; returns once Redis has taken note."""
        s = socket.socket(socket.AF_UNIX)
        s.connect(self.path)
        f = s.makefile("rb")
        s.sendall(b"*2\r\n$9\r\nSUBSCRIBE\r\n$%d\r\n%s\r\n" % (len(channel), channel.encode()))
        self._read(f)
        messages = []

        def listen():
            try:
                while True:
                    messages.append(self._read(f)[2].decode())
            except (OSError, EOFError, ValueError):
                s.close()

        threading.Thread(target=listen, daemon=True).start()
        return messages


class Store:
    """The store as an outsider reads it: lmdb, json, zstandard and nothing of ours."""

    def __init__(self, path):
        # The map is larger than the file, which grows while we read.
        self.env = lmdb.open(path, readonly=True, max_dbs=32, lock=True, create=False, map_size=1 << 38)

    def close(self):
        self.env.close()

    def table(self, name):
        db = self.env.open_db(name.encode(), create=False)
        with self.env.begin() as txn:
            return [(bytes(k), bytes(v)) for k, v in txn.cursor(db)]

    def records(self):
        return [json.loads(v) for _, v in self.table("records")]

    def pages(self):
        return [json.loads(v) for _, v in self.table("pages")]

    def journal(self):
        return [json.loads(v) for _, v in self.table("journal")]


def unpack_body(value):
    """A body's value is a zstd frame, wherever in the value it begins."""
    at = value.find(b"\x28\xb5\x2f\xfd")
    return zstandard.ZstdDecompressor().decompress(value[at:], max_output_size=64 << 20) if at >= 0 else value


CONFIG = """data_dir: %(data)s
runtime_dir: %(folder)s/run
log_level: info
scheduler:
  host_delay_ms: %(delay_ms)d
  listing_interval_s: %(listing_s)d
  page_interval_s: %(page_s)d
  page_interval_max_s: 86400
  lease_ms: %(lease_ms)d
  hold_ms: 2000
%(scheduler)scrawler:
  user_agent: policywatch-test/0.1
  transfers: %(transfers)d
  processes: %(crawlers)d
  connect_timeout_ms: 3000
%(crawler)salerts:
  redis: unix://%(redis)s
%(more)s"""


class Node:
    """A folder with the program's files, a Redis (or that of another node), and the program when it runs."""

    def __init__(self, program, delay_ms=100, listing_s=1, page_s=3600, lease_ms=15000, crawlers=1, transfers=32,
                 scheduler="", crawler="", more="", redis_of=None):
        self.program = program
        self.folder = tempfile.mkdtemp(prefix="policywatch-it-")
        self.config = os.path.join(self.folder, "policywatch.yaml")
        for name in ("data", "run", "sources.d", "subscriptions.d"):
            os.mkdir(os.path.join(self.folder, name))
        self.redis = redis_of.redis if redis_of else Redis(self.folder)
        self.has_own_redis = not redis_of
        self.settings = dict(folder=self.folder, delay_ms=delay_ms, listing_s=listing_s, page_s=page_s,
                             lease_ms=lease_ms, crawlers=crawlers, transfers=transfers, scheduler=scheduler, crawler=crawler, more=more,
                             data=os.path.join(self.folder, "data"), redis=self.redis.path)
        self.configure()
        self.process = None
        self.services = []
        self.log = open(os.path.join(self.folder, "log"), "ab")
        self.store_reader = None

    def configure(self, **settings):
        self.settings.update(settings)
        self.write("policywatch.yaml", CONFIG % self.settings)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(text)

    def sources(self, text, name="test"):
        self.write("sources.d/%s.yaml" % name, "sources:\n" + text)

    def subscriptions(self, queries, name="test"):
        self.write("subscriptions.d/%s.yaml" % name, "subscriptions:\n" + "".join(
            "  - {name: %s, query: '%s'}\n" % q for q in queries.items()))

    def call(self, *arguments, check=True):
        r = subprocess.run([self.program, arguments[0], "-c", self.config, *arguments[1:]],
                           capture_output=True, text=True, timeout=60)
        if check and r.returncode != 0:
            raise AssertionError("%s: %s %s" % (" ".join(arguments), r.stdout, r.stderr))
        return r

    def start(self, environment=None):
        self.process = subprocess.Popen([self.program, "run", "-c", self.config], stderr=self.log, stdout=self.log,
                                        env=dict(os.environ, **environment or {}))
        wait_until(lambda: self.status(), "the scheduler answers")

    def status(self):
        """What the scheduler says; None while it does not."""
        r = self.call("status", "--json", check=False)
        part = json.loads(r.stdout)["scheduler"] if r.stdout.strip() else {"error": r.stderr}
        return None if "error" in part else part

    def service(self, *words, environment=None, prefix=()):
        """One service alone in the foreground, its log on a pipe; @prefix: a command that runs it."""
        service = processes.Service([*prefix, self.program, words[0], "-c", self.config, *words[1:]], environment)
        self.services.append(service)
        return service

    def stop_services(self):
        """SIGTERM to all that run alone; returns the seconds that it took."""
        start = time.monotonic()
        running = [s for s in self.services if s.is_running()]
        for s in running:
            s.signal(signal.SIGTERM)
        for s in running:
            assert s.wait(20) == 0, "%s\n%s" % (s.words, s.text()[-3000:])
        self.services = []
        return time.monotonic() - start

    def children(self):
        """Process ids of the services by their command."""
        found = {}
        try:
            with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as f:
                pids = f.read().split()
        except FileNotFoundError:
            return found
        for pid in pids:
            try:
                with open("/proc/%s/cmdline" % pid, "rb") as f:
                    found.setdefault(f.read().split(b"\0")[1].decode(), []).append(int(pid))
            except (FileNotFoundError, IndexError):
                pass
        return found

    def kill_service(self, name):
        """kill -9 of one service; returns once another process of it is there."""
        pid = self.children()[name][0]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: pid not in self.children().get(name, [pid]), "%s is started again" % name)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        """SIGTERM; returns the seconds that it took. Every process of it must be gone."""
        if not self.process:
            return 0
        pids = [p for ps in self.children().values() for p in ps]
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("did not stop within 20 s of SIGTERM")
        seconds = time.monotonic() - start
        self.process = None
        left = [p for p in pids if os.path.exists("/proc/%d" % p)]
        assert status == 0, "run ended with status %d" % status
        assert "Sanitizer" not in self.log_text() and "runtime error:" not in self.log_text(), "sanitizers complain"
        assert not left, "processes left behind: %s" % left
        return seconds

    def store(self):
        """The store, opened once it is there. One environment a process may be open only once."""
        path = os.path.join(self.settings["data"], "store")
        if not self.store_reader:
            wait_until(lambda: os.path.exists(path + "/data.mdb") and os.path.getsize(path + "/data.mdb"), "the store is there")
            self.store_reader = wait_until(self._open_store, "the store can be opened")
        return self.store_reader

    def _open_store(self):
        store = None
        try:
            store = Store(os.path.join(self.settings["data"], "store"))
            store.records(), store.pages(), store.journal()
            return store
        except lmdb.Error:
            if store:
                store.close()
            return None

    def replace_body(self, url, change):
        """Writes what a page's newest version was read from as change() makes it."""
        self.store().close()
        self.store_reader = None
        env = lmdb.open(os.path.join(self.settings["data"], "store"), max_dbs=32, create=False, map_size=1 << 38)
        pages, bodies = env.open_db(b"pages", create=False), env.open_db(b"bodies", create=False)
        with env.begin(write=True) as txn:
            page = next(p for p in (json.loads(v) for _, v in txn.cursor(pages)) if p["url"] == url)
            key = page["versions"][-1]["record"].to_bytes(8, "big")
            raw = change(unpack_body(txn.get(key, db=bodies)))
            txn.put(key, zstandard.ZstdCompressor(write_checksum=True, write_content_size=True).compress(raw), db=bodies)
        env.close()

    def stored_urls(self):
        return {r["url"] for r in self.store().records()}

    def log_text(self):
        with open(os.path.join(self.folder, "log"), errors="replace") as f:
            return f.read()

    def close(self, keep=False):
        if self.store_reader:
            self.store_reader.close()
        if self.process:
            for pids in self.children().values():
                for pid in pids:
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
            self.process.kill()
            self.process.wait()
        for s in self.services:
            s.kill()
        if self.has_own_redis:
            self.redis.stop()
        self.log.close()
        if keep:
            print("kept: %s" % self.folder, file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def assert_polite(requests, delay_ms):
    """Never two requests at a time to a host, nor sooner after the last one than its delay."""
    for host in {r.host for r in requests}:
        own = sorted((r for r in requests if r.host == host), key=lambda r: r.start)
        for before, after in zip(own, own[1:]):
            pause_ms = (after.start - before.end) * 1000
            assert pause_ms >= delay_ms * 0.95 - 5, "%s: %s only %.0f ms after %s" % (
                host, after.path, pause_ms, before.path)
