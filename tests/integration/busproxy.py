"""A bad network between crawlers and the scheduler: a relay of NNG's TCP transport that knows its frames.

A frame is a length of eight bytes and so many bytes; in front of the first stand eight bytes of greeting. What
the relay does to frames is the test's to say, with the chances in `mischief`.
"""
import random
import socket
import struct
import threading

KINDS = ("duplicate", "hold", "truncate", "random", "hang-up")


class BusProxy:
    def __init__(self, target, seed):
        self.target = target
        self.chance = random.Random(seed)
        self.mischief = {}  # kind -> probability of a frame
        self.done = {k: 0 for k in KINDS}
        self.is_cut = False
        self.lock = threading.Lock()
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Nobody gets through, and those who are hang."""
        self.is_cut = True

    def heal(self):
        self.is_cut = False
        self._hang_up()

    def close(self):
        self.listener.close()
        self._hang_up()

    def _hang_up(self):
        with self.lock:
            for s in self.connections:
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.connections = []

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                with self.lock:
                    self.connections.append(client)  # taken, and never answered
                continue
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.connections += [client, server]
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self._relay, args=(a, b), daemon=True).start()

    def _relay(self, source, sink):
        held = []
        try:
            stream = source.makefile("rb")
            self._send(sink, stream.read(8))
            while True:
                head = stream.read(8)
                if len(head) < 8:
                    break
                body = stream.read(struct.unpack(">Q", head)[0])
                for frame in self._treat(body, held):
                    self._send(sink, frame)
        except (OSError, ValueError, struct.error):
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def _send(self, sink, data):
        if not self.is_cut:
            sink.sendall(data)

    def _pick(self):
        with self.lock:
            for kind, probability in self.mischief.items():
                if self.chance.random() < probability:
                    self.done[kind] += 1
                    return kind
        return None

    def _frame(self, body):
        return struct.pack(">Q", len(body)) + body

    def _treat(self, body, held):
        """The frames that go on instead of this one."""
        kind = self._pick()
        if kind == "hold":  # behind the next one: out of order
            held.append(body)
            return []
        frames = [self._frame(body)]
        if kind == "duplicate":
            frames *= 2
        elif kind == "truncate":
            frames = [self._frame(body[:self.chance.randrange(len(body) + 1)])]
        elif kind == "random":
            frames.insert(0, self._frame(self.chance.randbytes(self.chance.randint(0, 3000))))
        elif kind == "hang-up":
            raise OSError("hung up")
        frames += [self._frame(b) for b in held]
        held.clear()
        return frames
