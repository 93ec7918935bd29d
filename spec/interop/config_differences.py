"""Where our configuration differs from botocore's on purpose.

A rule of REWRITES changes a case into what botocore has to be given to agree. A rule of ADJUSTMENTS changes botocore's
answer, where there is no such case. Each says whether it had anything to do.
"""

import re

ERROR = {"error": "config"}
PARTS = ("settings", "sts", "credentials")

# What we refuse and botocore takes: for false what is not true, and Python's way to write a large number.
BOOLEAN = re.compile("true|false", re.I)
ALLOWED = {
    "AWS_USE_FIPS_ENDPOINT": BOOLEAN, "AWS_USE_DUALSTACK_ENDPOINT": BOOLEAN,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": BOOLEAN, "AWS_EC2_METADATA_DISABLED": BOOLEAN,
    "AWS_EC2_METADATA_V1_DISABLED": BOOLEAN, "AWS_MAX_ATTEMPTS": re.compile("[^_]*"),
}
# Files that botocore reads in another way: by a part of the text, and a text that it reads as we read this one.
TEXTS = {
    "[default]\nregion = eu-west-1\n[default]\n": (
        "a section that comes twice is one section", "[default]\nregion = eu-west-1\nretry_mode = adaptive\n"),
    "[default]\nregion =\n": ("a key without a value counts as unset", "[default]\n"),
    "region = eu-west-1\nregion = us-east-2": (
        "of a key that comes twice the last holds", "[default]\nregion = us-east-2\n"),
    "[profile default]\nregion = us-east-2\n[default]": (
        "[profile default] goes before [default], wherever it stands", "[default]\nregion = us-east-2\n"),
    "# caf\udce9": ("a comment may hold any bytes", "[default]\nregion = eu-west-1\n"),
}
# Files with a line that breaks the format, and what is left of them. botocore refuses them as a whole. Here they stop
# only who needs what is missing, and who looks for an identity in them.
MALFORMED = {
    "a = b\n": "", "[default\n": "", "[default]\nregion\n": "[default]\n", "[default]\n= b\n": "[default]\n",
    "[default]\nregion = us-\0x\n": "[default]\n", "[default]\n  x\n": "[default]\n",
    "[default]\nregion = eu-west-1\ns3 =\n  bad\n": "[default]\nregion = eu-west-1\n", "aws_access_key_id = K\n": "",
}


def empty_variables(case):
    empty = [name for name, value in case.env.items() if value == ""]
    for name in empty:
        del case.env[name]
    return empty


def aws_region(case):
    if "AWS_REGION" not in case.env:
        return False
    case.env["AWS_DEFAULT_REGION"] = case.env.pop("AWS_REGION")
    return True


def words_in_any_case(case):
    changed = False
    for name in ("AWS_RETRY_MODE", "AWS_STS_REGIONAL_ENDPOINTS"):
        value = case.env.get(name, "")
        if value != value.lower():
            case.env[name], changed = value.lower(), True
    return changed


def legacy_retries(case):
    changed = case.env.get("AWS_RETRY_MODE") == "legacy"
    if changed:
        case.env["AWS_RETRY_MODE"] = "standard"
    for pairs, index, _, key, value in list(case.properties()):
        if key == "retry_mode" and value == "legacy":
            pairs[index], changed = (key, "standard"), True
    return changed


def without_style(style):
    def rule(case):
        had = style in case.style
        case.style.discard(style)
        return had

    return rule


def on(case, variable, key):
    """Whether a boolean is on, by the environment or by any profile."""
    found = [case.env[variable]] if variable in case.env else [v for *_, k, v in case.properties() if k == key]
    return any(value.lower() == "true" for value in found)


def is_custom(part):
    where = part.get("endpoint") or part.get("key", "")
    return "endpoint" in part and not where.startswith("https://") or "!sts-override!" in where


def values(case, theirs, _):
    wrong = [name for name, allowed in ALLOWED.items() if not allowed.fullmatch(case.env.get(name, "true"))]
    if wrong:
        theirs.update(dict.fromkeys(PARTS, ERROR))
    return wrong


def variants_of_custom_endpoints(case, theirs, _):
    fips = on(case, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") or "fips" in (case.region or "")
    if not fips and not on(case, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"):
        return False
    custom = [part for part in PARTS if is_custom(theirs[part])]
    theirs.update(dict.fromkeys(custom, ERROR))
    return custom


def schemes(_, theirs, __):
    strange = [part for part in PARTS if not theirs[part].get("endpoint", "http").startswith("http")]
    theirs.update(dict.fromkeys(strange, ERROR))
    return strange


def malformed(case):
    """Also marks the case, for half_a_file."""
    changed = False
    for name in ("config", "credentials"):
        text = getattr(case, name)
        if isinstance(text, str) and text in MALFORMED:
            setattr(case, name, MALFORMED[text])
            case.style.add("malformed")
            changed = True
    return changed


def half_a_file(case, theirs, _):
    if "malformed" not in case.style or theirs["credentials"].get("source") == "environment":
        return False
    theirs["credentials"] = ERROR
    return True


def at_once(_, theirs, ours):
    """Ours fails as a whole, and botocore in one of the parts."""
    whole = all(ours[part].get("error") == "config" for part in PARTS)
    if not whole or not any(theirs[part].get("error") == "config" for part in PARTS):
        return False
    theirs.update(dict.fromkeys(PARTS, ERROR))
    return True


def rewritten_texts(case):
    if not isinstance(case.config, str):
        return False
    for part, (_, same) in TEXTS.items():
        if part in case.config:
            case.config = same
            return True
    return False


# In the order in which they are applied.
REWRITES = {
    "an empty variable counts as unset": empty_variables,
    "AWS_REGION is read, and before AWS_DEFAULT_REGION: the guide knows no other": aws_region,
    "words are read in any case": words_in_any_case,
    "the retry mode legacy does what standard does": legacy_retries,
    "a # or ; after a blank begins a comment": without_style("inline"),
    "a byte order mark is skipped": without_style("bom"),
    "; ".join(reason for reason, _ in TEXTS.values()): rewritten_texts,
    "a line that breaks the format is skipped": malformed,
}
ADJUSTMENTS = {
    "a boolean that is neither true nor false is an error, and so is a number with a _": values,
    "FIPS and dual stack with a custom endpoint are errors, as AWS's rule sets have it": variants_of_custom_endpoints,
    "an endpoint begins with http:// or https://": schemes,
    "no identity is looked for in a file with a line that breaks the format": half_a_file,
    "the configuration is read at once and as a whole; what is wrong in it shows everywhere": at_once,
}


def rewrite(case):
    """The case as botocore has to be given it, and the reasons."""
    rewritten = case.copy()
    return rewritten, [reason for reason, rule in REWRITES.items() if rule(rewritten)]


def adjust(case, theirs, ours):
    """botocore's answer to the case as we mean ours to be, and the reasons."""
    adjusted = dict(theirs)
    return adjusted, [reason for reason, rule in ADJUSTMENTS.items() if rule(case, adjusted, ours)]
