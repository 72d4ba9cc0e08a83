"""Traces the destinations of a scenario with cyberWatch and with Debian's tools, beside each other in one run.

Called by bench/traces/run inside the scenario's network namespace: compare.py SHAPE TRUTH BINARY ROUNDS
SHAPE: single (one trace), bulk (a clean network), unclean (silence, loss and limits), repeat (the list twice).
TRUTH holds a line for each destination: {"destination": ADDRESS, "hops": [ADDRESS or null, ...], "rtt_ms": MS or null}.
"""

import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time


class Truth(dict):
    """What each destination's hops are; beside it the destinations' round trips and the set of all interfaces."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        super().__init__((row["destination"], row["hops"]) for row in rows)
        self.rtt_ms = {row["destination"]: row["rtt_ms"] for row in rows if row["rtt_ms"] is not None}
        self.interfaces = {hop for row in rows for hop in row["hops"] if hop}


class DropWatch(threading.Thread):
    """The most drops that any one raw socket has shown while a tool ran (the kernel counts them per socket)."""

    def __init__(self):
        super().__init__(daemon=True)
        self.most, self.ended = 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            for table in ("/proc/net/raw", "/proc/net/raw6"):
                with open(table, encoding="ascii") as rows:
                    for row in list(rows)[1:]:
                        self.most = max(self.most, int(row.split()[-1]))


class Run:
    """A command under time(1): a small parent, so that the memory it reports is the command's own."""

    def __init__(self, command):
        with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile("r") as usage:
            watch = DropWatch()
            watch.start()
            started = time.monotonic()
            subprocess.run(["time", "-f", "%U %S %M", "-o", usage.name, *command], stdout=output,
                           stderr=subprocess.DEVNULL, check=False)
            self.wall = time.monotonic() - started
            watch.ended.set()
            watch.join()
            user, system, kilobytes = usage.read().splitlines()[-1].split()
            self.cpu = float(user) + float(system)
            self.memory_mb = int(kilobytes) / 1024
            self.drops = watch.most
            output.seek(0)
            self.text = output.read().decode(errors="replace")


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


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"


def compare(tools, truth, rounds, columns):
    results = {name: [] for name, _, _ in tools}
    for _ in range(rounds):  # interleaved, so that a noisy minute meets all alike
        for name, command, read in tools:
            run = Run(command)
            results[name].append((run, read(run.text) if run.text.strip() else {}))
    print(f"machine: {machine()}; medians of {rounds} rounds; {len(truth)} destinations")
    print(f"{'':34}" + "".join(f"{title:>14}" for title, _ in columns))
    medians = {}
    for name, runs in results.items():
        row = [statistics.median(value(run, traces, truth) for run, traces in runs) for _, value in columns]
        medians[name] = row
        print(f"{name:34}" + "".join(f"{value:14.3f}" for value in row))
    ours = medians[tools[0][0]]
    for name, row in medians.items():
        if name != tools[0][0]:
            ratios = [f"{theirs / own:13.1f}x" if own else f"{theirs:14g}" for own, theirs in zip(ours, row)]
            print(f"{'  ' + name + ' / ours':34}" + "".join(ratios))


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


def single_tools(binary, address):
    return [
        ("cyberwatch trace", [binary, "trace", "--json", address], read_cyberwatch),
        ("traceroute -n -I", ["traceroute", "-n", "-I", address], read_traceroute),
        ("traceroute -n -I -q1 -N32", ["traceroute", "-n", "-I", "-q1", "-N32", address], read_traceroute),
        ("mtr --report -c 1", ["mtr", "--json", "-n", "-c", "1", address], read_mtr),
        ("scamper icmp-paris", ["scamper", "-O", "json", "-c", "trace -P icmp-paris", "-i", address], read_scamper),
    ]


def bulk_tools(binary, targets):
    return [
        ("cyberwatch trace --pps 0", trace_file(binary, targets, "--pps", "0"), read_cyberwatch),
        ("cyberwatch --pps 10000", trace_file(binary, targets, "--pps", "10000"), read_cyberwatch),
        ("cyberwatch --pps 100000", trace_file(binary, targets, "--pps", "100000"), read_cyberwatch),
        ("cyberwatch --pps 0 --join", trace_file(binary, targets, "--pps", "0", "--join"), read_cyberwatch),
        ("scamper -p 10000 icmp-paris", scamper(targets, "trace -P icmp-paris -w 1 -q 2"), read_scamper),
    ]


def unclean_tools(binary, targets):
    return [
        ("cyberwatch --pps 10000 --join", trace_file(binary, targets, "--pps", "10000", "--join"), read_cyberwatch),
        ("cyberwatch --pps 10000", trace_file(binary, targets, "--pps", "10000"), read_cyberwatch),
        ("scamper -w 1 -q 2 -g 5", scamper(targets, "trace -P icmp-paris -w 1 -q 2 -g 5"), read_scamper),
    ]


def write_targets(targets, truth, times=1):
    targets.write("\n".join(list(truth) * times) + "\n")
    targets.flush()


def last_sweep(read, truth):
    """Of a list that was traced twice, the last time."""
    return lambda text: read("\n".join(text.splitlines()[-len(truth):]))


def main():
    shape, truth, binary, rounds = sys.argv[1], Truth(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    if shape == "single":
        compare(single_tools(binary, next(iter(truth))), truth, rounds, SINGLE_COLUMNS)
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as targets:
        write_targets(targets, truth, 2 if shape == "repeat" else 1)
        if shape == "repeat":
            known = trace_file(binary, targets.name, "--pps", "0", "--join")
            whole = trace_file(binary, targets.name, "--pps", "0")
            tools = [("cyberwatch --join, second time", known, last_sweep(read_cyberwatch, truth)),
                     ("cyberwatch, second time", whole, last_sweep(read_cyberwatch, truth))]
        else:
            tools = (bulk_tools if shape == "bulk" else unclean_tools)(binary, targets.name)
        compare(tools, truth, rounds, BULK_COLUMNS)


if __name__ == "__main__":
    main()
