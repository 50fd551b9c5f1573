# SPDX-License-Identifier: Apache-2.0
"""However many connections come: the store keeps file descriptors to work with."""
import pathlib
import resource
import socket


def descriptors(daemon):
    return len(list(pathlib.Path(f"/proc/{daemon.process.pid}/fd").iterdir()))


def limited(make_daemon, soft, hard):
    daemon = make_daemon(start=False)
    daemon.popen["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return daemon.start()


def crowd_of(daemon, size):
    return [socket.create_connection(("127.0.0.1", daemon.port), timeout=10) for _ in range(size)]


def test_connections_leave_some(make_daemon):
    daemon = limited(make_daemon, 100, 100)
    crowd = crowd_of(daemon, 120)
    try:
        for client in crowd[:40]:
            client.sendall(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        assert descriptors(daemon) <= 75
    finally:
        for client in crowd:
            client.close()
    assert "at most 51 connections" in daemon.log


def test_the_soft_limit_is_raised(make_daemon):
    daemon = limited(make_daemon, 100, 12000)
    crowd = crowd_of(daemon, 200)
    try:
        crowd[-1].sendall(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n")
        assert crowd[-1].recv(100).startswith(b"HTTP/1.1 200 ")
    finally:
        for client in crowd:
            client.close()
    assert "at most" not in daemon.log
