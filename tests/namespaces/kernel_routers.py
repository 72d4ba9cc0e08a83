"""A hundred Linux routers, each the kernel's own in a network namespace, that share flows among next hops of equal cost.

Made inside a namespace without uplink (tools/without_uplink). Routers have one address a family, on their loopback
device, so an address names a router; the links between them have link-local addresses alone, and both families go
over the same next hops. Every router hashes with a seed of its own, or all of them would choose alike.

    labyrinth = KernelRouters.build()          # RuntimeError where namespaces are refused
    labyrinth.run(["traceroute", ...])         # at the vantage
"""

import concurrent.futures
import os
import subprocess

VANTAGE, GATE = "vantage", "gate"
VANTAGE_V4, VANTAGE_V6 = "192.0.2.2", "2001:db8::2"
GATE_V4, GATE_V6 = "192.0.2.1", "2001:db8::1"


def _rows(*widths):
    """Routers in rows; all of a row lead to all of the next."""
    names = [[f"{chr(97 + row)}{place}" for place in range(width)] for row, width in enumerate(widths)]
    shape = {}
    for row, routers in enumerate(names):
        for router in routers:
            shape[router] = names[row + 1] if row + 1 < len(names) else []
    return shape


def _chains(count, length):
    shape = {"s": [f"c0x{i}" for i in range(count)], "j": []}
    for row in range(length):
        for i in range(count):
            shape[f"c{row}x{i}"] = [f"c{row + 1}x{i}"] if row + 1 < length else ["j"]
    return shape


# What stands behind the gate, an arm each, with a destination at its end: who is next to whom.
ARMS = {
    "two": _rows(1, 2, 1),
    "fours": _rows(1, 4, 1, 4, 1),
    "eight": _rows(1, 8, 1),
    "mesh": _rows(1, 3, 3, 1),
    "nested": {"a": ["b0", "b1"], "b0": ["c0", "c1"], "b1": ["c2", "c3"], "c0": ["d0"], "c1": ["d0"], "c2": ["d1"],
               "c3": ["d1"], "d0": ["e"], "d1": ["e"], "e": []},
    "chains": _chains(4, 3),
    "lengths": {"a": ["b", "c0"], "b": ["d"], "c0": ["c1"], "c1": ["d"], "d": []},
    "uneven": {"a": ["b0", "b1"], "b0": ["c0"], "b1": ["c1", "c2"], "c0": ["d"], "c1": ["d"], "c2": ["d"], "d": []},
    "wide": _rows(1, 16, 1),
    "long": _rows(1, 1, 2, 1, 4, 1, 1, 1),
}


class Router:
    def __init__(self, number, name):
        self.number, self.name = number, name
        self.v4 = f"10.1.{number // 250}.{number % 250 + 1}"
        self.v6 = f"2001:db8:1::{number:x}"
        self.links = []  # (device, router at the other end, its device)


class KernelRouters:
    def __init__(self):
        self.routers, self.next, self.destinations = {}, {}, {}
        self._add(VANTAGE)
        self._add(GATE)
        self.next[GATE] = []
        for arm, shape in ARMS.items():
            for router in shape:
                self._add(f"{arm}.{router}")
            for router, following in shape.items():
                self.next[f"{arm}.{router}"] = [f"{arm}.{name}" for name in following]
            first, last = f"{arm}.{next(iter(shape))}", next(f"{arm}.{r}" for r, following in shape.items() if not following)
            host = self._add(f"{arm}.host")
            self.next[GATE].append(first)
            self.next[last] = [host.name]
            self.destinations[arm] = host
        self._wire()

    def _add(self, name):
        router = self.routers[name] = Router(len(self.routers), name)
        return router

    def _wire(self):
        self.cables = [(VANTAGE, GATE)] + [(near, far) for near, following in self.next.items() for far in following]
        for near, far in self.cables:
            one, other = self.routers[near], self.routers[far]
            ends = f"e{len(one.links)}", f"e{len(other.links)}"
            one.links.append((ends[0], other, ends[1]))
            other.links.append((ends[1], one, ends[0]))

    # ---- the truth

    def owner(self):
        """Router names by address."""
        names = {GATE_V4: GATE, GATE_V6: GATE}
        for router in self.routers.values():
            names[router.v4] = names[router.v6] = router.name
        return names

    def true_links(self, arm):
        """(name, name) of all links that some flow to the arm's destination may cross."""
        mine = (f"{arm}.", GATE)
        return {(near, far) for near, far in self.cables if near.startswith(mine) and far.startswith(mine[0])}

    # ---- building it

    @classmethod
    def build(cls):
        self = cls()
        try:
            subprocess.run(["mount", "-t", "tmpfs", "routers", "/run"], check=True, capture_output=True, text=True)
            self._batch([f"netns add {name}" for name in self.routers])
            self._batch([f"link add name {device} netns {name} type veth peer name {far} netns {other.name}"
                         for name, router in self.routers.items() for device, other, far in router.links
                         if router.number < other.number])
        except (subprocess.CalledProcessError, FileNotFoundError) as refused:
            raise RuntimeError(f"namespaces are refused here: {getattr(refused, 'stderr', None) or refused}") from refused
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(self._switch_on, self.routers.values()))
            list(pool.map(self._add_routes, self.routers.values()))  # over links that are up at both ends
        return self

    @staticmethod
    def _batch(lines, *before):
        subprocess.run([*before, "ip", "-batch", "-"], input="\n".join(lines) + "\n", check=True, capture_output=True, text=True)

    def _switch_on(self, router):
        sysctls = {
            "ipv4/ip_forward": 1, "ipv4/conf/all/rp_filter": 0, "ipv4/conf/default/rp_filter": 0,
            "ipv6/conf/all/forwarding": 1,
            "ipv4/icmp_ratelimit": 0, "ipv4/icmp_ratemask": 0, "ipv4/icmp_msgs_per_sec": 1_000_000,
            "ipv6/icmp/ratelimit": 0, "ipv6/icmp/ratemask": 127,
            # The ports of UDP and TCP as well as the addresses; for IPv6 the flow label, too.
            "ipv4/fib_multipath_hash_policy": 1, "ipv6/fib_multipath_hash_policy": 3,
            "ipv6/fib_multipath_hash_fields": 0x3f,
        }
        if os.path.exists("/proc/sys/net/ipv4/fib_multipath_hash_seed"):
            sysctls["ipv4/fib_multipath_hash_seed"] = 1 + router.number
        else:  # before Linux 6.11 there is one seed for all: then each looks at other fields, always at the source port
            fields = router.number * 7 % 16
            fields = 0x10 | fields & 7 | (fields & 8) << 2
            sysctls |= {"ipv4/fib_multipath_hash_policy": 3, "ipv4/fib_multipath_hash_fields": fields,
                        "ipv6/fib_multipath_hash_fields": fields | 8}
        script = "".join(f"echo {value} > /proc/sys/net/{name} 2> /dev/null || true\n" for name, value in sysctls.items())
        self._batch(self._addresses(router), "nsenter", f"--net=/run/netns/{router.name}", "sh", "-c", script + 'exec "$@"', "sh")

    def _add_routes(self, router):
        self._batch(self._routes(router), "nsenter", f"--net=/run/netns/{router.name}")

    def _addresses(self, router):
        lines = ["link set lo up"]
        for device, other, _ in router.links:
            lines += [f"link set {device} addrgenmode none", f"link set {device} up",
                      f"addr add fe80::{router.number:x}/64 dev {device} nodad"]
            if {router.name, other.name} == {VANTAGE, GATE}:
                v4, v6 = (VANTAGE_V4, VANTAGE_V6) if router.name == VANTAGE else (GATE_V4, GATE_V6)
                lines += [f"addr add {v4}/30 dev {device}", f"addr add {v6}/64 dev {device} nodad"]
        if router.name not in (VANTAGE, GATE):
            lines += [f"addr add {router.v4}/32 dev lo", f"addr add {router.v6}/128 dev lo nodad"]
        return lines

    def _routes(self, router):
        if router.name == VANTAGE:
            return [f"route add default via {GATE_V4}", f"route add ::/0 via {GATE_V6}"]
        lines = []
        for number, (device, other, _) in enumerate(router.links, 1):
            lines.append(f"nexthop add id {number} via fe80::{other.number:x} dev {device}")
        if router.name != GATE:  # towards the vantage, over the first of the links that lead there
            back = next(number for number, (_, other, _) in enumerate(router.links, 1)
                        if router.name in self.next.get(other.name, ()))
            lines += [f"route add default nhid {back}", f"route add ::/0 nhid {back}"]
        for group, (arm, host) in enumerate(self.destinations.items(), 100):
            ways = [str(number) for number, (_, other, _) in enumerate(router.links, 1)
                    if other.name in self.next.get(router.name, ()) and other.name.startswith(f"{arm}.")]
            if not ways:
                continue
            lines += [f"nexthop add id {group} group {'/'.join(ways)}", f"route add {host.v4}/32 nhid {group}",
                      f"route add {host.v6}/128 nhid {group}"]
        return lines

    # ---- using it

    def run(self, command, **options):
        return subprocess.run(["nsenter", f"--net=/run/netns/{VANTAGE}", *command], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=120, **options)
