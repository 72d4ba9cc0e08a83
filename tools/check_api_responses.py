#!/usr/bin/env python3
"""Checks the API's answers against openapi.yaml: tools/check_api_responses.py API_TEST

Runs the API's tests, which write one line an answer to the file that CW_API_RECORD names. Every answer's status must be one
the document has for the operation (or a problem), and its JSON must fit the schema. Says which operations were
never seen, and fails for those too.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema
import yaml

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "src/api/openapi.yaml"


def operations(document):
    """(method, path pattern as a regular expression, operation), fixed paths first."""
    found = []
    for path, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + "$")
        for method, operation in item.items():
            if method != "parameters":
                found.append((path.count("{"), method.upper(), pattern, operation))
    return [row[1:] for row in sorted(found, key=lambda row: row[0])]


def resolve(document, node):
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def validator(document, schema):
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


def check(document, operation, line):
    """The complaint about one answer, or None."""
    status = str(line["status"])
    media = line.get("type", "").split(";")[0]
    if media == "application/problem+json":
        content = {"schema": {"$ref": "#/components/schemas/Problem"}}
    elif status == "304":
        return None
    elif status not in operation["responses"]:
        return f"status {status} is not documented"
    else:
        contents = resolve(document, operation["responses"][status]).get("content", {})
        if not contents and not line["body"]:
            return None
        content = contents.get(media)
        if content is None:
            return f"media type {media} is not documented for {status}"
    if not media.endswith("json"):
        return None
    errors = validator(document, content["schema"]).iter_errors(json.loads(line["body"]))
    return next((f"{error.json_path}: {error.message}" for error in errors), None)


def check_examples(document, operation):
    for status, response in operation["responses"].items():
        for media, content in resolve(document, response).get("content", {}).items():
            if "example" in content and media.endswith("json"):
                for error in validator(document, content["schema"]).iter_errors(content["example"]):
                    yield f"example of {status}: {error.json_path}: {error.message}"


def stream_description(table):
    return next(row[2]["description"] for row in table if row[2]["operationId"] == "stream_run_events")


def check_event(document, line):
    """run.started has the schema RunStartedEvent; one without a schema has no members."""
    name = "".join(word.capitalize() for word in line["event"].split(".")) + "Event"
    schema = {"$ref": f"#/components/schemas/{name}"} if name in document["components"]["schemas"] else {"maxProperties": 0}
    errors = validator(document, schema).iter_errors(json.loads(line["data"]))
    return next((f"{error.json_path}: {error.message}" for error in errors), None)


def record(api_test):
    """What the tests recorded, line by line."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "record.jsonl"
        subprocess.run([api_test, "--gtest_brief=1"], env={**os.environ, "CW_API_RECORD": str(file)}, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return [json.loads(line) for line in file.read_text().splitlines()]


def main(api_test):
    document = yaml.safe_load(DOCUMENT.read_text())
    table = operations(document)
    unseen = {operation["operationId"] for _, _, operation in table}
    complaints = []
    for _, _, operation in table:
        complaints += [f"{operation['operationId']}: {text}" for text in check_examples(document, operation)]
    events = set()
    count = 0
    for line in record(api_test):
        if "event" in line:
            events.add(line["event"])
            if complaint := check_event(document, line):
                complaints.append(f"event {line['event']}: {complaint}")
            continue
        operation = next((row[2] for row in table if row[0] == line["method"] and row[1].match(line["path"])), None)
        if operation is None:
            continue
        count += 1
        if line["status"] < 300:
            unseen.discard(operation["operationId"])
        if complaint := check(document, operation, line):
            complaints.append(f"{line['method']} {line['path']}: {complaint}")
    complaints += [f"{name}: no test brought an answer" for name in sorted(unseen)]
    names = set(re.findall(r"^\| `(\w+\.\w+)` \|", stream_description(table), re.MULTILINE))
    complaints += [f"event {name}: no test brought one" for name in sorted(names - events)]
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"checked {count} answers of {len(table)} operations and {len(events)} kinds of events")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
