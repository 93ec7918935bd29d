"""Compares custom_labels.policy.decide with two other evaluators over random policies and identities.

    PYTHON spec/interop/policy_parity.py LUA [-n COUNT] [-s SEED] [--opinion NODE_MODULES]

LUA is what runs Lua with our modules on its path: script/lua. The first evaluator is policy_oracle.py: decision and
unknown keys must be equal. The second, with --opinion, is pbac from the npm registry, on policies with what it knows
(policy_cases.plain_condition): it must allow what we allow, and nothing else. What differs is printed, made as small as
it still differs. The last line has the counts.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

import policy_oracle
from policy_cases import PATHS, cases

HERE = pathlib.Path(__file__).resolve().parent
SHOWN = 10


class Peer:
    """A program that answers questions: JSON, one a line."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.process.args} ended with {self.process.wait()}\npolicy_parity: 0 passed, 1 failed")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# --- The evaluators ---------------------------------------------------------------------------------------------------

def by_oracle(case):
    try:
        policy_oracle.read(case.text)
    except policy_oracle.Invalid:
        return "malformed", ()
    decision, unknown = policy_oracle.decide(*case)
    return decision, tuple(unknown)


def by_us(peer, case):
    found = peer.ask(case._asdict())
    if "error" in found:
        return found["error"], ()
    return found.get("decision"), tuple(sorted(found["unknown"].lower().split()))


def names_of(case):
    """Every way to name the caller."""
    arn, account = case.identity["arn"], case.identity["account"]
    partition = arn.split(":")[1]
    names = ["*", account, f"arn:{partition}:iam::{account}:root", arn]
    role = policy_oracle.role_of_session(arn)
    return names + [f"arn:{partition}:iam::{account}:role/{path}{role[1]}" for path in PATHS if role]


def by_opinion(peer, case):
    arn, account = case.identity["arn"], case.identity["account"]
    role = policy_oracle.role_of_session(arn)
    keys = {key: value for key, value in case.identity.get("context", {}).items() if value is not None}
    kinds = {"user/": "User", "root": "Account", "assumed-role/": "AssumedRole", "federated-user/": "FederatedUser"}
    keys |= {
        "aws:CurrentTime": "2026-03-14T09:26:53Z", "aws:PrincipalAccount": account,
        "aws:RequestedRegion": case.identity["region"],
        "aws:PrincipalType": next(kind for start, kind in kinds.items() if arn.split(":", 5)[5].startswith(start)),
        "aws:PrincipalArn": f"arn:{arn.split(':')[1]}:iam::{account}:role/{role[1]}" if role else arn,
    }
    return peer.ask({"policy": json.loads(case.text), "principals": names_of(case), "keys": keys,
                     "action": policy_oracle.ACTION, "resource": case.version_arn})


# --- Smaller cases ----------------------------------------------------------------------------------------------------

def without(value, *path):
    """A copy of a JSON value without what is at the path."""
    head, rest = path[0], path[1:]
    copy = list(value) if isinstance(value, list) else dict(value)
    if rest:
        copy[head] = without(value[head], *rest)
    else:
        del copy[head]
    return copy


def smaller(case):
    """The case with one thing less, in every way."""
    try:
        policy = json.loads(case.text)
    except ValueError:
        return
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    if len(statements) > 1:
        for index in range(len(statements)):
            yield case._replace(text=json.dumps(policy | {"Statement": without(statements, index)}))
    for index, statement in enumerate(statements):
        paths = [("Sid",), ("Condition",)]
        for operator, tests in statement.get("Condition", {}).items():
            paths.append(("Condition", operator))
            paths += [("Condition", operator, key) for key in tests if len(tests) > 1]
            paths += [("Condition", operator, key, place) for key, values in tests.items()
                      if isinstance(values, list) and len(values) > 1 for place in range(len(values))]
        for name, value in statement.items():
            if isinstance(value, list) and len(value) > 1:
                paths += [(name, place) for place in range(len(value))]
            elif isinstance(value, dict) and isinstance(value.get("AWS"), list) and len(value["AWS"]) > 1:
                paths += [(name, "AWS", place) for place in range(len(value["AWS"]))]
        for path in paths:
            if path[0] in statement:
                left = statements[:index] + [without(statement, *path)] + statements[index + 1:]
                yield case._replace(text=json.dumps(policy | {"Statement": left}))
    for key in case.identity.get("context", {}):
        yield case._replace(identity=without(case.identity, "context", key))


def smallest(case, differs):
    while True:
        less = next((one for one in smaller(case) if differs(one)), None)
        if less is None:
            return case
        case = less


# --- The comparison ---------------------------------------------------------------------------------------------------

class Report:
    def __init__(self):
        self.passed, self.failed, self.kinds = 0, 0, collections.Counter()

    def compare(self, case, ours, theirs):
        """ours and theirs: what each makes of a case."""
        result = theirs(case)
        self.kinds[result] += 1
        if ours(case) == result:
            self.passed += 1
            return
        self.failed += 1
        if self.failed <= SHOWN:
            case = smallest(case, lambda one: ours(one) != theirs(one))
            print(f"ours {ours(case)}, theirs {theirs(case)}\n  {json.dumps(case.identity)}\n  {case.version_arn}\n"
                  f"  {case.text}")


def kind_of(result):
    decision, unknown = result
    return f"{decision or 'nothing'}{', unknown keys' if unknown else ''}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lua")
    parser.add_argument("-n", "--count", type=int, default=10000)
    parser.add_argument("-s", "--seed", default="1")
    parser.add_argument("--opinion", metavar="NODE_MODULES")
    options = parser.parse_args()
    us = Peer(options.lua, str(HERE / "policy_decide.lua"))
    report = Report()
    for case in cases(options.seed, options.count):
        report.compare(case, lambda one: by_us(us, one), by_oracle)
    kinds = collections.Counter()
    for result, count in report.kinds.items():
        kinds[kind_of(result)] += count
    print(f"{options.count} policies by the documents: " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()))
    if options.opinion:
        peer, second = Peer("node", str(HERE / "policy_opinion.mjs"), options.opinion), Report()
        for case in cases(options.seed, options.count, plain=True):
            second.compare(case, lambda one: by_us(us, one)[0] == "Allow", lambda one: by_opinion(peer, one))
        peer.close()
        print(f"{options.count} policies by pbac: {second.kinds[True]} allowed, {second.kinds[False]} not")
        report.passed, report.failed = report.passed + second.passed, report.failed + second.failed
    us.close()
    print(f"policy_parity: {report.passed} passed, {report.failed} failed")
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
