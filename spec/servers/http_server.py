#!/usr/bin/env python3
"""A loopback HTTP server that behaves and misbehaves on command, for the specs in spec/http.

usage: http_server.py FOLDER

Makes certificates in FOLDER (openssl), listens on ports of its own choice and prints one line of
JSON that names them. What a path does is in the table PATHS. It stops with SIGTERM, or when the
process that started it has gone, or after five minutes.
"""

import base64
import gzip
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
import http2_faults  # noqa: E402, of this folder

FOLDER = sys.argv[1]
LOCK = threading.Lock()
COUNTS = {"connections": 0}
SEEN = {}  # how many requests came, by path
PROXY_LOG = []
PROXY_PASSWORD = "s3cr3t/pass word"


# Certificates

def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], cwd=FOLDER, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit("http_server.py: openssl %s failed:\n%s" % (" ".join(arguments), done.stdout))


def make_authority(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
            name + ".key", "-out", name + ".pem", "-days", "2", "-subj", "/CN=" + name)


def make_request(name, subject):
    with open(os.path.join(FOLDER, name + ".ext"), "w", encoding="ascii") as file:
        file.write("subjectAltName=" + subject)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", name + ".key",
            "-out", name + ".csr", "-subj", "/CN=" + name)


def make_certificate(name, authority, subject):
    make_request(name, subject)
    openssl("x509", "-req", "-in", name + ".csr", "-CA", authority + ".pem", "-CAkey", authority + ".key",
            "-CAcreateserial", "-days", "2", "-extfile", name + ".ext", "-out", name + ".pem")


# OpenSSL 3.5 refuses `x509 -days -1`, and older ones have no `x509 -not_after`; `ca` takes dates in all of them.
def make_expired_certificate(name, authority, subject):
    make_request(name, subject)
    with open(os.path.join(FOLDER, name + ".cnf"), "w", encoding="ascii") as file:
        file.write("[ca]\ndefault_ca = authority\n[authority]\ndatabase = index.txt\nnew_certs_dir = .\n"
                   "rand_serial = yes\ndefault_md = sha256\npolicy = policy\n[policy]\ncommonName = supplied\n")
    with open(os.path.join(FOLDER, "index.txt"), "w", encoding="ascii"):
        pass
    openssl("ca", "-batch", "-notext", "-config", name + ".cnf", "-in", name + ".csr", "-cert", authority + ".pem",
            "-keyfile", authority + ".key", "-startdate", "20200101000000Z", "-enddate", "20200102000000Z",
            "-extfile", name + ".ext", "-out", name + ".pem")


def make_certificates():
    make_authority("ca")
    make_authority("other-ca")
    make_certificate("good", "ca", "IP:127.0.0.1,DNS:localhost")
    make_certificate("wrong-host", "ca", "DNS:example.com")
    make_expired_certificate("expired", "ca", "IP:127.0.0.1")
    hashed = os.path.join(FOLDER, "hashed")
    os.mkdir(hashed)
    with open(os.path.join(FOLDER, "ca.pem"), "rb") as source, open(os.path.join(hashed, "ca.pem"), "wb") as copy:
        copy.write(source.read())
    openssl("rehash", "hashed")


# Answers

class Request:
    def __init__(self, head, body, connection, serial):
        self.head = head
        self.method, self.target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        self.path, _, argument = self.target.strip("/").partition("/")
        self.path = self.path.partition("?")[0]
        self.argument = argument
        self.body = body
        self.connection = connection
        self.serial = serial


def answer(body=b"", status="200 OK", headers=(), length=None):
    lines = ["HTTP/1.1 " + status, *headers]
    if length is not False:
        lines.append("Content-Length: %d" % (len(body) if length is None else length))
    return "\r\n".join(lines).encode("utf-8") + b"\r\n\r\n" + body


def echo(request):
    return answer(request.body, headers=[
        "X-Method: " + request.method, "X-Connection: %d" % request.connection, "X-Serial: %d" % request.serial])


def bomb():
    """50 MB of zeros, in some 50 KB."""
    return gzip.compress(bytes(50 << 20), 9)


def chunks(*parts, end=b"0\r\n\r\n"):
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return answer(headers=["Transfer-Encoding: chunked"], length=False) + body + end


def reset(connection, sent=b""):
    """Ends the connection with a RST."""
    if sent:
        connection.sendall(sent)
        time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


HANG, CLOSE, PAUSE, BARE = object(), object(), object(), object()

# path -> what is sent, and what happens to the connection then
PATHS = {
    "echo": lambda r: [echo(r)],
    "head": lambda r: [answer(r.head)],
    "large": lambda r: [answer(b"x" * int(r.argument))],
    "binary": lambda r: [answer(bytes(range(256)) * 4)],
    "gzip": lambda r: [answer(gzip.compress(b"unpacked " * 100), headers=["Content-Encoding: gzip"])],
    "bomb": lambda r: [answer(bomb(), headers=["Content-Encoding: gzip"])],
    "gzip-two": lambda r: [answer(gzip.compress(b"one ") + gzip.compress(b"two"), headers=["Content-Encoding: gzip"])],
    "gzip-padded": lambda r: [answer(gzip.compress(b"one") + bytes(512), headers=["Content-Encoding: x-gzip"])],
    "gzip-rest": lambda r: [answer(gzip.compress(b"one") + b"\0\0rest", headers=["Content-Encoding: gzip"])],
    "gzip-cut": lambda r: [answer(gzip.compress(b"one " * 1000)[:-9], headers=["Content-Encoding: gzip"])],
    "gzip-empty": lambda r: [answer(b"", headers=["Content-Encoding: gzip"])],
    "gzip-list": lambda r: [answer(gzip.compress(b"one"), headers=["Content-Encoding: , identity,GZip ,"])],
    "gzip-gzip": lambda r: [answer(gzip.compress(gzip.compress(b"one")), headers=["Content-Encoding: gzip"] * 2
                                   if r.argument else ["Content-Encoding: gzip, gzip"])],
    "br-refusal": lambda r: [answer(b"abc", "400 Bad Request", ["Content-Encoding: br", "x-amzn-ErrorType: X"])],
    "folded": lambda r: [answer(headers=["X-Folded: one\r\n \t two\r\n three", "X-Next:\r\n four"])],
    "one-name": lambda r: [answer(headers=["X-One: %d" % i for i in range(int(r.argument))])],
    "br": lambda r: [answer(b"abc", headers=["Content-Encoding: br"])],
    "identity": lambda r: [answer(b"abc", headers=["Content-Encoding: identity"])],
    "gzip-broken": lambda r: [answer(b"not gzip at all", headers=["Content-Encoding: gzip"])],
    "204": lambda r: [answer(status="204 No Content", length=False)],
    "304": lambda r: [answer(status="304 Not Modified", headers=['ETag: "x"'], length=False)],
    "502": lambda r: [answer(b"<html><h1>502 Bad Gateway</h1></html>", "502 Bad Gateway", ["Content-Type: text/html"])],
    "redirect": lambda r: [answer(b"moved", "302 Found", ["Location: /echo"])],
    "cookie": lambda r: [answer(r.head, headers=["Set-Cookie: a=1; Path=/"])],
    "interim": lambda r: [b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n", answer(b"late", headers=["X-Late: yes"])],
    "duplicate": lambda r: [answer(headers=["X-Two: a", "x-two: b", "X-Empty:", "X-Unicode: gr\u00fc\u00df \u2713", "X-Space: \t c d \t"])],
    "chunked": lambda r: [chunks(b"one ", b"two")],
    "trailers": lambda r: [chunks(b"one", end=b"0\r\nX-Trailer: yes\r\n\r\n")],
    "chunked-truncated": lambda r: [chunks(b"one", end=b"ff\r\ntwo"), CLOSE],
    "chunked-broken": lambda r: [chunks(b"one", end=b"zz\r\ntwo\r\n"), CLOSE],
    "chunked-long": lambda r: [chunks(b"one", end=b"1\r\ntwo\r\n0\r\n\r\n"), CLOSE],
    "long-trailer": lambda r: [chunks(b"one", end=b"0\r\nX-A: " + b"v" * 110000 + b"\r\n\r\n"), CLOSE],
    "short": lambda r: [answer(b"abc", length=10), CLOSE],
    "long": lambda r: [answer(b"abcdef", length=3), CLOSE],
    "bad-length": lambda r: [b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc", CLOSE],
    "until-close": lambda r: [answer(b"to the end", length=False), CLOSE],
    "quiet-close": lambda r: [echo(r), CLOSE],
    "unasked": lambda r: [echo(r), PAUSE, answer(b"nobody asked for this")],
    "unasked-408": lambda r: [echo(r), PAUSE, answer(status="408 Request Timeout", headers=["Connection: close"]), CLOSE],
    "unasked-bytes": lambda r: [echo(r), PAUSE, b"\r\n\r\n"],
    "broken-tls": lambda r: [BARE, PAUSE, CLOSE],
    "nothing": lambda r: [CLOSE],
    "garbage": lambda r: [b"\x00\x01 this is not HTTP\r\n\r\n", CLOSE],
    "many-headers": lambda r: [answer(headers=["X-%d: %s" % (i, "v" * 1000) for i in range(290)])],
    "header-line": lambda r: [answer(headers=["X-Long: " + "v" * int(r.argument)])],
    "interim-flood": lambda r: [b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n" * 20000, answer(b"late")],
    "old-http": lambda r: [b"just some text, as HTTP/0.9 had it\r\n", CLOSE],
    "seen": lambda r: [answer(b"%d" % SEEN.get(r.argument, 0))],
    "drip": lambda r: [answer(length=20)] + [b"x"] * 20,
    "long-header": lambda r: [answer(headers=["X-Long: " + "v" * 2000000])],
    "headers-truncated": lambda r: [b"HTTP/1.1 200 OK\r\nX-A: b\r\n", CLOSE],
    "hang-headers": lambda r: [b"HTTP/1.1 200 OK\r\nX-A: b\r\n", HANG],
    "hang-body": lambda r: [answer(b"some", length=100), HANG],
    "hang": lambda r: [HANG],
}


def read_request(connection, buffer):
    while b"\r\n\r\n" not in buffer:
        data = connection.recv(65536)
        if not data:
            return None, None, b""
        buffer += data
        if buffer[:1] == b"\x16":  # a TLS handshake
            connection.sendall(answer(b"plain HTTP here", "400 Bad Request"))
            return None, None, b""
    head, _, rest = buffer.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = bytearray(rest)
    while len(body) < length:
        data = connection.recv(1 << 20)
        if not data:
            return None, None, b""
        body += data
    return head + b"\r\n\r\n", bytes(body[:length]), bytes(body[length:])


def send(connection, parts):
    """Sends an answer; whether the connection goes on."""
    for part in parts:
        if part is HANG:
            time.sleep(600)
        if part is CLOSE:
            return False
        if part is BARE:  # below TLS
            os.write(connection.fileno(), b"something else " * 4)
            continue
        if part is PAUSE:
            time.sleep(0.05)
            continue
        connection.sendall(part)
        if part == b"x":  # drip
            time.sleep(0.02)
    return True


def serve(connection):
    with LOCK:
        COUNTS["connections"] += 1
        number = COUNTS["connections"]
    buffer, serial = b"", 0
    while True:
        head, body, buffer = read_request(connection, buffer)
        if head is None:
            return
        serial += 1
        request = Request(head, body, number, serial)
        with LOCK:
            SEEN[request.path] = SEEN.get(request.path, 0) + 1
        if request.path in ("reset", "reset-body"):
            reset(connection, answer(b"some", length=100) if request.path == "reset-body" else b"")
            return
        if request.path == "proxy-log":
            parts = [answer(json.dumps(PROXY_LOG).encode())]
        else:
            parts = PATHS.get(request.path, lambda r: [answer(b"no such path", "404 Not Found")])(request)
        if request.method == "HEAD":
            parts = [part.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for part in parts]
        if not send(connection, parts):
            return


# A proxy: plain requests are answered by itself, CONNECT opens a tunnel

def pump(source, sink):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve_proxy(connection):
    buffer = b""
    while True:
        head, body, buffer = read_request(connection, buffer)
        if head is None:
            return
        request = Request(head, body, 0, 0)
        with LOCK:
            PROXY_LOG.append(head.decode("latin-1"))
        expected = base64.b64encode(("user:" + PROXY_PASSWORD).encode())
        if b"Proxy-Authorization: Basic " + expected not in head:
            connection.sendall(answer(b"who are you?", "407 Proxy Authentication Required",
                                      ['Proxy-Authenticate: Basic realm="test"']))
        elif request.method == "CONNECT":
            host, _, port = request.target.rpartition(":")
            upstream = socket.create_connection((host, int(port)))
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nX-Proxy-Secret: yes\r\n\r\n")
            threading.Thread(target=pump, args=(upstream, connection), daemon=True).start()
            pump(connection, upstream)
            return
        else:
            connection.sendall(answer(head, headers=["X-Via-Proxy: yes"]))


# Connections that break off before there is a request

def hang_up(connection):
    """Takes some bytes, and closes."""
    connection.recv(65536)


def hang_up_hard(connection):
    connection.recv(65536)
    reset(connection)


def alert(number):
    """A server that refuses the TLS handshake with this fatal alert (RFC 8446, section 6)."""
    def handler(connection):
        connection.recv(65536)
        connection.sendall(bytes([21, 3, 3, 0, 2, 2, number]))
    return handler


def speak_another(connection):
    connection.recv(65536)
    connection.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    time.sleep(0.2)


def answer_502(connection):
    connection.recv(65536)
    connection.sendall(answer(b"", "502 Bad Gateway"))


def stay_silent(connection):
    connection.recv(65536)
    time.sleep(600)


def open_tunnel_then(end):
    """A proxy whose tunnel breaks in the TLS handshake."""
    def handler(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        end(connection)
    return handler


# Listeners

def refused(raw):
    """What a client sends on is read, so that it can read why it was refused: closing would reset the connection."""
    try:
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(65536):
            pass
    except OSError:
        pass
    raw.close()


def guarded(handler, connection, context):
    if context and context.verify_mode == ssl.CERT_REQUIRED:
        raw = connection.dup()
        try:
            connection = context.wrap_socket(connection, server_side=True)
            context = None
            raw.close()
        except OSError:
            return refused(raw)
    try:
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        handler(connection)
    except (OSError, ValueError):
        pass
    finally:
        connection.close()


def listen(handler, context=None):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept():
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=guarded, args=(handler, connection, context), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return "127.0.0.1:%d" % listener.getsockname()[1]


def tls(name, asks_client=False, version=None, alpn=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version:
        context.minimum_version = context.maximum_version = version
    if alpn:
        context.set_alpn_protocols(alpn)
    if asks_client:
        context.load_verify_locations(os.path.join(FOLDER, "ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(os.path.join(FOLDER, name + ".pem"), os.path.join(FOLDER, name + ".key"))
    return context


def listen_full():
    """A listener whose queue is full: a further connection is neither accepted nor refused."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        waiting.append(filler)
    COUNTS["keep"] = (listener, waiting)
    return "127.0.0.1:%d" % listener.getsockname()[1]


def closed_port():
    """A port on which nobody listens, nor can: it stays bound."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    COUNTS.setdefault("bound", []).append(holder)
    return "127.0.0.1:%d" % holder.getsockname()[1]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return "127.0.0.1:%d" % listener.getsockname()[1]


def main():
    make_certificates()
    addresses = {
        "plain": listen(serve),
        "tls": listen(serve, tls("good")),
        "wrong_host": listen(serve, tls("wrong-host")),
        "expired": listen(serve, tls("expired")),
        "proxy": listen(serve_proxy),
        "hang_up": listen(hang_up),
        "hang_up_hard": listen(hang_up_hard),
        "speak_another": listen(speak_another),
        **{"alert_%d" % number: listen(alert(number)) for number in (40, 70, 80, 112, 120)},
        "answer_502": listen(answer_502),
        "stay_silent": listen(stay_silent),
        "tunnel_hang_up": listen(open_tunnel_then(hang_up)),
        "tunnel_hang_up_hard": listen(open_tunnel_then(hang_up_hard)),
        # TLS 1.2 refuses inside the handshake; TLS 1.3 when the client's handshake is over
        "tls_client": listen(serve, tls("good", True, ssl.TLSVersion.TLSv1_2)),
        "tls_client_13": listen(serve, tls("good", True, ssl.TLSVersion.TLSv1_3)),
        "full": listen_full(),
        "closed": closed_port(),
        "free": free_port(),
        "pid": os.getpid(),
    }
    addresses["alpn_other"] = listen(serve, tls("good", alpn=["other/1"]))  # none of ours: HTTP/1.1 is spoken
    http2 = tls("good", alpn=["h2"])
    addresses.update(("h2_" + name, listen(http2_faults.handler(name), http2)) for name in http2_faults.NAMES)
    parent = os.getppid()
    print(json.dumps(addresses), flush=True)
    for _ in range(1500):
        if os.getppid() != parent:
            break
        time.sleep(0.2)


main()
