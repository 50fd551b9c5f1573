# SPDX-License-Identifier: Apache-2.0
"""However many connections come: the store keeps file descriptors to work with."""
import pathlib
import resource
import socket

import scute


def descriptors(daemon):
    return len(list(pathlib.Path(f"/proc/{daemon.process.pid}/fd").iterdir()))


def limited(tmp_path, soft, hard):
    daemon = scute.Daemon(tmp_path)
    daemon.popen["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return daemon


def test_connections_leave_some(tmp_path):
    daemon = limited(tmp_path, 100, 100)
    daemon.start()
    crowd = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(120)]
    try:
        for client in crowd[:40]:
            client.sendall(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
        assert descriptors(daemon) <= 75
    finally:
        for client in crowd:
            client.close()
    assert "at most 51 connections" in daemon.log
    daemon.stop()


def test_the_soft_limit_is_raised(tmp_path):
    daemon = limited(tmp_path, 100, 12000)
    daemon.start()
    crowd = [socket.create_connection(("127.0.0.1", daemon.port)) for _ in range(200)]
    try:
        crowd[-1].sendall(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n")
        assert crowd[-1].recv(100).startswith(b"HTTP/1.1 200 ")
    finally:
        for client in crowd:
            client.close()
    assert "at most" not in daemon.log
    daemon.stop()
