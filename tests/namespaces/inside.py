"""Runs a test again inside a network namespace without uplink, where it may make namespaces of its own."""

import os
import subprocess
import sys
import unittest

from node import SOURCE

INSIDE = "CYBERWATCH_TEST_INSIDE"


def run_inside(file):
    """unittest.main() in there; where namespaces are refused, here, with `skip_outside` saying why."""
    if INSIDE not in os.environ:
        inside = [os.path.join(SOURCE, "tools/without_uplink"), "unshare", "--mount"]
        probe = subprocess.run([*inside, "true"], capture_output=True, text=True, check=False)
        os.environ[INSIDE] = "yes" if probe.returncode == 0 else probe.stderr.strip()
        if probe.returncode == 0:
            os.execv(inside[0], [*inside, sys.executable, os.path.abspath(file), *sys.argv[1:]])
    unittest.main()


def skip_outside():
    if os.environ[INSIDE] != "yes":
        raise unittest.SkipTest(os.environ[INSIDE])
