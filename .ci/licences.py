"""Whether every dependency may be used: its licences against those that deny.toml allows.

    cargo metadata --format-version 1 | licences.py deny.toml

For machines without cargo-deny, which reads the same list.
"""

import json
import re
import sys
import tomllib
from collections import Counter


def permitted(expression, allowed):
    """Whether an SPDX expression can be met with the allowed licences."""
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    met, rest = alternatives(words, allowed)
    return met and not rest


def alternatives(words, allowed):
    met, words = requirements(words, allowed)
    # Before SPDX, crates wrote `MIT/Apache-2.0` for `MIT OR Apache-2.0`.
    while words and words[0] in ("OR", "/"):
        other, words = requirements(words[1:], allowed)
        met = met or other
    return met, words


def requirements(words, allowed):
    met, words = licence(words, allowed)
    while words and words[0] == "AND":
        other, words = licence(words[1:], allowed)
        met = met and other
    return met, words


def licence(words, allowed):
    if words[0] == "(":
        met, words = alternatives(words[1:], allowed)
        return met, words[1:]
    name, words = words[0], words[1:]
    if words and words[0] == "WITH":
        # An exception only ever permits more.
        return name in allowed or f"{name} WITH {words[1]}" in allowed, words[2:]
    return name in allowed, words


def main():
    with open(sys.argv[1], "rb") as file:
        allowed = set(tomllib.load(file)["licenses"]["allow"])
    packages = [package for package in json.load(sys.stdin)["packages"] if package["source"]]
    refused = [
        f"{package['name']} {package['version']}: {package['license'] or 'no licence named'}"
        for package in packages
        if not permitted(package["license"] or "none", allowed)
    ]
    kinds = Counter(package["license"] for package in packages)
    print(f"{len(packages)} dependencies, {len(kinds)} kinds of licence; {len(refused)} not permitted")
    for line in refused:
        print("  " + line)
    sys.exit(1 if refused else 0)


main()
