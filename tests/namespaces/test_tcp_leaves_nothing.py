"""TCP probes through kernel routers to a port that listens and to one that does not: nothing stays half open."""

import json
import subprocess
import sys
import unittest

from inside import run_inside, skip_outside
from kernel_chain import ROUTERS, KernelChain, address
from node import BINARY

OPEN, CLOSED = 8080, 8081
SYN_ACK, RST = 0x12, 0x04
# Segments that have these flags, by their place in a packet without IP options (RFC 9293, section 3.1).
RSTS = [("ip", "match ip protocol 6 0xff match u8 0x04 0x04 at 33"), ("ipv6", "match ip6 protocol 6 0xff match u8 0x04 0x04 at 53")]

LISTENER = """
import socket, sys
listening = socket.create_server(("::", %d), family=socket.AF_INET6, dualstack_ipv6=True)
print("listening", flush=True)
sys.stdin.read()
""" % OPEN


class TcpLeavesNothing(unittest.TestCase):
    def setUp(self):
        skip_outside()
        if not hasattr(type(self), "chain"):
            try:
                type(self).chain = KernelChain.build()
            except RuntimeError as refused:
                raise unittest.SkipTest(str(refused))
        # A listener of its own for each test: what one leaves half open goes with it.
        self.listener = subprocess.Popen(["ip", "netns", "exec", "host", sys.executable, "-c", LISTENER],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.close_listener)
        self.assertEqual(self.listener.stdout.readline().strip(), "listening")
        self.before = self.counters()

    def close_listener(self):
        self.listener.communicate()

    def counters(self):
        """Of the host's TCP: connections, answers to SYNs that were sent again, connections that a RST ended half open."""
        told = self.chain.run("host", ["nstat", "--json", "--zeros", "--ignore", "--noupdate"]).stdout
        values = json.loads(told)["kernel"]
        return {name: values[name] for name in ("TcpPassiveOpens", "TcpRetransSegs", "TcpExtEmbryonicRsts")}

    def half_open(self, name="host"):
        return self.chain.run(name, ["ss", "-Htan", "state", "syn-recv"]).stdout.splitlines()

    def trace(self, family, method, port):
        done = self.chain.run("vantage", [BINARY, "trace", "--json", "--method", method, "--port", str(port), address(family, "host")])
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def check(self, family, method, port, flags):
        """Returns how many connections a RST ended before they began."""
        before = self.counters()
        with self.subTest(family=family, method=method, port=port):
            trace = self.trace(family, method, port)
            self.assertEqual(trace["status"], "reached")
            self.assertEqual([{reply["from"] for reply in hop["replies"]} for hop in trace["hops"]],
                             [{address(family, name)} for name in [*ROUTERS, "host"]])
            self.assertEqual({reply["tcp_flags"] & flags for reply in trace["hops"][-1]["replies"]}, {flags})
            self.assertEqual(self.half_open(), [])
            self.assertEqual(self.chain.run("vantage", ["ss", "-Htan"]).stdout, "")
            after = self.counters()
            self.assertEqual(after["TcpPassiveOpens"], self.before["TcpPassiveOpens"])
            self.assertEqual(after["TcpRetransSegs"], self.before["TcpRetransSegs"])
        return self.counters()["TcpExtEmbryonicRsts"] - before["TcpExtEmbryonicRsts"]

    def test_a_syn_that_a_port_accepts_is_taken_back(self):
        for family in (4, 6):
            self.assertGreater(self.check(family, "tcp", OPEN, SYN_ACK), 0)

    def test_a_syn_to_a_closed_port_opens_nothing(self):
        for family in (4, 6):
            self.assertEqual(self.check(family, "tcp", CLOSED, RST), 0)

    def test_an_ack_opens_nothing_at_either_port(self):
        for family in (4, 6):
            for port in (OPEN, CLOSED):
                self.assertEqual(self.check(family, "tcp-ack", port, RST), 0)

    def test_it_is_taken_back_also_where_our_own_kernel_never_sees_the_answer(self):
        # As where a packet filter takes it away first: the kernel, which would send a RST by itself, is silent.
        self.chain.hide_from_kernel("vantage", "ipproto", "tcp", "sport", str(OPEN))
        self.addCleanup(self.chain.show_to_kernel, "vantage")
        for family in (4, 6):
            self.assertGreater(self.check(family, "tcp", OPEN, SYN_ACK), 0)

    def test_where_every_rst_is_lost_the_host_shows_what_is_half_open(self):
        """The contrast: what the other tests look at does show it."""
        self.chain.swallow("vantage", "far", "egress", *RSTS)
        self.addCleanup(self.chain.let_through, "vantage", "far")
        for family in (4, 6):
            self.trace(family, "tcp", OPEN)
        self.assertGreaterEqual(len(self.half_open()), 2)


if __name__ == "__main__":
    run_inside(__file__)
