"""Builds spec/interop/go in FOLDER, which has AWS's SDK for Go, and runs it against an emulator.

    PYTHON spec/interop/go_copy_flow.py FOLDER
"""

import shutil
import subprocess
import sys
from pathlib import Path

from copy_flow import emulator

SOURCE = Path(__file__).resolve().parent / "go" / "main.go"
SHORT = ["--train-seconds", "0.5", "--copy-seconds", "0.5", "--delete-seconds", "0.2", "--start-seconds", "0.3",
         "--stop-seconds", "0.3"]


def main(folder):
    shutil.copy(SOURCE, folder)
    for command in (["gofmt", "-l", "main.go"], ["go", "vet", "."], ["go", "build", "-o", "copyflow", "."]):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0 or command[0] == "gofmt" and done.stdout:
            sys.exit(f"go_copy_flow.py: {' '.join(command)}:\n{done.stdout}{done.stderr}")
    with emulator(*SHORT) as url:
        return subprocess.run([str(Path(folder, "copyflow")), url], timeout=120).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
