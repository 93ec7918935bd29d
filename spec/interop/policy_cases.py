"""Project policies and identities by chance, from a seed: what `policy_parity.py` asks both evaluators about.

    cases(seed, count, plain=False)  yields Case(text, identity, version_arn)

Each element of a statement is drawn to fit the request more often than not, so that Allow, Deny, neither and unknown
all come up often. With `plain` a policy has only what a simple evaluator knows: see `plain_condition`.
"""

import base64
import collections
import json
import random

Case = collections.namedtuple("Case", "text identity version_arn")

ACCOUNTS = ("111122223333", "444455556666", "777788889999")
USERS = ("alice", "bob", "Bob", "eve.m", "x")
PATHS = ("", "", "team/", "team/vision/")
ROLES = ("Copy", "copy", "Deploy-1", "R")
SESSIONS = ("s1", "me@example.com", "S1")
PROJECTS = ("cats", "dogs", "cats_2")
VERSIONS = ("v1", "v2", "model.1")
REGIONS = ("us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1")
STAMPS = ("1690474772815", "1700000000000")
TAGS = ("vision", "Vision", "audio", "a*b", "", "red")
KEYS = ("team", "stage", "owner")
NOW = 1773480413  # 2026-03-14T09:26:53Z
SOURCE = "arn:aws:lambda:us-east-1:111122223333:function:copy:7"
# The last two would fit if `*` and `?` crossed the colons between the six parts.
SOURCE_PATTERNS = ("arn:aws:lambda:*:111122223333:function:*", "arn:*:lambda:us-*-1:*:function:cop?:7", SOURCE,
                   "arn:aws:lambda:*:444455556666:function:copy:7", "arn:aws:lambda:*:function:copy:7",
                   "arn:aws:lambda:us-east-1?111122223333:function:copy:7")
ADDRESSES = ("203.0.113.9", "203.0.113.200", "10.1.2.3", "2001:db8:1234:5678::9", "2001:db8::1", "192.0.2.1")
RANGES = ("203.0.113.0/24", "203.0.113.9", "203.0.113.9/32", "10.0.0.0/8", "2001:DB8:1234:5678::/64", "2001:db8::/32",
          "0.0.0.0/0", "::/0", "192.0.2.1", "203.0.113.128/25", "2001:db8::1")
DATES = ("2026-03-14T09:26:53Z", "2026-03-14T10:26:53+01:00", "2026-03-14T09:26:53.000Z", "2026-03-14T09:26Z",
         "2026-03-14", "2026-03", "2026", "2027", "2025-12-31T23:59:59Z", "2026-03-14T09:26:54Z", "1773480413",
         "1773480414", "1773480412", "2030-01-01T00:00:00Z", "2026-03-14T04:26:53-05:00", "2020-02-29")
NUMBERS = ("0", "1", "300", "3600", "3600.0", "299.5", "-1", 300, 3600, 0.5)


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, share):
        return self.random.random() < share

    def one(self, options):
        return self.random.choice(options)

    def many(self, options, most):
        return self.random.sample(options, self.random.randint(1, min(most, len(options))))

    def listed(self, values):
        """A list of one is often written without its brackets."""
        return values[0] if len(values) == 1 and self.some(0.6) else values

    def any_case(self, text):
        return self.one((text.lower(), text.upper(), text.swapcase())) if self.some(0.15) else text


class Caller:
    """Who asks, and for which version."""

    def __init__(self, draw):
        self.partition = draw.one(("aws", "aws", "aws", "aws", "aws-cn", "aws-us-gov"))
        self.account, self.owner = draw.one(ACCOUNTS), draw.one(ACCOUNTS)
        self.region = draw.one(REGIONS)
        self.kind = draw.one(("user", "user", "user", "session", "session", "session", "session", "root", "federated"))
        self.name, self.path = draw.one(USERS), draw.one(PATHS)
        self.role, self.session = draw.one(ROLES), draw.one(SESSIONS)
        self.version = (f"arn:{self.partition}:rekognition:{self.region}:{self.owner}:project/{draw.one(PROJECTS)}"
                        f"/version/{draw.one(VERSIONS)}/{draw.one(STAMPS)}")

    def iam(self, resource, account=None):
        return f"arn:{self.partition}:iam::{account or self.account}:{resource}"

    def sts(self, resource, account=None):
        return f"arn:{self.partition}:sts::{account or self.account}:{resource}"

    def arn(self):
        return {
            "user": self.iam(f"user/{self.path}{self.name}"),
            "session": self.sts(f"assumed-role/{self.role}/{self.session}"),
            "root": self.iam("root"),
            "federated": self.sts(f"federated-user/{self.name}"),
        }[self.kind]

    def principal_arn(self):
        return self.iam(f"role/{self.role}") if self.kind == "session" else self.arn()

    def fitting(self):
        """The AWS principals that fit the caller."""
        names = [self.account, self.iam("root"), self.arn()]
        if self.kind == "session":
            names += [self.iam(f"role/{self.role}"), self.iam(f"role/{self.path}{self.role}")]
        return names


def stranger(draw, caller):
    """A principal that may or may not be the caller's: mostly someone else."""
    account = draw.one(ACCOUNTS)
    return draw.one((
        account, caller.iam("root", account), caller.iam(f"user/{draw.one(PATHS)}{draw.one(USERS)}", account),
        caller.iam(f"role/{draw.one(ROLES)}", account), caller.sts(f"federated-user/{draw.one(USERS)}", account),
        caller.sts(f"assumed-role/{draw.one(ROLES)}/{draw.one(SESSIONS)}", account)))


# --- The identity's further keys --------------------------------------------------------------------------------------

def context(draw, caller):
    """What the request is known to have; None where it's known not to have it; the rest can't be seen."""
    tag = draw.one(KEYS)
    possible = {
        "aws:SourceIp": lambda: draw.one(ADDRESSES),
        "aws:SecureTransport": lambda: draw.one(("true", "true", "false")),
        "aws:MultiFactorAuthPresent": lambda: draw.one(("true", "false")),
        "aws:MultiFactorAuthAge": lambda: draw.one(("0", "299", "300", "3600")),
        "aws:UserAgent": lambda: draw.one(("rekognition-lua/1", "curl/8 (x; y)", "a*b")),
        f"aws:PrincipalTag/{tag}": lambda: draw.one(TAGS),
        "aws:TagKeys": lambda: draw.many(KEYS, 3),
        f"aws:RequestTag/{tag}": lambda: draw.one(TAGS),
        "aws:PrincipalOrgID": lambda: draw.one(("o-a1b2c3d4e5", "o-zzzzzzzzzz")),
        "aws:PrincipalOrgPaths": lambda: draw.many(("o-a1b2c3d4e5/r-ab12/ou-ab12-1/", "o-a1b2c3d4e5/r-ab12/"), 2),
        "aws:TokenIssueTime": lambda: "2026-03-14T09:00:00Z",
        "aws:SourceVpce": lambda: draw.one(("vpce-1", "vpce-2")),
        "aws:SourceArn": lambda: SOURCE,
    }
    if caller.kind in ("user", "session"):
        possible["aws:userid"] = lambda: "AIDAEXAMPLE" if caller.kind == "user" else f"AROAEXAMPLE:{caller.session}"
    absent = ("aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:TokenIssueTime", "aws:SourceVpce",
              "aws:TagKeys", "aws:PrincipalOrgID", "aws:SourceIp", f"aws:RequestTag/{tag}", f"aws:PrincipalTag/{tag}")
    found = {}
    for key, value in possible.items():
        if draw.some(0.6):
            found[draw.any_case(key)] = None if key in absent and draw.some(0.3) else value()
    return found


# --- Conditions -------------------------------------------------------------------------------------------------------

def wildcarded(draw, text):
    """A pattern that the text fits, or nearly."""
    if not text:
        return "*"
    start = draw.random.randrange(len(text))
    end = draw.random.randint(start, len(text))
    middle = draw.one(("*", "*", "?" * (end - start), "*?" if end > start else "*"))
    return text[:start] + middle + text[end:]


def with_variable(draw, text, caller):
    """The text with a part written as a variable that has a value, its own or a default."""
    choices = []
    for name, value in (("aws:PrincipalAccount", caller.account), ("aws:RequestedRegion", caller.region),
                        ("aws:PrincipalTag/team", "vision"), ("aws:username", caller.name)):
        if value in text:
            choices.append(text.replace(value, f"${{{name}, '{value}'}}", 1))
            if name != "aws:PrincipalTag/team" and (name != "aws:username" or caller.kind == "user"):
                choices += [text.replace(value, f"${{{draw.any_case(name)}}}", 1)] * 2
    for special in "*?$":
        if special in text:
            choices.append(text.replace(special, f"${{{special}}}"))
    return draw.one(choices or [text + "${*}"])


def with_loose_variable(draw, text):
    """The text with a variable that may have no value. The documents say that this "might cause the entire statement to
    be invalid", so it's only put where either reading agrees: alone, and in an Allow where the test is negated."""
    return draw.one((text + "${aws:PrincipalTag/team}", "${aws:username}", "${aws:PrincipalTag/stage}"))


def string_key(draw, caller):
    """A key of strings, and a value that it may well have."""
    return draw.one((
        ("aws:username", caller.name), ("aws:username", draw.one(USERS)), ("aws:PrincipalAccount", caller.account),
        ("aws:PrincipalAccount", draw.one(ACCOUNTS)), ("aws:RequestedRegion", caller.region),
        ("aws:RequestedRegion", draw.one(REGIONS)), ("aws:PrincipalType", draw.one(("User", "AssumedRole", "Account"))),
        ("aws:ResourceAccount", caller.owner), ("aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        (f"aws:PrincipalTag/{draw.one(KEYS)}", draw.one(TAGS)), (f"aws:RequestTag/{draw.one(KEYS)}", draw.one(TAGS)),
        (f"aws:ResourceTag/{draw.one(KEYS)}", draw.one(TAGS)), ("aws:UserAgent", "rekognition-lua/1"),
        ("aws:userid", f"AROAEXAMPLE:{caller.session}"), ("aws:userid", caller.account),
        ("aws:SourceVpce", "vpce-1"), ("aws:PrincipalArn", caller.principal_arn()),
    ))


def set_key(draw):
    return draw.one((("aws:TagKeys", draw.one(KEYS)), ("aws:TagKeys", draw.one(KEYS)),
                     ("aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/")))


def string_test(draw, caller, key, value, multivalued=False):
    operator = draw.one(("StringEquals", "StringEquals", "StringLike", "StringLike", "StringNotEquals", "StringNotLike",
                         "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"))
    values = [value] + [draw.one(TAGS + USERS + ACCOUNTS) for _ in range(draw.one((0, 0, 0, 1, 2)))]
    if operator.endswith("Like"):
        values = [wildcarded(draw, value) if draw.some(0.7) else value for value in values]
    if operator.endswith("IgnoreCase") or draw.some(0.05):
        values = [value.swapcase() for value in values]
    if draw.some(0.25):
        values[0] = with_variable(draw, values[0], caller)
    elif "Not" not in operator and not multivalued and draw.some(0.07):
        return operator, key, [with_loose_variable(draw, draw.one((value, "")))]
    draw.random.shuffle(values)
    return operator, key, values


def arn_test(draw, caller):
    value = draw.one((caller.principal_arn(), caller.principal_arn(), caller.arn(), stranger(draw, caller)))
    if not value.startswith("arn:"):
        value = caller.iam("root", value)
    parts = value.split(":")
    for index in range(len(parts)):
        if index and draw.some(0.25):
            parts[index] = draw.one(("*", wildcarded(draw, parts[index])))
    pattern = ":".join(parts)
    if draw.some(0.15):
        pattern = with_variable(draw, pattern, caller)
    operator = draw.one(("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"))
    if "Not" not in operator and draw.some(0.15):
        # Patterns that would fit if `*` crossed a colon. What a negated test makes of fewer parts isn't documented.
        start = f"arn:{caller.partition}"
        pattern = draw.one((f"arn:*:role/{caller.role}", f"{start}:*:{caller.account}:*", "arn:*",
                            f"{start}:iam::{caller.account}:*:*", f"{start}:iam:*:role/*"))
    if draw.some(0.2):
        pattern = draw.one(SOURCE_PATTERNS)
        return operator, "aws:SourceArn", [pattern]
    return operator, "aws:PrincipalArn", [pattern] + [caller.iam("root")] * draw.some(0.2)


def compared(draw, kind):
    return kind + draw.one(("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"))


def other_test(draw):
    return draw.one((
        lambda: (compared(draw, "Date"), draw.one(("aws:CurrentTime", "aws:CurrentTime", "aws:EpochTime",
                                                   "aws:TokenIssueTime")), draw.many(DATES, 2)),
        lambda: (compared(draw, "Numeric"), draw.one(("aws:MultiFactorAuthAge", "aws:EpochTime")),
                 draw.many(NUMBERS, 2)),
        lambda: ("Bool", draw.one(("aws:SecureTransport", "aws:MultiFactorAuthPresent")),
                 [draw.one(("true", "false", True, False))]),
        lambda: (draw.one(("IpAddress", "IpAddress", "NotIpAddress")), "aws:SourceIp", draw.many(RANGES, 3)),
        lambda: ("BinaryEquals", "aws:PrincipalTag/team", [base64.b64encode(b"vision").decode()]),
        lambda: ("Null", draw.one(("aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:username", "aws:PrincipalArn",
                                   "aws:SourceVpce", "aws:TagKeys")), [draw.one(("true", "false", True, False))]),
    ))()


def condition(draw, caller, effect):
    kind = draw.random.random()
    if effect == "Allow" and draw.some(0.02):
        key = draw.one(("aws:PrincipalArn", "aws:PrincipalAccount", "aws:RequestedRegion"))
        return draw.one(("StringNotEquals", "StringNotLike")), key, with_loose_variable(draw, draw.one(("*", "x")))
    if kind < 0.45:
        operator, key, values = string_test(draw, caller, *string_key(draw, caller))
    elif kind < 0.6:
        operator, key, values = string_test(draw, caller, *set_key(draw), multivalued=True)
        operator = draw.one(("ForAllValues:", "ForAnyValue:")) + operator
    elif kind < 0.75:
        operator, key, values = arn_test(draw, caller)
    else:
        operator, key, values = other_test(draw)
    loose = any("${aws:" in str(value) and "'" not in str(value) for value in values)
    if operator != "Null" and not loose:
        if draw.some(0.2):
            operator += "IfExists"
        if ":" not in operator and draw.some(0.06):
            operator = draw.one(("ForAllValues:", "ForAnyValue:")) + operator
    return operator, draw.any_case(key), draw.listed(values)


def plain_condition(draw, caller, known):
    """One value, of a key that the request has, compared by a test that a simple evaluator knows."""
    start, resource_part = caller.principal_arn().rsplit(":", 1)
    choices = [
        ("StringEquals", "aws:PrincipalAccount", draw.one((caller.account, draw.one(ACCOUNTS)))),
        ("StringNotEquals", "aws:PrincipalAccount", draw.one(ACCOUNTS)),
        ("StringLike", "aws:RequestedRegion", wildcarded(draw, caller.region)),
        ("StringNotLike", "aws:RequestedRegion", draw.one(("eu-*", "us-*", "cn-north-?"))),
        ("StringEqualsIgnoreCase", "aws:PrincipalType", "assumedROLE" if caller.kind == "session" else "USER"),
        ("StringNotEqualsIgnoreCase", "aws:PrincipalType", "assumedROLE"),
        ("ArnLike", "aws:PrincipalArn", f"{start}:{wildcarded(draw, resource_part)}"),
        ("ArnNotLike", "aws:PrincipalArn", f"{start}:{wildcarded(draw, resource_part)}"),
    ]
    choices += [("Bool", "aws:SecureTransport", "true")] if "aws:SecureTransport" in known else []
    choices += [(compared(draw, "Date"), "aws:CurrentTime", draw.one([date for date in DATES if date.endswith("Z")]))]
    if "." in str(known.get("aws:SourceIp")):
        choices += [("IpAddress", "aws:SourceIp", given) for given in RANGES if "/" in given and ":" not in given]
    return draw.one(choices)


# --- Statements -------------------------------------------------------------------------------------------------------

def action(draw, plain):
    # A service's name has no wildcards.
    wildcards = ("rekognition:Copy*", "rekognition:*", "*", "rekognition:CopyProjectVersio?", "rekognition:?opy*n")
    others = ("rekognition:StartProjectVersion", "rekognition:Describe*", "s3:*", "rekognition:CopyProject",
              "rekognition:CopyProjectVersion?")
    name = "rekognition:CopyProjectVersion"
    fitting = (name, draw.one(wildcards))
    fitting = (name, *fitting) if plain else (name, *map(draw.any_case, fitting))
    found = [draw.one(fitting) if draw.some(0.93) else draw.one(others)]
    return found + [draw.one(others)] * draw.some(0.2)


def resource(draw, caller, plain):
    prefix, rest = caller.version.rsplit(":", 1)
    start = f"arn:{caller.partition}:rekognition:"
    project = rest.split("/version/")[0]
    # The type of the resource has no wildcards.
    part = "project/" + wildcarded(draw, rest.split("/", 1)[1])
    fitting = (caller.version, "*", f"{prefix}:{project}/*", f"{prefix}:{project}/version/*", f"{prefix}:*",
               f"{start}{caller.region}:{caller.owner}:project/*/version/*/*",
               f"{start}*:{caller.owner}:{project}/version/*", f"{start}*:*:{project}/version/*/?*",
               f"{prefix}:{part}")
    others = (f"{prefix}:project/cats/version/*", f"{prefix}:{project}", f"{start}{draw.one(REGIONS)}:{caller.owner}:*",
              f"{start}{caller.region}:{draw.one(ACCOUNTS)}:project/*", f"{prefix}:{rest.upper()}",
              f"{prefix}:{project}/version/v1/*")
    # A star that ends its segment goes on over colons, another one doesn't.
    crossing = (f"{start}*", f"{start}{caller.region}:*", f"{start}*:{project}/*", f"{start}*{project}/*",
                f"{start}{caller.region[:-1]}*:version/*", f"{start}{caller.region}?*")
    values = [draw.one(fitting if draw.some(0.8) else others if draw.some(0.7) or plain else crossing)]
    if not plain and draw.some(0.06):
        return [f"{prefix}:" + draw.one((f"project/*/${{aws:username}}/*", "project/${aws:PrincipalTag/team}/*",
                                         "project/${aws:userid}/version/*", "project/${aws:ResourceTag/name}/*"))]
    if draw.some(0.15):
        values.append(draw.one(others))
    if not plain and draw.some(0.1):
        values[0] = f"{prefix}:" + draw.one((
            "project/${aws:username, 'cats'}/version/*", f"{project}/version/*${{*}}", "project/*${?}ersion/*",
            f"{project}/version/${{aws:PrincipalTag/stage, 'v1'}}/*", "project/*/${aws:RequestedRegion}*"))
    return values


def principal(draw, caller):
    if draw.some(0.12):
        return draw.one(("*", {"AWS": "*"}, {"AWS": ["*"]}))
    names = [draw.one(caller.fitting()) if draw.some(0.8) else stranger(draw, caller)]
    names += [stranger(draw, caller) for _ in range(draw.one((0, 0, 0, 1, 2)))]
    draw.random.shuffle(names)
    element = {"AWS": draw.listed(names)}
    if draw.some(0.05):
        element["Service"] = "rekognition.amazonaws.com"
    return element if draw.some(0.98) else {"Service": "rekognition.amazonaws.com"}


def not_principal(draw, caller):
    """The whole chain that the documents ask for, or less than it: account, role, session."""
    names = [caller.iam("root", account) for account in ACCOUNTS if account != caller.account and draw.some(0.4)]
    if draw.some(0.7) or not names:
        chain = [draw.one((caller.iam("root"), caller.account)), caller.arn()]
        if caller.kind == "session":
            chain.append(caller.iam(f"role/{caller.path}{caller.role}"))
        names += chain if draw.some(0.7) else draw.many(chain, 2)
    return {"AWS": draw.listed(sorted(set(names)))}


def conditions(draw, caller, known, plain, effect):
    found = {}
    for _ in range(draw.one((1, 1, 1, 2, 3))):
        operator, key, values = plain_condition(draw, caller, known) if plain else condition(draw, caller, effect)
        tests = found.setdefault(operator, {})
        if not (tests and plain) and key.lower() not in map(str.lower, tests):
            tests[key] = values
    return found


def statement(draw, caller, known, plain, sids):
    made = {"Effect": "Allow" if draw.some(0.72) else "Deny"}
    if draw.some(0.3):
        made["Sid"] = sids.pop()
    if made["Effect"] == "Deny" and not plain and draw.some(0.15):
        made["NotPrincipal"] = not_principal(draw, caller)
    else:
        made["Principal"] = principal(draw, caller)
    negated = "Not" if not plain and draw.some(0.06) else ""
    made[negated + "Action"] = draw.listed(action(draw, plain))
    resources = resource(draw, caller, plain)
    negated = "Not" if not plain and "${aws:" not in str(resources) and draw.some(0.06) else ""
    made[negated + "Resource"] = draw.listed(resources)
    if draw.some(0.55) or (made["Effect"] == "Deny" and draw.some(0.6)):
        made["Condition"] = conditions(draw, caller, known, plain, made["Effect"])
    if draw.some(0.3):
        order = list(made.items())
        draw.random.shuffle(order)
        made = dict(order)
    return made


def spoiled(draw, policy):
    """What the service would refuse."""
    first = policy["Statement"][0]
    role = f"arn:aws:iam::{draw.one(ACCOUNTS)}:role/*"
    return draw.one((
        lambda: json.dumps(dict(policy, Statement=[dict(first, Principal={"AWS": role})])),
        lambda: json.dumps(dict(policy, Statement=[dict(first, Resource="arn:aws:rekognition:us-east-1")])),
        lambda: json.dumps(dict(policy, Statement=[dict(first, Resource="arn:aws:*:us-east-1:*:project/*")])),
        lambda: json.dumps(dict(policy, Statement=[dict(first, Condition={"StringIs": {"aws:username": "x"}})])),
        lambda: json.dumps(dict(policy, Statement=[dict(first, Condition={"NullIfExists": {"aws:userid": "true"}})])),
        lambda: json.dumps(dict(policy, Version="2020-01-01")),
        lambda: json.dumps(dict(policy, Statement=[dict(first, Effect="ALLOW")])),
        lambda: json.dumps(dict(policy, Statement=[{k: v for k, v in first.items() if not k.endswith("Action")}])),
        lambda: json.dumps(dict(policy, Statement=[{k: v for k, v in first.items() if not k.endswith("Principal")}])),
        lambda: json.dumps(dict(policy, Statement=[{k: v for k, v in first.items() if not k.endswith("Resource")}])),
        lambda: json.dumps(policy)[:-1],
        lambda: json.dumps(policy).replace('"', "'"),
    ))()


def cases(seed, count, plain=False):
    made = 0
    while made < count:
        draw = Draw(f"{seed}/{made}")
        while True:
            caller = Caller(draw)
            identity = {"account": caller.account, "arn": caller.arn(), "region": caller.region, "time": NOW}
            known = context(draw, caller)
            sids = ["Copy1", "AllowTheCopy", "S"]
            statements = [statement(draw, caller, known, plain, sids) for _ in range(draw.one((1, 1, 2, 2, 3)))]
            policy = {"Version": "2012-10-17", "Statement": statements}
            if not plain:
                if draw.some(0.08):
                    policy.pop("Version") if draw.some(0.5) else policy.update(Version="2008-10-17")
                if len(statements) == 1 and draw.some(0.2):
                    policy["Statement"] = statements[0]
            text = json.dumps(policy, indent=2 if draw.some(0.1) else None)
            if not plain and draw.some(0.02) and isinstance(policy["Statement"], list):
                text = spoiled(draw, policy)
            if len(text) <= 2000:  # the model's longest document
                break
        if known:
            identity["context"] = known
        yield Case(text, identity, caller.version)
        made += 1
