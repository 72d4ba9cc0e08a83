"""The node from outside: it starts, refuses what it must refuse, measures, and stops."""

import socket
import sqlite3
import unittest

from node import Node, run


class FreshNode(unittest.TestCase):
    def test_it_answers_on_its_page_and_sends_nothing_unasked(self):
        with Node() as node:
            self.assertEqual(node.get("/").status, 200)
            self.assertEqual(node.get("/api/v1/health/ready").status, 200)
            system = node.get("/api/v1/system").json
            self.assertTrue(system["setup_needed"])
            self.assertEqual(system["prober"]["counters"]["packets_sent"], 0)
            self.assertEqual(node.stop(), 0)

    def test_a_second_node_on_the_same_store_is_refused_in_one_line(self):
        with Node() as node:
            second = run("serve", "--port", "0", "--store", f"sqlite://{node.store}")
            self.assertEqual(second.returncode, 3, second.stderr)
            self.assertIn(str(node.process.pid), second.stderr)
            self.assertEqual(node.get("/api/v1/health/live").status, 200)

    def test_a_taken_port_is_refused_in_one_line(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = str(taken.getsockname()[1])
            done = run("serve", "--port", port, "--store", "sqlite::memory:")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(port, done.stderr)

    def test_a_store_from_a_newer_version_is_refused_and_left_as_it_is(self):
        with Node() as node:
            node.stop()
            with sqlite3.connect(node.store) as database:
                database.execute("INSERT INTO schema_migrations (component, version, applied_at) VALUES ('store', 999, '')")
            done = run("serve", "--port", "0", "--store", f"sqlite://{node.store}")
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("newer", done.stderr)

    def test_listening_beyond_loopback_is_refused(self):
        done = run("serve", "--listen", "0.0.0.0", "--port", "0", "--store", "sqlite::memory:")
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_bad_targets_are_refused_as_typed_problems(self):
        with Node() as node:
            for path, body, problem in [
                    ("/api/v1/targets", {"address": "192.168.1.1"}, "target-forbidden"),
                    ("/api/v1/targets", {"name": "no-such-name.invalid"}, "target-unresolvable"),
                    ("/api/v1/looking-glass/runs", {"target": "192.168.1.1"}, "target-forbidden"),
                    ("/api/v1/looking-glass/runs", {"target": "no-such-name.invalid"}, "target-unresolvable")]:
                with self.subTest(path=path, body=body):
                    reply = node.call("POST", path, body)
                    self.assertEqual(reply.status, 422, reply.text)
                    self.assertEqual(reply.headers["Content-Type"], "application/problem+json")
                    self.assertIn(problem, reply.json["type"])

    def test_a_request_from_another_site_is_refused(self):
        with Node() as node:
            self.assertGreaterEqual(node.call("GET", "/api/v1/targets", headers={"Host": "evil.example"}).status, 400)
            reply = node.call("POST", "/api/v1/targets", {"address": "9.9.9.9"}, headers={"Origin": "http://evil.example"})
            self.assertEqual(reply.status, 403, reply.text)

    def test_the_command_line_reaches_the_running_node(self):
        with Node() as node:
            store = ["--store", f"sqlite://{node.store}"]
            self.assertEqual(run("target", "add", "9.9.9.9", *store).returncode, 0)
            self.assertIn("9.9.9.9", run("target", "list", *store).stdout)
            self.assertEqual([item["address"] for item in node.get("/api/v1/targets").json["items"]], ["9.9.9.9"])


class Demo(unittest.TestCase):
    def test_a_live_run_streams_its_hops_and_is_stored(self):
        with Node(command="demo") as node:
            target = node.get("/api/v1/targets").json["items"][0]["address"]
            run_ = node.call("POST", "/api/v1/looking-glass/runs", {"target": target, "kind": "trace"})
            self.assertEqual(run_.status, 202, run_.text)
            events = list(node.events(run_.json["events_url"]))
            names = [name for name, _ in events]
            self.assertEqual(names[0], "run.started")
            self.assertEqual(names[-1], "run.completed")
            self.assertIn("hop.reply", names)
            self.assertIn("hop.enriched", names)
            stored = node.get(f"/api/v1/measurements/{events[-1][1]['measurement_id']}").json
            replied = {(data["ttl"], data["from"]) for name, data in events if name == "hop.reply"}
            kept = {(hop["ttl"], reply["from"]) for hop in stored["hops"] for reply in hop["replies"]}
            self.assertTrue(kept)
            self.assertLessEqual(kept, replied)

    def test_the_data_shown_carries_its_licence(self):
        with Node(command="demo") as node:
            text = node.get("/api/v1/system").text
            self.assertIn("CC BY 4.0", text)


if __name__ == "__main__":
    unittest.main()
