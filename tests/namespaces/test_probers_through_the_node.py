"""Every prober's measurements go through the queue and the store and come out of the API, on the lab's network."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unittest

from node import BINARY, SOURCE, Node

SCENARIO = os.path.join(SOURCE, "scenarios", "home.toml")
INSIDE = "CYBERWATCH_TEST_INSIDE_LAB"
WANTED = {"mtr": "mtr", "traceroute": "trace", "ping": "ping", "nping": "ping", "native": "trace", "scamper": "trace"}


def destinations():
    """Those of IPv4 first: nping measures no others."""
    with open(SCENARIO, encoding="utf-8") as scenario:
        return sorted(re.findall(r'^address = "([^"]+)"', scenario.read(), re.M), key=lambda address: ":" in address)


def here(prober):
    return prober == "native" or shutil.which(prober, path=os.environ["PATH"] + ":/usr/sbin:/sbin") is not None


class Probers(unittest.TestCase):
    def test_each_prober_measures_the_target_that_asks_for_it(self):
        probers = [prober for prober in WANTED if here(prober)]
        # scamper separates its privileges by itself, which takes the real root.
        if os.geteuid() != 0 or pathlib.Path("/proc/self/setgroups").read_text(encoding="ascii").strip() != "allow":
            probers.remove("scamper")
        targets = dict(zip(probers, destinations()))
        with Node("--set", f"worker.probers={','.join(probers)}", "--set", "policy.allowed=0.0.0.0/0,::/0",
                  "--set", "worker.rate_limit_per_minute=600", "--set", "target.interval_seconds=10") as node:
            for prober, address in targets.items():
                added = node.call("POST", "/api/v1/targets", {"address": address, "prober": prober, "kind": WANTED[prober]})
                self.assertEqual(added.status, 201, added.text)
            seen = {}
            deadline = time.monotonic() + 90
            while len(seen) < len(targets) and time.monotonic() < deadline:
                for prober, address in targets.items():
                    for summary in node.get(f"/api/v1/measurements?address={address}").json["items"]:
                        measurement = node.get(f"/api/v1/measurements/{summary['id']}").json
                        seen.setdefault(prober, measurement)
                time.sleep(0.2)
            self.assertEqual(set(seen), set(targets), node.errors())
            for prober, measurement in seen.items():
                self.assertEqual((measurement["prober"], measurement["kind"], measurement["status"]),
                                 (prober, WANTED[prober], "reached"))
                why = node.get(f"/api/v1/why/{targets[prober]}").json
                self.assertEqual(why["measurements"][-1]["prober"], prober)
            self.assertEqual(node.stop(), 0)


def run_inside():
    """The test again, inside the lab's namespace: the node and its page are on that loopback."""
    done = subprocess.run([BINARY, "lab", "run", SCENARIO, "--", sys.executable, os.path.abspath(__file__)],
                          env={**os.environ, INSIDE: "1"}, timeout=300, check=False, stdin=subprocess.DEVNULL)
    if done.returncode == 3:
        print("skipped: the lab cannot be had here", file=sys.stderr)
        return 0
    return done.returncode


if __name__ == "__main__":
    if INSIDE in os.environ:
        unittest.main()
    sys.exit(run_inside())
