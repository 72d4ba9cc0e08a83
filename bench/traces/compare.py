"""Traces the destinations of a scenario with cyberWatch and with Debian's tools, beside each other in one run.

Called by bench/traces/run inside the scenario's network namespace: compare.py SHAPE TRUTH BINARY ROUNDS
SHAPE: single (one trace), bulk (a clean network), unclean (silence, loss and limits), repeat (the list twice).
TRUTH holds a line for each destination: {"destination": ADDRESS, "hops": [ADDRESS or null, ...], "rtt_ms": MS or null}.
"""

import csv
import importlib.util
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from side_by_side import compare  # pylint: disable=wrong-import-position


class Truth(dict):
    """What each destination's hops are; beside it the destinations' round trips and the set of all interfaces."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        super().__init__((row["destination"], row["hops"]) for row in rows)
        self.rtt_ms = {row["destination"]: row["rtt_ms"] for row in rows if row["rtt_ms"] is not None}
        self.interfaces = {hop for row in rows for hop in row["hops"] if hop}


# What each tool saw: {destination: ({ttl: set of addresses}, probes sent, destination's RTT or None)}.

def read_cyberwatch(text):
    traces = {}
    for line in text.splitlines():
        trace = json.loads(line)
        hops, rtt = {}, None
        for hop in trace["hops"]:
            inferred = hop.get("inferred")
            hops[hop["ttl"]] = {reply["from"] for reply in hop["replies"]} | ({inferred["from"]} if inferred else set())
            answers = [reply["rtt_ms"] for reply in hop["replies"] if reply["from"] == trace["address"]]
            rtt = answers[0] if answers else rtt
        traces[trace["address"]] = (hops, trace["probes_sent"], rtt)  # of a repeated destination the last
    return traces


def read_scamper(text):
    traces = {}
    for line in text.splitlines():
        trace = json.loads(line)
        if trace.get("type") != "trace":
            continue
        hops, rtt = {}, None
        for hop in trace.get("hops", []):
            hops.setdefault(hop["probe_ttl"], set()).add(hop["addr"])
            rtt = hop["rtt"] if hop["addr"] == trace["dst"] else rtt
        traces[trace["dst"]] = (hops, trace["probe_count"], rtt)
    return traces


def read_traceroute(text):
    destination = re.match(r"traceroute to \S+ \((\S+)\)", text).group(1)
    hops = {}
    for line in text.splitlines()[1:]:
        ttl, rest = line.strip().split(None, 1)
        hops[int(ttl)] = set(re.findall(r"\d+\.\d+\.\d+\.\d+", rest))
    return {destination: (hops, None, None)}


def read_mtr(text):
    report = json.loads(text)["report"]
    hops = {hub["count"]: {hub["host"]} - {"???"} for hub in report["hubs"]}
    return {report["mtr"]["dst"]: (hops, None, None)}


def read_trippy(text):
    report = json.loads(text)
    hops = {hop["ttl"]: {host["ip"] for host in hop["hosts"]} for hop in report["hops"]}
    return {report["info"]["target"]["ip"]: (hops, None, None)}


CARACAL_HOPS = 16  # it asks for so many of each destination


def read_caracal(text):
    traces = {}
    for row in csv.DictReader(io.StringIO(text[text.find("capture_timestamp"):])):
        destination, address = (row[name].removeprefix("::ffff:") for name in ("probe_dst_addr", "reply_src_addr"))
        hops, count, rtt = traces.get(destination, ({}, CARACAL_HOPS, None))
        if address == destination and rtt is None:
            rtt = int(row["rtt"]) / 10
        hops.setdefault(int(row["probe_ttl"]), set()).add(address)
        traces[destination] = (hops, count, rtt)
    return {destination: (ended_at(destination, hops), count, rtt) for destination, (hops, count, rtt) in traces.items()}


def ended_at(destination, hops):
    """Without what lies behind the destination, which answers each probe that goes further."""
    end = min((ttl for ttl, seen in hops.items() if destination in seen), default=CARACAL_HOPS)
    return {ttl: seen for ttl, seen in hops.items() if ttl <= end}


def judge(traces, truth):
    """Wrong hops (an address that is not the true one), missing ones (silence where there is an answer)."""
    wrong = missing = 0
    for destination, expected in truth.items():
        hops = traces.get(destination, ({}, 0, None))[0]
        for ttl, address in enumerate(expected, 1):
            seen = hops.get(ttl, set())
            wrong += len(seen - {address})
            missing += address is not None and address not in seen
    return wrong, missing


def right(traces, truth):
    wrong, missing = judge(traces, truth)
    return 100 * (1 - (wrong + missing) / max(1, sum(hop is not None for hops in truth.values() for hop in hops)))


def complete(traces, truth):
    whole = sum(judge({address: traces.get(address, ({}, 0, None))}, {address: hops}) == (0, 0)
                for address, hops in truth.items())
    return 100 * whole / len(truth)


def interfaces(traces, truth):
    seen = {address for hops, _, _ in traces.values() for addresses in hops.values() for address in addresses}
    return 100 * len(truth.interfaces & seen) / len(truth.interfaces)


def rtt_error(traces, truth, share):
    errors = sorted(rtt - truth.rtt_ms[address] for address, (_, _, rtt) in traces.items()
                    if rtt is not None and address in truth.rtt_ms)
    return errors[min(len(errors) - 1, int(share * len(errors)))] if errors else float("nan")


def probes(run, traces):
    return sum(count or 0 for _, count, _ in traces.values())


SINGLE_COLUMNS = [
    ("wall s", lambda run, traces, truth: run.wall),
    ("cpu s", lambda run, traces, truth: run.cpu),
    ("memory MB", lambda run, traces, truth: run.memory_mb),
    ("hops wrong", lambda run, traces, truth: judge(traces, truth)[0]),
    ("missing", lambda run, traces, truth: judge(traces, truth)[1]),
]
BULK_COLUMNS = [
    ("wall s", lambda run, traces, truth: run.wall),
    ("traces/s", lambda run, traces, truth: len(traces) / run.wall),
    ("probes/s", lambda run, traces, truth: probes(run, traces) / run.wall),
    ("probes/trace", lambda run, traces, truth: probes(run, traces) / max(1, len(traces))),
    ("us/probe", lambda run, traces, truth: 1e6 * run.cpu / max(1, probes(run, traces))),
    ("/interface", lambda run, traces, truth: probes(run, traces) / len(truth.interfaces)),
    ("memory MB", lambda run, traces, truth: run.memory_mb),
    ("hops wrong", lambda run, traces, truth: judge(traces, truth)[0]),
    ("missing", lambda run, traces, truth: judge(traces, truth)[1]),
    ("hops right %", lambda run, traces, truth: right(traces, truth)),
    ("complete %", lambda run, traces, truth: complete(traces, truth)),
    ("interfaces %", lambda run, traces, truth: interfaces(traces, truth)),
    ("rtt +ms p50", lambda run, traces, truth: rtt_error(traces, truth, 0.5)),
    ("rtt +ms p95", lambda run, traces, truth: rtt_error(traces, truth, 0.95)),
    ("own drops", lambda run, traces, truth: run.drops),
]


def trace_file(binary, targets, *options):
    return [binary, "trace", "--json", *options, "--file", targets]


def scamper(targets, trace, *options):
    return ["scamper", "-p", "10000", "-w", "10000", "-O", "json", *options, "-c", trace, "-f", targets]


def caracal(probes, rate):
    """Nothing where its Python package is not installed."""
    if importlib.util.find_spec("pycaracal") is None:
        print("caracal is not here: `pip install pycaracal`")
        return []
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "caracal.py")
    return [(f"caracal {rate}", [sys.executable, script, probes, str(rate)], read_caracal)]


def trippy(address):
    """Nothing where it is not installed."""
    if shutil.which("trip") is None:
        print("trippy is not here: `cargo install trippy`")
        return []
    return [("trip --mode json -C 1", ["trip", "--mode", "json", "-C", "1", "--icmp", address], read_trippy)]


def single_tools(binary, address):
    return [
        ("cyberwatch trace", [binary, "trace", "--json", address], read_cyberwatch),
        ("traceroute -n -I", ["traceroute", "-n", "-I", address], read_traceroute),
        ("traceroute -n -I -q1 -N32", ["traceroute", "-n", "-I", "-q1", "-N32", address], read_traceroute),
        ("mtr --report -c 1", ["mtr", "--json", "-n", "-c", "1", address], read_mtr),
        ("scamper icmp-paris", ["scamper", "-O", "json", "-c", "trace -P icmp-paris", "-i", address], read_scamper),
        *trippy(address),
    ]


def bulk_tools(binary, targets, probes):
    return [
        ("cyberwatch trace --pps 0", trace_file(binary, targets, "--pps", "0"), read_cyberwatch),
        ("cyberwatch --pps 10000", trace_file(binary, targets, "--pps", "10000"), read_cyberwatch),
        ("cyberwatch --pps 100000", trace_file(binary, targets, "--pps", "100000"), read_cyberwatch),
        ("cyberwatch --pps 0 --join", trace_file(binary, targets, "--pps", "0", "--join"), read_cyberwatch),
        ("scamper -p 10000 icmp-paris", scamper(targets, "trace -P icmp-paris -w 1 -q 2"), read_scamper),
        *caracal(probes, 200000),
    ]


def unclean_tools(binary, targets, probes):
    return [
        ("cyberwatch --pps 10000 --join", trace_file(binary, targets, "--pps", "10000", "--join"), read_cyberwatch),
        ("cyberwatch --pps 10000", trace_file(binary, targets, "--pps", "10000"), read_cyberwatch),
        ("scamper -w 1 -q 2 -g 5", scamper(targets, "trace -P icmp-paris -w 1 -q 2 -g 5"), read_scamper),
        *caracal(probes, 10000),
    ]


def write_targets(targets, truth, times=1):
    targets.write("\n".join(list(truth) * times) + "\n")
    targets.flush()


def write_probes(probes, truth):
    """All that caracal is to send, in random order: two probes to one router do not follow each other."""
    rows = [f"{destination},24000,33434,{ttl},icmp\n" for destination in truth for ttl in range(1, CARACAL_HOPS + 1)]
    random.Random(1).shuffle(rows)
    probes.writelines(rows)
    probes.flush()


def main():
    shape, truth, binary, rounds = sys.argv[1], Truth(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if shape == "single":
        compare(single_tools(binary, next(iter(truth))), truth, rounds, SINGLE_COLUMNS)
        return
    with tempfile.NamedTemporaryFile("w") as targets, tempfile.NamedTemporaryFile("w") as probes:
        write_targets(targets, truth, 2 if shape == "repeat" else 1)
        if shape == "repeat":
            known = trace_file(binary, targets.name, "--pps", "0", "--join")
            whole = trace_file(binary, targets.name, "--pps", "0")
            tools = [("cyberwatch --join, second time", known, read_cyberwatch),
                     ("cyberwatch, second time", whole, read_cyberwatch)]
        else:
            write_probes(probes, truth)
            tools = (bulk_tools if shape == "bulk" else unclean_tools)(binary, targets.name, probes.name)
        compare(tools, truth, rounds, BULK_COLUMNS)


if __name__ == "__main__":
    main()
