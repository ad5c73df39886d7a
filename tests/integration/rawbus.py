"""A peer of the bus that knows no library: NNG's REQ over ipc or tcp, and msgpack, byte by byte."""
import os
import socket
import struct

HELLO_REQ, HELLO_REP = b"\0SP\0\0\x30\0\0", b"\0SP\0\0\x31\0\0"
WORK_REQUEST, ADMIN_REQUEST = 0, 2
STATUS = 0


def pack(value):
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return b"\xcf" + struct.pack(">Q", value) if value >= 0 else b"\xd3" + struct.pack(">q", value)
    if isinstance(value, str):
        data = value.encode()
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, (list, tuple)):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))
    return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())


def unpack(data):
    value, rest = _unpack(data)
    assert not rest, "bytes behind the message"
    return value


def _items(data, n):
    values = []
    for _ in range(n):
        value, data = _unpack(data)
        values.append(value)
    return values, data


def _unpack(data):
    tag, data = data[0], data[1:]
    if tag <= 0x7f:
        return tag, data
    if tag >= 0xe0:
        return tag - 256, data
    if 0xa0 <= tag <= 0xbf or tag in (0xd9, 0xda, 0xdb):
        size = {0xd9: 1, 0xda: 2, 0xdb: 4}.get(tag, 0)
        n = int.from_bytes(data[:size], "big") if size else tag & 0x1f
        return data[size:size + n].decode(), data[size + n:]
    if 0x90 <= tag <= 0x9f or tag in (0xdc, 0xdd):
        size = {0xdc: 2, 0xdd: 4}.get(tag, 0)
        return _items(data[size:], int.from_bytes(data[:size], "big") if size else tag & 0x0f)
    if 0x80 <= tag <= 0x8f or tag in (0xde, 0xdf):
        size = {0xde: 2, 0xdf: 4}.get(tag, 0)
        n = int.from_bytes(data[:size], "big") if size else tag & 0x0f
        flat, data = _items(data[size:], 2 * n)
        return dict(zip(flat[::2], flat[1::2])), data
    if tag in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[tag], data
    if 0xcc <= tag <= 0xd3:
        size = 1 << (tag & 3)
        return int.from_bytes(data[:size], "big", signed=tag >= 0xd0), data[size:]
    raise ValueError("tag %#x" % tag)


class Peer:
    """address: the path of an ipc socket, or (host, port)."""

    def __init__(self, address, greet=True):
        self.is_ipc = isinstance(address, str)
        self.socket = socket.socket(socket.AF_UNIX) if self.is_ipc else socket.socket()
        self.socket.settimeout(15)
        self.socket.connect(address)
        if greet:
            self.socket.sendall(HELLO_REQ)
            assert self._read(8) == HELLO_REP

    def send_bytes(self, data):
        """As they are; the other side may have hung up meanwhile."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def send(self, body):
        message = struct.pack(">I", 0x80000000 | int.from_bytes(os.urandom(3), "big")) + body
        self.send_bytes((b"\1" if self.is_ipc else b"") + struct.pack(">Q", len(message)) + message)

    def receive(self):
        if self.is_ipc:
            self._read(1)
        n, = struct.unpack(">Q", self._read(8))
        return self._read(n)[4:]

    def ask(self, message):
        self.send(pack(message))
        return unpack(self.receive())

    def leases(self, message):
        """An absent list is an empty one."""
        return self.ask(message).get("leases", [])

    def _read(self, n):
        data = b""
        while len(data) < n:
            more = self.socket.recv(n - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def close(self):
        self.socket.close()


def work_request(worker, boot, seq, want=0, results=()):
    return {"v": 1, "t": WORK_REQUEST, "worker": worker, "boot": boot, "seq": seq, "want": want, "results": list(results)}


def status_request():
    return {"v": 1, "t": ADMIN_REQUEST, "command": STATUS, "arguments": []}
