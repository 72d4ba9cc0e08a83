#!/usr/bin/env python3
"""Checks who includes whom (ARCHITECTURE.md, "Who may include whom"). There is no list of exceptions."""

import pathlib
import re
import sys

ALLOWED = {
    "core": {"core"},
    "model": {"core", "model"},
    "codec": {"core", "codec"},
    "formats": {"core", "model", "formats"},
    "platform": {"core", "platform"},
    "rules": {"core", "model", "rules"},
    "ports": {"core", "model", "codec", "formats", "platform", "ports"},
    "roles": {"core", "model", "formats", "rules", "ports", "roles"},
    "api": {"core", "model", "formats", "rules", "ports", "platform", "api"},
    "lab": {"core", "model", "codec", "platform", "lab"},
    "app": {"core", "model", "codec", "formats", "platform", "rules", "ports", "roles", "api", "lab", "app"},
}
# Neighbours inside these folders do not see each other.
SEPARATE = {"rules", "ports", "roles"}
# Adapters are named by app alone: everybody else sees a port's contract, which lies in the port's own folder.
CONTRACT_ONLY = {"roles", "api"}
# Headers of the language, of fmt and of the project are all that these may show to their readers.
PLAIN_HEADERS = {"core", "model", "formats", "rules"}
THIRD_PARTY = re.compile(r"^(boost/|sqlite3|toml|CLI/|openssl/|maxminddb|prometheus/|libpq|hiredis|curl/)")


def faults_of(path: pathlib.Path, source: pathlib.Path) -> list[str]:
    parts = path.relative_to(source).parts
    layer, faults = parts[0], []
    is_test = re.search(r"_(test|conformance|fuzz|bench)(_|$)", path.stem) is not None
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        quote, included = match.groups()
        where = f"{path}:{number}"
        if quote == "<":
            contract = layer == "ports" and len(parts) == 3
            if path.suffix == ".hpp" and (layer in PLAIN_HEADERS or contract) and THIRD_PARTY.match(included):
                faults.append(f"{where}: third-party header <{included}> in a header of {layer}")
            continue
        target = included.split("/")
        if target[0] not in ALLOWED:
            faults.append(f'{where}: "{included}" is not written from src/')
        elif target[0] not in ALLOWED[layer]:
            faults.append(f"{where}: {layer} may not include {target[0]}")
        elif layer in SEPARATE and target[0] == layer and target[1] != parts[1]:
            faults.append(f"{where}: {layer}/{parts[1]} and {layer}/{target[1]} do not see each other")
        elif layer in CONTRACT_ONLY and target[0] == "ports" and len(target) > 3 and not is_test:
            faults.append(f"{where}: {layer} names an adapter; only app chooses")
    return faults


def main() -> int:
    source = pathlib.Path(__file__).resolve().parent.parent / "src"
    files = sorted(p for p in source.rglob("*") if p.suffix in {".hpp", ".cpp"})
    faults = [fault for path in files for fault in faults_of(path, source)]
    for fault in faults:
        print(fault)
    print(f"{len(files)} files, {len(faults)} faults")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
