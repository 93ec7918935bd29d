"""Compares our parser of profile files with botocore's over random texts.

    PYTHON spec/interop/profile_parity.py [CASES [SEED]]

The texts are made of the pieces that the format knows, in any order, with Unicode blanks, quotes, comments, brackets and
broken lines among them. Where botocore refuses a text, ours must have found a malformed line or something that comes
twice; where it reads one, ours must read the same profiles, sessions and services, with no malformed line. What differs
on purpose (see docs/configuration.md) is left out of the texts or made the same here. The last line has the counts.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
from configparser import DuplicateOptionError, DuplicateSectionError

from botocore.configloader import build_profile_map, raw_config_parse
from botocore.exceptions import ConfigParseError

ROOT = pathlib.Path(__file__).resolve().parents[2]
BLANKS = ["", "", "", " ", "\t", "  ", "\u00a0", "\u2003", "\u3000", " \u202f"]
NAMES = ["a", "b", "c-d", "e/f@g", "%h", "\u00e9", "'i j'", '"k #l"', "m'n o'", "p\\ q", "'r]'", "s t", "'u"]
BARE = ["a", "b", "DEFAULT", "Foo Bar", "team #1", "c]d", "\u00e9", "profile a", "'q'", "x;y"]
KEYS = ["region", "Region", "aws_access_key_id", "k.l", "sts", "s3"]
VALUES = ["", "v", "v w", "a=b", "a:b", "x#y", "'q'", "\u00e9", "https://h:1/p?x=y", "[z]"]


def header(rng, kind):
    if kind == "credentials":
        return f"[{rng.choice(BARE)}]"
    word = rng.choice(["profile", "profile", "profile", "sso-session", "services", "plugins"])
    name = rng.choice(["default", "default", "DEFAULT", f"{word} {rng.choice(NAMES)}", f"{word} {rng.choice(NAMES)}", word])
    return f"[{name}]"


def line(rng, kind):
    way = rng.random()
    pad = rng.choice(BLANKS)
    if way < 0.25:
        return rng.choice(["", "", "", " ", "\u00a0"]) + header(rng, kind) + rng.choice(["", "", " # c", ";", " x", "\u00a0"])
    if way < 0.75:
        split = rng.choice(["=", " = ", "=", "\u00a0=\u00a0", ": ", ":", " :"])
        return rng.choice(["", "", "", " ", "\t", "\u3000"]) + rng.choice(KEYS) + split + pad + rng.choice(VALUES) + pad
    if way < 0.85:
        return rng.choice(["  ", "\t", "\u00a0\u00a0"]) + rng.choice(["x = y", "z=", "more", "# c", "; c"])
    if way < 0.95:
        return rng.choice(BLANKS) + rng.choice(["# c", "; c = d", "", "#"])
    return rng.choice(["word", "= v", "[open", "[]", "]"])


def text(rng, kind):
    lines = [line(rng, kind) for _ in range(rng.randint(1, 9))]
    if rng.random() < 0.9:
        lines.insert(0, "[default]")
    return "".join(one + rng.choice(["\n", "\n", "\n", "\r\n", "\r"]) for one in lines)


def botocore(kind, given):
    """What botocore reads, or None where it refuses the text; and whether that is for what comes twice."""
    with tempfile.NamedTemporaryFile("wb", delete=False) as file:
        file.write(given.encode())
    try:
        parsed = raw_config_parse(file.name)
    except ConfigParseError as problem:
        return None, isinstance(problem.kwargs["error"], (DuplicateOptionError, DuplicateSectionError))
    finally:
        os.unlink(file.name)
    if kind == "credentials":
        return {"profiles": parsed, "sso_sessions": {}, "services": {}}, False
    mapped = build_profile_map(parsed)
    return {name: mapped[name] for name in ("profiles", "sso_sessions", "services")}, False


def plain(value):
    """Without what differs on purpose: keys without a value, blank lines inside a value, the case of nested keys."""
    if isinstance(value, str):
        return "\n".join(part for part in value.split("\n") if part)
    cleaned = {key: plain(part) for key, part in value.items()}
    return {key: part for key, part in cleaned.items() if part != ""}


def same(ours, theirs):
    """Whether both have the same sections, which are case-sensitive, with the same keys, which are not."""
    def lower(section):
        return {key.lower(): {k.lower(): v for k, v in value.items()} if isinstance(value, dict) else value
                for key, value in section.items()}

    return {name: plain(lower(keys or {})) for name, keys in ours.items()} == {
        name: plain(lower(keys)) for name, keys in theirs.items()}


def main(count, seed):
    rng = random.Random(seed)
    cases = [{"kind": kind, "text": text(rng, kind)} for _ in range(count) for kind in ("config", "credentials")]
    run = subprocess.run(
        [ROOT / "script" / "lua", ROOT / "spec" / "interop" / "profile_parity.lua"],
        input="".join(json.dumps(case) + "\n" for case in cases), capture_output=True, text=True,
    )
    if run.returncode != 0:
        sys.exit(run.stderr)
    passed = failed = refused = 0
    for case, answer in zip(cases, run.stdout.splitlines(), strict=True):
        ours, (theirs, comes_twice) = json.loads(answer), botocore(case["kind"], case["text"])
        malformed = ours.pop("malformed")
        if theirs is None:
            well, refused = malformed > 0 or comes_twice, refused + 1
        else:
            kinds = ("profiles", "sso_sessions", "services")
            well = malformed == 0 and all(same(ours[name] or {}, theirs[name]) for name in kinds)
        passed, failed = passed + well, failed + (not well)
        if not well:
            print(f"FAIL {case}\n  botocore {theirs}\n  ours     {ours}, {malformed} malformed")
    print(f"profile files as botocore, {refused} of them refused by it: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000, int(sys.argv[2]) if len(sys.argv) > 2 else 20261126))
