"""The node on a PostgreSQL server, as the roles of deploy/postgresql/roles.sql may use it."""

import json
import os
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from node import SOURCE, Node, run

SERVER = os.environ.get("CW_TEST_POSTGRES", "")
ROLES = ("cyberwatch_owner", "cyberwatch_node", "cyberwatch_readonly")
PASSWORD = "a test's"


def administrator(*arguments, database="postgres"):
    url = urllib.parse.urlsplit(SERVER)._replace(path=f"/{database}").geturl()
    return subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *arguments, url], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout.strip()


class OnPostgres(unittest.TestCase):
    def setUp(self):
        if not SERVER:
            if os.environ.get("CI") == "true":
                self.fail("CW_TEST_POSTGRES names no server: use tools/servers run")
            self.skipTest("no PostgreSQL: run this under tools/servers run")
        self.addCleanup(self.remove)
        administrator("-f", os.path.join(SOURCE, "deploy/postgresql/roles.sql"))
        for role in ROLES:
            administrator("-c", f"ALTER ROLE {role} PASSWORD $password${PASSWORD}$password$")
        self.password_file = tempfile.NamedTemporaryFile("w", prefix="cyberwatch-test-", suffix=".password")
        self.password_file.write(PASSWORD + "\n")
        self.password_file.flush()
        self.addCleanup(self.password_file.close)

    @staticmethod
    def remove():
        administrator("-c", "DROP DATABASE IF EXISTS cyberwatch WITH (FORCE)")
        for role in ROLES:
            administrator("-c", f"DROP ROLE IF EXISTS {role}")

    @staticmethod
    def url(role):
        return f"postgresql://{role}@{urllib.parse.urlsplit(SERVER).netloc.rpartition('@')[2]}/cyberwatch"

    def password(self):
        return ("--set", f"store.password_file={self.password_file.name}")

    def command(self, role, *arguments):
        return run(*arguments, "--store", self.url(role), *self.password())

    def psql(self, role, sql):
        return subprocess.run(["psql", "-XAtq", "-c", sql, self.url(role)], check=False, text=True, capture_output=True,
                              env={**os.environ, "PGPASSWORD": PASSWORD})


class Roles(OnPostgres):
    def test_the_owner_makes_the_tables_the_node_writes_and_dashboards_read(self):
        early = self.command("cyberwatch_node", "target", "list")
        self.assertEqual(early.returncode, 3, early.stderr)
        self.assertIn("as the database's owner", early.stderr)

        made = self.command("cyberwatch_owner", "target", "list")
        self.assertEqual(made.returncode, 0, made.stderr)
        added = self.command("cyberwatch_node", "target", "add", "9.9.9.9")
        self.assertEqual(added.returncode, 0, added.stderr)
        self.assertNotEqual(self.psql("cyberwatch_node", "CREATE TABLE mine (i int)").returncode, 0)
        self.assertNotEqual(self.psql("cyberwatch_node", "DROP TABLE targets").returncode, 0)
        partition = self.psql("cyberwatch_node", "SELECT add_measurement_partition('2026-11-23Z')")
        self.assertEqual(partition.returncode, 0, partition.stderr)

        seen = self.psql("cyberwatch_readonly", "SELECT address, labels FROM targets")
        self.assertEqual(seen.stdout.strip(), "9.9.9.9|[]")
        self.assertEqual(self.psql("cyberwatch_readonly", "SELECT count(*) FROM hops").stdout.strip(), "0")
        for change in ("DELETE FROM targets", "SET default_transaction_read_only = off; DELETE FROM targets",
                       "SELECT drop_measurement_partition(now())"):
            self.assertNotEqual(self.psql("cyberwatch_readonly", change).returncode, 0, change)

    def test_a_wrong_password_and_one_in_the_url_are_refused_in_one_line(self):
        wrong = run("target", "list", "--store", self.url("cyberwatch_node"), env={**os.environ, "PGPASSWORD": "wrong"})
        self.assertEqual(wrong.returncode, 3, wrong.stderr)
        self.assertIn("the password in store.password_file", wrong.stderr)
        self.assertEqual(wrong.stderr.count("\n"), 1, wrong.stderr)
        shown = run("target", "list", "--store", self.url("cyberwatch_node").replace("@", ":secret@"))
        self.assertEqual(shown.returncode, 2, shown.stderr)
        self.assertIn("store.password_file", shown.stderr)
        self.assertNotIn("secret", shown.stderr)


class ANode(OnPostgres):
    def setUp(self):
        super().setUp()
        with self.node("serve", "cyberwatch_owner") as owner:
            self.assertEqual(owner.stop(), 0, owner.errors())

    def node(self, command, role="cyberwatch_node"):
        return Node(command=command, store=self.url(role), before=["env", f"PGPASSWORD={PASSWORD}"])

    def test_it_measures_into_the_database_and_its_hops_are_there_for_everybody(self):
        with self.node("demo") as node:
            deadline = time.monotonic() + 60
            while not node.get("/api/v1/measurements").json["items"] and time.monotonic() < deadline:
                time.sleep(0.2)
            self.assertEqual(node.stop(), 0, node.errors())
        hops = self.psql("cyberwatch_readonly", "SELECT count(*), count(asn) > 0, pg_typeof(min(address)) FROM hops")
        count, has_networks, address_type = hops.stdout.strip().split("|")
        self.assertGreater(int(count), 0)
        self.assertEqual((has_networks, address_type), ("t", "inet"))

    def test_commands_keep_the_books_while_it_runs_and_a_second_node_needs_a_queue_for_both(self):
        with self.node("demo") as node:
            added = self.command("cyberwatch_node", "target", "add", "9.9.9.9")
            self.assertEqual(added.returncode, 0, added.stderr)
            listed = [json.dumps(target) for target in node.get("/api/v1/targets?limit=200").json["items"]]
            self.assertTrue(any("9.9.9.9" in target for target in listed), listed)
            second = self.command("cyberwatch_node", "serve", "--port", "0")
            self.assertEqual(second.returncode, 3, second.stderr)
            self.assertIn("queue.url", second.stderr)

    def test_it_goes_on_when_its_connections_were_cut(self):
        with self.node("demo") as node:
            administrator("-c", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'cyberwatch'")
            self.assertEqual(node.get("/api/v1/targets").status, 200)


if __name__ == "__main__":
    unittest.main()
