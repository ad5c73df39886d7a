"""Services as systemd runs them: alone, notified, logged, reloaded, stopped; and several nodes."""
import glob
import os
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
import processes
import prose
import world
from case import DAILY

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Alone(case.Case):
    def setUp(self):
        super().setUp()
        self.notify = processes.Notify()
        self.addCleanup(self.notify.close)

    def environment(self, **more):
        return dict(NOTIFY_SOCKET=self.notify.path, WATCHDOG_USEC="100000", **more)

    def wait_for_words(self, *words):
        for word in words:
            world.wait_until(lambda: word in self.notify.words, "%s in %s" % (word, self.notify.words), 20)

    def assert_logfmt(self, lines):
        self.assertTrue(lines)
        for line in lines:
            parsed = processes.parse_log_line(line)
            self.assertIsNotNone(parsed, line)
            priority, pairs = parsed
            self.assertEqual(priority, {"error": 3, "warn": 4, "notice": 5, "info": 6, "debug": 7}[pairs["level"]])
            self.assertIn("msg", pairs)
            self.assertIn("service", pairs)
        return [processes.parse_log_line(line)[1] for line in lines]

    def test_every_service_tells_systemd_and_logs_logfmt_with_priorities(self):
        self.write_sources()
        self.node.subscriptions({"ai": "人工智能"})
        for words in (("scheduler",), ("crawler", "--instance", "1"), ("alerts",), ("run",)):
            with self.subTest(words[0]):
                self.notify.words.clear()
                service = self.node.service(*words, environment=self.environment())
                self.wait_for_words("READY=1", "WATCHDOG=1")
                fed = self.notify.words.count("WATCHDOG=1")
                world.wait_until(lambda: self.notify.words.count("WATCHDOG=1") >= fed + 2, "the watchdog is fed")
                self.assertNotIn("STOPPING=1", self.notify.words)
                service.signal(signal.SIGHUP)
                self.wait_for_words("RELOADING=1")
                self.assertLess(self.node.stop_services(), 10)
                self.wait_for_words("STOPPING=1")
                pairs = self.assert_logfmt(service.lines)
                self.assertTrue(all(p["time"].endswith("Z") for p in pairs))

    def test_the_journal_gets_no_second_clock(self):
        scheduler = self.node.service("scheduler", environment={"JOURNAL_STREAM": "8:1"})
        world.wait_until(lambda: "listening" in scheduler.text(), "it listens")
        self.node.stop_services()
        self.assertFalse([p for p in self.assert_logfmt(scheduler.lines) if "time" in p])

    def test_a_second_service_of_one_name_is_refused(self):
        """Two of one name would take each other's leases away, or write one frontier."""
        for words, ready in ((("scheduler",), "listening"), (("crawler",), "asking"),
                             (("crawler", "--instance", "2"), "asking")):
            first = self.node.service(*words)
            world.wait_until(lambda: ready in first.text(), "it runs")
            second = subprocess.run([self.node.program, *words, "-c", self.node.config], capture_output=True, text=True,
                                    timeout=20)
            self.assertEqual(second.returncode, 3)
            self.assertRegex(second.stderr, r"\.lock: .*running")
            self.assertTrue(first.is_running())

    def test_a_watchdog_of_another_process_is_not_fed(self):
        environment = dict(self.environment(), WATCHDOG_PID="1")
        process = subprocess.Popen([self.node.program, "scheduler", "-c", self.node.config], stderr=subprocess.DEVNULL,
                                   env=dict(os.environ, **environment))
        try:
            self.wait_for_words("READY=1")
        finally:
            process.terminate()
            process.wait()
        self.wait_for_words("STOPPING=1")
        self.assertNotIn("WATCHDOG=1", self.notify.words)

    def test_a_broken_reload_keeps_the_old_configuration_in_every_service(self):
        self.write_sources()
        self.node.subscriptions({"ai": "人工智能"})
        services = [self.node.service(*w) for w in (("scheduler",), ("crawler",), ("alerts",))]
        self.wait_for_all()
        with open(self.node.config) as f:
            text = f.read()
        self.node.write("policywatch.yaml", text + "surprise: 1\n")
        line = text.count("\n") + 1
        for service in services:
            service.signal(signal.SIGHUP)
            world.wait_until(lambda: "policywatch.yaml:%d" % line in service.text(), "the fault is told by its line", 20)
            self.assertIn("not reloaded", service.text())
        self.node.configure()
        self.node.write("subscriptions.d/bad.yaml", "subscriptions:\n  - {name: x, query: '('}\n")
        services[2].signal(signal.SIGHUP)
        world.wait_until(lambda: "bad.yaml:2" in services[2].text(), "the faulty subscription is told", 20)
        self.publish_daily(prose.Article(270, ["人工智能"]))
        world.wait_until(lambda: len(self.node.redis.alerts("ai")) == 3, "the old configuration still works")
        self.assertTrue(all(s.is_running() for s in services))
        os.unlink(os.path.join(self.node.folder, "subscriptions.d", "bad.yaml"))
        for service in services:
            service.signal(signal.SIGHUP)
            world.wait_until(lambda: "configuration reloaded" in service.text(), "it reloads what is whole", 20)
        self.assertLess(self.node.stop_services(), 10)

    def test_stopping_reports_what_is_in_work_first(self):
        self.node.configure(listing_s=600)
        path = "/content/200.html"  # the last one of its site
        self.web.gates[DAILY, path] = gate = threading.Event()
        self.start()
        self.wait_for(lambda: path in self.web.waiting and
                      self.expected_urls() - {self.web.url(DAILY, path)} <= self.node.stored_urls(), "all but one are stored")
        threading.Timer(1, gate.set).start()
        self.assertLess(self.node.stop(), 5)
        self.assertNotIn("killing it", self.node.log_text())
        self.assertIn(self.web.url(DAILY, path), self.node.stored_urls())
        before = len(self.web.log())
        self.node.start()
        self.node.call("add", self.web.url(DAILY, "/rss.xml"))
        self.wait_for(lambda: [r for r in self.web.log()[before:] if r.path == "/rss.xml"] and
                      not self.node.status()["leased"], "the feed was looked at again")
        self.node.stop()
        self.assertEqual([r.path for r in self.web.log()[before:]], ["/rss.xml"], "its result had been reported")

    def test_a_crawler_stops_in_time_though_nobody_takes_its_report(self):
        self.node.configure(listing_s=600)
        path = "/content/200.html"
        self.web.gates[DAILY, path] = gate = threading.Event()
        self.write_sources()
        scheduler = self.node.service("scheduler")
        crawler = self.node.service("crawler")
        self.wait_for(lambda: path in self.web.waiting, "it is asked for")
        scheduler.kill()
        gate.set()
        self.wait_for(lambda: self.web.url(DAILY, path) in self.node.stored_urls(), "it is stored")
        start = time.monotonic()
        crawler.signal(signal.SIGTERM)
        self.assertEqual(crawler.wait(20), 0)
        self.assertLess(time.monotonic() - start, 10)

    def test_run_leaves_no_process_behind_when_it_is_killed(self):
        self.node.configure(listing_s=600)
        self.start()
        self.wait_for_all()
        world.wait_until(lambda: not self.node.status()["leased"], "nothing is in work")
        pids = [p for ps in self.node.children().values() for p in ps]
        self.assertEqual(len(pids), 3)
        self.node.process.kill()
        self.node.process.wait()
        self.node.process = None
        self.wait_for(lambda: not [p for p in pids if os.path.exists("/proc/%d" % p)], "its children end", 10)


class Nodes(case.Case):
    """Two nodes with a store each, one scheduler, one Redis; services alone in the foreground."""
    settings = {"transfers": 1}

    def setUp(self):
        super().setUp()
        self.port = world.free_port()
        self.folder = tempfile.mkdtemp(prefix="policywatch-tls-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.extra_nodes = []

    def add_node(self, bus):
        node = world.Node(case.program(), delay_ms=self.delay_ms, redis_of=self.node, transfers=1, more="bus:\n" + bus)
        self.addCleanup(node.close)
        self.extra_nodes.append(node)
        return node

    def crawl_on_both(self, other):
        first, second = self.node, other
        self.write_sources()
        for node in (first, second):
            node.subscriptions({"ai": "人工智能"})
        first.service("scheduler")
        world.wait_until(first.status, "the scheduler answers")
        for node, name in ((first, "one"), (second, "two")):
            node.service("crawler", "--instance", name)
            node.service("alerts")
        expected = self.expected_urls()
        world.wait_until(lambda: expected <= first.stored_urls() | second.stored_urls(), "all are stored by either", 60)

    def check_both(self, other):
        first, second = self.node, other
        self.assertTrue(first.stored_urls(), "the first crawler got work")
        self.assertTrue(second.stored_urls(), "the second crawler got work")
        self.assertFalse(first.stored_urls() & second.stored_urls(), "no page was fetched by both")
        wanted = {u for u, a in self.articles.items() if "人工智能" in a.text and "//%s:" % case.REPOST not in u}
        world.wait_until(lambda: len(first.redis.alerts("ai")) >= len(wanted), "alerts of both nodes")
        workers = {w["name"].rpartition("/")[2] for w in first.status()["workers"]}
        for node in (first, second):
            self.assertLess(node.stop_services(), 10)
        self.assertEqual(sorted(a["url"] for a in first.redis.alerts("ai")), sorted(wanted))
        self.assertEqual(workers, {"one", "two"})
        world.assert_polite(self.web.log(), self.delay_ms)

    def test_a_node_joins_over_tcp(self):
        address = "tcp://127.0.0.1:%d" % self.port
        self.node.configure(more="bus:\n  listen: ['ipc://%s/run/s.ipc', '%s']\n" % (self.node.folder, address))
        other = self.add_node("  scheduler: %s\n" % address)
        self.crawl_on_both(other)
        self.check_both(other)

    def test_a_node_joins_over_tls_and_a_stranger_does_not(self):
        ours, strangers = processes.Authority(self.folder, "ours"), processes.Authority(self.folder, "strangers")
        address = "tls+tcp://localhost:%d" % self.port
        bus = "  scheduler: %s\n  tls_certificate_file: %s\n  tls_ca_file: %s\n"
        self.node.configure(more="bus:\n  listen: ['ipc://%s/run/s.ipc', '%s']\n  tls_certificate_file: %s\n  tls_ca_file: %s\n"
                            % (self.node.folder, address, ours.issue("scheduler"), ours.certificate))
        stranger = self.add_node(bus % (address, strangers.issue("crawler"), ours.certificate))
        naive = self.add_node(bus % (address, ours.issue("naive"), strangers.certificate))  # does not trust the scheduler
        intruders = [stranger.service("crawler", "--instance", "stranger"), naive.service("crawler", "--instance", "naive")]
        other = self.add_node(bus % (address, ours.issue("crawler"), ours.certificate))
        self.crawl_on_both(other)
        # The scheduler is asked by hand as well, so that it is seen to refuse and not only to be silent.
        self.assertEqual(self.shake_hands(ours.certificate, ours.issue("hand")), b"\0SP\0")
        for certificate in (strangers.issue("hand"), None):
            with self.assertRaises((ssl.SSLError, ConnectionResetError, EOFError)):
                self.shake_hands(ours.certificate, certificate)
        self.check_both(other)
        self.assertTrue(all(i.is_running() for i in intruders))
        for node in (stranger, naive):
            self.assertEqual(node.store().table("pages"), [])
            self.assertLess(node.stop_services(), 10)

    def shake_hands(self, ca, certificate):
        context = ssl.create_default_context(cafile=ca)
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # where a refusal comes within the handshake
        if certificate:
            context.load_cert_chain(certificate)
        with socket.create_connection(("localhost", self.port), timeout=10) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as s:
                s.sendall(b"\0SP\0\0\x30\0\0")
                data = s.recv(8)
                if not data:
                    raise EOFError
                return data[:4]


class Deployment(unittest.TestCase):
    """What cmake --install puts down, and the samples."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="policywatch-install-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.build = os.path.dirname(os.path.dirname(case.program()))

    def install(self):
        if not os.path.exists(os.path.join(self.build, "cmake_install.cmake")):
            self.skipTest("the program does not lie in a build folder")
        r = subprocess.run(["cmake", "--install", self.build, "--prefix", self.folder], capture_output=True, text=True)
        self.assertEqual(r.returncode, 0, r.stderr)

    def find(self, name):
        return next(os.path.join(at, name) for at, _, files in os.walk(self.folder) if name in files)

    def test_units_are_installed_and_sound(self):
        self.install()
        units = {os.path.basename(p): p for p in glob.glob(self.folder + "/lib/systemd/system/*")}
        self.assertEqual(set(units), {"policywatch-scheduler.service", "policywatch-crawler@.service",
                                      "policywatch-alerts.service", "policywatch.target"})
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        at = os.path.join(self.folder, "units")
        os.mkdir(at)
        for name, path in units.items():
            with open(path) as f, open(os.path.join(at, name.replace("@.", "@1.")), "w") as out:
                # The units name the prefix that was configured; this test installs elsewhere.
                text = f.read()
                self.assertTrue("/bin/policywatch " in text or name.endswith(".target"))
                out.write("\n".join("ExecStart=%s/bin/policywatch %s" % (self.folder, line.split("policywatch ", 1)[1])
                                    if line.startswith("ExecStart=") else line for line in text.split("\n")))
        r = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"] + sorted(glob.glob(at + "/*")),
                           capture_output=True, text=True, timeout=60)
        ours = [line for line in r.stderr.splitlines() if "policywatch" in line]
        self.assertEqual((r.returncode, ours), (0, []), r.stderr)

    def test_the_installed_program_accepts_the_samples(self):
        self.install()
        program = os.path.join(self.folder, "bin", "policywatch")
        sample = self.find("policywatch.yaml")
        for path in (sample, os.path.join(ROOT, "deploy", "config", "policywatch.yaml")):
            r = subprocess.run([program, "check", "config", "-c", path], capture_output=True, text=True)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertIn("3 sources, 2 subscriptions", r.stdout)
        # Keys that the sample only mentions are real ones as well.
        with open(sample) as f:
            text = f.read().replace("  # redis_password_file:", "  redis_password_file:")
        extended = os.path.join(os.path.dirname(sample), "extended.yaml")
        with open(extended, "w") as f:
            f.write(text)
        self.assertIn("redis_password_file: /", text)
        r = subprocess.run([program, "check", "config", "-c", extended], capture_output=True, text=True)
        self.assertEqual(r.returncode, 0, r.stderr)


if __name__ == "__main__":
    case.main()
