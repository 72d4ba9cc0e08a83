"""Multipath traces of a scenario's destinations, cyberWatch beside others in one run.

Called by bench/multipath/run inside the scenario's network namespace: compare_multipath.py cost|links TRUTH BINARY TRACES
TRUTH holds a line for each destination, as multipath_truth prints it.
"""

import concurrent.futures
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from side_by_side import Run, machine  # pylint: disable=wrong-import-position

LINK_TRACES = 1000


class Truth:
    def __init__(self, row):
        self.interfaces = {(ttl, address) for ttl, address in row["interfaces"]}
        self.addresses = {address for _, address in self.interfaces}
        self.links = {(near, far) for _, near, far in row["links"]}


def load_truth(path):
    with open(path, encoding="utf-8") as lines:
        return {row["destination"]: Truth(row) for row in map(json.loads, lines)}


# What each tool found: (probes, set of addresses, set of links).

def read_cyberwatch(text):
    for trace in map(json.loads, text.splitlines()):
        interfaces = trace["graph"]["interfaces"]
        links = {(interfaces[link["from"]]["address"], interfaces[link["to"]]["address"]) for link in trace["graph"]["links"]}
        yield trace["address"], trace["probes_sent"], {i["address"] for i in interfaces} - {None}, links


def read_tracelb(text):
    for trace in map(json.loads, text.splitlines()):
        if trace.get("type") != "tracelb":
            continue
        addresses, links = set(), set()
        for node in trace.get("nodes", []):
            addresses.add(node["addr"])
            for distance, hops in enumerate(node.get("links", [])):  # more than one: with silence in between
                seen = {hop["addr"] for hop in hops} - {"*"}
                addresses |= seen
                if distance == 0:
                    links |= {(node["addr"], address) for address in seen}
        yield trace["dst"], trace["probec"], addresses, links


def compare_cost(truth, binary, traces):
    tools = [
        ("cyberwatch trace --mda", lambda to: [binary, "trace", "--mda", "--method", "udp", "--json", to], read_cyberwatch),
        ("cyberwatch trace --mda, ICMP", lambda to: [binary, "trace", "--mda", "--json", to], read_cyberwatch),
        ("scamper tracelb -W 15", lambda to: ["scamper", "-O", "json", "-I", f"tracelb -W 15 {to}"], read_tracelb),
    ]
    print(f"machine: {machine()}; {traces} destinations, medians")
    titles = ["wall s", "cpu ms", "probes", "interfaces %", "links %", "false links"]
    print(f"{'':34}" + "".join(f"{title:>14}" for title in titles))
    medians = {}
    rows = {name: [] for name, _, _ in tools}
    for destination in list(truth)[:traces]:
        for name, command, read in tools:  # interleaved, so that a noisy minute meets all alike
            run = Run(command(destination))
            for address, probes, addresses, links in read(run.text):
                true = truth[address]
                rows[name].append([run.wall, 1000 * run.cpu, probes, 100 * len(addresses & true.addresses) / len(true.addresses),
                                   100 * len(links & true.links) / len(true.links), len(links - true.links)])
    for name, found in rows.items():
        if not found:
            print(f"{name:34}  no result")
            continue
        # Shares are means: a median would hide what is seldom missed.
        medians[name] = [statistics.median(column) if i < 3 else statistics.mean(column) for i, column in enumerate(zip(*found))]
        print(f"{name:34}" + "".join(f"{value:14.3f}" for value in medians[name]))
    ours, theirs = medians[tools[0][0]], medians.get(tools[2][0])
    if theirs:
        print(f"time 1/{theirs[0] / ours[0]:.0f}, probes {ours[2] / theirs[2]:.2f} of scamper's")


def parse_traceroute(text):
    """Links as a reader draws them: the first probe's address to the next TTL's first, the second's to the second's …"""
    rows = []
    for line in text.splitlines()[1:]:
        addresses, last = [], None
        for word in line.split()[1:]:
            if word == "*":
                addresses.append(None)
            elif re.fullmatch(r"\d+\.\d+\.\d+\.\d+", word):
                last = word
            elif re.fullmatch(r"\d+\.\d+", word):
                addresses.append(last)
        rows.append(addresses)
    return {(near, far) for column in zip(*rows) for near, far in zip(column, column[1:]) if near and far}


def compare_links(truth, binary):
    destinations = list(truth)
    rounds = -(-LINK_TRACES // len(destinations))
    false, traces, interfaces, found = 0, 0, 0, 0
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as targets:
        targets.write("\n".join(destinations) + "\n")
        targets.flush()
        for number in range(rounds):  # other flows each time
            flow = str(number * 65536 // rounds)
            text = subprocess.run([binary, "trace", "--mda", "--json", "--pps", "0", "--flow", flow, "--file", targets.name],
                                  capture_output=True, text=True, check=True).stdout
            for address, _, addresses, links in read_cyberwatch(text):
                traces += 1
                false += len(links - truth[address].links)
                interfaces += len(truth[address].addresses)
                found += len(addresses & truth[address].addresses)
    print(f"machine: {machine()}; {len(destinations)} destinations")
    print(f"cyberwatch trace --mda: {1000 * false / traces:.1f} false links in 1,000 traces ({traces} traces), "
          f"{100 * found / interfaces:.2f} % of interfaces")

    def classic(number):
        address = destinations[number % len(destinations)]
        text = subprocess.run(["traceroute", "-n", "-w", "1", "-m", "12", address], capture_output=True, text=True, check=False).stdout
        return len(parse_traceroute(text) - truth[address].links)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        count = sum(pool.map(classic, range(traces)))
    print(f"classic traceroute:     {1000 * count / traces:.1f} false links in 1,000 traces")


def main():
    shape, truth_path, binary, traces = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    truth = load_truth(truth_path)
    if shape == "cost":
        compare_cost(truth, binary, traces)
    else:
        compare_links(truth, binary)


if __name__ == "__main__":
    main()
