# SPDX-License-Identifier: Apache-2.0
"""The HTTP server against hostile, broken, slow and merely unusual clients."""
import socket
import struct
import time

import pytest

import wire

H = "Host: x\r\n"


@pytest.fixture(scope="module")
def server():
    server = wire.Server()
    yield server
    server.stop()


@pytest.fixture
def start():
    servers = []

    def start_one(*arguments):
        servers.append(wire.Server(*arguments))
        return servers[-1]

    yield start_one
    for server in servers:
        server.stop()


def is_error(reply, status):
    body = reply.json()
    assert reply.status == status, (reply.status, reply.body)
    assert reply.headers["content-type"] == "application/vnd.schemaregistry.v1+json"
    assert body["error_code"] == status and body["message"].startswith(f"HTTP {status}")
    assert reply.headers["x-request-id"]
    return True


def refused(server, data, status=400):
    with server.client() as client:
        reply = client.ask(data)
        assert is_error(reply, status)
        assert reply.headers["connection"] == "close"
        assert client.at_end()


# --- what must work -------------------------------------------------------------------------

def test_keep_alive(server):
    with server.client() as client:
        for _ in range(3):
            reply = client.ask(f"GET /small HTTP/1.1\r\n{H}\r\n")
            assert reply.status == 200 and "connection" not in reply.headers
            assert "date" in reply.headers


def test_connection_close(server):
    with server.client() as client:
        reply = client.ask(f"GET /small HTTP/1.1\r\n{H}Connection: close\r\n\r\n")
        assert reply.headers["connection"] == "close" and client.at_end()


def test_http10(server):
    with server.client() as client:
        reply = client.ask("GET /small HTTP/1.0\r\n\r\n")
        assert reply.status == 200 and reply.headers["connection"] == "close" and client.at_end()
    with server.client() as client:
        for _ in range(2):
            reply = client.ask("GET /small HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert reply.status == 200 and reply.headers["connection"] == "keep-alive"


def test_pipelined_replies_keep_order(server):
    with server.client() as client:
        client.send("".join(f"GET /slow/{ms}?q={ms} HTTP/1.1\r\n{H}\r\n" for ms in (300, 0, 150, 1)))
        client.send(f"GET /echo?q=last HTTP/1.1\r\n{H}\r\n")
        assert [client.reply().json()["q"] for _ in range(5)] == ["300", "0", "150", "1", "last"]


def test_pipeline_longer_than_the_queue(server):
    with server.client() as client:
        client.send("".join(f"GET /slow/20?q={i} HTTP/1.1\r\n{H}\r\n" for i in range(200)))
        assert [int(client.reply().json()["q"]) for _ in range(200)] == list(range(200))


def test_bytewise(server):
    with server.client() as client:
        request = f"POST /echo?q=1 HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\n\r\n" \
            "3;a=\"b\"\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\n"
        for byte in request:
            client.send(byte)
            time.sleep(0.001)
        assert client.reply().json()["body"] == "abc0123456789abcdef"
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}\r\n").status == 200


@pytest.mark.parametrize("size", [0, 1, 1000, 100_000, 1 << 20])
def test_bodies(server, size):
    body = b"x" * size
    with server.client() as client:
        head = f"POST /echo HTTP/1.1\r\n{H}Content-Length: {size}\r\n\r\n".encode()
        assert client.ask(head + body).json()["body_bytes"] == size
        client.send(f"PUT /echo HTTP/1.1\r\n{H}Transfer-Encoding: Chunked\r\n\r\n")
        for at in range(0, size, 7777):
            piece = body[at:at + 7777]
            client.send(b"%X\r\n%s\r\n" % (len(piece), piece))
        assert client.ask("0\r\n\r\n").json()["body_bytes"] == size


def test_two_chunked_requests_at_once(server):
    one = f"POST /echo HTTP/1.1\r\n{H}Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    with server.client() as client:
        client.send(one + one)
        assert client.reply().json()["body"] == "hi" and client.reply().json()["body"] == "hi"


def test_expect_continue(server):
    with server.client() as client:
        client.send(f"POST /echo HTTP/1.1\r\n{H}Content-Length: 2\r\nExpect: 100-Continue\r\n\r\n")
        assert client.reply().status == 100
        assert client.ask("ab").json()["body"] == "ab"
        # After a pending request the 100 must wait for its turn.
        client.send(f"GET /slow/200 HTTP/1.1\r\n{H}\r\n"
                    f"POST /echo HTTP/1.1\r\n{H}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert client.reply().json()["path"] == "/slow/200"
        assert client.reply().status == 100
        assert client.ask("cd").json()["body"] == "cd"
    refused(server, f"POST /echo HTTP/1.1\r\n{H}Content-Length: 2\r\nExpect: fortune\r\n\r\n", 417)
    refused(server, f"POST /echo HTTP/1.1\r\n{H}Content-Length: 2000000\r\n"
            "Expect: 100-continue\r\n\r\n", 413)


def test_head_and_options(server):
    with server.client() as client:
        reply = client.ask(f"HEAD /small HTTP/1.1\r\n{H}\r\n", head=True)
        assert reply.status == 200 and int(reply.headers["content-length"]) > 10
        reply = client.ask(f"HEAD /absent HTTP/1.1\r\n{H}\r\n", head=True)
        assert reply.status == 404
        reply = client.ask(f"OPTIONS /echo HTTP/1.1\r\n{H}\r\n")
        assert reply.status == 200 and reply.headers["allow"] == "GET, HEAD, POST, PUT, OPTIONS"
        reply = client.ask(f"OPTIONS * HTTP/1.1\r\n{H}\r\n")
        assert reply.status == 200 and "GET" in reply.headers["allow"]


def test_cors(start):
    server = start("cors")
    reply = server.get("/small")
    assert reply.headers["access-control-allow-origin"] == "https://ui.example"
    with server.client() as client:
        reply = client.ask(f"OPTIONS /any/thing HTTP/1.1\r\n{H}\r\n")
        assert reply.status == 200 and reply.headers["content-length"] == "0"
        assert reply.headers["access-control-allow-methods"] == "GET, POST"
        assert reply.headers["access-control-allow-headers"] == "Content-Type"


def test_request_id(server):
    assert server.get("/echo", "X-Request-ID: abc-1\r\n").headers["x-request-id"] == "abc-1"
    made = [server.get("/echo", headers).headers["x-request-id"] for headers in (
        "", "X-Request-ID:\r\n", "X-Request-ID: a\r\nX-Request-ID: a\r\n",
        "X-Request-ID: a b\r\n", "X-Request-ID: \xe9\r\n", f"X-Request-ID: {'i' * 129}\r\n")]
    assert len(set(made)) == len(made)
    for made_id in made:
        parts = made_id.split("-")
        assert [len(part) for part in parts] == [8, 4, 4, 4, 12]
        assert parts[2][0] == "4" and parts[3][0] in "89ab"


def test_target_forms(server):
    with server.client() as client:
        echo = client.ask(f"GET http://h:81/names/a?q=1 HTTP/1.1\r\n{H}\r\n").json()
        assert (echo["path"], echo["q"], echo["name"]) == ("/names/a", "1", "a")
        assert client.ask(f"GET HTTPS://h HTTP/1.1\r\n{H}\r\n").json()["path"] == "/"
        assert client.ask(f"GET http://h?q=2 HTTP/1.1\r\n{H}\r\n").json()["q"] == "2"


def test_path_parameters(server):
    for raw, decoded in (("a%2Fb", "a/b"), ("a+b", "a+b"), ("a%2Bb", "a+b"), ("100%25", "100%"),
                         ("with%20space", "with space"), ("%C3%BC", "ü"), ("fixe%64", "fixed")):
        assert server.get(f"/names/{raw}/versions/").json()["name"] == decoded
    assert "schema" in server.get("/names/fixed").json()
    assert server.get("/names/fixed/versions").json()["name"] == "fixed"
    for raw in ("a%00b", "%ff", "%C3", "%ED%A0%80", "%4", "%zz"):
        assert is_error(server.get(f"/names/{raw}"), 400)
    for path in ("/names", "/names//versions", "//names/a", "/names/a//", "/names/a/b/c",
                 "/" + "a/" * 40, "/../small"):
        assert is_error(server.get(path), 404)


def test_negotiation(server):
    v1 = "application/vnd.schemaregistry.v1+json"
    for accept, wanted in (("*/*", v1), ("*", v1), ("application/*", v1), ("", v1),
                           ("application/json", "application/json"),
                           ("APPLICATION/JSON; charset=utf-8", "application/json"),
                           ("text/html, */*;q=0.1", v1),
                           (f"{v1};q=0.1, application/json;q=0.2", "application/json"),
                           ("*/*, application/vnd.schemaregistry.v1+json;q=0",
                            "application/vnd.schemaregistry+json")):
        reply = server.get("/small", f"Accept: {accept}\r\n")
        assert (reply.status, reply.headers["content-type"]) == (200, wanted), accept
    for accept in ("text/html", "*/*;q=0", "text/*", "foo", ";;,,"):
        assert is_error(server.get("/small", f"Accept: {accept}\r\n"), 406)
    with server.client() as client:
        for kind, status in (("text/plain", 415), ("application/json;charset=utf-8", 200),
                             ("Application/Octet-Stream", 200), ("", 415)):
            reply = client.ask(f"POST /echo HTTP/1.1\r\n{H}Content-Type: {kind}\r\n\r\n")
            assert reply.status == status, kind
        assert client.ask(f"POST /echo HTTP/1.1\r\n{H}\r\n").status == 200
        reply = client.ask(f"DELETE /small HTTP/1.1\r\n{H}\r\n")
        assert is_error(reply, 405) and reply.headers["allow"] == "GET, HEAD, OPTIONS"


def test_handler_headers_can_not_split_the_reply(server):
    reply = server.get("/headers")
    assert reply.status == 201 and reply.headers["content-type"] == "text/plain"
    assert reply.headers["x-one"] == "1" and reply.headers["x-two"] == "2"
    assert "set-cookie" not in reply.headers and "x-forged" not in reply.headers


def test_upgrade_offer_is_ignored(server):
    with server.client() as client:
        for _ in range(2):
            reply = client.ask(f"GET /echo HTTP/1.1\r\n{H}Connection: Upgrade, HTTP2-Settings\r\n"
                               "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
            assert reply.status == 200
        reply = client.ask(f"POST /echo HTTP/1.1\r\n{H}Connection: Upgrade\r\nUpgrade: h2c\r\n"
                           "Content-Length: 2\r\n\r\nhi")
        assert reply.json()["body"] == "hi"


def test_blank_lines_before_a_request(server):
    with server.client() as client:
        assert client.ask(f"\r\n\r\nGET /small HTTP/1.1\r\n{H}\r\n\r\n").status == 200
        assert client.ask(f"GET /small HTTP/1.1\r\n{H}\r\n").status == 200
    refused(server, "\r\n" * 20)


def test_ipv6_and_all_addresses(start):
    server = start("host=")
    with server.client() as client:
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}\r\n").json()["peer"] == "127.0.0.1"
    try:
        client = wire.Client(("::1", server.port), socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with client:
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}\r\n").json()["peer"] == "::1"


def test_access_log(start):
    server = start("access_log")
    server.get("/small", 'User-Agent: evil" \x80\r\nX-Request-ID: id-7\r\n')
    refused(server, "nonsense\r\n\r\n")
    lines = [line for line in server.stop().splitlines() if " access" in line or "127.0.0.1" in line]
    assert '127.0.0.1 "GET /small" 200 ' in lines[0]
    assert '"evil\\x22 \\x80"' in lines[0].replace("\\\\", "\\") and lines[0].endswith("id-7")
    assert '"- -" 400' in lines[1]


# --- malformed requests ---------------------------------------------------------------------

BAD_HEADS = {
    "no version": "GET /\r\n\r\n",
    "http/0.9": "GET /small\r\n" + H + "\r\n",
    "two spaces": f"GET  / HTTP/1.1\r\n{H}\r\n",
    "trailing space": f"GET / HTTP/1.1 \r\n{H}\r\n",
    "tab": f"GET\t/ HTTP/1.1\r\n{H}\r\n",
    "lower-case version": f"GET / http/1.1\r\n{H}\r\n",
    "long version": f"GET / HTTP/1.10\r\n{H}\r\n",
    "rtsp": f"OPTIONS / RTSP/1.0\r\n{H}\r\n",
    "control byte in target": f"GET /a\x01b HTTP/1.1\r\n{H}\r\n",
    "nul in target": f"GET /a\x00b HTTP/1.1\r\n{H}\r\n",
    "high byte in target": f"GET /a\xffb HTTP/1.1\r\n{H}\r\n",
    "fragment": f"GET /a#b HTTP/1.1\r\n{H}\r\n",
    "relative target": f"GET small HTTP/1.1\r\n{H}\r\n",
    "other scheme": f"GET ftp://h/small HTTP/1.1\r\n{H}\r\n",
    "asterisk for GET": f"GET * HTTP/1.1\r\n{H}\r\n",
    "http/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tls hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "space first": f" GET / HTTP/1.1\r\n{H}\r\n",
    "lf first": f"\nGET / HTTP/1.1\r\n{H}\r\n",
    "bare lf lines": "GET / HTTP/1.1\nHost: x\n\n",
    "bare lf in header": "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n",
    "bare lf at the end": "GET / HTTP/1.1\r\nHost: x\r\n\n",
    "bare cr in value": f"GET / HTTP/1.1\r\n{H}A: b\rC: d\r\n\r\n",
    "bare cr in request line": f"GET /\r HTTP/1.1\r\n{H}\r\n",
    "double cr": f"GET / HTTP/1.1\r\n{H}A: b\r\r\n\r\n",
    "folding": f"GET / HTTP/1.1\r\n{H}A: b\r\n c\r\n\r\n",
    "folding with tab": f"GET / HTTP/1.1\r\n{H}A: b\r\n\tc\r\n\r\n",
    "folding first": "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "space before colon": "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "tab before colon": f"GET / HTTP/1.1\r\n{H}A\t: x\r\n\r\n",
    "space in name": f"GET / HTTP/1.1\r\n{H}A B: x\r\n\r\n",
    "no name": f"GET / HTTP/1.1\r\n{H}: x\r\n\r\n",
    "no colon": f"GET / HTTP/1.1\r\n{H}abc\r\n\r\n",
    "nul in name": f"GET / HTTP/1.1\r\n{H}A\x00: b\r\n\r\n",
    "nul in value": f"GET / HTTP/1.1\r\n{H}A: b\x00c\r\n\r\n",
    "control in value": f"GET / HTTP/1.1\r\n{H}A: b\x01c\r\n\r\n",
    "del in value": f"GET / HTTP/1.1\r\n{H}A: b\x7fc\r\n\r\n",
    "high byte in name": f"GET / HTTP/1.1\r\n{H}\xe9: b\r\n\r\n",
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "two hosts": f"GET / HTTP/1.1\r\n{H}{H}\r\n",
    "two hosts in 1.0": f"GET / HTTP/1.0\r\n{H}{H}\r\n",
    "bad host": "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "host with space": "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
}

POST = f"POST /echo HTTP/1.1\r\n{H}"
BAD_FRAMING = {
    "length and chunked": POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked and length": POST + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
    "two lengths": POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "two equal lengths": POST + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "list of lengths": POST + "Content-Length: 3, 3\r\n\r\nabc",
    "negative length": POST + "Content-Length: -3\r\n\r\nabc",
    "plus length": POST + "Content-Length: +3\r\n\r\nabc",
    "hex length": POST + "Content-Length: 0x3\r\n\r\nabc",
    "empty length": POST + "Content-Length:\r\n\r\nabc",
    "spaced length": POST + "Content-Length: 1 1\r\n\r\nabc",
    "two codings": POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "list of codings": POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked not last": POST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "identity": POST + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "xchunked": POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "quoted chunked": POST + 'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "empty coding": POST + "Transfer-Encoding:\r\n\r\n0\r\n\r\n",
    "vertical tab": POST + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunked in 1.0": "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
}

CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"
BAD_CHUNKS = {
    "no size": "\r\nabc\r\n",
    "letters": "xyz\r\nabc\r\n",
    "0x": "0x3\r\nabc\r\n",
    "minus": "-3\r\nabc\r\n",
    "plus": "+3\r\nabc\r\n",
    "space before": " 3\r\nabc\r\n",
    "space after": "3 \r\nabc\r\n",
    "bare lf after size": "3\nabc\r\n",
    "bare cr after size": "3\rabc\r\n",
    "longer than size": "3\r\nabcd\r\n",
    "bare lf after data": "3\r\nabc\n0\r\n\r\n",
    "lf in extension": "3;a\nb\r\nabc\r\n",
    "nul in extension": "3;a\x00b\r\nabc\r\n",
    "endless extension": "3;" + "a" * 9000 + "\r\nabc\r\n",
    "endless zeros": "0" * 9000 + "3\r\nabc\r\n",
    "bare lf at the end": "0\r\n\n",
    "trailer without colon": "0\r\nabc\r\n\r\n",
    "folded trailer": "0\r\nA: b\r\n c\r\n\r\n",
    "trailer with bare lf": "0\r\nA: b\nC: d\r\n\r\n",
    "trailer with space before colon": "0\r\nA : b\r\n\r\n",
}


@pytest.mark.parametrize("name", BAD_HEADS)
def test_malformed_head(server, name):
    refused(server, BAD_HEADS[name])


@pytest.mark.parametrize("name", BAD_FRAMING)
def test_malformed_framing(server, name):
    refused(server, BAD_FRAMING[name])


@pytest.mark.parametrize("name", BAD_CHUNKS)
def test_malformed_chunks(server, name):
    refused(server, CHUNKED + BAD_CHUNKS[name])


@pytest.mark.parametrize("size", ["FFFFFFFFFFFFFFFF", "10000000000000000", "7FFFFFFFFFFFFFFF", "100001"])
def test_huge_chunks(server, size):
    refused(server, f"{CHUNKED}{size}\r\nabc\r\n", 413)


@pytest.mark.parametrize("length", ["1048577", "18446744073709551615"])
def test_huge_lengths(server, length):
    refused(server, f"{POST}Content-Length: {length}\r\n\r\nabc", 413)


@pytest.mark.parametrize("length", ["18446744073709551616", "9" * 100])
def test_lengths_that_are_no_length(server, length):
    refused(server, f"{POST}Content-Length: {length}\r\n\r\nabc")


def test_methods_and_versions(server):
    refused(server, f"CONNECT h:80 HTTP/1.1\r\n{H}\r\n", 501)
    refused(server, f"GET / HTTP/2.0\r\n{H}\r\n", 505)
    refused(server, f"GET / HTTP/1.2\r\n{H}\r\n", 505)
    with server.client() as client:
        assert is_error(client.ask(f"PATCH /echo HTTP/1.1\r\n{H}\r\n"), 405)
        assert is_error(client.ask(f"TRACE /echo HTTP/1.1\r\n{H}\r\n"), 405)
        reply = client.ask(f"FROBNICATE /echo HTTP/1.1\r\n{H}Content-Length: 3\r\n\r\nabc")
        assert is_error(reply, 405) and "POST" in reply.headers["allow"]
        assert client.ask(f"GET /small HTTP/1.1\r\n{H}\r\n").status == 200


def test_nothing_smuggled_behind_a_refusal(server):
    inner = f"GET /status HTTP/1.1\r\n{H}\r\n"
    for bad in (BAD_FRAMING["length and chunked"], CHUNKED + "3 \r\nabc\r\n"):
        refused(server, bad + inner)


def test_refusal_waits_for_earlier_replies(server):
    with server.client() as client:
        client.send(f"GET /slow/200 HTTP/1.1\r\n{H}\r\nGET /echo HTTP/1.1\r\n{H}\r\nrubbish\r\n\r\n")
        assert client.reply().json()["path"] == "/slow/200"
        assert client.reply().json()["path"] == "/echo"
        assert is_error(client.reply(), 400) and client.at_end()


# --- limits ---------------------------------------------------------------------------------

def test_long_request_line(server):
    with server.client() as client:
        assert client.ask(f"GET /echo?{'q' * 16000} HTTP/1.1\r\n{H}\r\n").status == 200
    refused(server, f"GET /echo?{'q' * 17000} HTTP/1.1\r\n{H}\r\n", 414)
    refused(server, "G" * 17000, 414)


def test_long_headers(server):
    with server.client() as client:
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}A: {'b' * 60000}\r\n\r\n").status == 200
        lines = "".join(f"A{i}: b\r\n" for i in range(63))
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}{lines}\r\n").json()["n_headers"] == 64
    refused(server, f"GET /echo HTTP/1.1\r\n{H}A: {'b' * 66000}\r\n\r\n", 431)
    refused(server, f"GET /echo HTTP/1.1\r\n{H}{lines}A: b\r\n\r\n", 431)
    refused(server, f"{CHUNKED}0\r\nA: {'b' * 66000}\r\n\r\n", 431)


def test_413_reaches_a_client_that_goes_on_sending(server):
    with server.client() as client:
        client.send(f"{POST}Content-Length: 20000000\r\n\r\n")
        client.send(b"x" * 20_000_000)
        assert is_error(client.reply(), 413) and client.at_end()
    with server.client() as client:
        client.send(CHUNKED)
        try:
            for _ in range(300):
                client.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        except OSError:
            pytest.fail("reset before the reply")
        assert is_error(client.reply(), 413)


def test_connections_limit(start):
    server = start("connections=3")
    clients = [server.client(timeout=1) for _ in range(4)]
    for client in clients[:3]:
        assert client.ask(f"GET /small HTTP/1.1\r\n{H}\r\n").status == 200
    clients[3].send(f"GET /small HTTP/1.1\r\n{H}\r\n")
    with pytest.raises(socket.timeout):
        clients[3].reply()
    clients[0].sock.close()
    assert clients[3].reply().status == 200
    for client in clients[1:]:
        client.sock.close()


def test_out_of_file_descriptors(start):
    resource = pytest.importorskip("resource")
    server = start()
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, 12))
    clients = [server.client() for _ in range(20)]
    time.sleep(0.3)
    before = server.cpu_seconds()
    time.sleep(1)
    assert server.cpu_seconds() - before < 0.2
    for client in clients:
        client.sock.close()
    time.sleep(0.1)
    assert server.get("/small").status == 200


def test_output_back_pressure(start):
    server = start("output=1000000", "write_ms=60000")
    with server.client() as client:
        client.send("".join(f"GET /large HTTP/1.1\r\n{H}\r\n" for _ in range(12)))
        time.sleep(0.5)
        with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as statm:
            resident = int(statm.read().split()[1]) * 4096
        assert resident < 120e6  # not all twelve of 8 MiB at once
        for _ in range(12):
            assert len(client.reply().body) == 8 << 20


def test_a_stuck_reader_does_not_stall_others(server):
    with server.client() as stuck:
        stuck.send("".join(f"GET /large HTTP/1.1\r\n{H}\r\n" for _ in range(12)))
        time.sleep(0.1)
        begun = time.monotonic()
        for _ in range(50):
            assert server.get("/small").status == 200
        assert time.monotonic() - begun < 2


# --- clocks ---------------------------------------------------------------------------------

def test_read_timeout(start):
    server = start("read_ms=600")
    for beginning in ("G", "GET / HTTP/1.1\r\nHost:", POST + "Content-Length: 9\r\n\r\nabc",
                      CHUNKED + "5\r\nab"):
        with server.client() as client:
            client.send(beginning)
            assert is_error(client.reply(), 408) and client.at_end()


def test_slow_loris(start):
    server = start("read_ms=600")
    with server.client() as client:
        client.send(f"GET / HTTP/1.1\r\n{H}")
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun < 8:
                client.send("A: b\r\n")
                time.sleep(0.1)
                client.sock.setblocking(False)
                try:
                    client.fill()
                except BlockingIOError:
                    pass
                client.sock.setblocking(True)
                if b"408" in client.data:
                    raise OSError
        assert time.monotonic() - begun < 3


def test_idle_timeout(start):
    server = start("idle_ms=500")
    with server.client() as fresh, server.client() as used:
        assert used.ask(f"GET /slow/1200 HTTP/1.1\r\n{H}\r\n").status == 200
        begun = time.monotonic()
        assert used.at_end() and fresh.at_end()
        assert 0.3 < time.monotonic() - begun < 3


def test_write_timeout(start):
    server = start("write_ms=600")
    with server.client() as client:
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(f"GET /large HTTP/1.1\r\n{H}\r\n" * 2)
        time.sleep(2.5)
        assert server.get("/status").json()["message"] == "1 connections"


def test_handler_deadline(start):
    server = start("request_ms=600")
    with server.client() as client:
        client.send(f"GET /echo HTTP/1.1\r\n{H}\r\nGET /never HTTP/1.1\r\n{H}\r\n"
                    f"GET /echo HTTP/1.1\r\n{H}\r\n")
        assert client.reply().status == 200
        assert is_error(client.reply(), 503)
        assert client.reply().status == 200
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}\r\n").status == 200
    assert server.cancelled() == 1


def test_deadline_of_a_handler_that_can_not_be_cancelled(start):
    server = start("request_ms=300")
    with server.client() as client:
        client.send(f"GET /slow/250 HTTP/1.1\r\n{H}\r\nGET /stubborn HTTP/1.1\r\n{H}\r\n"
                    f"GET /stubborn HTTP/1.1\r\n{H}\r\n")
        client.reply()
        assert is_error(client.reply(), 503) and is_error(client.reply(), 503)
        time.sleep(1.6)
        assert client.ask(f"GET /echo HTTP/1.1\r\n{H}\r\n").status == 200


def test_client_leaves(start):
    server = start()
    for leave in ("close", "reset", "pipelined"):
        before = server.cancelled()
        client = server.client()
        client.send(f"GET /never HTTP/1.1\r\n{H}\r\n")
        if leave == "pipelined":
            client.send(f"GET /slow/60000 HTTP/1.1\r\n{H}\r\nGET /echo HTTP/1.1\r\n{H}\r\nGET /par")
        time.sleep(0.1)
        if leave == "reset":
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sock.close()
        assert server.wait_cancelled(before + (2 if leave == "pipelined" else 1))
    with server.client() as client:
        client.send(f"GET /stubborn HTTP/1.1\r\n{H}\r\n")
        time.sleep(0.05)
    time.sleep(1.7)
    assert server.get("/status").json()["message"] == "1 connections"


def test_half_closed_client_gets_its_reply(server):
    with server.client() as client:
        client.send(f"GET /small HTTP/1.1\r\n{H}\r\n")
        client.sock.shutdown(socket.SHUT_WR)
        assert client.reply().status == 200 and client.at_end()


def test_many_connections_at_once(server):
    clients = [server.client() for _ in range(300)]
    for client in clients:
        client.send(f"GET /slow/30 HTTP/1.1\r\n{H}\r\n")
    assert all(client.reply().status == 200 for client in clients)
    for client in clients:
        client.sock.close()


# --- drain and reload -----------------------------------------------------------------------

def test_drain(start):
    server = start()
    with server.client() as idle, server.client() as busy, server.client() as partial:
        idle.ask(f"GET /small HTTP/1.1\r\n{H}\r\n")
        busy.send(f"GET /slow/700 HTTP/1.1\r\n{H}\r\n")
        partial.send(f"{POST}Content-Length: 4\r\n\r\nab")
        time.sleep(0.2)
        server.process.terminate()
        assert idle.at_end()
        with pytest.raises(OSError):
            server.client()
        reply = partial.ask("cd")
        assert reply.json()["body"] == "abcd" and reply.headers["connection"] == "close"
        reply = busy.reply()
        assert reply.status == 200 and reply.headers["connection"] == "close"
        assert busy.at_end() and partial.at_end()
    server.process.wait(5)
    assert "cancelled 0" in server.stop()


def test_drain_cuts_what_does_not_end(start):
    server = start()
    with server.client() as client:
        client.send(f"GET /never HTTP/1.1\r\n{H}\r\n")
        time.sleep(0.1)
        begun = time.monotonic()
        assert "cancelled 1" in server.stop()
        assert 2.5 < time.monotonic() - begun < 6


def test_reload(start):
    server = start()
    with server.client() as client:
        assert client.ask(f"{POST}Content-Length: 11\r\n\r\n01234567890").status == 200
        reply = client.ask(f"POST /reload HTTP/1.1\r\n{H}\r\n")
        assert reply.status == 204 and "content-length" not in reply.headers
    refused(server, f"{POST}Content-Length: 11\r\n\r\n01234567890", 413)
    assert server.get("/small").status == 200


# --- replies that are made while they are sent -------------------------------------------------

def get(path, version="1.1"):
    return f"GET {path} HTTP/{version}\r\n{H}\r\n"


def pieces(count):
    return b"begin\n" + b"".join(b"%0*d\n" % (9999, n) for n in range(1, count + 1))


def streams(server):
    """Streams that run, pieces ever asked for."""
    reply = server.get("/streams").json()
    return reply["error_code"], int(reply["message"])


def wait_streams(server, count, seconds=5):
    end = time.monotonic() + seconds
    while streams(server)[0] != count and time.monotonic() < end:
        time.sleep(0.02)
    return streams(server)[0] == count


@pytest.mark.parametrize("count", [0, 1, 7, 500])
def test_stream(server, count):
    with server.client() as client:
        for _ in range(2):
            reply = client.ask(get(f"/pieces/{count}"))
            assert reply.status == 200 and reply.body == pieces(count)
            assert reply.headers["content-type"] == "text/plain"
            assert "connection" not in reply.headers
    assert streams(server)[0] == 0


def test_stream_between_pipelined_requests(server):
    with server.client() as client:
        client.send(get("/slow/100") + get("/pieces/40") + get("/small") + get("/pieces/3") +
                    get("/echo"))
        assert client.reply().json()["path"] == "/slow/100"
        assert client.reply().body == pieces(40)
        assert client.reply().json()["schema"]
        assert client.reply().body == pieces(3)
        assert client.reply().json()["path"] == "/echo"


def test_a_write_waits_for_the_stream_before_it(server):
    with server.client() as client:
        client.send(get("/pieces/40") + f"POST /echo HTTP/1.1\r\n{H}Content-Length: 2\r\n"
                    "Content-Type: application/json\r\n\r\n{}")
        assert client.reply().body == pieces(40)
        assert client.reply().json()["body"] == "{}"


def test_stream_head(server):
    with server.client() as client:
        before = streams(server)[1]
        reply = client.ask(f"HEAD /pieces/9 HTTP/1.1\r\n{H}\r\n", head=True)
        assert reply.headers["transfer-encoding"] == "chunked"
        assert client.ask(get("/small")).status == 200
        assert streams(server) == (0, before)


def test_stream_to_http10(server):
    with server.client() as client:
        client.send(f"GET /pieces/40 HTTP/1.0\r\n{H}Connection: keep-alive\r\n\r\n" + get("/small") +
                    f"POST /echo HTTP/1.1\r\n{H}Content-Length: 2\r\n\r\n{{}}")
        reply = client.reply()
        assert reply.headers["connection"] == "close"
        assert "transfer-encoding" not in reply.headers and "content-length" not in reply.headers
        assert client.rest() == pieces(40)
    assert streams(server)[0] == 0


def test_stream_waits_for_its_reader(server):
    before = streams(server)[1]
    with server.client() as client:
        client.send(get("/pieces/100000"))
        time.sleep(0.3)
        running, made = streams(server)
        assert running == 1 and 0 < made - before < 5000  # what the kernel's buffers took
        time.sleep(0.3)
        assert streams(server) == (1, made)
    assert wait_streams(server, 0)


def test_stream_write_timeout(start):
    server = start("write_ms=300")
    with server.client() as client:
        client.send(get("/pieces/100000"))
        assert wait_streams(server, 1) and wait_streams(server, 0)


def test_stream_has_no_deadline(start):
    server = start("request_ms=200")
    with server.client() as client:
        client.send(get("/pieces/3000"))
        time.sleep(1.2)
        assert client.reply().body == pieces(3000)


def test_stream_breaks(server):
    with server.client() as client:
        client.send(get("/broken/5"))
        with pytest.raises(EOFError):
            client.reply()
    assert streams(server)[0] == 0


def test_stream_to_a_half_closed_client(server):
    with server.client() as client:
        client.send(get("/pieces/400"))
        client.sock.shutdown(socket.SHUT_WR)
        assert client.reply().body == pieces(400)
        assert client.at_end()


def test_drain_ends_with_the_stream(start):
    server = start()
    with server.client() as client:
        client.send(get("/pieces/2000"))
        assert wait_streams(server, 1)
        server.process.terminate()
        time.sleep(0.2)
        assert client.reply().body == pieces(2000)
        assert client.at_end()
    assert server.process.wait(10) == 0


def test_drain_cuts_a_stream_that_does_not_end(start):
    server = start()
    with server.client() as client:
        client.send(get("/pieces/1000000"))
        assert wait_streams(server, 1)
        server.stop()
