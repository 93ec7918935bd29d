"""HTTP/2 by hand, and what can go wrong in it: RFC 9113's frames as bytes, so that a fault can be anything.

FAULTS names what a server does. `handler(name)` takes a connection on which ALPN chose h2: it reads requests, and does
that for each. Where a fault returns, the connection is closed. A request whose project is called "works" has a response:
what is wrong comes later, on a connection that was used before.

SHARED_FAULTS are of requests that share a connection: the server reads SHARERS of them, and does that. Later connections
work, until a request for the project "works" comes again.
"""

import socket
import ssl
import struct
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 5, 6, 7, 8, 9
END_STREAM, ACK, END_HEADERS = 1, 1, 4
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL = 0, 1, 2, 7, 8
ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED = 11, 13

ALL = 0x7FFFFFFF                      # as the last stream of a GOAWAY
STATUS_200 = b"\x88"                  # of HPACK's static table
STATUS_103 = b"\x08\x03103"           # :status, literal
EMPTY_BODY = b"{}"
WORKS = b'"works"'
SHARERS = 6
NOT_YET = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
FLOOD = 30                            # seconds at most: every client has gone by then


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def field(name, value):
    """A header, literal and without Huffman's code."""
    def text(data):
        return (bytes([len(data)]) if len(data) < 127 else b"\x7f" + varint(len(data) - 127)) + data
    return b"\x00" + text(name) + text(value)


def varint(number):
    out = b""
    while number >= 128:
        out += bytes([number % 128 | 128])
        number //= 128
    return out + bytes([number])


class Connection:
    def __init__(self, raw):
        self.raw = raw
        self.buffer = b""
        self.on_works = lambda: None

    def send(self, *frames):
        self.raw.sendall(b"".join(frames))

    def exactly(self, count):
        while len(self.buffer) < count:
            data = self.raw.recv(65536)
            if not data:
                raise OSError("the client has gone")
            self.buffer += data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read(self):
        head = self.exactly(9)
        payload = self.exactly(int.from_bytes(head[:3], "big"))
        return head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF, payload

    def request(self):
        """The stream of the next request that is whole. Of what is asked no more is looked at than the name "works"."""
        while True:
            kind, flags, stream, payload = self.read()
            if kind == SETTINGS and not flags & ACK:
                self.send(frame(SETTINGS, ACK))
            elif kind == PING and not flags & ACK:
                self.send(frame(PING, ACK, 0, payload))
            elif kind in (HEADERS, DATA) and flags & END_STREAM:
                if kind == DATA and WORKS in payload:
                    self.on_works()
                    self.send(answer(stream))
                else:
                    return stream

    def flood(self, *frames):
        """The frames again and again, until the client has gone. What it sends back is read meanwhile."""
        block, end = b"".join(frames) * (1 + 16000 // sum(map(len, frames))), time.monotonic() + FLOOD
        self.raw.settimeout(0)
        rest = block
        while time.monotonic() < end:
            try:
                rest = rest[self.raw.send(rest):] or block
            except NOT_YET:
                time.sleep(0.001)
            try:
                if not self.raw.recv(65536):
                    return
            except NOT_YET:
                pass

    def ends(self):
        """An end that is no reset: all that the client sends until it goes is read first."""
        self.raw.settimeout(2)
        try:
            self.raw.shutdown(socket.SHUT_WR)  # and takes TLS away: what follows is not decrypted
            while self.raw.recv(65536):
                pass
        except OSError:
            pass

    def rest(self):
        time.sleep(600)


def answer(stream, headers=b"", body=EMPTY_BODY):
    return frame(HEADERS, END_HEADERS, stream, STATUS_200 + headers) + frame(DATA, END_STREAM, stream, body)


def goaway(last, code):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code))


def rst(stream, code):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def hard(c):
    c.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def headers(stream, block=STATUS_200, flags=END_HEADERS):
    return frame(HEADERS, flags, stream, block)


def goes_on(action):
    """A fault after which the connection stays: requests that follow meet it too."""
    def fault(c, stream):
        action(c, stream)
        return True
    return fault


# What happens to each request. True: the connection goes on.
FAULTS = {
    "works": goes_on(lambda c, s: c.send(answer(s))),
    "goaway_unread": lambda c, s: c.send(goaway(0, NO_ERROR)),
    "goaway_unread_stays": goes_on(lambda c, s: c.send(goaway(0, NO_ERROR))),
    "goaway_calm": lambda c, s: c.send(goaway(0, ENHANCE_YOUR_CALM)),
    "goaway_read": lambda c, s: c.send(goaway(ALL, NO_ERROR)),
    "goaway_read_error": lambda c, s: c.send(goaway(ALL, INTERNAL_ERROR)),
    "goaway_in_body": lambda c, s: c.send(headers(s), frame(DATA, 0, s, b"{"), goaway(ALL, NO_ERROR)),
    "goaway_read_stays": lambda c, s: (c.send(goaway(ALL, NO_ERROR)), c.rest()),
    "rst_refused": goes_on(lambda c, s: c.send(rst(s, REFUSED_STREAM))),
    "rst_internal": goes_on(lambda c, s: c.send(rst(s, INTERNAL_ERROR))),
    "rst_cancel": goes_on(lambda c, s: c.send(rst(s, CANCEL))),
    "rst_calm": goes_on(lambda c, s: c.send(rst(s, ENHANCE_YOUR_CALM))),
    "rst_no_error": goes_on(lambda c, s: c.send(rst(s, NO_ERROR))),
    "rst_http_1": goes_on(lambda c, s: c.send(rst(s, HTTP_1_1_REQUIRED))),
    "rst_in_body": goes_on(lambda c, s: c.send(headers(s), frame(DATA, 0, s, b"{"), rst(s, INTERNAL_ERROR))),
    "end": lambda c, s: None,
    "reset": lambda c, s: hard(c),
    "end_in_headers": lambda c, s: c.send(frame(HEADERS, 0, s, STATUS_200)),
    "end_in_frame": lambda c, s: c.send(frame(HEADERS, END_HEADERS, s, STATUS_200)[:-1]),
    "end_in_body": lambda c, s: c.send(headers(s), frame(DATA, 0, s, b"{")),
    "reset_in_body": lambda c, s: (c.send(headers(s), frame(DATA, 0, s, b"{")), time.sleep(0.05), hard(c)),
    "stall": lambda c, s: c.rest(),
    "stall_in_headers": lambda c, s: (c.send(frame(HEADERS, 0, s, STATUS_200)), c.rest()),
    "stall_in_body": lambda c, s: (c.send(headers(s), frame(DATA, 0, s, b"{")), c.rest()),
    "too_short": goes_on(lambda c, s: c.send(answer(s, field(b"content-length", b"10")))),
    "no_status": goes_on(lambda c, s: c.send(headers(s, field(b"server", b"x")), frame(DATA, END_STREAM, s, b"{}"))),
    "upper_case": goes_on(lambda c, s: c.send(answer(s, field(b"Server", b"x")))),
    "bad_hpack": lambda c, s: (c.send(headers(s, b"\xff\xff\xff\xff\xff\xff\xff\xff")), c.rest()),
    "bad_frame": lambda c, s: (c.send(frame(PING, 0, 0, b"short")), c.rest()),
    "huge_frame": lambda c, s: (c.send(b"\xff\xff\xff" + frame(DATA, 0, s)[3:] + bytes(70000)), c.rest()),
    "other_stream": lambda c, s: (c.send(frame(DATA, 0, s + 100, b"{}")), c.rest()),
    "push": lambda c, s: (c.send(frame(PUSH_PROMISE, END_HEADERS, s, struct.pack(">I", 2) + STATUS_200)), c.rest()),
    "window_overflow": lambda c, s: (c.send(frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff")), c.rest()),
    "not_http2": lambda c, s: (c.raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), c.rest()),
    "ping_flood": lambda c, s: c.flood(frame(PING, 0, 0, bytes(8))),
    "settings_flood": lambda c, s: c.flood(frame(SETTINGS)),
    "continuation_flood": lambda c, s: (c.send(frame(HEADERS, 0, s, STATUS_200)),
                                        c.flood(frame(CONTINUATION, 0, s, field(b"a", b"b")))),
    "empty_continuation_flood": lambda c, s: (c.send(frame(HEADERS, 0, s, STATUS_200)),
                                              c.flood(frame(CONTINUATION, 0, s))),
    "empty_data_flood": lambda c, s: (c.send(headers(s)), c.flood(frame(DATA, 0, s))),
    "window_flood": lambda c, s: c.flood(frame(WINDOW_UPDATE, 0, 0, b"\x00\x00\x00\x01"),
                                         frame(WINDOW_UPDATE, 0, s, b"\x00\x00\x00\x01")),
    "unknown_flood": lambda c, s: c.flood(frame(0xBE, 0, s, b"what is this?")),
    "interim_flood": lambda c, s: c.flood(headers(s, STATUS_103 + field(b"x-early", b"yes" * 30))),
    "large_headers": goes_on(lambda c, s: c.send(
        frame(HEADERS, 0, s, STATUS_200),
        *[frame(CONTINUATION, 0, s, field(b"x-%d" % i, b"v" * 15000)) for i in range(30)],
        frame(CONTINUATION, END_HEADERS, s), frame(DATA, END_STREAM, s, EMPTY_BODY))),
    "endless_body": lambda c, s: (c.send(headers(s)), c.flood(frame(DATA, 0, s, b"x" * 1000))),
}


def answers(c, streams):
    c.send(*[answer(stream) for stream in streams])


def one_reset(code, before=lambda stream: ()):
    """The second stream is reset, the others have responses."""
    def fault(c, s):
        c.send(*before(s[1]), rst(s[1], code))
        answers(c, s[:1] + s[2:])
        return True
    return fault


def one_is(make):
    """The response to the second is this, the others are good."""
    def fault(c, s):
        answers(c, s[:1])
        c.send(*make(s[1]))
        answers(c, s[2:])
        return True
    return fault


def goaway_after_three(code, *before, reads=True, end=False, pause=0):
    """A GOAWAY that includes three streams, which have responses, so many seconds later."""
    def fault(c, s):
        c.send(*before, goaway(s[2], code))
        time.sleep(pause)
        if reads:
            answers(c, s[:3])
        return c.ends() if end else True
    return fault


SHARED_FAULTS = {
    "all_work": goes_on(lambda c, s: answers(c, s)),
    "goaway_three": goaway_after_three(NO_ERROR),
    "goaway_three_end": goaway_after_three(NO_ERROR, end=True),
    "goaway_three_later": goaway_after_three(NO_ERROR, pause=0.3),
    "goaway_three_later_end": goaway_after_three(NO_ERROR, end=True, pause=0.3),
    "goaway_three_calm": goaway_after_three(ENHANCE_YOUR_CALM),
    "goaway_three_error": goaway_after_three(INTERNAL_ERROR, end=True),
    "goaway_twice": goaway_after_three(NO_ERROR, goaway(ALL, NO_ERROR)),
    "goaway_three_unanswered": goaway_after_three(NO_ERROR, reads=False, end=True),
    "goaway_none": goes_on(lambda c, s: c.send(goaway(0, NO_ERROR))),
    "goaway_none_end": lambda c, s: c.send(goaway(0, NO_ERROR)),
    "goaway_none_calm": lambda c, s: c.send(goaway(0, ENHANCE_YOUR_CALM)),
    "goaway_all": goes_on(lambda c, s: (c.send(goaway(ALL, NO_ERROR)), answers(c, s))),
    "goaway_all_resets": goes_on(lambda c, s: (c.send(goaway(ALL, NO_ERROR), *[rst(one, INTERNAL_ERROR) for one in s]))),
    "goaway_all_end": lambda c, s: c.send(goaway(ALL, NO_ERROR)),
    "one_refused": one_reset(REFUSED_STREAM),
    "one_internal": one_reset(INTERNAL_ERROR),
    "one_cancel": one_reset(CANCEL),
    "one_calm": one_reset(ENHANCE_YOUR_CALM),
    "one_no_error": one_reset(NO_ERROR),
    "one_http_1": one_reset(HTTP_1_1_REQUIRED),
    "one_protocol": one_reset(PROTOCOL_ERROR),
    "one_unknown": one_reset(0xBEEF),
    "one_in_body": one_reset(INTERNAL_ERROR, lambda s: [headers(s), frame(DATA, 0, s, b"{")]),
    "one_upper_case": one_is(lambda s: [answer(s, field(b"Server", b"x"))]),
    "one_short": one_is(lambda s: [answer(s, field(b"content-length", b"10"))]),
    "one_no_status": one_is(lambda s: [headers(s, field(b"server", b"x")), frame(DATA, END_STREAM, s, b"{}")]),
    "one_stalls": goes_on(lambda c, s: answers(c, s[:1] + s[2:])),
    "one_stalls_in_body": one_is(lambda s: [headers(s), frame(DATA, 0, s, b"{")]),
    "one_window": one_is(lambda s: [frame(WINDOW_UPDATE, 0, s, b"\x7f\xff\xff\xff")]),
    "one_window_0": one_is(lambda s: [frame(WINDOW_UPDATE, 0, s, bytes(4))]),
    "one_too_large": one_is(lambda s: [headers(s)] + [frame(DATA, 0, s, b"x" * 16000)] * 80),
    "one_bad_hpack": one_is(lambda s: [headers(s, b"\xff\xff\xff\xff\xff\xff\xff\xff")]),
    "window_overflow": goes_on(lambda c, s: c.send(frame(WINDOW_UPDATE, 0, 0, b"\x7f\xff\xff\xff"))),
    "settings_window": goes_on(lambda c, s: c.send(frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 0x80000000)))),
    "data_after_end": one_is(lambda s: [answer(s), frame(DATA, 0, s, b"{}")]),
    "half_end": lambda c, s: answers(c, s[:3]),
    "half_reset": lambda c, s: (answers(c, s[:3]), time.sleep(0.05), hard(c)),
    "end": lambda c, s: None,
    "reset": lambda c, s: hard(c),
    "bad_frame": goes_on(lambda c, s: c.send(frame(PING, 0, 0, b"short"))),
    "push": goes_on(lambda c, s: c.send(frame(PUSH_PROMISE, END_HEADERS, s[0], struct.pack(">I", 2) + STATUS_200))),
    "ping_flood": lambda c, s: c.flood(frame(PING, 0, 0, bytes(8))),
    "settings_flood": lambda c, s: c.flood(frame(SETTINGS)),
    "window_flood": lambda c, s: c.flood(frame(WINDOW_UPDATE, 0, 0, b"\x00\x00\x00\x01")),
    "continuation_flood": lambda c, s: (c.send(frame(HEADERS, 0, s[1], STATUS_200)),
                                        c.flood(frame(CONTINUATION, 0, s[1], field(b"a", b"b")))),
    "rst_flood": lambda c, s: c.flood(rst(s[1], CANCEL)),
}


DONE = set()  # the names of those that happened


def serve_shared(name, c):
    c.on_works = lambda: DONE.discard(name)
    while True:
        streams = [c.request()]
        if name in DONE:
            answers(c, streams)
            continue
        streams += [c.request() for _ in range(SHARERS - 1)]
        DONE.add(name)
        if SHARED_FAULTS[name](c, sorted(streams)) is not True:
            return


def handler(name):
    def serve(raw):
        c = Connection(raw)
        if c.exactly(len(PREFACE)) != PREFACE:
            return
        if name == "silent":
            c.rest()
        c.send(frame(SETTINGS))
        if name.startswith("shared_"):
            return serve_shared(name[7:], c)
        while True:
            if FAULTS[name](c, c.request()) is not True:
                return
    return serve


NAMES = [*FAULTS, "silent", *("shared_" + name for name in SHARED_FAULTS)]
