"""A crawler with 1,000 transfers open, each of which brings as much as it may, stays small and goes on."""
import os
import resource
import select
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
import zlib

import case
import prose
import world

N = 1000
MOST_MIB = 256
FINE = "127.7.0.1"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n%sContent-Length: %d\r\n\r\n"


class Greedy:
    """Every host of 127.6 sends ten megabytes, plain or packed to a hundredth, some kilobytes at a time; 127.7.0.1 is a good one."""

    def __init__(self):
        self.listener = socket.create_server(("0.0.0.0", 0), backlog=4096)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.poll = select.epoll()
        self.poll.register(self.listener, select.EPOLLIN)
        self.open, self.sending, self.sent, self.stored_asked = {}, {}, 0, 0
        line = "<p>%s%%d</p>\n" % ("为推动人工智能产业发展" * 50)
        text = "".join(line % (i * 2654435761 % 1000003) for i in range(6300)).encode()  # packs to a hundredth, no bomb
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        self.bodies = [text, packer.compress(text) + packer.flush()]
        self.page = world.article_page(prose.Article(1)).encode()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except BlockingIOError:
                return
            s.setblocking(False)
            self.open[s.fileno()] = s
            self.poll.register(s, select.EPOLLIN)

    def drop(self, fd):
        self.sending.pop(fd, None)
        self.open.pop(fd).close()

    def answer(self, fd):
        s = self.open[fd]
        request = s.recv(65536)
        if not request:
            self.drop(fd)
        elif b"/robots.txt" in request:
            s.sendall(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\n\r\n")
        elif s.getsockname()[0] == FINE:
            s.sendall((HEAD % ("", len(self.page))).encode() + self.page)
            self.stored_asked += 1
        else:
            body = self.bodies[int(s.getsockname()[0].split(".")[3]) % 2]
            s.sendall((HEAD % ("Content-Encoding: gzip\r\n" if body is self.bodies[1] else "", len(body))).encode())
            self.sending[fd] = [body, 0, 32768 if body is self.bodies[0] else 4096]

    def tick(self):
        for fd, item in list(self.sending.items()):
            body, at, step = item
            try:
                n = self.open[fd].send(body[at:at + step])
            except BlockingIOError:
                continue
            except OSError:
                self.drop(fd)
                continue
            item[1] += n
            self.sent += n

    def run(self, seconds, until=lambda: False):
        end = time.monotonic() + seconds
        next_tick = time.monotonic()
        while time.monotonic() < end and not until():
            for fd, events in self.poll.poll(0.05):
                if fd == self.listener.fileno():
                    self.accept()
                elif fd in self.open:
                    try:
                        self.answer(fd)
                    except OSError:
                        self.drop(fd)
            if time.monotonic() >= next_tick:
                self.tick()
                next_tick = time.monotonic() + 0.5

    def close(self):
        for s in self.open.values():
            s.close()
        self.listener.close()


class Memory(unittest.TestCase):
    def setUp(self):
        with open(case.program(), "rb") as f:
            if b"__asan_init" in f.read():
                self.skipTest("a sanitizer's memory is not the program's")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 3 * N:
            self.skipTest("only %d files may be open" % hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.folder = tempfile.mkdtemp(prefix="policywatch-memory-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.web = Greedy()
        self.addCleanup(self.web.close)

    def start(self, name):
        process = subprocess.Popen([case.program(), name, "-c", self.folder + "/policywatch.yaml"], stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def write_sources(self, name, hosts):
        with open("%s/sources.d/%s.yaml" % (self.folder, name), "w") as f:
            f.write("sources:\n")
            for i, host in enumerate(hosts):
                f.write("- {name: %s-%d, kind: page, allow_addresses: 127.0.0.0/8, interval_s: 86400, url: 'http://%s:%d/'}\n"
                        % (name, i, host, self.web.port))

    def status(self, pid, name):
        with open("/proc/%d/status" % pid) as f:
            return next(int(line.split()[1]) for line in f if line.startswith(name))

    def test_a_thousand_greedy_answers_are_held_in_bounded_memory(self):
        os.mkdir(self.folder + "/sources.d")
        with open(self.folder + "/policywatch.yaml", "w") as f:
            f.write("data_dir: {0}\nruntime_dir: {0}\nscheduler: {{host_delay_ms: 0, lease_ms: 600000}}\n"
                    "crawler: {{transfers: {1}, total_timeout_ms: 300000}}\n".format(self.folder, N + 100))
        self.write_sources("greedy", ["127.6.%d.%d" % (1 + i // 250, 1 + i % 250) for i in range(N)])
        scheduler = self.start("scheduler")
        world.wait_until(lambda: os.path.exists(self.folder + "/scheduler.ipc"), "the scheduler listens")
        crawler = self.start("crawler")
        self.web.run(60, lambda: len(self.web.sending) >= N)
        self.assertGreaterEqual(len(self.web.sending), N)
        self.web.run(12)
        # A host that behaves is served meanwhile.
        self.write_sources("fine", [FINE])
        scheduler.send_signal(1)
        self.web.run(30, lambda: self.web.stored_asked)
        self.assertTrue(self.web.stored_asked)
        peak = self.status(crawler.pid, "VmHWM") / 1024
        print("%d transfers open, %.0f MB sent to them; the crawler's peak is %.0f MiB" % (len(self.web.sending), self.web.sent / 1e6, peak))
        self.assertIsNone(crawler.poll())
        self.assertLess(peak, MOST_MIB)


if __name__ == "__main__":
    case.main()
