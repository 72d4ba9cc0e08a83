// Makes the built-in table at build time:
// ip_to_asn_convert asn-ipv4.csv asn-ipv6.csv VERSION OUTPUT

#include <cstdio>

#include "ports/routing/builtin/ip_to_asn_convert.hpp"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: ip_to_asn_convert asn-ipv4.csv asn-ipv6.csv VERSION OUTPUT\n", stderr);
    return 2;
  }
  const auto converted =
      cw::routing::convert_ip_to_asn({.v4_csv = argv[1], .v6_csv = argv[2], .output = argv[4], .version = argv[3]});
  if (!converted) std::fprintf(stderr, "ip_to_asn_convert: %s\n", converted.error().message.c_str());
  return converted ? 0 : 1;
}
