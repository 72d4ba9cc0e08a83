"""Pings the destinations of a scenario once each, with cyberWatch and with fping, beside each other in one run.

Called by bench/pings/run inside the scenario's network namespace: compare_pings.py unpaced|paced TRUTH BINARY ROUNDS
TRUTH holds a line for each destination: {"destination": ADDRESS, "rtt_ms": MS or null, …}.
"""

import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from side_by_side import compare  # pylint: disable=wrong-import-position


def load_truth(path):
    """Round trips of the destinations that answer."""
    with open(path, encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {row["destination"]: row["rtt_ms"] for row in rows if row["rtt_ms"] is not None}


# What each tool saw: {destination: its round trip}; who did not answer is absent.

def read_cyberwatch(text):
    answers = {}
    for ping in map(json.loads, text.splitlines()):
        in_time = [reply["rtt_ms"] for reply in ping["replies"] if not reply.get("late")]
        if in_time:
            answers[ping["address"]] = in_time[0]
    return answers


def read_fping(text):
    answers = {}
    for line in text.splitlines():
        address, _, rtt = line.partition(" : ")
        if rtt and rtt.strip() != "-":
            answers[address.strip()] = float(rtt)
    return answers


def rtt_error(answers, truth, share):
    errors = sorted(abs(rtt - truth[address]) for address, rtt in answers.items() if address in truth)
    return errors[min(len(errors) - 1, int(share * len(errors)))] if errors else float("nan")


COLUMNS = [
    ("us/probe", lambda run, answers, truth: 1e6 * run.cpu / len(truth)),
    ("cpu s", lambda run, answers, truth: run.cpu),
    ("wall s", lambda run, answers, truth: run.wall),
    ("memory MB", lambda run, answers, truth: run.memory_mb),
    ("lost", lambda run, answers, truth: len(truth.keys() - answers.keys())),
    ("own drops", lambda run, answers, truth: run.drops),
    ("rtt ms p50", lambda run, answers, truth: rtt_error(answers, truth, 0.5)),
    ("rtt ms p95", lambda run, answers, truth: rtt_error(answers, truth, 0.95)),
]


def cyberwatch(binary, targets, *options):
    return [binary, "ping", "--json", "--count", "1", *options, "--file", targets]


def fping(targets, *options):
    # In its quiet mode it prints a line a target, on stderr.
    return ["sh", "-c", 'exec "$@" 2>&1', "sh", "fping", "-q", "-C", "1", *options, "-f", targets]


def tools(shape, binary, targets):
    if shape == "unpaced":
        return [("cyberwatch ping --pps 0", cyberwatch(binary, targets, "--pps", "0"), read_cyberwatch),
                ("fping -q -C 1 -i 0", fping(targets, "-i", "0"), read_fping)]
    return [("cyberwatch ping --pps 10000", cyberwatch(binary, targets, "--pps", "10000"), read_cyberwatch),
            ("fping -q -C 1 -i 0.1", fping(targets, "-i", "0.1"), read_fping)]


def main():
    shape, truth, binary, rounds = sys.argv[1], load_truth(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as targets:
        targets.write("\n".join(truth) + "\n")
        targets.flush()
        compare(tools(shape, binary, targets.name), truth, rounds, COLUMNS)


if __name__ == "__main__":
    main()
