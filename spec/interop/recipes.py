"""The recipes that docs/emulator.md shows, run as they stand.

    PYTHON spec/interop/recipes.py MODULES [GO]

Each file that the page's table "In anybody's tests" names is run by the command that its own head names: pytest, node --test
with AWS's SDK for JavaScript from MODULES, go test in the module GO. Without GO the one for Go is left out. The page's blocks of
shell are run as well. They name the port 4566, which may be taken; a free one is put in its place, and nothing else changed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from copy_flow import emulator

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
COMMAND = f"{ROOT}/script/lua {ROOT}/bin/rekognition-emulator"
SECTION = PAGE[PAGE.index("## In anybody's tests"):PAGE.index("## From Lua")]


def run(command, folder, **more):
    environment = {**os.environ, "REKOGNITION_EMULATOR": COMMAND, **more}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


def in_python(file, folder):
    shutil.copy(file, folder)
    status, text = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file.name], folder)
    return status == 0 and re.search(r"^([0-9]+) passed", text, re.M), text


def in_node(file, folder, modules):
    shutil.copy(file, folder)
    os.symlink(Path(modules).resolve(), folder / "node_modules")
    status, text = run(["node", "--test", file.name], folder)
    return status == 0 and re.search(r"^(?:#|ℹ) pass ([1-9][0-9]*)$", text, re.M), text


def in_go(file, go):
    package = Path(go) / "recipe"
    package.mkdir(exist_ok=True)
    shutil.copy(file, package)
    status, text = run(["go", "test", "-count=1", "-v", "./recipe"], go)
    return status == 0 and text.count("--- PASS: ") > 0 and "--- FAIL" not in text, text


def with_command(folder):
    """A folder with the command rekognition-emulator, for PATH."""
    commands = folder / "bin"
    commands.mkdir()
    script = commands / "rekognition-emulator"
    script.write_text(f'#!/bin/sh\nexec {COMMAND} "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return f"{commands}:{os.environ['PATH']}"


def blocks():
    """The section's blocks of shell."""
    found, lines = [], []
    for line in SECTION.splitlines() + [""]:
        if line.startswith("    "):
            lines.append(line[4:])
        elif lines:
            found.append("\n".join(lines))
            lines = []
    return found


def in_shell(block, folder):
    """Runs a block of the page. One that starts an emulator stops it at its end, as a job's end does."""
    path = with_command(folder)
    if "rekognition-emulator" in block:
        text = block.replace("--port 4566", "--port 0") + f"\ncat {'env' if '--env-file' in block else 'ready'} && kill $!\nwait $!\n"
        status, output = run(["sh", "-e", "-c", text], folder, PATH=path,
                             AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_PAGER="")
        called = "describe-projects" not in block or '"ProjectDescriptions": []' in output
        return status == 0 and called and "http://127.0.0.1:" in output, output
    with emulator() as url:
        status, output = run(["sh", "-e", "-c", block.replace("http://127.0.0.1:4566", url)], folder, PATH=path,
                             AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_PAGER="")
    return status == 0 and '"ProjectDescriptions": []' in output, output


def main(modules, go=None):
    runners = {".py": in_python, ".mjs": lambda file, folder: in_node(file, folder, modules),
               ".go": go and (lambda file, _: in_go(file, go))}
    files = [ROOT / name for name in dict.fromkeys(re.findall(r"\]\(\.\./(examples/emulator/[^)]+\.(?:py|mjs|go))\)", SECTION))]
    work = [(file.name, lambda folder, file=file: runners[file.suffix](file, folder)) for file in files if runners[file.suffix]]
    work += [(f"block {number}", lambda folder, block=block: in_shell(block, folder))
             for number, block in enumerate(blocks(), 1)]
    passed, failed = 0, 0
    for name, recipe in work:
        with tempfile.TemporaryDirectory() as folder:
            good, text = recipe(Path(folder))
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print(f"FAIL {name}:\n{text}")
    if len(files) != 3 or len(blocks()) != 3:
        failed += 1
        print(f"FAIL docs/emulator.md has {len(files)} recipes and {len(blocks())} blocks in that section, where 3 and 3 are known")
    print(f"recipes of docs/emulator.md: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
