#pragma once

// Extension objects of ICMP errors (RFC 4884), among them the MPLS label stack (RFC 4950). Read where the
// length field says, and at the 128-byte mark for routers that leave the length at zero (RFC 4884, section 5.5).

#include <cstdint>
#include <optional>
#include <vector>

#include "codec/byte_reader.hpp"
#include "codec/byte_writer.hpp"
#include "core/result.hpp"

namespace cw::codec {

// One entry of a label stack (RFC 3032).
struct MplsEntry {
  std::uint32_t label = 0;
  std::uint8_t traffic_class = 0;
  bool bottom = false;
  std::uint8_t ttl = 0;
  friend bool operator==(const MplsEntry&, const MplsEntry&) = default;
};

inline constexpr std::uint8_t extension_class_mpls = 1;

struct IcmpExtensionObject {
  std::uint8_t class_number = 0;
  std::uint8_t class_type = 0;
  std::vector<std::uint8_t> body;
};

// An extension structure: version 2, a checksum (0 or right), then objects.
Result<std::vector<IcmpExtensionObject>> parse_icmp_extensions(Bytes bytes);
void write_icmp_extensions(ByteWriter& out, const std::vector<IcmpExtensionObject>& objects);

// The label stacks among the objects, in order.
std::vector<MplsEntry> mpls_entries(const std::vector<IcmpExtensionObject>& objects);
IcmpExtensionObject mpls_object(const std::vector<MplsEntry>& entries);

}  // namespace cw::codec
