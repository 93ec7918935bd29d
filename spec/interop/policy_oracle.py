"""Decides what a Rekognition project policy says about a copy, written from IAM's documents alone.

    decide(text, identity, version_arn) -> ("Allow" | "Deny" | None, [condition keys])

It is the second evaluator that `policy_parity.py` compares with ours, by a hand that had not read ours. Its sources are
the pages of the IAM User Guide "Policy evaluation logic", "IAM JSON policy elements reference" (Principal,
NotPrincipal, Action, Resource, Condition), "Condition operators", "Single-valued vs. multivalued context keys",
"Variables and tags", "AWS global condition context keys" and the grammar; where a rule is theirs, the comment quotes
it in short.

An identity is a dictionary: `account` and `arn` as GetCallerIdentity returns them, `region`, `time` in epoch seconds,
and `context`, a dictionary of further condition keys: a string, a list of strings, or None for a key that the request
does not have.

A key that neither the identity, its ARN nor the copied version tells is unknown: present or not, with whatever value.
Each test of such a key can turn out either way, each value with such a variable can match or not, and a statement that
rests on it can apply or not. A policy is only said to allow or to deny where no unknown key could change that. The
second result names, in lower case, the keys that could.
"""

import base64
import binascii
import datetime
import decimal
import ipaddress
import json
import re

ACTION = "rekognition:CopyProjectVersion"
TRUE, FALSE, UNKNOWN = True, False, None
ABSENT = object()


class Invalid(Exception):
    """A policy that the service would not have accepted, which hence grants and denies nothing."""


class InvalidStatement(Exception):
    """A statement with a variable that the request has no value for."""


class Unseen(Exception):
    """A value that rests on a key that can't be seen from here."""


# --- The request ----------------------------------------------------------------------------------------------------

def split_arn(text):
    parts = text.split(":", 5)
    return parts if len(parts) == 6 and parts[0] == "arn" else None


def role_of_session(arn):
    """(account, role name) of an assumed-role session's ARN, else None."""
    parts = split_arn(arn)
    if parts and parts[2] == "sts":
        match = re.fullmatch(r"assumed-role/([^/]+)/([^/]+)", parts[5])
        if match:
            return parts[4], match[1]
    return None


def principal_keys(identity):
    """The keys that "Principal key values" and the pages of the global keys say the principal's ARN tells."""
    arn, account = identity["arn"], identity["account"]
    partition, service, resource = split_arn(arn)[1], split_arn(arn)[2], split_arn(arn)[5]
    keys = {"aws:principalarn": arn, "aws:principalaccount": account}
    if service == "sts" and resource.startswith("assumed-role/"):
        role = role_of_session(arn)[1]
        # "For IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed it."
        keys["aws:principalarn"] = f"arn:{partition}:iam::{account}:role/{role}"
        keys["aws:username"] = ABSENT
        keys["aws:principaltype"] = "AssumedRole"
    elif service == "sts" and resource.startswith("federated-user/"):
        keys["aws:username"] = ABSENT
        keys["aws:userid"] = f"{account}:{resource.split('/', 1)[1]}"
        keys["aws:principaltype"] = "FederatedUser"
    elif resource == "root":
        keys["aws:username"] = ABSENT
        keys["aws:userid"] = account
        keys["aws:principaltype"] = "Account"
    elif resource.startswith("user/"):
        keys["aws:username"] = resource.rsplit("/", 1)[1]
        keys["aws:principaltype"] = "User"
    return keys


class Request:
    def __init__(self, identity, version_arn):
        self.identity = identity
        self.arn = identity["arn"]
        self.account = identity["account"]
        self.version = version_arn
        self.keys = principal_keys(identity)
        # What is in each request: the resource's account, the Region that the call goes to, the time.
        moment = datetime.datetime.fromtimestamp(identity["time"], datetime.timezone.utc)
        self.keys |= {
            "aws:resourceaccount": split_arn(version_arn)[4], "aws:requestedregion": identity["region"],
            "aws:currenttime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "aws:epochtime": str(identity["time"]),
        }
        for key, value in (identity.get("context") or {}).items():
            self.keys[key.lower()] = ABSENT if value is None else value

    def values(self, key):
        """The key's values, [] where the request doesn't have the key, None where that can't be seen."""
        value = self.keys.get(key.lower())
        if value is None:
            return None
        if value is ABSENT:
            return []
        return value if isinstance(value, list) else [value]


# --- Wildcards and variables ------------------------------------------------------------------------------------------

# A value of a policy is a list of pieces, each a literal or one of these two.
STAR, MARK = object(), object()


def with_wildcards(text):
    return [STAR if char == "*" else MARK if char == "?" else char for char in text]


def without_wildcards(text):
    return list(text)


VARIABLE = re.compile(r"\$\{([^}]*)\}")


def variable(body, request):
    if body in ("*", "?", "$"):
        return body  # "predefined policy variables that have fixed values"
    match = re.fullmatch(r"([^,]+?)(?:, '([^']*)')?", body)
    name, default = match[1], match[2]
    values = request.values(name)
    if values is None:
        raise Unseen(name.lower())
    if values:
        return values[0]
    if default is not None:
        return default
    raise InvalidStatement(name)


def pieces(text, request, variables, split):
    """The policy's text as pieces. What a variable brings in is literal: its value, not the policy, holds it."""
    if not variables:
        return split(text)
    found, start = [], 0
    for match in VARIABLE.finditer(text):
        found += split(text[start:match.start()])
        found += list(variable(match[1], request))
        start = match.end()
    return found + split(text[start:])


def regex(parts, star=".*", mark="."):
    return "".join(star if part is STAR else mark if part is MARK else re.escape(part) for part in parts)


def like(parts, value, flags=0):
    return re.fullmatch(regex(parts), value, re.DOTALL | flags) is not None


# --- Condition operators ----------------------------------------------------------------------------------------------

def string_equals(wanted, value):
    return "".join(wanted) == value


def string_equals_ignore_case(wanted, value):
    return "".join(wanted).lower() == value.lower()


def arn_like(wanted, value):
    """"Each of the six colon-delimited components of the ARN is checked separately"."""
    has = split_arn(value)
    wants, current = [], []
    for part in wanted:
        if part == ":" and len(wants) < 5:
            wants.append(current)
            current = []
        else:
            current.append(part)
    wants.append(current)
    return bool(has) and len(wants) == 6 and all(like(want, part) for want, part in zip(wants, has))


def number(text):
    try:
        value = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return None
    return value if value.is_finite() else None


W3C = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?")


def date(text):
    """"One of the W3C implementations of the ISO 8601 date formats or in epoch (UNIX) time"."""
    match = W3C.fullmatch(text)
    if match and (len(text) == 4 or "-" in text):
        year, month, day, hour, minute, second = (int(part or default) for part, default
                                                  in zip(match.groups(), (1, 1, 1, 0, 0, 0)))
        try:
            moment = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.timezone.utc)
        except ValueError:
            return None
        seconds = decimal.Decimal(int(moment.timestamp())) + decimal.Decimal(match[7] or 0)
        if match[8] and match[8] != "Z":
            offset = int(match[8][1:3]) * 3600 + int(match[8][4:6]) * 60
            seconds += offset if match[8][0] == "-" else -offset
        return seconds
    return number(text)


def ordered(parse, compare):
    def test(wanted, value):
        left, right = parse(value), parse("".join(wanted))
        return left is not None and right is not None and compare(left, right)
    return test


def boolean(wanted, value):
    return "".join(wanted).lower() == value.lower()


def binary(wanted, value):
    try:
        return base64.b64decode("".join(wanted), validate=True) == base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False


def ip_address(wanted, value):
    """A range in CIDR; an address alone is a range of one."""
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network("".join(wanted), strict=False)
    except ValueError:
        return False


COMPARISONS = {
    "Equals": lambda left, right: left == right,
    "LessThan": lambda left, right: left < right,
    "LessThanEquals": lambda left, right: left <= right,
    "GreaterThan": lambda left, right: left > right,
    "GreaterThanEquals": lambda left, right: left >= right,
}

# Name of the operator: its test, whether it is negated, how its values are read, whether they may have variables.
OPERATORS = {
    "StringEquals": (string_equals, False, without_wildcards, True),
    "StringNotEquals": (string_equals, True, without_wildcards, True),
    "StringEqualsIgnoreCase": (string_equals_ignore_case, False, without_wildcards, True),
    "StringNotEqualsIgnoreCase": (string_equals_ignore_case, True, without_wildcards, True),
    "StringLike": (like, False, with_wildcards, True),
    "StringNotLike": (like, True, with_wildcards, True),
    # "ArnEquals and ArnLike behave identically."
    "ArnEquals": (arn_like, False, with_wildcards, True),
    "ArnLike": (arn_like, False, with_wildcards, True),
    "ArnNotEquals": (arn_like, True, with_wildcards, True),
    "ArnNotLike": (arn_like, True, with_wildcards, True),
    # The operators' page lets it have variables, the page of variables doesn't, nor does Access Analyzer.
    "Bool": (boolean, False, without_wildcards, False),
    "BinaryEquals": (binary, False, without_wildcards, False),
    "IpAddress": (ip_address, False, without_wildcards, False),
    "NotIpAddress": (ip_address, True, without_wildcards, False),
}
for _kind, _parse in (("Numeric", number), ("Date", date)):
    for _name, _compare in COMPARISONS.items():
        OPERATORS[_kind + _name] = (ordered(_parse, _compare), False, without_wildcards, False)
    OPERATORS[_kind + "NotEquals"] = (ordered(_parse, COMPARISONS["Equals"]), True, without_wildcards, False)


def scalar(value):
    """"Quotation marks are optional for numeric and Boolean values.\""""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return json.dumps(value)
    if isinstance(value, str):
        return value
    raise Invalid("a condition's value is a string, a number or a Boolean")


def as_list(value):
    return value if isinstance(value, list) else [value]


def condition(operator, key, wanted, request, variables):
    """One test of a condition block: TRUE, FALSE or UNKNOWN, and for UNKNOWN by which keys."""
    prefix, _, name = operator.rpartition(":")
    wanted = [scalar(value) for value in as_list(wanted)]
    values = request.values(key)
    if name == "Null":
        if values is None:
            return UNKNOWN, {key.lower()}
        return any(value.lower() == ("false" if values else "true") for value in wanted), set()
    if_exists = name.endswith("IfExists")
    test, negated, split, may_have_variables = OPERATORS[name.removesuffix("IfExists")]
    if values == []:
        if if_exists:
            return TRUE, set()  # "If the key is not present, evaluate the condition element as true."
        if prefix:
            # "[ForAllValues] also returns true if there are no context keys in the request"; ForAnyValue is then false.
            return prefix == "ForAllValues", set()
        return negated, set()  # "If the key is not present ... [a negated operator's] condition is true."
    patterns, unseen = [], set()
    for text in wanted:
        try:
            patterns.append(pieces(text, request, variables and may_have_variables, split))
        except Unseen as missing:
            unseen.add(missing.args[0])
    if values is None:
        return UNKNOWN, unseen | {key.lower()}

    def one(value):
        """"[The values] are evaluated using a logical OR", those of a negated operator by "a logical NOR"."""
        if any(test(pattern, value) for pattern in patterns):
            return not negated
        return UNKNOWN if unseen else negated

    results = [one(value) for value in values]
    decisive = prefix == "ForAnyValue"
    if decisive in results:
        return decisive, set()
    return (UNKNOWN, unseen) if UNKNOWN in results else (not decisive, set())


# --- Elements of a statement ------------------------------------------------------------------------------------------

def is_account(text):
    return re.fullmatch(r"\d{12}", text) is not None


def account_of(principal, request):
    """The account where the principal is an account, by its number or by its root's ARN."""
    if is_account(principal):
        return principal
    parts = split_arn(principal)
    if parts and parts[2] == "iam" and parts[5] == "root" and parts[1] == split_arn(request.arn)[1]:
        return parts[4]
    return None


def is_role_of(principal, request):
    """A role's ARN fits its sessions. A session's ARN has the role's name without its path; names are unique."""
    session, parts = role_of_session(request.arn), split_arn(principal)
    if not session or not parts or parts[2] != "iam" or parts[1] != split_arn(request.arn)[1]:
        return False
    return parts[5].startswith("role/") and (parts[4], parts[5].rsplit("/", 1)[1]) == session


def principals(element):
    """The AWS principals of the element; those of services and federations never make this call."""
    if element == "*":
        return ["*"]
    if not isinstance(element, dict):
        raise Invalid("Principal")
    return [value for kind, given in element.items() if kind == "AWS" for value in as_list(given)]


def fits(principal, request):
    return (principal in ("*", request.arn) or account_of(principal, request) == request.account
            or is_role_of(principal, request))


def excepted(listed, request):
    """Whether NotPrincipal leaves the caller out of a Deny.

    "You must also specify the account ARN of the not-denied principal ... AWS might validate the account first, then
    the role, and then the assumed-role user": each link of that chain must be in the list.
    """
    links = [lambda name: account_of(name, request) == request.account]
    if split_arn(request.arn)[5] != "root":
        links.append(lambda name: name == request.arn)
    if role_of_session(request.arn):
        links.append(lambda name: is_role_of(name, request))
    return "*" in listed or all(any(link(name) for name in listed) for link in links)


def matches_principal(statement, request):
    if "Principal" in statement:
        return any(fits(principal, request) for principal in principals(statement["Principal"]))
    return not excepted(principals(statement["NotPrincipal"]), request)


def matches_action(statement):
    """Names of actions are case-insensitive."""
    name = "Action" if "Action" in statement else "NotAction"
    found = any(like(with_wildcards(action), ACTION, re.IGNORECASE) for action in as_list(statement[name]))
    return found == (name == "Action")


def resource_matches(parts, arn):
    """Within a segment, "if the * wildcard is the last character of a resource ARN segment, it can expand to match
    beyond the colon boundaries"."""
    pattern = ""
    for index, part in enumerate(parts):
        if part is STAR:
            last = index + 1 == len(parts) or parts[index + 1] == ":"
            pattern += ".*" if last else "[^:]*"
        else:
            pattern += "[^:]" if part is MARK else re.escape(part)
    return re.fullmatch(pattern, arn, re.DOTALL) is not None


def matches_resource(statement, request, variables):
    name = "Resource" if "Resource" in statement else "NotResource"
    found, unseen = False, set()
    for resource in as_list(statement[name]):
        try:
            found = resource_matches(pieces(resource, request, variables, with_wildcards), request.version) or found
        except Unseen as key:
            unseen.add(key.args[0])
    if unseen and not found:
        return UNKNOWN, unseen
    return found == (name == "Resource"), set()


# --- The decision -----------------------------------------------------------------------------------------------------

def read(text):
    def once(pairs):
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise Invalid("a key twice")  # "Individual elements must not contain multiple instances of the same key."
        return dict(pairs)

    try:
        policy = json.loads(text, object_pairs_hook=once)
    except ValueError as error:
        raise Invalid("not JSON") from error
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise Invalid("no Statement")
    statements = as_list(policy["Statement"])
    if policy.get("Version", "2008-10-17") not in ("2008-10-17", "2012-10-17"):
        raise Invalid("Version")
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
            raise Invalid("Effect")
        for name in ("Principal", "Action", "Resource"):
            if (name in statement) == ("Not" + name in statement):
                raise Invalid(name)  # Principal too "is required in resource-based policies"
        for text in as_list(statement.get("Resource", statement.get("NotResource"))):
            parts = text.split(":", 5)
            # An ARN has six segments, or fewer where a `*` at the end stands for the rest; a service has no wildcards.
            whole = len(parts) == 6 or (len(parts) > 3 and text.endswith("*"))
            if text != "*" and (not whole or parts[0] != "arn" or re.search("[*?]", parts[2])):
                raise Invalid("Resource")
        for text in principals(statement.get("Principal", statement.get("NotPrincipal"))):
            if text != "*" and re.search("[*?]", text):
                raise Invalid("Principal")  # "You cannot use a wildcard to match part of a principal name or ARN."
        for operator in statement.get("Condition", {}):
            base = operator.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
            if base != "Null" and base.removesuffix("IfExists") not in OPERATORS:
                raise Invalid(operator)
    return policy, statements


def applies(statement, request, variables):
    """Whether the statement applies: TRUE, FALSE or UNKNOWN, and for UNKNOWN by which keys."""
    try:
        if not matches_action(statement) or not matches_principal(statement, request):
            return FALSE, set()
        result, unseen = matches_resource(statement, request, variables)
        if result is FALSE:
            return FALSE, set()
        for operator, tests in statement.get("Condition", {}).items():
            for key, wanted in tests.items():
                fulfilled, by = condition(operator, key, wanted, request, variables)
                if fulfilled is FALSE:
                    return FALSE, set()
                if fulfilled is UNKNOWN:
                    result = UNKNOWN
                    unseen |= by
        return result, unseen
    except InvalidStatement:
        return FALSE, set()  # "any attempt to match it [what is not present] ... causes the statement to be invalid"


def decide(text, identity, version_arn):
    try:
        policy, statements = read(text)
        # "Earlier versions of the policy language don't support policy variables."
        variables = policy.get("Version") == "2012-10-17"
        request = Request(identity, version_arn)
        found = {"Allow": [], "Deny": []}
        for statement in statements:
            found[statement["Effect"]].append(applies(statement, request, variables))
    except Invalid:
        return None, []

    def certain(effect):
        return any(result is TRUE for result, _ in found[effect])

    def unseen(effect):
        return set().union(*(keys for result, keys in found[effect] if result is UNKNOWN))

    if certain("Deny"):
        return "Deny", []  # "An explicit deny overrides an explicit allow."
    if certain("Allow"):
        return (None, sorted(unseen("Deny"))) if unseen("Deny") else ("Allow", [])
    return None, sorted(unseen("Allow") | unseen("Deny"))
