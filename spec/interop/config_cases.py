"""The cases of config_parity.py: environments and profile files, at random but the same in every run."""

import copy
import dataclasses
import random

@dataclasses.dataclass
class Case:
    """One environment. A file is a list of (section header, [(key, value or [(key, value)])]), or a text."""

    name: str
    env: dict = dataclasses.field(default_factory=dict)
    config: object = dataclasses.field(default_factory=list)
    credentials: object = dataclasses.field(default_factory=list)
    style: set = dataclasses.field(default_factory=set)
    profile: str = None
    region: str = None
    network: set = dataclasses.field(default_factory=set)

    def copy(self):
        return copy.deepcopy(self)

    def properties(self):
        """Every (file, section, key) with its value that is no nested one."""
        for file in (self.config, self.credentials):
            for header, pairs in file if isinstance(file, list) else []:
                for index, (key, value) in enumerate(pairs):
                    if isinstance(value, str):
                        yield pairs, index, header, key, value


def render(file, style):
    """The file's text. `style` holds ways to write it that change nothing, and some that botocore minds."""
    if isinstance(file, str):
        return file
    lines = []
    for header, pairs in file:
        lines.append(f"[{header}]" + (" # a section" if "inline" in style else ""))
        for key, value in pairs:
            name = key.upper() if "upper" in style else key
            equals = "=" if "tight" in style else " = "
            indent = "  " if "indented" in style else ""
            if isinstance(value, str):
                lines.append(f"{indent}{name}{equals}{value}" + (" ; a value" if "inline" in style else ""))
            else:
                lines += [f"{indent}{name} ="] + [f"{indent}    {k} = {v}" for k, v in value]
            if "comments" in style:
                lines += ["# a line", "; another", f"{indent}    # an indented one", ""]
    text = "".join(line + ("\r\n" if "crlf" in style else "\n") for line in lines)
    return ("\ufeff" if "bom" in style else "") + text


def _maybe(rng, share, value):
    return [value] if rng.random() < share else []


def _role(rng, name, others):
    pairs = [("role_arn", f"arn:aws:iam::123456789012:role/{name}")]
    way = rng.random()
    if way < 0.7:
        pairs.append(("source_profile", rng.choice(others)))
    elif way < 0.9:
        sources = ["Environment", "Ec2InstanceMetadata", "EcsContainer", "Nonsense"]
        pairs.append(("credential_source", rng.choice(sources)))
    return pairs


def _sso(rng):
    if rng.random() < 0.5:
        pairs = [("sso_start_url", "https://start"), ("sso_region", "us-east-1")]
    else:
        pairs = [("sso_session", rng.choice(["corp", "corp", "missing"]))]
    pairs += _maybe(rng, 0.9, ("sso_account_id", "123456789012"))
    return pairs + _maybe(rng, 0.9, ("sso_role_name", "reader"))


def _identity(rng, name, others):
    """The keys of a profile that say who one is; often none."""
    way = rng.random()
    if way < 0.2:
        return [("aws_access_key_id", f"CONFIG{name}"), ("aws_secret_access_key", "s")]
    if way < 0.45:
        return _role(rng, name, others)
    if way < 0.55:
        return _sso(rng)
    if way < 0.62:
        return [("credential_process", "/bin/cat {HOME}/process.json")]
    if way < 0.7:
        role = f"arn:aws:iam::123456789012:role/web-{name}"
        return [("role_arn", role), ("web_identity_token_file", "{HOME}/token")]
    return []


def _config(rng):
    names = ["default", "a", "b", "c"]
    file = []
    for name in names:
        if rng.random() < 0.25:
            continue
        pairs = _maybe(rng, 0.7, ("region", rng.choice(["us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1"])))
        pairs += _maybe(rng, 0.15, ("endpoint_url", f"http://config-{name}:1234"))
        pairs += _maybe(rng, 0.2, ("services", rng.choice(["local", "local", "empty"])))
        pairs += _maybe(rng, 0.3, ("retry_mode", rng.choice(["standard", "adaptive", "legacy"])))
        pairs += _maybe(rng, 0.3, ("max_attempts", rng.choice(["1", "2", "9"])))
        pairs += _maybe(rng, 0.2, ("sts_regional_endpoints", rng.choice(["legacy", "regional"])))
        pairs += _maybe(rng, 0.1, ("ignore_configured_endpoint_urls", rng.choice(["true", "False"])))
        pairs += _maybe(rng, 0.1, ("s3", [("addressing_style", "path"), ("max_queue_size", "10")]))
        pairs += _maybe(rng, 0.1, ("account_id_endpoint_mode", "preferred"))
        pairs += _identity(rng, name, names)
        rng.shuffle(pairs)
        file.append((name if name == "default" else f"profile {name}", pairs))
    file += _maybe(rng, 0.8, ("services local", [
        ("rekognition", [("endpoint_url", "http://services-rekognition:1234")]),
        ("sts", [("endpoint_url", "http://sts-override")]),
    ]))
    file += _maybe(rng, 0.5, ("services empty", [("s3", [("endpoint_url", "http://services-s3:1234")])]))
    file += _maybe(rng, 0.8, ("sso-session corp", [("sso_region", "us-east-1"), ("sso_start_url", "https://start")]))
    file += _maybe(rng, 0.2, ("preview", [("cloudfront", "true")]))
    rng.shuffle(file)
    return file


def _credentials(rng):
    file = []
    for name in ["default", "a", "b", "d"]:
        if rng.random() < 0.6:
            continue
        pairs = [("aws_access_key_id", f"SHARED{name}")]
        pairs += _maybe(rng, 0.9, ("aws_secret_access_key", "s"))
        pairs += _maybe(rng, 0.3, ("aws_session_token", "t"))
        pairs += _maybe(rng, 0.1, ("region", "ap-south-1"))
        file.append((name, pairs))
    return file


def _environment(rng):
    env = {}

    def set_some(share, **variables):
        if rng.random() < share:
            env.update(variables)

    set_some(0.4, AWS_PROFILE=rng.choice(["default", "a", "b", "c", "d", "none"]))
    set_some(0.1, AWS_DEFAULT_PROFILE=rng.choice(["a", "b"]))
    set_some(0.4, AWS_DEFAULT_REGION=rng.choice(["us-west-2", "ap-northeast-1", "us-iso-east-1", "mars-base-1"]))
    set_some(0.15, AWS_REGION="eu-central-1")
    set_some(0.25, AWS_ACCESS_KEY_ID="ENVIRONMENT", AWS_SECRET_ACCESS_KEY="s")
    set_some(0.05, AWS_ACCESS_KEY_ID="ENVIRONMENT")
    set_some(0.1, AWS_SESSION_TOKEN="t")
    set_some(0.1, AWS_ENDPOINT_URL="http://environment:1234")
    set_some(0.15, AWS_ENDPOINT_URL_REKOGNITION="http://environment-rekognition:1234/path")
    set_some(0.1, AWS_ENDPOINT_URL_STS="http://sts-override")
    set_some(0.1, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=rng.choice(["true", "TRUE", "false"]))
    set_some(0.2, AWS_RETRY_MODE=rng.choice(["standard", "adaptive", "legacy"]))
    set_some(0.2, AWS_MAX_ATTEMPTS=rng.choice(["1", "5", " 7 "]))
    set_some(0.15, AWS_STS_REGIONAL_ENDPOINTS=rng.choice(["legacy", "regional"]))
    set_some(0.1, AWS_DEFAULTS_MODE=rng.choice(["standard", "In-Region", "mobile"]))
    set_some(0.1, AWS_WEB_IDENTITY_TOKEN_FILE="{HOME}/token", AWS_ROLE_ARN="arn:aws:iam::123456789012:role/web")
    set_some(0.1, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/task")
    set_some(0.3, AWS_EC2_METADATA_DISABLED="true")
    set_some(0.1, AWS_DISABLE_REQUEST_COMPRESSION="true")
    if "AWS_ENDPOINT_URL" not in env and rng.random() < 0.3:
        set_some(0.5, AWS_USE_FIPS_ENDPOINT=rng.choice(["true", "True", "false"]))
        set_some(0.5, AWS_USE_DUALSTACK_ENDPOINT=rng.choice(["true", "false"]))
    return env


def random_cases(count):
    """`count` cases of everything together, the same in every run."""
    rng = random.Random(20261121)
    for number in range(count):
        style = {name for name in ("upper", "tight", "crlf", "comments", "indented") if rng.random() < 0.15}
        style |= {name for name in ("inline", "bom") if rng.random() < 0.03}
        case = Case(f"random {number}", _environment(rng), _config(rng), _credentials(rng), style)
        if rng.random() < 0.15:
            case.profile = rng.choice(["default", "a", "b", "none"])
        if rng.random() < 0.1:
            case.region = rng.choice(["sa-east-1", "fips-us-east-1", "us-west-2-fips", "a.b", "a/b"])
        case.network = {name for name in ("imds", "container") if rng.random() < 0.5}
        yield case


REGION = [("default", [("region", "us-east-1")])]


def single_cases():
    """One thing at a time."""
    for name, values in {
        "AWS_RETRY_MODE": ["standard", "Adaptive", "nonsense", "off", ""],
        "AWS_MAX_ATTEMPTS": ["0", "-1", "1.5", "x", "", "1_0", "007"],
        "AWS_STS_REGIONAL_ENDPOINTS": ["Legacy", "nonsense", ""],
        "AWS_DEFAULTS_MODE": ["auto", "nonsense", "CROSS-REGION", ""],
        "AWS_USE_FIPS_ENDPOINT": ["1", "yes", "TRUE", ""],
        "AWS_USE_DUALSTACK_ENDPOINT": ["on", "true", ""],
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": ["nonsense", ""],
        "AWS_EC2_METADATA_DISABLED": ["1", "TRUE", ""],
        "AWS_EC2_METADATA_V1_DISABLED": ["2", "true"],
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": ["IPv4", "ipv9"],
        "AWS_METADATA_SERVICE_TIMEOUT": ["x", "2", ""],
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS": ["x", "2"],
        "AWS_DEFAULT_REGION": [
            "", "a b", "a.b", "-a", "us_east", "US-EAST-1", "fips-us-west-1", "aws-global", "x" * 64,
        ],
        "AWS_PROFILE": ["", "default", "none", "a b"],
        "AWS_ENDPOINT_URL": ["", "ftp://x", "http://", "nonsense", "http://x/", "https://x:8443/p"],
        "AWS_ENDPOINT_URL_REKOGNITION": ["", "http://x"],
    }.items():
        for value in values:
            yield Case(f"{name}={value}", {name: value}, copy.deepcopy(REGION), network={"imds"})
    for name, text in {
        "empty": "", "early": "a = b\n", "bracket": "[default\n", "no equals": "[default]\nregion\n",
        "no name": "[default]\n= b\n", "colon": "[default]\nregion: eu-west-1\n", "nul": "[default]\nregion = us-\0x\n",
        "continuation": "[default]\n  x\n", "nested": "[default]\nregion = eu-west-1\ns3 =\n  bad\n",
        "twice": "[default]\nregion = eu-west-1\n[default]\nretry_mode = adaptive\n",
        "key twice": "[default]\nregion = eu-west-1\nregion = us-east-2\n",
        "both defaults": "[default]\nregion = eu-west-1\nmax_attempts = 2\n[profile default]\nregion = us-east-2\n",
        "both defaults, turned": "[profile default]\nregion = us-east-2\n[default]\nregion = eu-west-1\n",
        "bare": "[default]\nregion = eu-west-1\n[a]\nregion = us-east-2\n",
        "quoted": "[profile \"a b\"]\nregion = eu-west-1\n",
        "blanks in a name": "[default]\nregion = eu-west-1\n[profile in valid]\nregion = us-east-2\n",
        "quoted with a comment's sign": "[default]\nregion = eu-west-1\n[profile 'a b']\nregion = us-east-2\n",
        "Unicode blanks": "[default]\nregion\u00a0=\u2003eu-west-1\u00a0\n\u3000\n",
        "a name beyond ASCII": "[default]\nregion = eu-west-1\n[profile \u00e9]\nregion = us-east-2\n",
        "continued": "[default]\nregion = eu-west-1\nx = y\n  z\n  w # v\n",
        "behind the bracket": "[default] x\nregion = eu-west-1\n",
        "CR": "[default]\rregion = eu-west-1\r",
        "Latin-1": "[default]\nregion = eu-west-1\n# caf\udce9\n",
        "missing services": "[default]\nregion = eu-west-1\nservices = none\n",
        "flat services": "[default]\nregion = eu-west-1\nservices = s\n[services s]\nsts = x\n",
        "empty region": "[default]\nregion =\n",
        "no region": "[default]\nretry_mode = adaptive\n",
    }.items():
        yield Case(f"config file: {name}", {}, text)
        yield Case(f"config file: {name}, with AWS_PROFILE", {"AWS_PROFILE": "a b" if name == "quoted" else "a"}, text)
    for name, text in {
        "keys": "[default]\naws_access_key_id = K\naws_secret_access_key = s\n",
        "half": "[default]\naws_access_key_id = K\n",
        "a name with a blank": "[a b]\naws_access_key_id = K\naws_secret_access_key = s\n",
        "prefixed": "[profile a]\naws_access_key_id = K\naws_secret_access_key = s\n",
        "malformed": "[default\n", "early": "aws_access_key_id = K\n",
    }.items():
        yield Case(f"credentials file: {name}", {}, copy.deepcopy(REGION), text)
        yield Case(f"credentials file: {name}, with AWS_PROFILE", {"AWS_PROFILE": "a b"}, copy.deepcopy(REGION), text)
        keys = {"AWS_ACCESS_KEY_ID": "ENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "s"}
        yield Case(f"credentials file: {name}, with keys", keys, copy.deepcopy(REGION), text)
    for name, pairs in {
        "a loop": [("default", "b"), ("b", "default")],
        "itself": [("default", "default")],
        "a long chain": [("default", "b"), ("b", "c"), ("c", "d")],
        "nobody": [("default", "none")],
    }.items():
        config = [
            (profile if profile == "default" else f"profile {profile}", [
                ("region", "us-east-1"), ("source_profile", source),
                ("role_arn", f"arn:aws:iam::123456789012:role/{profile}"),
            ])
            for profile, source in pairs
        ]
        keys = [("d", [("aws_access_key_id", "D"), ("aws_secret_access_key", "s")])]
        yield Case(f"source_profile: {name}", {}, config, keys)
    for fips, endpoint in [("use_fips_endpoint", "endpoint_url"), ("use_dualstack_endpoint", "endpoint_url")]:
        pairs = [("region", "us-east-1"), (fips, "true"), (endpoint, "http://x:1")]
        yield Case(f"{fips} and a custom endpoint", {}, [("default", pairs)])
