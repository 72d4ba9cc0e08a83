"""The path MTU over kernel routers: told by a router, and found where the router's word is lost."""

import json
import unittest

from inside import run_inside, skip_outside
from kernel_chain import ROUTERS, KernelChain, address
from node import BINARY

# What says that a packet was too big: ICMP type 3, code 4 (RFC 1191), and ICMPv6 type 2 (RFC 8201).
TOO_BIG = [("ip", "match ip protocol 1 0xff match u8 3 0xff at 20 match u8 4 0xff at 21"),
           ("ipv6", "match ip6 protocol 58 0xff match u8 2 0xff at 40")]


class PathMtu(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_outside()
        try:
            cls.chain = KernelChain.build()
        except RuntimeError as refused:
            raise unittest.SkipTest(str(refused))

    def setUp(self):
        for router in ROUTERS:
            self.chain.narrow(router, 1500)
        self.chain.forget()

    def trace(self, family, method="icmp"):
        done = self.chain.run("vantage", [BINARY, "trace", "--json", "--pmtu", "--method", method, address(family, "host")])
        self.assertEqual(done.returncode, 0, done.stderr)
        trace = json.loads(done.stdout)
        self.assertEqual(trace["status"], "reached")
        seen = [[reply["from"] for reply in hop["replies"]] for hop in trace["hops"]]
        self.assertEqual([set(hop) for hop in seen], [{address(family, name)} for name in [*ROUTERS, "host"]])
        return trace["path_mtu"]

    def for_every_way(self, check):
        for family in (4, 6):
            for method in ("icmp", "udp"):
                with self.subTest(family=family, method=method):
                    self.chain.forget()
                    check(family, self.trace(family, method))

    def test_a_path_of_wide_links_has_no_limit_but_our_own_link(self):
        def check(_, path_mtu):
            self.assertEqual(path_mtu["mtu"], 1500)
            self.assertTrue(all(limit["ttl"] == 0 for limit in path_mtu["limits"]), path_mtu)
        self.for_every_way(check)

    def test_the_router_before_a_narrow_link_says_so(self):
        self.chain.narrow("second", 1400)
        def check(family, path_mtu):
            self.assertEqual(path_mtu["mtu"], 1400)
            self.assertIn({"ttl": 2, "from": address(family, "second"), "mtu": 1400}, path_mtu["limits"])
        self.for_every_way(check)

    def test_each_of_two_narrow_links_is_found(self):
        self.chain.narrow("first", 1450)
        self.chain.narrow("third", 1300)
        def check(family, path_mtu):
            self.assertEqual(path_mtu["mtu"], 1300)
            told = [(limit["ttl"], limit["from"], limit["mtu"]) for limit in path_mtu["limits"] if limit["ttl"] > 0]
            self.assertEqual(told, [(1, address(family, "first"), 1450), (3, address(family, "third"), 1300)])
        self.for_every_way(check)

    def make_black_hole(self):
        self.chain.narrow("second", 1400)
        self.chain.swallow("second", "near", "egress", *TOO_BIG)
        self.addCleanup(self.chain.let_through, "second", "near")

    def check_black_hole(self, _, path_mtu):
        self.assertEqual(path_mtu["mtu"], 1400)
        limits = [limit for limit in path_mtu["limits"] if limit["ttl"] > 0]
        self.assertEqual(limits, [{"ttl": 2, "from": None, "mtu": 1400}])

    def test_a_black_hole_is_found_by_trying_and_lies_behind_the_last_that_answers(self):
        self.make_black_hole()
        self.for_every_way(self.check_black_hole)

    def limit_answers_of_host(self, interval_ms):
        for setting in ("ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit"):
            self.chain.must("host", "sh", "-c", f"echo {interval_ms} > /proc/sys/net/{setting}")

    def test_a_host_that_limits_its_answers_as_linux_does_by_default_makes_a_black_hole_no_wider(self):
        self.make_black_hole()
        self.limit_answers_of_host(1000)  # milliseconds from one to the next, after six at once
        self.addCleanup(self.limit_answers_of_host, 0)
        for family in (4, 6):
            with self.subTest(family=family):
                self.chain.forget()
                self.check_black_hole(family, self.trace(family, "udp"))


if __name__ == "__main__":
    run_inside(__file__)
