# SPDX-License-Identifier: Apache-2.0
"""Starts wire_server and speaks raw bytes with it, so that malformed requests can be sent."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from scute import build_dir


def find_server():
    """The executable: WIRE_SERVER, or that of the build under test."""
    path = os.environ.get("WIRE_SERVER") or build_dir() / "tests/http/wire_server"
    if not pathlib.Path(path).is_file():
        raise RuntimeError(f"{path} is not built; set WIRE_SERVER or SCUTE_BUILD")
    return str(path)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Client:
    """One connection. Reads replies one by one from the bytes that come."""

    def __init__(self, address, family=socket.AF_INET, timeout=10):
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def fill(self):
        more = self.sock.recv(1 << 16)
        self.data += more
        return bool(more)

    def line_end(self, mark):
        while mark not in self.data:
            if not self.fill():
                raise EOFError(self.data)
        return self.data.index(mark)

    def reply(self, head=False):
        end = self.line_end(b"\r\n\r\n")
        lines = self.data[:end].decode("latin-1").split("\r\n")
        self.data = self.data[end + 4:]
        version, status, _ = lines[0].split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in headers
            headers[name.lower()] = value
        if not head and headers.get("transfer-encoding") == "chunked":
            assert "content-length" not in headers
            return Reply(int(status), headers, b"".join(self.chunks()))
        length = 0 if head else int(headers.get("content-length", 0))
        chunks, have = [self.data], len(self.data)
        while have < length:
            more = self.sock.recv(1 << 20)
            if not more:
                raise EOFError
            chunks.append(more)
            have += len(more)
        data = b"".join(chunks)
        self.data = data[length:]
        return Reply(int(status), headers, data[:length])

    def take(self, length):
        while len(self.data) < length:
            if not self.fill():
                raise EOFError(self.data[-100:])
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def chunks(self):
        while True:
            line = self.take(self.line_end(b"\r\n") + 2)
            chunk = self.take(int(line, 16))
            assert self.take(2) == b"\r\n"
            if not chunk:
                return
            yield chunk

    def rest(self):
        """All that comes until the server closes."""
        while self.fill():
            pass
        return self.data

    def ask(self, data, head=False):
        self.send(data)
        return self.reply(head)

    def at_end(self):
        """The server closed in good order, with nothing more to say."""
        if self.data:
            return False
        return self.sock.recv(1) == b""


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [find_server(), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.strip().isdigit():
            raise RuntimeError(line + self.process.stderr.read())
        self.port = int(line)
        self.output = None

    def client(self, timeout=10):
        return Client(("127.0.0.1", self.port), timeout=timeout)

    def get(self, path, headers=""):
        with self.client() as client:
            return client.ask(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n")

    def cancelled(self):
        return self.get("/status").json()["error_code"]

    def wait_cancelled(self, count, seconds=5):
        end = time.monotonic() + seconds
        while self.cancelled() != count and time.monotonic() < end:
            time.sleep(0.02)
        return self.cancelled() == count

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Terminates; the server must end by itself, with success and no complaint."""
        if self.output is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.output, errors = self.process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.output, errors = self.process.communicate()
                raise AssertionError("the server did not drain: " + errors) from None
            assert self.process.returncode == 0, errors
            assert "Sanitizer" not in errors and "Assertion" not in errors, errors
        return self.output
