"""The program as it is called and supervised: standard streams, options, signals."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = os.path.abspath(sys.argv[1])


class FrontDoor(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="policywatch-front-door-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.config = os.path.join(self.folder, "policywatch.yaml")
        with open(self.config, "w") as f:
            for name in ("data", "runtime", "sources", "subscriptions"):
                os.mkdir(os.path.join(self.folder, name))
                f.write("%s_dir: %s/%s\n" % (name, self.folder, name))
            f.write("alerts:\n  redis: unix://%s/no-redis\n" % self.folder)

    def call(self, *words, **options):
        return subprocess.run([PROGRAM, *words], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=30,
                              **options)

    def test_help_and_version_come_wherever_they_stand(self):
        for words in (["--help"], ["-c", "x", "--help"], ["--json", "--help"], ["status", "--help"],
                      ["check", "robots", "--help"]):
            p = self.call(*words, stdout=subprocess.PIPE)
            self.assertEqual((p.returncode, p.stdout[:6], p.stderr), (0, b"Usage:", b""), words)
        for words in (["--version"], ["-c", "x", "--version"], ["check", "url", "--version"]):
            p = self.call(*words, stdout=subprocess.PIPE)
            self.assertEqual((p.returncode, p.stdout[:12]), (0, b"policywatch "), words)

    def test_json_is_for_every_check(self):
        for words, text in ((["check", "url", "--json", "http://a.cn/?utm_x=1"], b""),
                            (["check", "robots", "--json", "--user-agent", "x", "--url", "/a"], b"User-agent: *\n"),
                            (["check", "config", "--json"], b"")):
            p = subprocess.run([PROGRAM, *words, "-c", self.config], input=text, stdout=subprocess.PIPE, timeout=30)
            self.assertEqual(p.returncode, 0, words)
            self.assertIsInstance(json.loads(p.stdout), dict)

    def test_what_could_not_be_printed_was_not_done(self):
        with open("/dev/full", "w") as full:
            p = self.call("check", "config", "-c", self.config, stdout=full)
        self.assertEqual(p.returncode, 3)
        self.assertIn(b"standard output", p.stderr)

    # Otherwise the first file that is opened, a database, would be standard output.
    def test_a_closed_stream_is_no_place_for_a_file(self):
        p = self.call("check", "config", "-c", self.config, preexec_fn=lambda: os.close(1))
        self.assertEqual(p.returncode, 3)
        run = subprocess.Popen([PROGRAM, "scheduler", "-c", self.config], preexec_fn=lambda: os.closerange(0, 3))
        frontier = os.path.join(self.folder, "data", "frontier")
        while not os.path.exists(os.path.join(self.folder, "runtime", "scheduler.ipc")):
            self.assertIsNone(run.poll())
            time.sleep(0.02)
        for fd in range(3):
            self.assertEqual(os.readlink("/proc/%d/fd/%d" % (run.pid, fd)), "/dev/null")
        run.terminate()
        self.assertEqual(run.wait(10), 0)
        self.assertTrue(os.path.exists(frontier))

    def start_all(self):
        log = open(os.path.join(self.folder, "log"), "w+b")
        self.addCleanup(log.close)
        run = subprocess.Popen([PROGRAM, "run", "-c", self.config], stderr=log, stdin=subprocess.DEVNULL)
        return run, log

    def read(self, log):
        log.seek(0)
        return log.read()

    def wait_for(self, log, text):
        end = time.monotonic() + 20
        while text not in self.read(log):
            self.assertLess(time.monotonic(), end, text)
            time.sleep(0.005)

    def test_a_reload_ends_no_service_that_is_starting(self):
        run, log = self.start_all()
        self.wait_for(log, b"started as process")
        end = time.monotonic() + 1
        while time.monotonic() < end:
            run.send_signal(signal.SIGHUP)
            time.sleep(0.005)
        run.terminate()
        self.assertEqual(run.wait(10), 0)
        self.assertNotIn(b"killed by signal", self.read(log))

    def children(self, pid):
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(n) for n in f.read().split()]

    def test_a_stop_during_the_start_ends_at_once_and_leaves_nothing(self):
        run, log = self.start_all()
        self.wait_for(log, b"child=crawler-1")
        children = self.children(run.pid)
        run.terminate()
        self.assertEqual(run.wait(15), 0)
        self.assertTrue(children)
        self.assertFalse([n for n in children if os.path.exists("/proc/%d" % n)])

    def test_nothing_outlives_a_killed_supervisor(self):
        run, log = self.start_all()
        self.wait_for(log, b"asking ipc://")
        children = self.children(run.pid)
        run.kill()
        run.wait()
        end = time.monotonic() + 12
        while [n for n in children if self.is_running(n)]:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def is_running(self, pid):
        try:
            with open("/proc/%d/stat" % pid) as f:
                return f.read().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
