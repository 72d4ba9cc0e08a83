"""Waits until a node has reached a target through at least two networks: await_paths.py URL. Bounded."""

import json
import sys
import time
import urllib.request

DEADLINE_SECONDS = 30


def has_paths(url):
    with urllib.request.urlopen(f"{url.rstrip('/')}/api/v1/targets?limit=500", timeout=10) as answer:
        items = json.load(answer)["items"]
    last = [item["last_measurement"] for item in items if item["last_measurement"]]
    return any(m["status"] == "reached" and len(m["as_path"]) >= 2 for m in last)


def main():
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        if has_paths(sys.argv[1]):
            return 0
        time.sleep(0.2)
    print(f"no path within {DEADLINE_SECONDS} s", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
