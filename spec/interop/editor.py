"""What a person sees in an editor: a language server (emmylua_ls) reads the library, its examples and the scripts of README
and docs, for which it must have nothing to say, and completes what a person types.

    editor.py SERVER        SERVER is the program emmylua_ls

The last line counts."""

import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT = 120
# What the server gets to know, and which of its diagnostics don't count, with the reasons.
CONFIG = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text())


class Server:
    def __init__(self, program, folder):
        os.chmod(program, 0o755)  # a wheel doesn't keep it
        self.process = subprocess.Popen([program, "--log-level", "error"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, cwd=folder)
        self.ids, self.loaded = 0, False
        self.messages = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        uri = folder.as_uri()
        self.request("initialize", {
            "processId": os.getpid(), "rootUri": uri, "workspaceFolders": [{"uri": uri, "name": "rekognition"}],
            "capabilities": {"textDocument": {"completion": {}, "hover": {}, "diagnostic": {}, "publishDiagnostics": {}}, "window": {"workDoneProgress": True}, "workspace": {"configuration": True, "workspaceFolders": True}},
        })
        self.send({"method": "initialized", "params": {}})
        while not self.loaded:  # what it says before it has read everything is of no use
            self.request("workspace/symbol", {"query": "rekognition"})
            time.sleep(0.05)

    def read(self):
        out = self.process.stdout
        while True:
            length = 0
            while (line := out.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if length == 0:
                return
            self.messages.put(json.loads(out.read(length)))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def request(self, method, params):
        self.ids += 1
        number = self.ids
        self.send({"id": number, "method": method, "params": params})
        while True:
            message = self.messages.get(timeout=TIMEOUT)
            if "method" in message and "id" in message:  # the server asks something
                items = message.get("params", {}).get("items") if message["method"] == "workspace/configuration" else None
                self.send({"id": message["id"], "result": [None] * len(items) if items else None})
            elif message.get("method") == "$/progress" and message["params"]["value"]["kind"] == "end":
                self.loaded = True
            elif message.get("id") == number:
                if "error" in message:
                    raise RuntimeError("%s: %s" % (method, message["error"]))
                return message["result"]

    def open(self, path, text):
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": path.as_uri(), "languageId": "lua", "version": 1, "text": text}}})

    def diagnostics(self, path):
        result = self.request("textDocument/diagnostic", {"textDocument": {"uri": path.as_uri()}})
        return result.get("items", [])

    def at(self, method, path, text, more=None):
        line = text.count("\n")
        return self.request(method, {"textDocument": {"uri": path.as_uri()},
                                     "position": {"line": line, "character": len(text) - text.rfind("\n") - 1}, **(more or {})})

    def close(self):
        try:
            self.request("shutdown", None)
            self.send({"method": "exit"})
            self.process.wait(timeout=10)
        finally:
            self.process.kill()


def scripts_of(page):
    """The Lua blocks of a page that are whole scripts: those that require the library."""
    text = (ROOT / page).read_text()
    for number, block in enumerate(re.findall(r"^```lua\n(.*?)^```", text, re.M | re.S), 1):
        if re.search(r'require\s*\(?"rekognition"', block):
            yield "%s block %d" % (page, number), block


def workspace(folder):
    shutil.copytree(ROOT / "lua", folder / "lua")
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "modules").mkdir()
    for module in CONFIG["c_modules"]:  # which the server can't read
        (folder / "modules" / (module.replace(".", "_") + ".lua")).write_text(
            "---@meta %s\n---@type any\nlocal M\nreturn M\n" % module)
    (folder / ".emmyrc.json").write_text(json.dumps(CONFIG["settings"] | {
        "workspace": {"workspaceRoots": ["lua", "examples", "modules"]}}))
    files = {}
    for path in sorted(folder.rglob("*.lua")):
        if "generated/model.lua" not in str(path) and path.parent.name != "modules":
            files[str(path.relative_to(folder))] = path
    for page in ["README.md"] + sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md")):
        for name, text in scripts_of(page):
            path = folder / "scripts" / (re.sub(r"[^a-z0-9]+", "_", name.lower()) + ".lua")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            files[name] = path
    return files


# What is typed (| is where the cursor is), and some of what must be offered there.
COMPLETIONS = [
    ('local rekognition = require "rekognition"\nrekognition.', ["client", "error", "sigv4", "credentials", "guard", "preload"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client { | }',
     ["region", "profile", "credentials", "retry", "timeout", "logger"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\nclient:',
     ["copy_project_version", "detect_labels", "wait", "pages", "items", "presign", "close", "detect_labels_async", "start"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\nclient:copy_project_version { | }',
     ["SourceProjectArn", "SourceProjectVersionArn", "DestinationProjectArn", "VersionName", "OutputConfig"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\n'
     'local labels = client:detect_labels {}\nlabels.', ["Labels", "LabelModelVersion"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\n'
     'local labels = client:detect_labels {}\nlabels.Labels[1].', ["Name", "Confidence", "Instances"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\n'
     'local version = client:wait("project_version_copied", { ProjectArn = "arn" })\nversion.', ["Status", "ProjectVersionArn"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\n'
     'local dataset = client:wait("dataset_created", { DatasetArn = "arn" })\ndataset.', ["Status", "DatasetStats"]),
    ('local rekognition = require "rekognition"\nlocal client = rekognition.client {}\nclient:wait("',
     ["project_version_copied", "project_version_running"]),
]


def check_diagnostics(server, files):
    bad, seen = 0, set()
    for path in files.values():
        server.open(path, path.read_text())
    for name, path in files.items():
        is_own = name.startswith("lua/") or re.match("examples/[a-z_]+[.]lua$", name)
        ignored = CONFIG["lua" if is_own else "docs"] if is_own or name.startswith("docs/") else ()
        for item in server.diagnostics(path):
            if item.get("code") in ignored:
                seen.add((bool(is_own), item["code"]))
                continue
            bad += 1
            print("%s:%d: %s (%s)" % (name, item["range"]["start"]["line"] + 1, item["message"], item.get("code")))
    for code in CONFIG["lua"]:
        if not any(own and found == code for own, found in seen):
            bad += 1
            print("spec/interop/editor.json: %s is not needed any more; remove it" % code)
    return bad


def check_completion(server, folder, number, typed, expected):
    path = folder / "scripts" / ("typed_%d.lua" % number)
    server.open(path, typed.replace("|", ""))
    result = server.at("textDocument/completion", path, typed.partition("|")[0]) or []
    items = result["items"] if isinstance(result, dict) else result
    offered = {re.sub(r"[^A-Za-z0-9_].*", "", item["label"].lstrip("\"' ")) for item in items}
    missing = [name for name in expected if name not in offered]
    if missing:
        print("FAIL after %r: not offered: %s; offered: %s" % (typed, ", ".join(missing), ", ".join(sorted(offered)[:40])))
    return not missing


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary).resolve()
        files = workspace(folder)
        server = Server(sys.argv[1], folder)
        try:
            bad = check_diagnostics(server, files)
            done = [check_completion(server, folder, i, *case) for i, case in enumerate(COMPLETIONS, 1)]
        finally:
            server.close()
    print("emmylua_ls: %d files, %d diagnostics, %d completions" % (len(files), bad, len(done)))
    passed, failed = sum(done) + (bad == 0), done.count(False) + (bad > 0)
    print("editor: %d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
