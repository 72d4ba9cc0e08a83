"""Debian's tools and the engine see the same Internet: the lab over real kernel sockets, a scenario each."""

import json
import os
import re
import shutil
import subprocess
import unittest

from node import BINARY, SOURCE, run


def in_lab(scenario, *command):
    done = run("lab", "run", os.path.join(SOURCE, "scenarios", scenario), "--", *command, timeout=120)
    if done.returncode == 3:
        raise unittest.SkipTest(done.stderr.strip())
    return done


def trim(hops):
    """Hops by TTL, a set of addresses each; silent ones are absent."""
    return {ttl: seen for ttl, seen in hops.items() if seen}


def cyberwatch(scenario, address, *options):
    trace = json.loads(in_lab(scenario, BINARY, "trace", "--json", *options, address).stdout)
    return trim({hop["ttl"]: {reply["from"] for reply in hop["replies"]} for hop in trace["hops"]})


def traceroute(scenario, address, *options):
    text = in_lab(scenario, "traceroute", "-n", "-q", "1", "-w", "1", *options, address).stdout
    hops = {}
    for line in text.splitlines()[1:]:
        ttl, rest = line.strip().split(None, 1)
        hops[int(ttl)] = {word for word in rest.split() if re.fullmatch(r"[0-9a-f.:]*[.:][0-9a-f.:]+", word) and
                          not re.fullmatch(r"\d+\.\d+", word)}
    return trim(hops)


def mtr(scenario, address, *options):
    report = json.loads(in_lab(scenario, "mtr", "--json", "-n", "-c", "1", *options, address).stdout)["report"]
    return trim({hub["count"]: {hub["host"]} - {"???"} for hub in report["hubs"]})


def scamper(scenario, address, method="icmp-paris"):
    done = in_lab(scenario, "scamper", "-O", "json", "-c", f"trace -P {method} -w 1 -q 1", "-i", address)
    if "setgroups" in done.stderr:
        raise unittest.SkipTest("scamper drops its groups at start, which a user namespace forbids: run the tests as root")
    trace = next(row for row in map(json.loads, done.stdout.splitlines()) if row["type"] == "trace")
    hops = {}
    for hop in trace["hops"]:
        hops.setdefault(hop["probe_ttl"], set()).add(hop["addr"])
    return hops


@unittest.skipUnless(all(map(shutil.which, ["traceroute", "mtr", "scamper", "ping"])), "Debian's tools are not installed")
class ToolsAgree(unittest.TestCase):
    def agree(self, scenario, address, family="-4"):
        ours = cyberwatch(scenario, address)
        self.assertTrue(ours)
        for name, theirs in [("traceroute", traceroute(scenario, address, family, "-I")),
                             ("mtr", mtr(scenario, address, family))]:
            self.assertEqual(ours, theirs, f"{name} sees another path")
        return ours

    def test_a_path_with_silent_hops(self):
        hops = self.agree("silent_hops.toml", "203.0.113.14")
        self.assertEqual(sorted(hops), [1, 2, 3, 5, 6, 7, 10, 11, 12, 13, 14])

    def test_the_same_path_over_ipv6(self):
        hops = self.agree("silent_hops.toml", "2001:db8:14::14", "-6")
        self.assertEqual(max(hops), 14)

    def test_a_path_by_udp(self):
        ours = cyberwatch("silent_hops.toml", "203.0.113.14", "--method", "udp")
        self.assertEqual(ours, traceroute("silent_hops.toml", "203.0.113.14", "-U", "-p", "33434"))

    def test_scamper_sees_the_same_paths(self):
        for address, options, method in [("203.0.113.14", [], "icmp-paris"), ("2001:db8:14::14", [], "icmp-paris"),
                                         ("203.0.113.14", ["--method", "udp"], "udp-paris")]:
            with self.subTest(address=address, method=method):
                self.assertEqual(cyberwatch("silent_hops.toml", address, *options), scamper("silent_hops.toml", address, method))

    def test_a_path_without_privilege_is_the_same(self):
        drop = ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw", "--no-new-privs"]
        done = in_lab("silent_hops.toml", *drop, BINARY, "trace", "--json", "203.0.113.14")
        self.assertEqual(done.returncode, 0, done.stderr)
        trace = json.loads(done.stdout)
        unprivileged = trim({hop["ttl"]: {reply["from"] for reply in hop["replies"]} for hop in trace["hops"]})
        self.assertEqual(unprivileged, cyberwatch("silent_hops.toml", "203.0.113.14"))

    def test_ping_hears_the_destination(self):
        report = json.loads(in_lab("silent_hops.toml", BINARY, "ping", "--json", "--count", "3", "--interval", "100",
                                   "203.0.113.14").stdout)
        text = in_lab("silent_hops.toml", "ping", "-n", "-c", "3", "-i", "0.2", "203.0.113.14").stdout
        self.assertIn("3 received", text)
        self.assertEqual(report["received"], 3)


if __name__ == "__main__":
    unittest.main()
