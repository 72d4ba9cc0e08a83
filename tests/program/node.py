"""Starts the binary from outside: a command that ends, or a node that serves."""

import json
import os
import re
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

BINARY = os.environ["CYBERWATCH"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def run(*arguments, timeout=60, **options):
    """The command's CompletedProcess; standard output and error as text."""
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=timeout, check=False,
                          stdin=subprocess.DEVNULL, **options)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.text = status, headers, body
        self.json = json.loads(body) if "json" in headers.get("Content-Type", "") else None


class Node:
    """`cyberwatch serve` or `demo` with a store of its own, ready when the constructor returns."""

    def __init__(self, *arguments, command="serve", store=None, before=()):
        self.folder = tempfile.TemporaryDirectory(prefix="cyberwatch-test-")
        self.store = store or os.path.join(self.folder.name, "cyberwatch.db")
        url = self.store if "://" in self.store else f"sqlite://{self.store}"
        line = [*before, BINARY, command, "--port", "0", "--store", url, *arguments]
        self.log = open(os.path.join(self.folder.name, "log"), "w+", encoding="utf-8")
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=self.log, text=True, stdin=subprocess.DEVNULL)
        ready = self.process.stdout.readline()
        found = re.search(r"http://\S+", ready)
        if not found:
            self.process.wait(30)
            raise AssertionError(f"not ready: {ready!r} {self.errors()}")
        self.url = found.group().rstrip("/")

    def errors(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers or {})
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Reply(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as refused:
            return Reply(refused.code, refused.headers, refused.read().decode())

    def get(self, path):
        return self.call("GET", path)

    def events(self, path):
        """The (event, data) pairs of a stream, until the server closes it."""
        with urllib.request.urlopen(self.url + path, timeout=60) as stream:
            name = None
            for line in stream:
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("data: "):
                    yield name, json.loads(text[6:])

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def stop(self):
        """Asks it to end and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.process.stdout.close()
        self.log.close()
        self.folder.cleanup()
