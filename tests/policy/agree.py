#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds together what is published of policies: the JSON Schema, the loader, `lxshim policy rules`,
and the built-in profiles. Uses Debian's python3-jsonschema.

    agree.py LXSHIM SOURCE_ROOT
"""

import fnmatch
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

LXSHIM, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])

# Refused for more than their structure: by what files there are, what overlaps, or by a grammar
# inside a string. The schema takes these; it has to refuse every other case.
BEYOND_SCHEMA = """
    extends-missing extends-directory extends-self extends-cycle extends-broken-base
    trace-directory trace-no-directory interop-record
    target-root target-root-roundabout target-proc target-missing target-parent-missing target-file
    target-below-file
    backing-missing backing-file backing-inside-target backing-around-target overlap-*
    options-empty-item option-* glob-*
    volumes-backing-missing volumes-backing-root volumes-letter-twice volumes-name-twice
    folder-root folder-nowhere folder-twice folder-cycle* share-nothing share-twice
    unknown-source-* mount-second-* mount-rule-run mount-rule-volfs scanner-ms-order
    flags-twice flags-of-other size-of-other offset-of-other range-backwards uid-large comm-long
    after-without after-and-errno after-exec bytes-of-other after-bytes-of-other seed-without
""".split()

# No JSON at all, or JSON that says one thing twice.
NOT_JSON = """
    empty-file syntax-* byte-order-mark not-utf8 duplicate-* number-too-large nul-escape
""".split()

failures = []


def check(truth, message):
    if not truth:
        failures.append(message)


def lxshim(*arguments):
    return subprocess.run([LXSHIM, *arguments], capture_output=True, text=True, check=False)


def accepts(policy, directory):
    file = directory / "policy.json"
    file.write_text(json.dumps(policy), encoding="utf-8")
    return lxshim("policy", "check", str(file)).returncode == 0


def refusal(policy, directory):
    """The words that the loader says it expected."""
    check(not accepts(policy, directory), f"loader takes {policy}")
    said = lxshim("policy", "check", str(directory / "policy.json")).stderr
    expected = re.search(r"expected (.*?)(;|$)", said)
    return re.split(r", | or ", expected.group(1).strip()) if expected else []


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, p) for p in patterns)


def check_cases(validator):
    count = 0
    for folder in sorted((ROOT / "tests/policy/valid").iterdir()):
        for file in folder.rglob("*.json"):
            policy = json.loads(file.read_text(encoding="utf-8"))
            check(validator.is_valid(policy), f"schema refuses {file}")
            count += 1
    for folder in sorted((ROOT / "tests/policy/invalid").iterdir()):
        if matches(folder.name, NOT_JSON):
            continue
        policy = json.loads((folder / "policy.json").read_text(encoding="utf-8"))
        taken = validator.is_valid(policy)
        beyond = matches(folder.name, BEYOND_SCHEMA)
        check(taken == beyond, f"schema {'takes' if taken else 'refuses'} invalid/{folder.name}")
        count += 1
    return count


def check_rules(schema, rules, directory):
    stated = {k: v for k, v in schema["$defs"]["rules"]["properties"].items() if k != "//"}
    words = sorted({value for rule in rules for value in rule["values"]})
    drvfs = json.loads((ROOT / "policy/profiles/drvfs.json").read_text(encoding="utf-8"))["rules"]
    values = 0
    check(list(stated) == [r["id"] for r in rules], "schema and rules differ in ids or order")
    check({r["id"]: r["default"] for r in rules} == drvfs, "profile drvfs is not the defaults")
    for rule in rules:
        name = rule["id"]
        if name not in stated:
            check(False, f"the schema has no {name}")
            continue
        check(stated[name]["enum"] == rule["values"], f"schema's values of {name}")
        check(stated[name]["description"] == rule["summary"], f"schema's description of {name}")
        # What it refuses it says with what it takes.
        said = refusal({"version": 1, "rules": {name: "no-such-value"}}, directory)
        check(said == rule["values"], f"loader on {name} expects {said}")
        foreign = next(w for w in words if w not in rule["values"])
        for word in [*rule["values"], foreign]:
            taken = accepts({"version": 1, "rules": {name: word}}, directory)
            check(taken == (word != foreign), f"loader on {name}: {word}")
        values += len(rule["values"])
    return values


def check_profiles(schema, rules):
    names = schema["$defs"]["policy"]["properties"]["profile"]["enum"]
    profiles = json.loads(lxshim("policy", "profiles", "--json").stdout)
    files = sorted(p.stem for p in (ROOT / "policy/profiles").glob("*.json"))
    check(names == [p["name"] for p in profiles], "schema's profiles and lxshim's differ")
    check(sorted(names) == files, "profiles listed and files there differ")
    whole = {p["name"]: p["rules"] for p in profiles}
    axes = {p["name"]: p["on"] for p in profiles}
    kinds = set(words_of("policy/axes.def", r'(?m)^AXIS\(\w+, "([^"]+)"'))
    for name in names:
        file = json.loads((ROOT / f"policy/profiles/{name}.json").read_text(encoding="utf-8"))
        base = file.get("extends")
        check((base is None) == (name == "drvfs"), f"{name} extends {base}")
        for rule, value in file["rules"].items():
            check(whole[name][rule] == value, f"{name}: {rule} is not what its file says")
            check(base is None or whole[base][rule] != value, f"{name} repeats {rule} of {base}")
        check(set(axes[name]) == kinds, f"{name} has other axes")
        for axis, values in file.get("on", {}).items():
            for rule, value in values.items():
                if axis == "//" or rule == "//":
                    continue
                check(axes[name][axis][rule] == value, f"{name} on {axis}: {rule}")
                repeated = base is not None and axes[base][axis].get(rule) == value
                check(not repeated, f"{name} on {axis} repeats {rule} of {base}")
        inherited = {r["id"]: r["default"] for r in rules} if base is None else whole[base]
        check(whole[name] == {**inherited, **file["rules"]}, f"{name} as a whole")


def words_of(path, macro):
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(macro, text)


def check_words(schema, directory):
    def override(when, then):
        return {"version": 1, "overrides": [{"when": when, "then": then}]}

    kinds = schema["$defs"]["filesystem"]["enum"]
    check(kinds == words_of("policy/axes.def", r'(?m)^KIND\(\w+, "([^"]+)"'), "kinds of volumes")
    ops = schema["$defs"]["op"]["enum"]
    check(ops == words_of("shim/fs/ops.def", r'(?m)^OP\(\w+, "([^"]+)"') + ["*"], "operations")
    for op in ops:
        check(accepts(override({"op": op}, {"allow": True}), directory), f"loader on op {op}")
    errnos = schema["$defs"]["errno"]["enum"]
    known = words_of("policy/errnames.def", r"NAME\((\w+)\)") + ["ENOTSUP", "EWOULDBLOCK"]
    check(sorted(errnos) == sorted(known), "errnos")
    clients = words_of("policy/latency.def", r'(?m)^CLIENT\(\w+, "([^"]+)"')
    check(schema["$defs"]["client"]["enum"] == [*clients, "off"], "clients with a latency")
    flags = schema["$defs"]["flag"]["enum"]
    stated = words_of("policy/openflags.def", r"(?m)^FLAG\((\w+),")
    access = ("O_RDONLY", "O_WRONLY", "O_RDWR")
    check(flags == stated + [f"!{f}" for f in stated if f not in access], "open flags")
    for flag in flags:
        taken = accepts(override({"op": "open", "flags": flag}, {"allow": True}), directory)
        check(taken, f"loader on {flag}")
    for name in errnos:
        check(accepts(override({"op": "open"}, {"errno": name}), directory), f"loader on {name}")


def check_keys(schema, directory):
    """The keys that the loader says it expected, object by object, against the schema's."""
    defs = schema["$defs"]
    trace = defs["policy"]["properties"]["trace"]["oneOf"][1]
    latency = defs["policy"]["properties"]["latency"]["oneOf"][1]
    override = defs["override"]["properties"]
    wrong = {"xyzzy": 1}
    objects = [
        (defs["policy"], {"version": 1, **wrong}),
        (trace, {"version": 1, "trace": wrong}),
        (latency, {"version": 1, "latency": wrong}),
        (defs["mount"], {"version": 1, "mounts": [wrong]}),
        (defs["volume"], {"version": 1, "mounts": [{"volume": wrong}]}),
        (defs["whole_volume"], {"version": 1, "volumes": {"C:": wrong}}),
        (defs["override"], {"version": 1, "overrides": [wrong]}),
        (override["when"], {"version": 1, "overrides": [{"when": wrong}]}),
        (override["then"], {"version": 1, "overrides": [{"then": wrong}]}),
    ]
    for part, policy in objects:
        keys = refusal(policy, directory)
        stated = [k for k in part["properties"] if k != "//"]
        check(sorted(keys) == sorted(stated), f"keys {keys} and {stated}")
        check(part["additionalProperties"] is False, f"the schema lets {stated} have more keys")


def check_manual(rules):
    """lxshim-policy(5) has every rule with its values and summary, however it is filled."""
    page = " ".join((ROOT / "man/lxshim-policy.5").read_text(encoding="utf-8").split())
    for rule in rules:
        values = ", ".join(
            f"\\fB{v}\\fR" + (" (default)" if v == rule["default"] else "") for v in rule["values"]
        )
        summary = rule["summary"].replace("\\", "\\e")
        check(f".B {rule['id']} One of {values}. {summary}" in page, f"manual on {rule['id']}")


def main():
    schema = json.loads(lxshim("policy", "schema").stdout)
    rules = json.loads(lxshim("policy", "rules", "--json").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        policies = check_cases(validator)
        values = check_rules(schema, rules, directory)
        check_profiles(schema, rules)
        check_words(schema, directory)
        check_keys(schema, directory)
        check_manual(rules)
    for failure in failures:
        print(failure)
    print(f"{values} values of {len(rules)} rules, {policies} policies")
    sys.exit(1 if failures else 0)


main()
