"""Processes that run alone, what they tell systemd, and certificates for them."""
import glob
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading


class Service:
    """A process whose standard error is read from a pipe, as journald does."""

    def __init__(self, words, environment=None):
        self.words = words
        self.lines = []
        # systemd names the process in WATCHDOG_PID, which only the process itself knows before it runs.
        shell = ["sh", "-c", 'WATCHDOG_PID=$$ exec "$@"', "sh"] if "WATCHDOG_USEC" in (environment or {}) else []
        self.process = subprocess.Popen(shell + words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env=dict(os.environ, **environment or {}))
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.process.stderr as f:
            for line in f:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    def text(self):
        return "\n".join(self.lines)

    def is_running(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, seconds):
        """Its exit status; all of its log has been read then."""
        try:
            status = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("%s did not stop within %d s\n%s" % (self.words, seconds, self.text()[-3000:]))
        self.reader.join(10)
        assert "Sanitizer" not in self.text() and "runtime error:" not in self.text(), self.text()[-6000:]
        return status

    def kill(self):
        if self.is_running():
            self.process.send_signal(signal.SIGCONT)  # a stopped one as well
            self.process.kill()
        self.process.wait()
        self.reader.join(10)


class Notify:
    """The socket that systemd hands to a service, and what was said on it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="policywatch-notify-")
        self.path = os.path.join(self.folder, "socket")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.words = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            while True:
                message = self.socket.recv(4096).decode()
                if not message:
                    return
                self.words += message.split("\n")
        except OSError:
            pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        os.unlink(self.path)
        os.rmdir(self.folder)


def has_sanitizer(program):
    """Libraries that sanitizers and libfaketime preload both want to be first: tests/run has the release build for that."""
    with open(program, "rb") as f:
        data = f.read()
    return b"__asan_init" in data or b"__tsan_init" in data


def wall_clock(**settings):
    """The environment of a process with a wall clock of its own, by FAKETIME=... or FAKETIME_TIMESTAMP_FILE=PATH.

    The monotonic clock stays as it is: timers of threads in libraries are set by it.
    """
    library = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
    assert library, "libfaketime is missing: deploy/install-deps test"
    return dict(settings, LD_PRELOAD=library, FAKETIME_DONT_FAKE_MONOTONIC="1", NO_FAKE_STAT="1", FAKETIME_NO_CACHE="1")


LOGFMT_PAIR = re.compile(r'([A-Za-z_][\w.-]*)=("(?:[^"\\]|\\.)*"|[^\s"=]*)(?: |$)')


def parse_log_line(line):
    """(priority, {key: value}) of a line as journald gets it; None if it is not one."""
    m = re.match(r"<([0-7])>", line)
    if not m:
        return None
    at, pairs = m.end(), {}
    while at < len(line):
        pair = LOGFMT_PAIR.match(line, at)
        if not pair:
            return None
        pairs[pair[1]] = pair[2].strip('"')
        at = pair.end()
    return int(m[1]), pairs


class Authority:
    """A certificate authority of a test; files are in PEM."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.certificate = os.path.join(folder, name + ".ca.pem")
        self.key = os.path.join(folder, name + ".ca.key")
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                      "-subj", "/CN=%s authority" % name, "-keyout", self.key, "-out", self.certificate)

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def issue(self, name):
        """A file with the certificate and key of a node on localhost."""
        base = os.path.join(self.folder, "%s.%s" % (self.name, name))
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                      "-addext", "subjectAltName=DNS:localhost", "-keyout", base + ".key", "-out", base + ".csr")
        self._openssl("x509", "-req", "-in", base + ".csr", "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial",
                      "-days", "2", "-copy_extensions", "copy", "-out", base + ".crt")
        with open(base + ".pem", "w") as f:
            for part in (".crt", ".key"):
                with open(base + part) as p:
                    f.write(p.read())
        return base + ".pem"
