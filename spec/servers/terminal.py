"""Runs a command in a pseudo terminal: terminal.py FILE, where FILE has {command, env, steps} as JSON.

Each step waits until the terminal has got a text since the last step, and then writes another. Prints {code, out}.
Everything is bounded: a command that does not end is killed by its own process id.
"""
import json
import os
import pty
import select
import signal
import sys
import time

with open(sys.argv[1], encoding="utf-8") as file:
    task = json.load(file)

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(task["env"])
    os.execvp("sh", ["sh", "-c", "stty cols 100 2>/dev/null; exec env " + task["command"]])

output, seen, steps = b"", 0, list(task.get("steps") or [])
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    if steps and steps[0][0].encode() in output[seen:]:
        seen = len(output)
        os.write(terminal, steps.pop(0)[1].encode())
    ready, _, _ = select.select([terminal], [], [], 0.05)
    if ready:
        try:
            got = os.read(terminal, 65536)
        except OSError:
            break
        if not got:
            break
        output += got
else:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "out": output.decode("utf-8", "replace")}))
