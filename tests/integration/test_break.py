"""The promises, under everything that goes wrong around the program. The judge has the last word each time:
0 lost, 0 duplicated, 0 impolite, 0 wrong."""
import os
import shutil
import signal
import subprocess
import sys
import time

import busproxy
import case
import judge
import processes
import trial
import world
from trial import LEASE_S, by_form


class RandomKills(trial.Trial):
    kills = by_form(4, 20, 200)
    answers_get_lost = True
    span_s = by_form(4, 14, 120)
    items = by_form(30, 40, 300)
    refetches_max = kills * 16  # what a crawler had under way is got again

    def test_random_kills(self):
        self.start()
        for _ in range(self.kills):
            self.a_moment()
            victim = self.chance.choice([*self.running, "redis"])
            if victim == "redis":
                self.node.redis.stop()
                self.node.redis.start()
            else:
                self.kill_and_restart(victim)
        self.end_in_peace()


class AllAtOnce(trial.Trial):
    """As when the machine loses its power: nothing but the files is left."""
    kills = by_form(1, 4, 30)
    items, delay_ms = 20, 400  # longer than a restart takes
    answers_get_lost = True
    span_s = by_form(4, 10, 60)
    settings = {"page_s": 2}  # edits and withdrawals are seen on the way
    refetches_max = 10000     # by sites without validators

    def test_all_killed_at_once(self):
        self.start()
        for _ in range(self.kills):
            self.a_moment()
            for service in self.running.values():
                service.signal(signal.SIGKILL)
            for name in list(self.running):
                self.kill_and_restart(name)
        self.end_in_peace()


class LongDelays(trial.Trial):
    """A host's pause is longer than a restart takes, and outlives it."""
    hosts, items, span_s = 12, 5, by_form(3, 4, 20)
    delay_ms = 1500
    answers_get_lost = True
    refetches_max = 64

    def test_delays_outlive_restarts(self):
        self.start()
        for _ in range(by_form(4, 10, 40)):
            self.wait_for_requests(6, 2)
            self.kill_and_restart(self.chance.choice(["scheduler", "crawler-1", "crawler-2"]))
        self.end_in_peace()


class StandingStill(trial.Trial):
    """SIGSTOP for longer than a lease lasts."""
    span_s = by_form(4, 10, 60)
    answers_get_lost = True  # whoever stands still reads them after the end of his lease
    refetches_max = 64

    def test_standing_still(self):
        self.start()
        for name in by_form(["crawler-1"], ["crawler-1", "scheduler", "alerts"],
                            ["crawler-1", "scheduler", "alerts", "crawler-2", "crawler-1", "scheduler"]):
            self.a_moment()
            self.running[name].signal(signal.SIGSTOP)
            stopped = time.monotonic()
            judge.poll(lambda: time.monotonic() > stopped + LEASE_S * 1.2, LEASE_S * 2)
            self.running[name].signal(signal.SIGCONT)
        self.end_in_peace()


class RedisTrouble(trial.Trial):
    span_s = by_form(4, 8, 30)

    def test_redis_killed_and_back(self):
        self.start()
        for _ in range(by_form(1, 4, 20)):
            self.a_moment()
            self.node.redis.hold_writes()  # what is sent now gets no answer
            self.a_moment()
            self.node.redis.stop()
            self.a_moment()
            self.node.redis.start()
        self.end_in_peace()

    def test_redis_restarted_empty(self):
        """What it had acknowledged is its own loss, and was read before; what it had not is delivered."""
        self.start()
        for _ in range(by_form(1, 2, 10)):
            self.a_moment()
            self.node.redis.hold_writes()
            self.a_moment()
            self.subscriber.read()
            self.node.redis.stop()
            self.node.redis.forget()
            self.subscriber.begin_life()
            self.a_moment()
            self.node.redis.start()
        self.end_in_peace()

    def test_redis_out_of_memory(self):
        self.start()
        self.a_moment()
        self.node.redis("CONFIG", "SET", "maxmemory-policy", "noeviction")
        self.node.redis("CONFIG", "SET", "maxmemory", "1000000")
        world.wait_until(lambda: self.running["alerts"].is_running() and "OOM" in self.running["alerts"].text(),
                         "the full Redis is told", 60)
        self.a_moment()
        self.node.redis("CONFIG", "SET", "maxmemory", "0")
        self.end_in_peace()


class FullDisk(trial.Trial):
    hosts, span_s = 8, by_form(4, 8, 30)
    refetches_max = 400  # what cannot be kept is got again once it can

    def setUp(self):
        super().setUp()
        self.folder = os.path.join(self.node.folder, "small")
        os.mkdir(self.folder)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "policywatch-test", self.folder], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.folder])
        self.node.configure(data=self.folder)

    def fill(self):
        with open(os.path.join(self.folder, "ballast"), "ab", buffering=0) as f:
            try:
                while True:
                    f.write(b"\0" * 4096)
            except OSError:
                pass

    def test_full_disk(self):
        self.start()
        judge.poll(self.is_up, 60)
        for _ in range(by_form(1, 2, 8)):
            self.a_moment()
            self.fill()
            told = sum(s.text().count("no space left") for s in self.running.values())
            judge.poll(lambda: sum(s.text().count("no space left") for s in self.running.values()) > told, 20)
            self.a_moment()
            os.unlink(os.path.join(self.folder, "ballast"))
        self.end_in_peace()


class Network(trial.Trial):
    """The scheduler is in a network of its own, as on another machine, and the cable to it is pulled."""
    span_s = by_form(4, 10, 40)
    refetches_max = 64

    def setUp(self):
        super().setUp()
        self.cable = Cable(os.getpid()) if os.geteuid() == 0 else ProxyCable(self.seed)
        self.addCleanup(self.cable.close)
        self.node.configure(more="bus:\n  listen: ['ipc://%s/run/s.ipc', '%s']\n  scheduler: %s\n"
                            % (self.node.folder, self.cable.listen, self.cable.ask))

    def start_service(self, name):
        prefix = self.cable.prefix if name == "scheduler" else ()
        self.running[name] = self.node.service(*trial.SERVICES[name], environment=self.environment, prefix=prefix)

    def test_network_cut_and_healed(self):
        self.start()
        for longer in by_form([True], [False, True], [False, True] * 6):
            self.a_moment()
            self.cable.cut()
            cut, seconds = time.monotonic(), LEASE_S * 1.3 if longer else 1
            judge.poll(lambda: time.monotonic() > cut + seconds, seconds + 5)
            self.cable.heal()
        self.end_in_peace()


class Cable:
    """A network namespace with one link to ours."""

    def __init__(self, number):
        self.space, self.ours, self.theirs = ["%s%d" % (p, number % 1000000) for p in ("policywatch-", "pw", "pv")]
        net = "10.%d.%d" % (number // 250 % 250, number % 250)
        self.prefix = ("ip", "netns", "exec", self.space)
        self.listen = self.ask = "tcp://%s.2:7000" % net
        self.ip("netns", "add", self.space)
        self.ip("link", "add", self.ours, "type", "veth", "peer", "name", self.theirs, "netns", self.space)
        self.ip("addr", "add", net + ".1/30", "dev", self.ours)
        self.ip("link", "set", self.ours, "up")
        self.ip("-n", self.space, "addr", "add", net + ".2/30", "dev", self.theirs)
        self.ip("-n", self.space, "link", "set", "lo", "up")
        self.heal()

    @staticmethod
    def ip(*words):
        subprocess.run(["ip", *words], check=True)

    def cut(self):
        self.ip("-n", self.space, "link", "set", self.theirs, "down")

    def heal(self):
        self.ip("-n", self.space, "link", "set", self.theirs, "up")

    def close(self):
        self.ip("netns", "del", self.space)


class ProxyCable(busproxy.BusProxy):
    """Who may not make networks pulls the cable of a relay."""
    prefix = ()

    def __init__(self, seed):
        port = world.free_port()
        super().__init__(("127.0.0.1", port), seed)
        self.listen, self.ask = "tcp://127.0.0.1:%d" % port, "tcp://127.0.0.1:%d" % self.port


class BusMischief(trial.Trial):
    """Messages come twice, out of order, cut short or not at all, with garbage between them."""
    span_s = by_form(4, 10, 60)
    refetches_max = 400

    def setUp(self):
        super().setUp()
        self.proxy = ProxyCable(self.seed)
        self.addCleanup(self.proxy.close)
        self.node.configure(more="bus:\n  listen: ['ipc://%s/run/s.ipc', '%s']\n  scheduler: %s\n"
                            % (self.node.folder, self.proxy.listen, self.proxy.ask))

    def test_bus_mischief(self):
        self.start()
        self.proxy.mischief = {k: 0.03 for k in busproxy.KINDS}
        end = time.monotonic() + self.span_s
        judge.poll(lambda: time.monotonic() > end and min(self.proxy.done.values()) >= 2, self.span_s + 60)
        self.proxy.cut()
        self.a_moment()
        self.proxy.heal()
        self.proxy.mischief = {}
        print("mischief: %s" % self.proxy.done)
        self.assertTrue(all(self.proxy.done.values()), "there was every kind: %s" % self.proxy.done)
        self.end_in_peace()


class ClockSteps(trial.Trial):
    """The wall clock jumps a day ahead and a day back; what is waited for is not its business."""
    span_s = by_form(4, 10, 40)
    settings = {"page_s": 30 * 86400}
    refetches_max = 12 * by_form(2, 3, 18)  # robots.txt, which is good for a day

    def setUp(self):
        super().setUp()
        self.stamp = os.path.join(self.node.folder, "clock")
        self.step(0)

    def step(self, days):
        with open(self.stamp + ".new", "w") as f:
            f.write("%+dd\n" % days if days else "+0\n")
        os.rename(self.stamp + ".new", self.stamp)

    def test_clock_steps_of_a_day(self):
        if processes.has_sanitizer(case.program()):
            self.skipTest("a clock cannot be faked under a sanitizer")
        self.start(environment=processes.wall_clock(FAKETIME_TIMESTAMP_FILE=self.stamp))
        for days in by_form([1, 0], [1, -1, 0], [1, 0, -1, 1, -1, 0] * 3):
            self.a_moment()
            self.step(days)
        self.end_in_peace()


class SlowReaders(trial.Trial):
    """Ten readers hold a snapshot of the store each while it is written, and longer than anybody should."""
    span_s = by_form(4, 10, 60)

    READER = ("import lmdb, sys\n"
              "env = lmdb.open(sys.argv[1], readonly=True, max_dbs=8, map_size=1 << 38)\n"
              "db = env.open_db(b'records', create=False)\n"
              "with env.begin() as txn:\n"
              "    n = txn.stat(db)['entries']\n"
              "    print('holding', flush=True)\n"
              "    sys.stdin.read()\n"
              "    assert sum(1 for _ in txn.cursor(db)) == n\n")

    def hold(self):
        reader = subprocess.Popen([sys.executable, "-c", self.READER, os.path.join(self.node.settings["data"], "store")],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(reader.stdout.readline(), "holding\n")
        return reader

    def test_ten_slow_readers(self):
        self.start()
        self.node.store()
        readers = []
        for _ in range(10):
            self.a_moment()
            readers.append(self.hold())
        dead = readers.pop()  # in the middle of it
        dead.kill()
        dead.communicate()
        judge.poll(lambda: self.is_over() and self.is_settled(), 60)
        for reader in readers:
            reader.communicate(timeout=20)
            self.assertEqual(reader.returncode, 0, "a reader sees what it saw at first")
        self.end_in_peace()


class Damage(trial.Trial):
    """Files are cut short and bits turned while the services rest: told, never a crash, and a copy goes on from there."""
    span_s = by_form(4, 9, 30)
    answers_get_lost = True  # when all are stopped at once, what was read last is reported to nobody
    refetches_max = 32 * by_form(1, 3, 10)
    FILES = (("store", "crawler-1"), ("frontier", "scheduler"), ("alerts", "alerts"))

    def spoil(self, path):
        """Cuts the file, or turns some bits of it; says what it did."""
        size = os.path.getsize(path)
        if self.chance.random() < 0.4:
            at = self.chance.randrange(size)
            os.truncate(path, at)
            return "cut after %d of %d bytes" % (at, size)
        offsets = [self.chance.randrange(size) for _ in range(self.chance.choice((1, 8, 64)))]
        with open(path, "r+b") as f:
            for at in offsets:
                f.seek(at)
                byte = f.read(1)[0] ^ 1 << self.chance.randrange(8)
                f.seek(at)
                f.write(bytes((byte,)))
        return "bits turned at %s" % offsets

    def try_service(self, name, path, what):
        """It runs with what is there, or ends with a sentence that names the file."""
        service = self.node.service(*trial.SERVICES[name], environment=self.environment)
        judge.poll(lambda: not service.is_running(), 1)
        if service.is_running():
            service.signal(signal.SIGTERM)
        status = service.wait(20)
        self.assertIn(status, (0, 3), "%s with %s: %s\n%s" % (name, path, what, service.text()[-2000:]))
        if status == 3:
            self.assertIn(os.path.dirname(path), service.text(), what)

    def test_damaged_files_are_told_and_a_copy_goes_on(self):
        self.start()
        data, copy = self.node.settings["data"], os.path.join(self.node.folder, "copy")
        n_told = 0
        for _ in range(by_form(1, 3, 10)):
            world.wait_until(self.node.status, "the scheduler answers")
            self.wait_for_requests(40, 3)
            self.assertLess(self.node.stop_services(), 10)
            shutil.copytree(data, copy)
            for environment, name in self.FILES:
                path = os.path.join(data, environment, "data.mdb")
                what = self.spoil(path)
                check = self.node.call("store", "check", check=False)
                self.assertIn(check.returncode, (0, 1, 3), "%s: %s" % (what, check.stderr))
                n_told += check.returncode != 0
                self.try_service(name, path, what)
                shutil.rmtree(data)
                shutil.copytree(copy, data)
            shutil.rmtree(copy)
            for name in trial.SERVICES:
                self.start_service(name)
        self.assertGreater(n_told, 0, "store check tells of damage")
        self.end_in_peace()


class Hostility(trial.Trial):
    """Every kind of hostile host beside the honest ones: nobody falls over, and nothing honest is lost for it."""
    hosts, items, span_s = 8, 20, by_form(6, 15, 60)
    settings = {"transfers": 200, "lease_ms": 20000, "crawler": "  total_timeout_ms: 8000\n"}
    has_hostile = True
    memory_max_kib = 256 << 10

    def peak_kib(self, name):
        with open("/proc/%d/status" % self.running[name].pid) as f:
            return int(next(line for line in f if line.startswith("VmHWM")).split()[1])

    def has_met_all(self):
        """Of each host something has been asked for, and what hangs has been given up."""
        missing = self.missing()
        unknown = {m["url"] for m in missing if m["reason"] is None}
        hosts = [h for h in self.web.hostile() if h["fate"] != "not-requested"]
        seen = {judge.place_of(m["url"])[0] for m in missing} | {judge.place_of(u)[0] for u in self.node.stored_urls()}
        return all(h["host"] in seen and not set(h["urls"]) <= unknown for h in hosts)

    def test_hostile_hosts(self):
        self.start()
        self.live()
        judge.poll(self.has_met_all, 60, 0.5)
        peaks = {name: self.peak_kib(name) for name in ("crawler-1", "crawler-2")}
        print("peak memory: %s KiB" % peaks)
        self.end_in_peace()
        if not processes.has_sanitizer(case.program()):
            self.assertLess(max(peaks.values()), self.memory_max_kib)


if __name__ == "__main__":
    case.main()
