"""Compares our endpoints with those that botocore's endpoint rule sets give.

    PYTHON spec/interop/endpoint_parity.py

Every known region of every partition, regions that nobody knows yet, and none, each with every combination of FIPS,
dual stack and a custom endpoint, for the five services that we call; and which names are taken for a region at all.
Prints each difference and a line of counts, and fails on any difference that is not in INTENDED.
"""

import itertools
import json
import pathlib
import subprocess
import sys

import botocore.utils
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError, InvalidRegionError
from botocore.loaders import Loader

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ["rekognition", "sts", "sso", "sso-oidc", "signin"]
UNKNOWN_REGIONS = [
    "us-north-9", "eu-mid-3", "cn-south-4", "us-gov-mid-2", "us-iso-south-8", "us-isob-mid-1",
    "eu-isoe-east-2", "us-isof-north-1", "eusc-fr-east-1", "eusc-de-west-2", "mars-olympus-1", "local", "us-east",
    "US-EAST-1", "x" * 63, "1-a", "us-gov", "mx-a-22",
]
ENDPOINTS = ["http://127.0.0.1:4566", "https://example.com", "https://example.com:8443/a/path"]
REGION_NAMES = [
    "us-east-1", "a", "A1", "-a", "a-", "a.b", "a/b", "a@b", "a b", "a:80", "a#b", "a?b", "a%41", "a\r\nb", "\u00e9",
    "x" * 63, "x" * 64, "123", "1a", "a_b", "us-east-1.evil.example", "..", "*", "us-east-1\n",
]

# Where we are of another mind than botocore, and why.
INTENDED = {
    "name 'us-east-1\\n'": "Python's $ matches before a last newline; a newline has no place in a host name",
}


def cases(partitions):
    regions = [name for partition in partitions["partitions"] for name in partition["regions"]]
    for service, region, fips, dual in itertools.product(
        SERVICES, [*regions, *UNKNOWN_REGIONS, None], [False, True], [False, True]
    ):
        for endpoint in [None, *ENDPOINTS] if region in (None, "us-east-1", "us-gov-west-1") else [None]:
            for use_global in [False, True] if service == "sts" else [False]:
                yield service, region, fips, dual, endpoint, use_global


def expected(provider, service, region, fips, dual, endpoint, use_global):
    params = {"UseFIPS": fips, "UseDualStack": dual}
    if region is not None:
        params["Region"] = region
    if endpoint is not None:
        params["Endpoint"] = endpoint
    if service == "sts":
        params["UseGlobalEndpoint"] = use_global
    try:
        result = provider.resolve_endpoint(**params)
    except EndpointProviderError as problem:
        return {"error": problem.kwargs["msg"]}
    schemes = result.properties.get("authSchemes") or [{}]
    answer = {"url": result.url}
    signing_region = schemes[0].get("signingRegion", region)
    return answer if signing_region is None else {**answer, "region": signing_region}


def ask(queries):
    run = subprocess.run(
        [ROOT / "script" / "lua", ROOT / "spec" / "interop" / "endpoint_parity.lua"],
        input="".join(json.dumps(query) + "\n" for query in queries), capture_output=True, text=True, check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def without_none(**query):
    return {name: value for name, value in query.items() if value is not None}


def compare(names, theirs, ours):
    failed = intended = 0
    for name, their, our in zip(names, theirs, ours, strict=True):
        if their == our:
            continue
        if name in INTENDED:
            intended += 1
            continue
        failed += 1
        print(f"FAIL {name}: botocore {their}, ours {our}")
    return len(names) - failed, failed, intended


def rule_sets():
    loader = Loader()
    partitions = loader.load_data("partitions")
    providers = {
        service: EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
        for service in SERVICES
    }
    all_cases = list(cases(partitions))
    theirs = [expected(providers[case[0]], *case) for case in all_cases]
    ours = ask(
        without_none(service=s, region=r, use_fips=f, use_dualstack=d, endpoint=e, use_global_endpoint=g)
        for s, r, f, d, e, g in all_cases
    )
    return [f"endpoint {case}" for case in all_cases], theirs, ours


def region_names():
    def is_region(name):
        try:
            botocore.utils.validate_region_name(name)
        except InvalidRegionError:
            return {"taken": False}
        return {"taken": True}

    ours = ask({"region": name} for name in REGION_NAMES)
    return (
        [f"name {name!r}" for name in REGION_NAMES],
        [is_region(name) for name in REGION_NAMES],
        [{"taken": "url" in answer} for answer in ours],
    )


def main():
    totals = [compare(*rule_sets()), compare(*region_names())]
    passed, failed, intended = (sum(column) for column in zip(*totals))
    print(f"differs on purpose in {intended} cases: {'; '.join(INTENDED.values())}")
    print(f"endpoints as botocore {botocore.__version__}: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
