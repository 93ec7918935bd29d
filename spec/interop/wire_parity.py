"""Every operation, many random inputs: what this SDK puts on the wire against what botocore does.

Inputs are made from botocore's model (types, lengths, ranges, enums, patterns), from a fixed seed.
Each goes through botocore's client and through ours (spec/interop/wire_parity.lua, in one process, by
the method that boto3's users know, with a server here that records what arrives). Compared: method,
path, the headers that matter, the JSON value by value: the types of numbers, every digit, no member
twice. One more input for each goes through a client with a transport of the host's own. Then botocore's own signer computes the signature of what arrived, which must be ours.

usage: wire_parity.py LUA [INPUTS_PER_OPERATION]
Prints a line for each difference, and counts last. What a newer botocore has beyond the model here is
left out, and named.
"""

import base64
import http.server
import json
import random
import re
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import botocore.session
from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.credentials import Credentials

try:
    import rstr
except ImportError:  # strings are then random text, whatever their pattern
    rstr = None

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLE//token=="
REGION = "us-east-1"
TEXT = "aZ09 _-./:+=@%&<>'\"\\\b\f\n\r\t\0\x1f\x7fé\u00ffΩ漢字\ufffd\uffff🙂\u2028"
HARD_FLOATS = [0.1, 1 / 3, -0.0, 1.0, 1e16, 1e22, 1e-7, 123456789.12345679, 5e-324, 2.2250738585072014e-308, -1.7976931348623157e308]
SIGNED_BY_BOTOCORE = {"content-type", "host", "x-amz-date", "x-amz-target", "x-amz-security-token"}


class Inputs:
    """Random valid values of a model's shapes. Members that the model here doesn't know go to `unknown`."""

    def __init__(self, seed, known):
        self.known = known
        self.unknown = set()
        self.random = random.Random(seed)
        self.regex = rstr and rstr.Rstr(self.random)

    def length(self, shape, limit=12):
        least = int(shape.metadata.get("min", 0))
        most = int(shape.metadata.get("max", least + limit))
        return self.random.randint(least, max(least, min(most, least + limit)))

    def structure(self, shape, depth):
        value = {}
        known = self.known["shapes"].get(shape.name, {}).get("members", {})
        for name, member in shape.members.items():
            if name not in known:
                self.unknown.add(f"{shape.name}.{name}")
                continue
            wanted = name in shape.required_members
            if wanted or self.random.random() < (0.6 if depth < 4 else 0.2):
                value[name] = self.value(member, depth + 1)
        return value

    def list(self, shape, depth):
        return [self.value(shape.member, depth + 1) for _ in range(self.length(shape, 3))]

    def map(self, shape, depth):
        count = self.length(shape, 4)
        return {self.value(shape.key, depth + 1): self.value(shape.value, depth + 1) for _ in range(count)}

    def string(self, shape, _depth):
        if shape.enum:
            return self.random.choice(shape.enum)
        pattern = shape.metadata.get("pattern")
        if pattern and self.regex:
            text = self.matching(shape, pattern)
            if text is not None:
                return text
        return "".join(self.random.choice(TEXT) for _ in range(self.length(shape)))

    def matching(self, shape, pattern):
        least = int(shape.metadata.get("min", 0))
        most = int(shape.metadata.get("max", 1 << 20))
        for _ in range(20):
            try:
                text = self.regex.xeger(pattern)
            except (re.error, NotImplementedError, KeyError, ValueError):
                return None
            if least <= len(text) <= most:
                return text
        return None

    def blob(self, shape, _depth):
        return self.random.randbytes(self.length(shape, 400))

    def integer(self, shape, _depth):
        widest = 31 if shape.type_name == "integer" else 63
        least = int(shape.metadata.get("min", -(2**widest)))
        most = int(shape.metadata.get("max", 2**widest - 1))
        return self.random.choice([least, most, self.random.randint(least, most)])

    long = integer

    def float(self, shape, _depth):
        if not {"min", "max"} & shape.metadata.keys() and self.random.random() < 0.5:
            return self.random.choice(HARD_FLOATS)
        least = float(shape.metadata.get("min", -1e6))
        most = float(shape.metadata.get("max", 1e6))
        return self.random.choice([least, most, self.random.uniform(least, most)])

    double = float

    def boolean(self, _shape, _depth):
        return self.random.random() < 0.5

    def timestamp(self, _shape, _depth):
        return self.random.randint(0, 2**31)

    def value(self, shape, depth=0):
        return getattr(self, shape.type_name)(shape, depth)


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one write for each answer, so that none waits for an acknowledgement
    arrived = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        Recorder.arrived.append((self.command, self.path, self.headers.items(), body))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


def tagged(value):
    """A value as JSON that tells blobs from strings."""
    if isinstance(value, bytes):
        return {"$blob": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {key: tagged(item) for key, item in value.items()}
    if isinstance(value, list):
        return [tagged(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return {"$integer": str(value)}
    if isinstance(value, float):
        return {"$float": value.hex()}
    return value


def botocore_client(endpoint):
    session = botocore.session.Session()
    session.set_credentials(KEY, SECRET, TOKEN)
    return session.create_client("rekognition", region_name=REGION, endpoint_url=endpoint)


def untagged(value):
    """A value from JSON with tags, of which `tagged` makes some and tagged.lua others."""
    if isinstance(value, list):
        return [untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$integer" in value:
        return int(value["$integer"])
    if "$float" in value:
        return float.fromhex(value["$float"])
    return {key: untagged(item) for key, item in value.items()}


def botocore_sends(client, operation, params):
    """The request that botocore would send: (method, path, headers, body)."""
    sent = []

    def take(request, **_):
        sent.append(request)
        return AWSResponse(request.url, 200, {}, type("Raw", (), {"stream": lambda *_: iter([b"{}"])})())

    client.meta.events.register_first("before-send.rekognition", take, unique_id="take")
    getattr(client, xform_name(operation))(**params)
    client.meta.events.unregister("before-send.rekognition", unique_id="take")
    request = sent[0]
    headers = {k.lower(): v.decode() if isinstance(v, bytes) else v for k, v in request.headers.items()}
    body = request.body if isinstance(request.body, bytes) else request.body.encode()
    return request.method, "/" + request.url.split("/", 3)[3], headers, body


def is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def strict_json(text):
    """The value of a JSON document, which must be RFC 8259's: no NaN, and no member twice."""

    def members(pairs):
        value = dict(pairs)
        if len(value) != len(pairs):
            raise ValueError("a member stands there twice")
        return value

    def refuse(constant):
        raise ValueError(constant + " is not JSON")

    def whole(digits):
        return -0.0 if digits == "-0" else int(digits)

    return json.loads(text.decode(), object_pairs_hook=members, parse_constant=refuse, parse_int=whole)


def compare_bodies(ours, theirs, token_members, params):
    ours, theirs = strict_json(ours), strict_json(theirs)
    for member in token_members:
        if member not in params:
            if not (is_uuid(ours.pop(member, "")) and is_uuid(theirs.pop(member, ""))):
                return f"{member} is no random UUID"
    if not same(ours, theirs):
        return f"bodies differ:\n  ours   {ours}\n  theirs {theirs}"
    return None


def same(a, b):
    """Equality to the last digit, of the same kinds. JSON has one kind of number: where botocore writes a fraction
    of 0 ("1.0"), we may leave it out, but not the other way round."""
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if type(a) is int and type(b) is float:
        return a == b and repr(b) != "-0.0"
    return type(a) is type(b) and repr(a) == repr(b)


def signature_of(method, url, headers, body):
    """What botocore's signer makes of a request as it arrived."""
    names = re.search(r"SignedHeaders=([^,]+)", headers["authorization"]).group(1).split(";")
    request = AWSRequest(method, url, data=body)
    for name in names:
        request.headers[name] = headers[name]
    request.context["timestamp"] = headers["x-amz-date"]
    signer = SigV4Auth(Credentials(KEY, SECRET, None), "rekognition", REGION)
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


def differences(endpoint, params, ours, theirs, token_members):
    method, path, header_list, body = ours
    headers = {name.lower(): value for name, value in header_list}
    found = []
    if (method, path) != theirs[:2]:
        found.append(f"{method} {path} against {theirs[0]} {theirs[1]}")
    if len(headers) != len(header_list):
        found.append(f"a header stands there twice: {header_list}")
    expected = {name: theirs[2].get(name) for name in ("content-type", "x-amz-target", "x-amz-security-token")}
    expected |= {"content-length": str(len(body)), "host": endpoint.split("//")[1],
                 "amz-sdk-request": "attempt=1; max=3", "transfer-encoding": None, "expect": None}
    for name, value in expected.items():
        if headers.get(name) != value:
            found.append(f"{name}: {headers.get(name)} against {value}")
    if not is_uuid(headers.get("amz-sdk-invocation-id", "")):
        found.append("amz-sdk-invocation-id is no UUID")
    signed = re.search(r"SignedHeaders=([^,]+)", headers["authorization"]).group(1)
    if set(signed.split(";")) != SIGNED_BY_BOTOCORE:
        found.append(f"signed headers: {signed}")
    problem = compare_bodies(body, theirs[3], token_members, params)
    if problem:
        found.append(problem)
    return found


def signature_difference(endpoint, ours):
    method, path, header_list, body = ours
    headers = {name.lower(): value for name, value in header_list}
    expected = signature_of(method, endpoint + path, headers, body)
    if headers["authorization"].endswith("Signature=" + expected):
        return []
    return [f"signature: {headers['authorization']} against {expected}"]


def make_cases(model, per_operation):
    known = json.loads((ROOT / "model" / "rekognition.json").read_text())
    inputs, cases = Inputs(20161127, known), []
    for operation in model.operation_names:
        if operation not in known["operations"]:
            inputs.unknown.add(operation)
            continue
        shape = model.operation_model(operation).input_shape
        cases += [(operation, inputs.value(shape), i == per_operation) for i in range(per_operation + 1)]
    if inputs.unknown:
        print("newer than model/rekognition.json, left out (script/generate refreshes it): "
              + ", ".join(sorted(inputs.unknown)))
    return cases


def send_ours(lua, endpoint, cases):
    """What arrives when our client makes the calls."""
    lines = "".join(json.dumps({"method": xform_name(operation), "params": tagged(params), "own_http": own_http}) + "\n"
                    for operation, params, own_http in cases)
    subprocess.run([lua, HERE / "wire_parity.lua", endpoint, REGION, KEY, SECRET, TOKEN],
                   input=lines, text=True, check=True)
    return Recorder.arrived


def main(lua, per_operation):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    client = botocore_client(endpoint)
    model = client.meta.service_model
    cases = make_cases(model, per_operation)
    arrived = send_ours(lua, endpoint, cases)
    server.shutdown()
    if len(arrived) != len(cases):
        print(f"{len(cases)} requests were to arrive, {len(arrived)} did")
        return 1
    wire = signatures = 0
    for (operation, params, _), ours in zip(cases, arrived):
        theirs = botocore_sends(client, operation, params)
        tokens = model.operation_model(operation).idempotent_members
        on_the_wire = differences(endpoint, params, ours, theirs, tokens)
        signature = signature_difference(endpoint, ours)
        wire += bool(on_the_wire)
        signatures += bool(signature)
        for difference in on_the_wire + signature:
            print(f"FAIL {operation}: {difference}")
    failed, operations = wire + signatures, len({case[0] for case in cases})
    print(f"wire as botocore {botocore.__version__}, {operations} operations, {len(cases)} requests: "
          f"{wire} wire differences, {signatures} signature differences: "
          f"{2 * len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20))
