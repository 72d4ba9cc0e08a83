#!/usr/bin/env python3
"""Builds the captures that no kernel here sends: ICMP errors with MPLS label stacks (RFC 4884, RFC 4950).

Independent of the project's own writers, so that a shared mistake cannot pass; tcpdump's dissection beside each
file is the second opinion. Link type 101: packets begin with their IP header.
"""

import ipaddress
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
LABELS = [(24015, 0, False, 1), (16004, 5, True, 1)]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(source, destination, protocol, ttl, payload):
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0x1234, 0, ttl, protocol, 0,
                         ipaddress.ip_address(source).packed, ipaddress.ip_address(destination).packed)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ipv6(source, destination, next_header, hop_limit, payload):
    return struct.pack("!IHBB16s16s", 0x60000000, len(payload), next_header, hop_limit,
                       ipaddress.ip_address(source).packed, ipaddress.ip_address(destination).packed) + payload


def udp(payload):
    """Ports of a trace; any checksum, as a quote is not verified."""
    return struct.pack("!HHHH", 33000, 33434, 8 + len(payload), 0xBEEF) + payload


def label_stack_structure():
    body = b"".join(struct.pack("!I", label << 12 | tc << 9 | bottom << 8 | ttl) for label, tc, bottom, ttl in LABELS)
    objects = struct.pack("!HBB", 4 + len(body), 1, 1) + body
    structure = struct.pack("!HH", 2 << 12, 0) + objects
    return structure[:2] + struct.pack("!H", checksum(structure)) + structure[4:]


def icmp_time_exceeded(quote, length_field, behind):
    message = struct.pack("!BBHBBH", 11, 0, 0, 0, length_field, 0) + quote + behind
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def icmpv6_time_exceeded(source, destination, quote, length_field, behind):
    message = struct.pack("!BBHBBH", 3, 0, 0, length_field, 0, 0) + quote + behind
    pseudo = (ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed +
              struct.pack("!II", len(message), 58))
    return message[:2] + struct.pack("!H", checksum(pseudo + message)) + message[4:]


def write_pcap(name, packet):
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    record = struct.pack("<IIII", 1_700_000_000, 0, len(packet), len(packet))
    (HERE / name).write_bytes(header + record + packet)


def main():
    probe4 = ipv4("192.0.2.1", "203.0.113.2", 17, 1, udp(bytes(range(32))))
    padded4 = probe4.ljust(128, b"\0")
    structure = label_stack_structure()
    for name, length_field in (("mpls_in_icmp_time_exceeded", 32), ("mpls_in_icmp_time_exceeded_without_length", 0)):
        write_pcap(f"{name}.pcap", ipv4("198.51.100.2", "192.0.2.1", 1, 254,
                                        icmp_time_exceeded(padded4, length_field, structure)))
    probe6 = ipv6("2001:db8:1::1", "2001:db8:3::2", 17, 1, udp(bytes(range(32))))
    padded6 = probe6.ljust(128, b"\0")
    router, host = "2001:db8:2::2", "2001:db8:1::1"
    write_pcap("mpls_in_icmpv6_time_exceeded.pcap",
               ipv6(router, host, 58, 254, icmpv6_time_exceeded(router, host, padded6, 16, structure)))


if __name__ == "__main__":
    main()
