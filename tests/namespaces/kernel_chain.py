"""A vantage, three Linux routers and a host in a row, each a network namespace.

Made inside a namespace without uplink (inside.run_inside). Packets may be swallowed on their way out of or into a
device, as packet filters do it: with tc's u32 and mirred, which are in most kernels, into a link that leads nowhere.

    chain = KernelChain.build()            # RuntimeError where namespaces are refused
    chain.run("vantage", ["traceroute", ...])
"""

import subprocess

NAMES = ["vantage", "first", "second", "third", "host"]
ROUTERS = NAMES[1:-1]


def address(family, name):
    """Of the side that looks to the vantage, which is the one that a trace sees; the vantage's own on its one side."""
    link = max(NAMES.index(name), 1)
    end = 1 if name == "vantage" else 2
    return f"10.2.{link}.{end}" if family == 4 else f"2001:db8:2:{link}::{end}"


class KernelChain:
    @classmethod
    def build(cls):
        self = cls()
        try:
            subprocess.run(["mount", "-t", "tmpfs", "routers", "/run"], check=True, capture_output=True, text=True)
            for name in NAMES:
                self._must(["ip", "netns", "add", name])
        except (subprocess.CalledProcessError, FileNotFoundError) as refused:
            raise RuntimeError(f"namespaces are refused here: {getattr(refused, 'stderr', None) or refused}") from refused
        for near, far in zip(NAMES, NAMES[1:]):
            self._must(["ip", "link", "add", "name", "far", "netns", near, "type", "veth", "peer", "name", "near", "netns", far])
        for place, name in enumerate(NAMES):
            self._switch_on(place, name)
        for place, name in enumerate(NAMES):
            self._add_routes(place, name)
        return self

    # ---- building it

    @staticmethod
    def _must(command):
        subprocess.run(command, check=True, capture_output=True, text=True)

    def must(self, name, *command):
        self._must(["ip", "netns", "exec", name, *command])

    def _switch_on(self, place, name):
        settings = {"ipv4/icmp_ratelimit": 0, "ipv4/icmp_msgs_per_sec": 1_000_000, "ipv6/icmp/ratelimit": 0}
        if name in ROUTERS:
            settings |= {"ipv4/ip_forward": 1, "ipv6/conf/all/forwarding": 1}
        for setting, value in settings.items():
            self.must(name, "sh", "-c", f"echo {value} > /proc/sys/net/{setting}")
        self.must(name, "ip", "link", "set", "lo", "up")
        for device, link, end in (("near", place, 2), ("far", place + 1, 1)):
            if device == "near" and place == 0 or device == "far" and place == len(NAMES) - 1:
                continue
            self.must(name, "ip", "link", "set", device, "addrgenmode", "none", "up")
            self.must(name, "ip", "address", "add", f"fe80::{place + 1}/64", "dev", device, "nodad")  # it may be used at once
            self.must(name, "ip", "address", "add", f"10.2.{link}.{end}/30", "dev", device)
            self.must(name, "ip", "address", "add", f"2001:db8:2:{link}::{end}/64", "dev", device, "nodad")

    def _add_routes(self, place, name):
        for version, prefix, gateway in (("-4", "10.2.4.0/30", "10.2.{}.{}"), ("-6", "2001:db8:2:4::/64", "2001:db8:2:{}::{}")):
            if name == "vantage":
                self.must(name, "ip", version, "route", "add", "default", "via", gateway.format(1, 2))
                continue
            self.must(name, "ip", version, "route", "add", "default", "via", gateway.format(place, 1))
            if place < len(NAMES) - 2:
                self.must(name, "ip", version, "route", "add", prefix, "via", gateway.format(place + 1, 2))

    # ---- changing it

    def narrow(self, name, mtu):
        """The link behind that router carries packets of so many bytes."""
        self.must(name, "ip", "link", "set", "far", "mtu", str(mtu))
        self.must(NAMES[NAMES.index(name) + 1], "ip", "link", "set", "near", "mtu", str(mtu))

    def forget(self):
        """What the kernels have learned about the path's MTU."""
        for name in NAMES:
            for version in ("-4", "-6"):
                self.must(name, "ip", version, "route", "flush", "cache")

    def swallow(self, name, device, direction, *matches):
        """Packets of one direction (ingress, egress) that match in the words of tc's u32, (protocol, words …) each."""
        if subprocess.run(["ip", "netns", "exec", name, "ip", "link", "show", "hole"], capture_output=True, check=False).returncode:
            self.must(name, "ip", "link", "add", "name", "hole", "type", "veth", "peer", "name", "nowhere")
            self.must(name, "ip", "link", "set", "hole", "up")
        self.must(name, "tc", "qdisc", "add", "dev", device, "clsact")
        for number, (protocol, words) in enumerate(matches, 1):
            self.must(name, "tc", "filter", "add", "dev", device, direction, "protocol", protocol, "prio", str(number), "u32",
                      *words.split(), "action", "mirred", "egress", "redirect", "dev", "hole")

    def hide_from_kernel(self, name, *selector):
        """Packets that the rules of ip-rule(8) select are dropped on their way to the kernel's own sockets: it answers none.

        As with a packet filter, sockets that read the link see them all the same.
        """
        for version in ("-4", "-6"):
            self.must(name, "ip", version, "rule", "add", "pref", "5", *selector, "blackhole")
            self.must(name, "ip", version, "rule", "add", "pref", "10", "table", "local")
            self.must(name, "ip", version, "rule", "delete", "pref", "0")

    def show_to_kernel(self, name):
        for version in ("-4", "-6"):
            self.must(name, "ip", version, "rule", "add", "pref", "0", "table", "local")
            self.must(name, "ip", version, "rule", "delete", "pref", "10")
            self.must(name, "ip", version, "rule", "delete", "pref", "5")

    def let_through(self, name, device):
        self.must(name, "tc", "qdisc", "delete", "dev", device, "clsact")

    # ---- using it

    @staticmethod
    def run(name, command, **options):
        return subprocess.run(["ip", "netns", "exec", name, *command], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              check=False, timeout=60, **options)
