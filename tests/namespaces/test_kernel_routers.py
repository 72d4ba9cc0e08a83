"""A hundred kernel routers that share flows: what is drawn of them holds no link that is not there."""

import json
import re
import sys
import unittest

from inside import run_inside, skip_outside
from kernel_routers import ARMS, KernelRouters
from node import BINARY


def links_of_graph(graph, owner):
    interfaces = graph["interfaces"]
    name = lambda place: owner.get(interfaces[place]["address"], interfaces[place]["address"])
    return {(name(link["from"]), name(link["to"])) for link in graph["links"]}


def links_of_path(hops, owner):
    """Between addresses at neighbouring TTLs, silence joining nothing."""
    return {(owner.get(near, near), owner.get(far, far)) for near, far in zip(hops, hops[1:]) if near and far}


class HundredKernelRouters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        skip_outside()
        try:
            cls.lab = KernelRouters.build()
        except RuntimeError as refused:
            raise unittest.SkipTest(str(refused))
        cls.owner = cls.lab.owner()

    def destinations(self):
        for family in ("v4", "v6"):
            for arm in ARMS:
                yield family, arm, getattr(self.lab.destinations[arm], family)

    def cyberwatch(self, *options):
        done = self.lab.run([BINARY, "trace", "--json", *options])
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def multipath(self, method):
        """(links that are none, links that were missed, links that there are)"""
        false, missed, all_links = {}, {}, 0
        for family, arm, address in self.destinations():
            trace = self.cyberwatch("--mda", "--method", method, address)
            with self.subTest(family=family, arm=arm, method=method):
                self.assertEqual(trace["status"], "reached")
                self.assertTrue(trace["graph"]["complete"])
            told, true = links_of_graph(trace["graph"], self.owner), self.lab.true_links(arm)
            false[family, arm] = told - true
            missed[family, arm] = true - told
            all_links += len(true)
        return false, missed, all_links

    def test_all_links_are_found_with_udp_and_no_other(self):
        false, missed, all_links = self.multipath("udp")
        self.assertEqual({where: links for where, links in false.items() if links}, {})
        count = sum(map(len, missed.values()))
        print(f"multipath by UDP: {all_links} links, none false, {count} missed", file=sys.stderr)
        self.assertLessEqual(count, all_links // 20, missed)

    def test_with_icmp_there_is_one_way_in_ipv4_and_all_in_ipv6(self):
        # The kernel looks at the addresses of ICMP in IPv4, and at the flow label in IPv6.
        false, missed, all_links = self.multipath("icmp")
        self.assertEqual({where: links for where, links in false.items() if links}, {})
        count = sum(len(links) for (family, _), links in missed.items() if family == "v6")
        self.assertLessEqual(count, all_links // 2 // 20, missed)

    def test_a_trace_of_one_flow_makes_no_link_either(self):
        for family, arm, address in self.destinations():
            for flow in range(0, 8):
                trace = self.cyberwatch("--method", "udp", "--flow", str(flow), address)
                hops = [hop["replies"][0]["from"] if hop["replies"] else None for hop in trace["hops"]]
                with self.subTest(family=family, arm=arm, flow=flow):
                    self.assertLessEqual(links_of_path(hops, self.owner), self.lab.true_links(arm))

    def test_a_classic_traceroute_makes_many(self):
        """The contrast: each probe has a port, and so a way, of its own."""
        false = 0
        for family, arm, address in self.destinations():
            text = self.lab.run(["traceroute", "-n", f"-{family[1]}", "-q", "3", "-w", "1", address]).stdout
            rows = [re.findall(r"(?:[0-9a-f]*[:.])+[0-9a-f]+(?=\s)(?!\s*ms)|\*|(?<=\s)[\d.]+(?= ms)", line.split(None, 1)[1])
                    for line in text.splitlines()[1:]]
            columns = list(zip(*(addresses_of_row(row) for row in rows)))
            found = set().union(*(links_of_path(column, self.owner) for column in columns))
            false += len(found - self.lab.true_links(arm))
        print(f"classic traceroute: {false} links of {2 * len(ARMS)} traces are none", file=sys.stderr)
        self.assertGreater(false, 0)


def addresses_of_row(words):
    """traceroute names an address once for all probes in a row that it answered: one address for each probe."""
    addresses, last = [], None
    for word in words:
        if word == "*":
            addresses.append(None)
        elif re.fullmatch(r"\d+\.\d+", word):
            addresses.append(last)
        else:
            last = word
    return addresses


if __name__ == "__main__":
    run_inside(__file__)
