"""A loopback server that answers a few of Rekognition's operations from what it is sent, for the specs of host programs:
rekognition_server.py. Prints its address as a line, and ends with the process that started it."""

import base64
import http.server
import json
import os
import threading
import time


def detect_labels(request):
    image = base64.b64decode(request["Image"]["Bytes"])
    if not image.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return 400, {"__type": "InvalidImageFormatException", "Message": "Request has invalid image format"}
    return 200, {"Labels": [{"Name": "Picture", "Confidence": 99.5}, {"Name": "%d bytes" % len(image), "Confidence": 75}]}


def compare_faces(request):
    source, target = request["SourceImage"]["Bytes"], request["TargetImage"]["Bytes"]
    similarity = 99.0 if source == target else 12.0
    matches = [{"Similarity": similarity}] if similarity >= request.get("SimilarityThreshold", 80) else []
    return 200, {"FaceMatches": matches}


OPERATIONS = {"DetectLabels": detect_labels, "CompareFaces": compare_faces}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential="):
            status, answer = 400, {"__type": "MissingAuthenticationTokenException"}
        else:
            status, answer = OPERATIONS[operation](json.loads(body))
        text = json.dumps(answer).encode("ascii")
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    parent = os.getppid()
    print("http://127.0.0.1:%d" % server.server_port, flush=True)
    while os.getppid() == parent:
        time.sleep(0.2)


main()
