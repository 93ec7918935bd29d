"""A server that responds to each request after so many seconds as its path says ("/after/1.5"), to thousands at the same
time. It speaks HTTP/1.1 and keeps connections open.

usage: slow_server.py FOLDER

Makes a certificate in FOLDER (openssl), listens on ports of its own choice, plain and with TLS, and prints one line of
JSON: pid, plain, tls. It stops with SIGTERM, or when the process that started it has gone.
"""

import asyncio
import json
import os
import resource
import ssl
import subprocess
import sys

BODY = b'{"ProjectArn":"arn:aws:rekognition:us-east-1:111122223333:project/x/1656611123456"}'
RESPONSE = (b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\n"
            b"x-amzn-RequestId: 0bf76043-ceae-497d-a697-9008197d4789\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY))
BACKLOG = 4096


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""

    def data_received(self, data):
        self.data += data
        head, end, rest = self.data.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        if len(rest) < length:
            return
        self.data = rest[length:]
        delay = float(head.split(b" ", 2)[1].rpartition(b"/")[2])
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, self.transport.write, RESPONSE)
        else:
            self.transport.write(RESPONSE)


def make_certificate(folder):
    key, certificate = os.path.join(folder, "slow.key"), os.path.join(folder, "slow.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                    certificate], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def main():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    loop, parent = asyncio.get_running_loop(), os.getppid()
    plain = await loop.create_server(Connection, "127.0.0.1", 0, backlog=BACKLOG)
    tls = await loop.create_server(Connection, "127.0.0.1", 0, backlog=BACKLOG, ssl=make_certificate(sys.argv[1]))
    print(json.dumps({"pid": os.getpid(), "plain": plain.sockets[0].getsockname()[1],
                      "tls": tls.sockets[0].getsockname()[1]}), flush=True)
    while os.getppid() == parent:
        await asyncio.sleep(1)


asyncio.run(main())
