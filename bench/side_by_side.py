"""Runs programs beside each other, interleaved, and prints the machine, medians and ratios to the first of them."""

import os
import platform
import statistics
import subprocess
import tempfile
import threading
import time


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
    """A command under time(1): a small parent, so that the memory it reports is the command's own.

    The CPU is the kernel's account of both in microseconds; time(1) itself takes less than one millisecond of it.
    """

    def __init__(self, command, errors=subprocess.DEVNULL):
        with tempfile.TemporaryFile() as output, tempfile.NamedTemporaryFile("r") as usage:
            watch = DropWatch()
            watch.start()
            started = time.monotonic()
            process = subprocess.Popen(["time", "-f", "%M", "-o", usage.name, *command], stdout=output, stderr=errors)
            _, status, account = os.wait4(process.pid, 0)
            self.wall = time.monotonic() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            watch.ended.set()
            watch.join()
            self.cpu = account.ru_utime + account.ru_stime
            self.memory_mb = int(usage.read().splitlines()[-1]) / 1024
            self.drops = watch.most
            output.seek(0)
            self.text = output.read().decode(errors="replace")


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}"


def compare(tools, truth, rounds, columns):
    """Tools: (name, command, reader of its output); columns: (title, value of a run, what was read and the truth)."""
    results = {name: [] for name, _, _ in tools}
    for _ in range(rounds):  # interleaved, so that a noisy minute meets all alike
        for name, command, read in tools:
            run = Run(command)
            results[name].append((run, read(run.text) if run.text.strip() else {}))
    print(f"machine: {machine()}; medians of {rounds} rounds; {len(truth)} destinations")
    print(f"{'':34}" + "".join(f"{title:>14}" for title, _ in columns))
    medians = {}
    for name, runs in results.items():
        row = [statistics.median(value(run, seen, truth) for run, seen in runs) for _, value in columns]
        medians[name] = row
        print(f"{name:34}" + "".join(f"{value:14.3f}" for value in row))
    ours = medians[tools[0][0]]
    for name, row in medians.items():
        if name != tools[0][0]:
            ratios = [f"{theirs / own:13.2f}x" if own else f"{theirs:14g}" for own, theirs in zip(ours, row)]
            print(f"{'  ' + name + ' / ours':34}" + "".join(ratios))
