"""The command line from outside: output, exit codes, one line per error."""

import json
import os
import tempfile
import unittest

from node import SOURCE, run


def scenario(name):
    return os.path.join(SOURCE, "scenarios", name)


class Commands(unittest.TestCase):
    def refused(self, code, *arguments, saying=""):
        done = run(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(saying, done.stderr)
        self.assertEqual(done.stdout, "")

    def test_version_says_its_number(self):
        self.assertRegex(run("version").stdout, r"^cyberwatch \d+\.\d+\.\d+")

    def test_help_teaches_every_command(self):
        text = run("--help").stdout
        for command in ["serve", "demo", "trace", "ping", "mtr", "target", "lookup", "data", "lab", "doctor", "version"]:
            self.assertIn(command, text)
            self.assertEqual(run(command, "--help").returncode, 0)

    def test_an_unknown_command_or_option_is_wrong_usage(self):
        self.assertEqual(run("tarce", "192.0.2.1").returncode, 2)
        self.assertEqual(run("trace", "192.0.2.1", "--max-tll", "3").returncode, 2)
        self.assertEqual(run("trace").returncode, 2)

    def test_an_option_out_of_its_bounds_is_wrong_usage(self):
        self.refused(2, "trace", "192.0.2.1", "--max-ttl", "999", saying="max-ttl")
        self.refused(2, "trace", "192.0.2.1", "--first-ttl", "9", "--max-ttl", "3", saying="ttl")
        self.refused(2, "ping", "192.0.2.1", "--count", "0", saying="count")

    def test_what_this_build_does_not_have_is_said(self):
        self.refused(2, "trace", "192.0.2.1", "--mda", "--pmtu", saying="without --mda")
        self.refused(2, "trace", "192.0.2.1", "--method", "sctp", saying="sctp")
        self.refused(2, "trace", "192.0.2.1", "--prober", "scampr", saying="did you mean scamper?")

    def test_a_name_that_does_not_resolve_fails_in_one_line(self):
        self.refused(1, "trace", "no-such-name.invalid", saying="no-such-name.invalid")

    def test_a_broken_settings_file_names_its_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as settings:
            settings.write("[listen]\nprot = 8080\n")
            settings.flush()
            self.refused(2, "serve", "--config", settings.name, saying="port")

    def test_lookup_names_well_known_addresses_rightly(self):
        for address, asn, organisation in [("1.1.1.1", 13335, "Cloudflare"), ("8.8.8.8", 15169, "Google"),
                                           ("193.0.6.139", 3333, "RIPE"), ("2606:4700:4700::1111", 13335, "Cloudflare")]:
            facts = json.loads(run("lookup", address, "--json").stdout)
            self.assertEqual(facts["asn"], asn)
            self.assertIn(organisation.lower(), facts["org_name"].lower())
            self.assertEqual(list(facts), ["address", "prefix", "asn", "as_name", "org_name", "country_code", "ixp",
                                           "special", "source", "as_of"])

    def test_lookup_of_special_space_has_no_network(self):
        facts = json.loads(run("lookup", "192.168.1.1", "--json").stdout)
        self.assertIsNone(facts["asn"])
        self.assertEqual(facts["special"], "Private-Use")

    def test_data_status_shows_licence_and_attribution(self):
        text = run("data", "status").stdout
        for word in ["CC BY 4.0", "RouteViews", "DB-IP"]:
            self.assertIn(word, text)

    def test_completion_is_a_script_for_each_shell(self):
        for shell in ["bash", "zsh", "fish"]:
            self.assertIn("trace", run("completion", shell).stdout)

    def test_a_trace_on_the_lab_is_one_json_line_as_the_contract_has_it(self):
        done = run("lab", "run", scenario("silent_hops.toml"), "--", os.environ["CYBERWATCH"], "trace", "--json", "203.0.113.14")
        if done.returncode == 3:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        trace = json.loads(done.stdout)
        contract = ["id", "kind", "vantage", "target", "address", "prober", "method", "port", "flow", "started_at",
                    "finished_at", "status", "stop_reason", "probes_sent", "hops"]
        self.assertEqual([key for key in trace if key in contract], contract)
        self.assertEqual((trace["status"], trace["stop_reason"]), ("reached", "destination"))
        self.assertEqual([hop["ttl"] for hop in trace["hops"]], list(range(1, 15)))
        self.assertEqual([hop["ttl"] for hop in trace["hops"] if not hop["replies"]], [4, 8, 9])

    def test_targets_are_kept_without_a_running_node(self):
        with tempfile.TemporaryDirectory() as folder:
            store = ["--store", f"sqlite://{folder}/cyberwatch.db"]
            self.assertEqual(run("target", "add", "9.9.9.9", *store).returncode, 0)
            self.assertIn("9.9.9.9", run("target", "list", *store).stdout)
            self.assertEqual(run("target", "remove", "9.9.9.9", *store).returncode, 0)
            self.assertNotIn("9.9.9.9", run("target", "list", *store).stdout)
            forbidden = run("target", "add", "192.168.1.1", *store)
            self.assertEqual(forbidden.returncode, 1)
            self.assertIn("Private-Use", forbidden.stderr)


if __name__ == "__main__":
    unittest.main()
