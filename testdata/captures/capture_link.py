#!/usr/bin/env python3
"""capture_link.py LINK FILE: writes what LINK carries as pcap until SIGTERM.

tcpdump itself changes its user, which a user namespace with one user refuses.
"""

import signal
import socket
import struct
import sys
import time

ETH_P_ALL = 3


def main():
    link, path = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(path, "wb", buffering=0) as out, socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                                             socket.htons(ETH_P_ALL)) as source:
        source.bind((link, ETH_P_ALL))
        # The header says that the capture has begun: magic, version 2.4, Ethernet.
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        while True:
            frame = source.recv(65535)
            now = time.time_ns() // 1000
            out.write(struct.pack("<IIII", now // 1_000_000, now % 1_000_000, len(frame), len(frame)) + frame)


if __name__ == "__main__":
    main()
