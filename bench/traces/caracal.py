"""Sends the probes of a file with caracal (its Python package, where that is installed): caracal.py PROBES RATE.

PROBES holds a line for each: destination,source port,destination port,TTL,protocol. Prints caracal's CSV of replies.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from pycaracal import prober  # pylint: disable=import-error


def device_to(destination):
    route = subprocess.run(["ip", "route", "get", destination], stdout=subprocess.PIPE, check=True, text=True).stdout
    return re.search(r"dev (\S+)", route).group(1)


def main():
    probes, rate = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    with open(probes, encoding="ascii") as lines, tempfile.NamedTemporaryFile("r") as replies:
        config = prober.Config()
        config.set_interface(device_to(lines.readline().split(",")[0]))
        config.set_output_file_csv(replies.name)
        config.set_probing_rate(rate)
        config.set_sniffer_wait_time(1)
        prober.probe(config, str(probes))
        shutil.copyfileobj(replies, sys.stdout)


if __name__ == "__main__":
    main()
