#!/usr/bin/env python3
"""How a crawler that holds thousands of slow connections does on fast ones.

    slow_connections.py POLICYWATCH SITE [--slow N] [--seconds S] [--rounds R]

One crawler process on one core crawls fast hosts, alone and beside N connections on which an answer trickles. Both are
measured in the same run; what counts is their ratio.
"""
import argparse
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

FAST_HOSTS = 64


def free_port():
    with socket.socket() as s:
        s.bind(("", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid, name):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) / 1024 for line in f if line.startswith(name))


class Site:
    def __init__(self, program, port):
        self.process = subprocess.Popen([program, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self):
        self.process.stdin.write("?\n")
        self.process.stdin.flush()
        return map(int, self.process.stdout.readline().split())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Node:
    """A scheduler and one crawler, which has the last core for itself as far as the machine lets it."""

    def __init__(self, program, n_slow, port):
        self.folder = tempfile.mkdtemp(prefix="policywatch-bench-")
        os.mkdir(self.folder + "/sources.d")
        self.port, self.processes = port, []
        with open(self.folder + "/policywatch.yaml", "w") as f:
            f.write("""data_dir: {0}\nruntime_dir: {0}\nlog_level: error
scheduler: {{host_delay_ms: 0, lease_ms: 3600000}}
crawler: {{transfers: {1}, total_timeout_ms: 600000}}
""".format(self.folder, min(10000, n_slow + 500)))
        self.add_sources("slow", 1, n_slow)
        self.scheduler = self.start(program, "scheduler")
        while not os.path.exists(self.folder + "/scheduler.ipc"):
            time.sleep(0.02)
        self.crawler = self.start(program, "crawler")

    def start(self, program, name):
        core = {max(os.sched_getaffinity(0))} if name == "crawler" else {min(os.sched_getaffinity(0))}
        process = subprocess.Popen([program, name, "-c", self.folder + "/policywatch.yaml"],
                                   preexec_fn=lambda: os.sched_setaffinity(0, core))
        self.processes.append(process)
        return process

    def add_sources(self, name, network, n):
        with open("%s/sources.d/%s.yaml" % (self.folder, name), "w") as f:
            f.write("sources:\n" if n else "")
            for i in range(n):
                f.write("- {name: %s-%d, kind: listing, allow_addresses: 127.0.0.0/8, interval_s: 86400, url: 'http://127.%d.%d.%d:%d/'}\n"
                        % (name, i, network, 1 + i // 250, 1 + i % 250, self.port))

    def close(self):
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        shutil.rmtree(self.folder)


def measure(options, n_slow):
    port = free_port()
    site = Site(options.site, port)
    node = Node(options.policywatch, n_slow, port)
    try:
        end = time.monotonic() + 120
        while next(site.ask()) < n_slow:
            if time.monotonic() > end:
                sys.exit("only %d slow connections are open" % next(site.ask()))
            time.sleep(0.1)
        slow_mib = memory_mib(node.crawler.pid, "VmRSS")
        node.add_sources("fast", 2, FAST_HOSTS)
        node.scheduler.send_signal(1)
        while list(site.ask())[1] < 500:
            time.sleep(0.02)
        start, cpu = time.monotonic(), cpu_seconds(node.crawler.pid)
        _, before = site.ask()
        time.sleep(options.seconds)
        n_open, after = site.ask()
        seconds, cpu = time.monotonic() - start, cpu_seconds(node.crawler.pid) - cpu
        if n_open < n_slow:
            sys.exit("%d of %d slow connections were lost" % (n_slow - n_open, n_slow))
        return (after - before) / seconds, (after - before) / cpu, slow_mib, memory_mib(node.crawler.pid, "VmHWM")
    finally:
        node.close()
        site.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("policywatch")
    parser.add_argument("site")
    parser.add_argument("--slow", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    rates = {0: [], options.slow: []}
    print("%8s %12s %16s %14s %10s" % ("slow", "pages/s", "pages/CPU-s", "RSS slow MiB", "peak MiB"))
    for _ in range(options.rounds):
        for n in (0, options.slow):
            row = measure(options, n)
            print("%8d %12.0f %16.0f %14.0f %10.0f" % (n, *row), flush=True)
            rates[n].append(row[1])
    print("ratio of pages per CPU second, %d slow connections to none, of the medians: %.2f"
          % (options.slow, statistics.median(rates[options.slow]) / statistics.median(rates[0])))


main()
