"""The queue on a Redis server of its own: with TLS, a password and an append-only file; killed and started again."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from node import Node, run

MISSING = [program for program in ("redis-server", "openssl") if not shutil.which(program)]
PASSWORD = "a/secret@with:signs"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    """A redis-server in a folder; `kill` and `start` as often as wanted."""

    def __init__(self, folder):
        self.folder, self.port, self.tls_port, self.process = folder, free_port(), free_port(), None
        # The default user lets nobody in and yet keeps its permissions: Redis reads what scripts wrote back from its
        # file as that user, and drops what it may not do (redis/redis#14541).
        self.path("users.acl", f"user default off ~* &* +@all\nuser node on >{PASSWORD} ~cyberwatch:* +@all\n")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", self.path("key.pem"), "-out", self.path("cert.pem"), "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        self.path("password", PASSWORD + "\n")
        self.start()

    def path(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return path

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--tls-port", str(self.tls_port), "--bind", "127.0.0.1",
             "--dir", self.folder, "--appendonly", "yes", "--save", "", "--aclfile", self.path("users.acl"),
             "--tls-cert-file", self.path("cert.pem"), "--tls-key-file", self.path("key.pem"),
             "--tls-ca-cert-file", self.path("cert.pem"), "--tls-auth-clients", "no"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        for _ in range(200):
            try:
                self.ask("PING")
                return
            except (OSError, AssertionError):
                time.sleep(0.05)
        raise AssertionError("redis-server does not start")

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def ask(self, *words):
        """The reply as its bytes; an error reply is an AssertionError."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            for command in (["AUTH", "node", PASSWORD], words):
                parts = [word.encode() for word in command]
                connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
                reply = connection.recv(65536)
                assert not reply.startswith(b"-"), reply
        return reply

    def push(self, *tasks):
        return self.ask("RPUSH", "cyberwatch:targets", *[t if isinstance(t, str) else json.dumps(t) for t in tasks])

    def settings(self, password="password"):
        return ["--set", f"queue.url=rediss://node@localhost:{self.tls_port}", "--set",
                "queue.password_file=" + self.path(password), "--set", "queue.ca_file=" + self.path("cert.pem")]


def wait_for(condition, what):
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"never: {what}")


@unittest.skipIf(MISSING and os.environ.get("CI") != "true", f"missing: {', '.join(MISSING)} (script/setup --tests)")
class RedisQueue(unittest.TestCase):
    def setUp(self):
        self.assertFalse(MISSING, "script/setup --tests installs them")
        folder = tempfile.TemporaryDirectory(prefix="cyberwatch-redis-")
        self.addCleanup(folder.cleanup)
        self.redis = Redis(folder.name)
        self.addCleanup(self.redis.kill)

    def queue(self, *arguments, **options):
        return run("queue", *arguments, *self.redis.settings(), **options)

    def status(self):
        done = self.queue("status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    def test_every_accepted_job_outlives_a_kill_of_the_server(self):
        """Nothing measures here: the scheduler alone makes jobs of what is pushed."""
        count = 300
        with Node("--role", "scheduler", "--role", "api", *self.redis.settings()):
            self.redis.push(*[{"target_ip": f"198.51.{i // 200}.{i % 200}", "priority": i % 10} for i in range(count)])
            wait_for(lambda: (self.status() or {}).get("waiting") == count, "all tasks are jobs")
            before = self.queue("peek", "--most", "1000", "--json").stdout.splitlines()
            self.redis.kill()
            away = self.queue("status")
            self.assertEqual(away.returncode, 3, away)
            self.assertIn("Connection refused", away.stderr)
            self.assertEqual(len(away.stderr.splitlines()), 1, away.stderr)
            self.redis.start()
            after = self.queue("peek", "--most", "1000", "--json").stdout.splitlines()
            self.assertEqual(len(after), count)
            self.assertEqual(before, after)
            # The node that ran all the time goes on by itself.
            self.redis.push({"target_ip": "198.51.9.9"})
            wait_for(lambda: self.status()["waiting"] == count + 1, "the node reads the inbox again")

    def test_what_is_no_task_is_told_with_its_reason_and_stops_nobody(self):
        with Node("--role", "scheduler", "--role", "api", *self.redis.settings()):
            self.redis.push("poison", {"target_ip": "198.51.100.1"})
            wait_for(lambda: (self.status() or {}).get("waiting") == 1, "the good task is a job")
        self.assertEqual(self.status()["rejected"], 1)
        self.assertIn(b"no JSON", self.redis.ask("LRANGE", "cyberwatch:rejected", "0", "-1"))
        job = json.loads(self.queue("peek", "--json").stdout)
        self.assertEqual(job["target_ip"], "198.51.100.1")
        dropped = self.queue("drop", job["id"], "--json")
        self.assertEqual(json.loads(dropped.stdout), {"id": job["id"], "result": "dropped"})
        self.assertEqual(self.status()["waiting"], 0)
        again = self.queue("drop", job["id"])
        self.assertEqual((again.returncode, again.stdout), (1, ""))

    def test_who_is_not_let_in_is_told_so_in_one_line_without_the_password(self):
        self.redis.path("wrong", "another secret\n")
        refused = run("queue", "status", *self.redis.settings("wrong"))
        self.assertEqual(refused.returncode, 3)
        self.assertIn("WRONGPASS", refused.stderr)
        self.assertNotIn("secret", refused.stderr)
        url = f"queue.url=rediss://node:topsecret@localhost:{self.redis.tls_port}"
        shown = run("queue", "status", "--set", url)
        self.assertEqual(shown.returncode, 2)
        self.assertIn("queue.password_file", shown.stderr)
        self.assertNotIn("topsecret", shown.stderr)

    def test_a_server_that_cannot_prove_who_it_is_gets_no_password(self):
        own = [s for s in self.redis.settings() if "ca_file" not in s][:-1]
        refused = run("queue", "status", *own)
        self.assertEqual(refused.returncode, 3)
        self.assertIn("certificate is not trusted", refused.stderr)

    def test_a_server_that_accepts_and_never_answers_is_given_up(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            began = time.monotonic()
            refused = run("queue", "status", "--set", f"queue.url=redis://127.0.0.1:{silent.getsockname()[1]}", timeout=20)
            self.assertEqual(refused.returncode, 3)
            self.assertIn("does not answer in time", refused.stderr)
            self.assertLess(time.monotonic() - began, 10)


if __name__ == "__main__":
    unittest.main()
