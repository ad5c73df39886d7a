"""One address by the crawler's own rules (check fetch): TLS, HTTP/2, proxies, cookies, headers, redirects, robots.txt,
the guard and the limits, against servers of our own."""
import base64
import contextlib
import gzip
import http.server
import json
import os
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

import case
import prose
import world

PAGE = world.article_page(prose.Article(1)).encode()
HOST, OTHER = "127.0.4.1", "127.0.4.2"


def listens(port):
    with socket.socket() as s:
        return s.connect_ex((HOST, port)) == 0


class Server:
    """Answers by path: {path: function(handler)}; remembers what was asked. With a certificate it speaks TLS."""

    def __init__(self, address, answers, certificate=None):
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests.append((time.monotonic(), self.path, self.headers))
                answers.get(self.path, not_found)(self)

            def handle(self):
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    super().handle()

            def log_message(self, *args):
                pass

        class Http(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def finish_request(self, request, client_address):
                if certificate:  # in the connection's own thread: a client that refuses holds nobody up
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(certificate)
                    try:
                        request = context.wrap_socket(request, server_side=True)
                    except (OSError, ssl.SSLError):
                        return
                super().finish_request(request, client_address)

        self.server = Http((address, 0), Handler)
        self.port = self.server.server_address[1]
        self.url = "%s://%s:%d" % ("https" if certificate else "http", address, self.port)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @classmethod
    def everything(cls, answers, other):
        """One that has an answer for every path."""
        class Answers(dict):
            def get(self, path, default):
                return super().get(path, other)
        return cls(HOST, Answers(answers))

    def paths(self):
        return [path for _, path, _ in self.requests]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def not_found(h):
    answer(h, 404, b"no")


def answer(h, status=200, body=PAGE, headers=(), kind="text/html"):
    h.send_response(status)
    h.send_header("Content-Type", kind)
    h.send_header("Content-Length", str(len(body)))
    for name, value in headers:
        h.send_header(name, value)
    h.end_headers()
    h.wfile.write(body)


def page(h):
    answer(h)


def page_of(article):
    return lambda h: answer(h, body=world.article_page(article).encode())


def close_after(f):
    def both(h):
        f(h)
        h.close_connection = True
    return both


def redirect(status, to):
    return lambda h: answer(h, status, b"", [("Location", to)])


def hang(h):
    """Until the client has gone."""
    select.select([h.connection], [], [], 20)


def copy(a, b):
    """Both ways until one end closes."""
    while True:
        for s in select.select([a, b], [], [], 20)[0]:
            data = s.recv(65536)
            if not data:
                return
            (b if s is a else a).sendall(data)


class Proxy:
    """HTTP (plain and CONNECT; over TLS with a certificate) or SOCKS5; leads everything to one address, whatever it was asked for."""

    def __init__(self, kind, target, certificate=None):
        self.kind, self.target, self.asked, self.logins = kind, target, [], []
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
        if certificate:
            self.tls.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.4.9", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(self.target) as server:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            (self.socks if self.kind.startswith("socks") else self.http)(client, server)

    def http(self, client, server):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(65536)
        first = head.split(b"\r\n")[0].decode()
        self.asked.append(first)
        self.logins += [l.split(b" ")[2] for l in head.split(b"\r\n") if l.lower().startswith(b"proxy-authorization")]
        if first.startswith("CONNECT"):
            client.sendall(b"HTTP/1.1 200 go\r\n\r\n")
        else:
            method, url, version = first.split(" ")
            path = "/" + url.split("/", 3)[3]
            head = head.replace(first.encode(), ("%s %s %s\r\nConnection: close" % (method, path, version)).encode(), 1)
            server.sendall(head)
        copy(client, server)

    def socks(self, client, server):
        client.recv(2 + 255)
        client.sendall(b"\x05\x00")
        request = client.recv(512)
        self.asked.append("name" if request[3] == 3 else "address")
        client.sendall(b"\x05\x00\x00\x01\0\0\0\0\0\0")
        copy(client, server)

    def close(self):
        self.listener.close()


class Fetch(unittest.TestCase):
    settings = {"connect_timeout_ms": 2000, "first_byte_timeout_ms": 600, "total_timeout_ms": 5000, "rate_min_s": 1,
                "header_max_bytes": 20000, "headers_max": 60, "body_max_bytes": 100000}

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="policywatch-fetch-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.mkdir(os.path.join(self.folder, "sources.d"))
        self.configure()

    def configure(self, **more):
        with open(os.path.join(self.folder, "policywatch.yaml"), "w") as f:
            f.write("data_dir: %s\nruntime_dir: %s\nscheduler: {host_delay_ms: 50}\ncrawler:\n" % (self.folder, self.folder))
            for name, value in {**self.settings, **more}.items():
                f.write("  %s: %s\n" % (name, value))

    def source(self, url, **more):
        rules = {"name": "s", "url": url, "allow_addresses": "127.0.4.0/24", **more}
        with open(os.path.join(self.folder, "sources.d", "s.yaml"), "w") as f:
            f.write("sources:\n- %s\n" % json.dumps(rules))

    def serve(self, answers, address=HOST, certificate=None):
        server = Server(address, answers, certificate)
        self.addCleanup(server.close)
        return server

    def fetch(self, url, *words, env=None):
        p = subprocess.run([case.program(), "check", "fetch", "--json", "-c", self.folder + "/policywatch.yaml", url, *words],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, env={**os.environ, **(env or {})})
        self.assertIn(p.returncode, (0, 1), p.stderr)
        got = json.loads(p.stdout)
        self.assertEqual(p.returncode, 0 if got["kind"] in ("ok", "not-modified") else 1, got)
        return got

    def get(self, answers, path="/", **rules):
        server = self.serve(answers)
        self.source(server.url + "/", **rules)
        return self.fetch(server.url + path), server


class Plain(Fetch):
    def test_everything_about_a_page_is_told(self):
        got, server = self.get({"/": lambda h: answer(h, headers=[("ETag", '"1"'), ("Cache-Control", "max-age=600")])})
        self.assertEqual((got["kind"], got["status"], got["http_version"], got["address"]), ("ok", 200, "1.1", HOST))
        self.assertEqual((got["robots"]["verdict"], got["robots"]["status"]), ("allowed", 404))
        self.assertTrue(got["guard"]["allowed"])
        self.assertEqual((got["etag"], got["fresh_s"], got["cut"], got["limit"]), ('"1"', 600, False, None))
        self.assertEqual(got["body_bytes"], len(PAGE))
        self.assertGreater(got["timings_ms"]["total"], 0)
        self.assertEqual(server.paths(), ["/robots.txt", "/"])

    def test_it_says_who_asks_and_where_to_reach_him(self):
        self.configure(contact_url="https://watch.example/bot", **{"from": "desk@watch.example"})
        _, server = self.get({"/": page}, headers=["Referer: https://www.example.cn/", "Accept-Language: en"])
        for _, _, headers in server.requests:
            self.assertRegex(headers["User-Agent"], r"^policywatch/[0-9.]+ \(\+https://watch\.example/bot\)$")
            self.assertEqual(headers["From"], "desk@watch.example")
            self.assertEqual(headers["Referer"], "https://www.example.cn/")
            self.assertEqual(headers.get_all("Accept-Language"), ["en"])

    def test_headers_that_are_not_a_sources_to_set_are_refused(self):
        for header in ("Host: x", "User-Agent: Mozilla/5.0", "no colon", "Content-Length: 1"):
            self.source("http://%s/" % HOST, headers=[header])
            p = subprocess.run([case.program(), "check", "config", "-c", self.folder + "/policywatch.yaml"], stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL)
            self.assertEqual(p.returncode, 1, header)
            self.assertRegex(p.stderr.decode(), r"s\.yaml:\d+: .*headers", header)

    def test_redirects_are_followed_by_the_rules_of_each(self):
        got, server = self.get({"/": redirect(301, "a/b?x=1"), "/a/b?x=1": redirect(307, "/c"), "/c": redirect(308, "?d"), "/c?d": page})
        self.assertEqual([h["status"] for h in got["redirects"]], [301, 307, 308])
        self.assertEqual(got["redirects"][0]["location"], server.url + "/a/b?x=1")
        times = [t for t, _, _ in server.requests]
        self.assertTrue(all(b - a >= 0.05 for a, b in zip(times, times[1:])), times)

    def test_a_redirect_to_another_site_takes_no_login_along(self):
        other = self.serve({"/": page}, OTHER)
        _, server = self.get({"/": redirect(302, other.url + "/")}, headers=["Authorization: Basic eA==", "Referer: http://a.cn/"],
                             allow_ports=[str(other.port)])
        self.assertEqual(server.requests[-1][2]["Authorization"], "Basic eA==")
        for _, _, headers in other.requests:
            self.assertEqual((headers["Authorization"], headers["Referer"]), (None, "http://a.cn/"))
        self.assertEqual(other.paths(), ["/robots.txt", "/"])

    def test_a_circle_of_redirects_ends(self):
        got, server = self.get({"/": redirect(302, "/a"), "/a": redirect(302, "/")})
        self.assertEqual((got["kind"], len(got["redirects"])), ("moved", 10))

    def test_a_redirect_in_the_servers_own_charset_keeps_its_bytes(self):
        got, server = self.get({"/": lambda h: answer(h, 302, b"", [("Location", "/\u901a\u77e5".encode("gbk").decode("latin-1"))]),
                                "/%CD%A8%D6%AA": page})
        self.assertEqual((got["kind"], got["final_url"]), ("ok", server.url + "/%CD%A8%D6%AA"))

    def test_cookies_are_kept_where_a_source_asks_for_it_and_only_there(self):
        answers = {"/": lambda h: answer(h, 302, b"", [("Location", "/b"), ("Set-Cookie", "k=v; Path=/")]), "/b": page}
        _, server = self.get(answers)
        self.assertIsNone(server.requests[-1][2]["Cookie"])
        _, server = self.get(answers, cookies=True)
        self.assertEqual(server.requests[-1][2]["Cookie"], "k=v")

    def test_retry_after_is_read_in_both_forms(self):
        later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 300))
        for value, least, most in (("120", 120, 120), (later, 290, 300)):
            got, _ = self.get({"/": lambda h: answer(h, 503, b"later", [("Retry-After", value)])})
            self.assertEqual(got["kind"], "throttled")
            self.assertTrue(least <= got["retry_after_s"] <= most, got)


class Outcomes(Fetch):
    def test_what_came_back_is_told_apart(self):
        wall = b"<html><script>document.cookie='__jsl_clearance_s=1';location.href=location.pathname</script></html>"
        answers = {
            "/ok.htm": (page, "ok"),
            "/gone.htm": (lambda h: answer(h, 410, b"x"), "gone"),
            "/soft.htm": (lambda h: answer(h, body="<title>提示</title><p>您访问的页面不存在</p>".encode()), "gone"),
            "/busy.htm": (lambda h: answer(h, 429, b"x"), "throttled"),
            "/wall.htm": (lambda h: answer(h, 521, wall, [("Set-Cookie", "__jsluid_s=1")]), "challenge"),
            "/wall200.htm": (lambda h: answer(h, 200, wall), "challenge"),
            "/cloud.htm": (lambda h: answer(h, 403, b"<title>Just a moment...</title>", [("cf-mitigated", "challenge")]), "challenge"),
            "/no.htm": (lambda h: answer(h, 403, b"x"), "blocked"),
            "/error.htm": (lambda h: answer(h, 502, b"x"), "down"),
            "/early.htm": (lambda h: h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalf"), "down"),
            "/empty.htm": (lambda h: answer(h, body=b" \n"), "empty"),
            "/file.htm": (lambda h: answer(h, body=b"%PDF-1.4\n%..."), "not-text"),
            "/image.htm": (lambda h: answer(h, body=b"\x89PNG\r\n", kind="image/png"), "not-text"),
            "/secret/a.htm": (page, "robots"),
        }
        served = {path: close_after(f) for path, (f, _) in answers.items()}
        served["/robots.txt"] = lambda h: answer(h, body=b"User-agent: *\nDisallow: /secret/\n", kind="text/plain")
        server = self.serve(served)
        self.source(server.url + "/")
        for path, (_, kind) in answers.items():
            got = self.fetch(server.url + path)
            self.assertEqual(got["kind"], kind, (path, got["why"]))
        self.assertNotIn("/secret/a.htm", server.paths())

    def test_a_site_that_answers_200_to_everything_has_gone_pages_all_the_same(self):
        lost = page_of(prose.Article(2))
        server = Server.everything({"/": page, "/real.htm": page_of(prose.Article(3)), "/robots.txt": not_found}, lost)
        self.addCleanup(server.close)
        self.source(server.url + "/")
        self.assertEqual(self.fetch(server.url + "/real.htm")["kind"], "ok")
        self.assertEqual(self.fetch(server.url + "/withdrawn.htm")["kind"], "gone")


class Robots(Fetch):
    def test_what_robots_says_is_obeyed_and_told(self):
        got, server = self.get({"/robots.txt": lambda h: answer(h, body=b"User-agent: policywatch\nDisallow: /p\nCrawl-delay: 2\n",
                                                                kind="text/plain"), "/p": page}, "/p")
        self.assertEqual((got["kind"], got["robots"]["verdict"], got["robots"]["crawl_delay"]), ("robots", "disallowed", 2))
        self.assertEqual(server.paths(), ["/robots.txt"])

    def test_a_file_that_cannot_be_had_forbids(self):
        got, server = self.get({"/robots.txt": lambda h: answer(h, 500, b"x"), "/": page})
        self.assertEqual((got["kind"], got["robots"]["verdict"], got["robots"]["status"]), ("down", "unreachable", 500))
        self.assertEqual(server.paths(), ["/robots.txt"])

    def test_a_host_says_when_its_file_may_be_asked_for_again(self):
        got, server = self.get({"/robots.txt": lambda h: answer(h, 503, b"x", [("Retry-After", "90")]), "/": page})
        self.assertEqual((got["kind"], got["retry_after_s"]), ("down", 90))

    def test_a_file_on_another_host_is_found_there(self):
        other = self.serve({"/robots.txt": lambda h: answer(h, body=b"User-agent: *\nDisallow: /\n", kind="text/plain")}, OTHER)
        server = self.serve({"/robots.txt": redirect(301, other.url + "/robots.txt"), "/": page})
        self.source(server.url + "/", allow_ports=[str(other.port)])
        got = self.fetch(server.url + "/")
        self.assertEqual((got["robots"]["verdict"], got["robots"]["at"]), ("disallowed", other.url + "/robots.txt"))
        self.assertEqual((server.paths(), other.paths()), (["/robots.txt"], ["/robots.txt"]))

    def test_each_address_is_told_with_its_own_file(self):
        last = self.serve({"/p": page}, OTHER)
        file = self.serve({"/robots.txt": not_found}, OTHER)
        server = self.serve({"/robots.txt": redirect(301, file.url + "/robots.txt"), "/": redirect(302, last.url + "/p")})
        self.source(server.url + "/", allow_ports=[str(file.port), str(last.port)])
        got = self.fetch(server.url + "/")
        self.assertEqual((got["final_url"], got["robots"]["at"]), (last.url + "/p", None), got)

    def test_five_redirects_of_a_file_are_followed(self):
        answers = {"/%d" % i: redirect(302, "/%d" % (i + 1)) for i in range(1, 5)}
        answers.update({"/robots.txt": redirect(302, "/1"), "/5": lambda h: answer(h, body=b"User-agent: *\nDisallow: /\n", kind="text/plain")})
        got, server = self.get(answers)
        self.assertEqual((got["robots"]["verdict"], len(server.requests)), ("disallowed", 6))


class Crawled(Fetch):
    """What scheduler and crawler do about redirects, in turns of hosts."""

    DELAY_S = 0.2

    def start(self, *sources):
        with open(os.path.join(self.folder, "policywatch.yaml"), "w") as f:
            f.write("data_dir: %s\nruntime_dir: %s\nscheduler: {host_delay_ms: %d}\n" % (self.folder, self.folder, self.DELAY_S * 1000))
        with open(os.path.join(self.folder, "sources.d", "s.yaml"), "w") as f:
            f.write("sources:\n" + "".join("- %s\n" % json.dumps({"allow_addresses": "127.0.4.0/24", **s}) for s in sources))
        for name in ("scheduler", "crawler"):
            process = subprocess.Popen([case.program(), name, "-c", self.folder + "/policywatch.yaml"], stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.terminate)
            world.wait_until(lambda: os.path.exists(self.folder + "/scheduler.ipc"), "the scheduler listens")

    def assert_polite(self, server):
        times = [t for t, _, _ in server.requests]
        self.assertTrue(all(b - a >= self.DELAY_S for a, b in zip(times, times[1:])), server.requests)

    def test_robots_of_another_host_takes_that_hosts_turn(self):
        links = "".join('<li><a href="/%d.htm">关于印发第%d号工作方案的通知</a></li>' % (i, i) for i in range(12))
        answers = {"/%d.htm" % i: page for i in range(12)}
        other = self.serve({**answers, "/robots.txt": not_found, "/": lambda h: answer(h, body=("<ul>%s</ul>" % links).encode())}, OTHER)
        server = self.serve({"/robots.txt": redirect(301, other.url + "/robots.txt"), "/a.htm": page})
        self.start({"name": "other", "url": other.url + "/", "kind": "listing"},
                   {"name": "s", "url": server.url + "/a.htm", "kind": "page", "allow_ports": [str(other.port)]})
        world.wait_until(lambda: "/a.htm" in server.paths(), "the page")
        world.wait_until(lambda: "/11.htm" in other.paths() or len(other.paths()) > 12, "the other host's pages")
        self.assertEqual(other.paths().count("/robots.txt"), 1)
        self.assertEqual(server.paths()[:2], ["/robots.txt", "/a.htm"])
        self.assert_polite(other)
        self.assert_polite(server)

    def test_a_list_that_has_moved_for_good_is_asked_where_it_is(self):
        links = '<ul><li><a href="/1.htm">关于印发第一号工作方案的通知</a></li><li><a href="/2.htm">关于印发第二号工作方案的通知</a></li></ul>'
        other = self.serve({"/new/": lambda h: answer(h, body=links.encode()), "/1.htm": page, "/2.htm": page}, OTHER)
        server = self.serve({"/": redirect(301, other.url + "/new/")})
        self.start({"name": "s", "url": server.url + "/", "kind": "listing", "interval_s": 1, "allow_ports": [str(other.port)]})
        world.wait_until(lambda: other.paths().count("/new/") >= 3, "the list is asked again")
        self.assertEqual(server.paths().count("/"), 1)
        self.assert_polite(other)


class Guard(Fetch):
    def test_no_form_of_a_private_address_is_connected_to(self):
        server = self.serve({"/": page})
        for host in ("127.0.0.1", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "10.0.0.1",
                     "192.168.0.1", "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00::1]", "224.0.0.1", "0.0.0.0", "[64:ff9b::7f00:1]",
                     "127\u30020.0.1"):
            got = self.fetch("http://%s/" % host)
            self.assertEqual((got["kind"], got["guard"]["allowed"]), ("guarded", False), host)
        self.assertEqual(server.requests, [])

    def test_a_redirect_does_not_lead_round_it(self):
        for to in ("http://127.0.5.1/", "http://0x7f000501/", "file:///etc/passwd", "gopher://127.0.4.1/", "http://%s:22/" % HOST):
            got, _ = self.get({"/": redirect(302, to)})
            self.assertEqual(got["kind"], "guarded", to)

    def test_ports_are_open_by_list(self):
        server = self.serve({"/": page})
        self.source("http://%s/" % HOST)
        self.assertRegex(self.fetch(server.url + "/")["guard"]["why"], "port %d is not open" % server.port)
        self.source("http://%s/" % HOST, allow_ports=[str(server.port)])
        self.assertEqual(self.fetch(server.url + "/")["kind"], "ok")

    def test_a_try_may_open_more(self):
        server = self.serve({"/": page})
        self.source("http://www.example.cn/")
        self.assertEqual(self.fetch(server.url + "/")["kind"], "guarded")
        self.assertEqual(self.fetch(server.url + "/", "--allow", "127.0.4.0/24")["kind"], "guarded")
        self.assertEqual(self.fetch(server.url + "/", "--allow", "127.0.4.0/24,::1,%d" % server.port)["kind"], "ok")
        for wrong in ("everything", "127.0.0.1/33", "70000"):
            p = subprocess.run([case.program(), "check", "fetch", "-c", self.folder + "/policywatch.yaml", "--allow", wrong, server.url],
                               stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            self.assertEqual(p.returncode, 2, p.stderr)

    def test_the_environment_names_no_proxy(self):
        proxy = Proxy("http", (HOST, 1))
        self.addCleanup(proxy.close)
        server = self.serve({"/": page})
        self.source(server.url + "/")
        got = self.fetch(server.url + "/", env={"http_proxy": "http://127.0.4.9:%d" % proxy.port, "ALL_PROXY": "http://127.0.4.9:1"})
        self.assertEqual((got["kind"], proxy.asked), ("ok", []))


class Limits(Fetch):
    def test_each_limit_has_its_name(self):
        def endless_headers(h):
            h.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Long: %s\r\n" % (b"x" * 900) * 40 + b"\r\n")

        def many_headers(h):
            h.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 80 + b"\r\n")

        def trickle(h):
            h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999\r\n\r\n")
            with contextlib.suppress(OSError):
                for _ in range(100):
                    h.wfile.write(b"x")
                    if select.select([h.connection], [], [], 0.1)[0]:
                        return

        bomb = gzip.compress(b"<p>0</p>" * 4000000)
        for name, answers, kind, limit in (
                ("no answer", hang, "down", "first-byte"), ("slow", trickle, "down", "rate"),
                ("headers", endless_headers, "too-large", "header-bytes"), ("count", many_headers, "too-large", "header-count"),
                ("bomb", lambda h: answer(h, body=bomb, headers=[("Content-Encoding", "gzip")]), "too-large", "ratio")):
            self.configure(body_max_bytes=4 << 20)
            start = time.monotonic()
            got, _ = self.get({"/": answers})
            self.assertEqual((got["kind"], got["limit"]), (kind, limit), (name, got))
            self.assertLess(time.monotonic() - start, 10, name)

    def test_what_is_cut_is_marked_cut(self):
        got, _ = self.get({"/1.htm": lambda h: answer(h, body=PAGE + "<p>尾声</p>".encode() * 10000)}, "/1.htm")
        self.assertEqual((got["kind"], got["cut"], got["limit"], got["body_bytes"]), ("ok", True, "body", 100000))

    def test_a_connection_that_is_never_accepted_ends(self):
        with socket.socket() as full:
            full.bind((HOST, 0))
            full.listen(0)
            keep = [socket.socket() for _ in range(4)]
            for s in keep:
                s.setblocking(False)
                s.connect_ex(full.getsockname())
            self.configure(connect_timeout_ms=500)
            url = "http://%s:%d/" % full.getsockname()
            self.source(url)
            got = self.fetch(url)
            self.assertEqual((got["kind"], got["limit"]), ("down", "connect"), got)
            for s in keep:
                s.close()


class Proxies(Fetch):
    def setUp(self):
        super().setUp()
        self.site = self.serve({"/": page, "/robots.txt": not_found})

    def through(self, kind, url="http://www.example.cn/", **rules):
        proxy = Proxy(kind, (HOST, self.site.port))
        self.addCleanup(proxy.close)
        self.source(url, proxy="%s://127.0.4.9:%d" % (kind, proxy.port), **rules)
        return self.fetch(url, env={"no_proxy": "*"}), proxy

    def test_a_source_has_its_proxy(self):
        got, proxy = self.through("http")
        self.assertEqual((got["kind"], got["address"]), ("ok", None))
        self.assertEqual(proxy.asked[-1], "GET http://www.example.cn/ HTTP/1.1")
        got, proxy = self.through("socks5h")
        self.assertEqual((got["kind"], set(proxy.asked)), ("ok", {"name"}))

    def test_the_login_comes_from_a_file(self):
        path = os.path.join(self.folder, "login")
        with open(path, "w") as f:
            f.write("user:secret\n")
        _, proxy = self.through("http", proxy_login_file=path)
        self.assertEqual(base64.b64decode(proxy.logins[0]), b"user:secret")

    def test_a_proxy_that_never_answers_is_no_matter_of_tls(self):
        self.configure(connect_timeout_ms=500)
        with socket.create_server((HOST, 0)) as silent:
            self.source("http://www.example.cn/", proxy="socks5h://%s:%d" % silent.getsockname())
            got = self.fetch("http://www.example.cn/")
        self.assertEqual((got["kind"], got["limit"]), ("down", "connect"), got)

    def test_what_a_proxy_refuses_says_nothing_of_the_site(self):
        """Symptom: a robots.txt was taken to allow everything because the proxy had answered 407."""
        everything = Server.everything({}, lambda h: answer(h, 407, b"", [("Proxy-Authenticate", "Basic")]))
        self.addCleanup(everything.close)
        self.source("http://www.example.cn/", proxy=everything.url)
        got = self.fetch("http://www.example.cn/")
        self.assertEqual((got["kind"], got["robots"]["verdict"]), ("down", "unreachable"), got)
        self.assertRegex(got["why"], "proxy")

    def test_a_password_in_the_address_is_refused(self):
        self.source("http://www.example.cn/", proxy="http://user:secret@127.0.4.9:1")
        p = subprocess.run([case.program(), "check", "config", "-c", self.folder + "/policywatch.yaml"], stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL)
        self.assertEqual(p.returncode, 1)
        self.assertIn(b"proxy_login_file", p.stderr)

    def test_a_proxy_does_not_lead_round_the_guard(self):
        for kind in ("http", "socks5h"):
            for host in ("127.0.0.1", "0x7f.1", "[::1]", "localhost", "10.0.0.1"):
                got, proxy = self.through(kind, "http://%s/" % host, allow_addresses=[])
                self.assertEqual((got["kind"], proxy.asked), ("guarded", []), (kind, host))


class Tls(Fetch):
    @classmethod
    def setUpClass(cls):
        cls.keys = tempfile.mkdtemp(prefix="policywatch-keys-")
        cls.addClassCleanup(shutil.rmtree, cls.keys)
        cls.ca = cls.make("ca", subject="/CN=a test authority", extra=["-addext", "basicConstraints=critical,CA:TRUE"])

    @classmethod
    def path(cls, name):
        return os.path.join(cls.keys, name)

    @classmethod
    def run_openssl(cls, *words, at=None):
        subprocess.run((["faketime", at] if at else []) + ["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       cwd=cls.keys)

    @classmethod
    def make(cls, name, subject, extra=(), at=None):
        """A certificate that signs itself, with its key, as one PEM file."""
        cls.run_openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".crt", "-days", "30",
                        "-subj", subject, *extra, at=at)
        return cls.bundle(name)

    @classmethod
    def sign(cls, name, address, at=None):
        """One that the authority has signed for an address."""
        with open(cls.path(name + ".ext"), "w") as f:
            f.write("subjectAltName=IP:%s\n" % address)
        cls.run_openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
        cls.run_openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", name + ".crt",
                        "-days", "30", "-extfile", name + ".ext", at=at)
        return cls.bundle(name)

    @classmethod
    def bundle(cls, name):
        with open(cls.path(name + ".pem"), "w") as out:
            for part in (".crt", ".key"):
                with open(cls.path(name + part)) as f:
                    out.write(f.read())
        return cls.path(name + ".pem")

    def get_with(self, certificate, **tls):
        server = self.serve({"/": page}, certificate=certificate)
        self.source(server.url + "/", tls=tls)
        return self.fetch(server.url + "/")

    def test_a_certificate_must_be_right_and_what_is_wrong_is_told(self):
        trusted = {"ca_file": self.path("ca.crt")}
        for name, certificate, tls, says in (
                ("own", self.make("own", "/CN=x", ["-addext", "subjectAltName=IP:" + HOST]), {}, "self-signed"),
                ("stranger", self.sign("stranger", HOST), {}, "unable to get local issuer"),
                ("old", self.sign("old", HOST, at="2020-01-01"), trusted, "expired"),
                ("elsewhere", self.sign("elsewhere", OTHER), trusted, "subject name|does not match|no alternative")):
            got = self.get_with(certificate, **tls)
            self.assertEqual(got["kind"], "down", name)
            self.assertRegex(got["why"], says, name)

    def test_a_source_may_trust_an_authority_of_its_own_or_anything(self):
        good = self.sign("good", HOST)
        got = self.get_with(good, ca_file=self.path("ca.crt"))
        self.assertEqual(got["kind"], "ok", got)
        self.assertGreater(got["robots"]["timings_ms"]["tls"], 0)
        self.assertEqual(self.get_with(self.sign("late", OTHER, at="2020-01-01"), verify="none")["kind"], "ok")

    def test_a_proxy_may_speak_tls_and_is_judged_like_its_source(self):
        site = self.serve({"/": page, "/robots.txt": not_found})
        trusted = {"ca_file": self.path("ca.crt")}
        good, elsewhere = self.sign("proxy", "127.0.4.9"), self.sign("other-proxy", OTHER)
        for certificate, tls, kind in ((good, trusted, "ok"), (good, {}, "down"), (elsewhere, trusted, "down"),
                                       (elsewhere, {"verify": "none"}, "ok")):
            proxy = Proxy("https", (HOST, site.port), certificate)
            self.addCleanup(proxy.close)
            self.source("http://www.example.cn/", proxy="https://127.0.4.9:%d" % proxy.port, tls=tls)
            got = self.fetch("http://www.example.cn/")
            self.assertEqual(got["kind"], kind, (certificate, tls, got))
            self.assertEqual(bool(proxy.asked), kind == "ok")
            if certificate == good and kind == "down":
                self.assertRegex(got["why"], "proxy: .*issuer")

    def test_a_server_that_never_agrees_on_tls_ends(self):
        with socket.create_server((HOST, 0)) as silent:
            self.configure(connect_timeout_ms=500)
            url = "https://%s:%d/" % silent.getsockname()
            self.source(url)
            got = self.fetch(url)
        self.assertEqual((got["kind"], got["limit"]), ("down", "tls"), got)

    def test_http_2_is_spoken_where_the_server_does(self):
        port = world.free_port(HOST)
        config = self.path("nginx.conf")
        with open(config, "w") as f:
            f.write("""daemon off; pid {0}/nginx.pid; error_log {0}/nginx.log;
                events {{ worker_connections 64; }}
                http {{ access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p; fastcgi_temp_path {0}/f;
                    uwsgi_temp_path {0}/u; scgi_temp_path {0}/s; gzip on; gzip_types *; default_type text/html;
                    server {{ listen {1}:{2} ssl http2; ssl_certificate {3}; ssl_certificate_key {3}; root {0}/www; }} }}
                """.format(self.keys, HOST, port, self.sign("nginx", HOST)))
        os.makedirs(self.path("www"), exist_ok=True)
        with open(self.path("www/index.html"), "wb") as f:
            f.write(PAGE)
        os.chmod(self.keys, 0o755)
        nginx = subprocess.Popen(["nginx", "-c", config, "-e", self.path("nginx.log")], stderr=subprocess.DEVNULL)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.send_signal, signal.SIGTERM)
        world.wait_until(lambda: listens(port), "nginx")
        self.source("https://%s:%d/" % (HOST, port), tls={"ca_file": self.path("ca.crt")})
        got = self.fetch("https://%s:%d/" % (HOST, port))
        self.assertEqual((got["kind"], got["http_version"], got["body_bytes"]), ("ok", "2", len(PAGE)), got)
        self.assertLess(got["sent_bytes"], len(PAGE))


if __name__ == "__main__":
    case.main()
