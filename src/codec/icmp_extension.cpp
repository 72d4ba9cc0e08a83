#include "codec/icmp_extension.hpp"

#include <cassert>
#include <utility>

#include "codec/checksum.hpp"

namespace cw::codec {
namespace {

constexpr std::uint8_t extension_version = 2;
constexpr std::size_t object_header_size = 4;
constexpr std::size_t mpls_entry_size = 4;
constexpr std::uint8_t incoming_label_stack = 1;  // the one class type of RFC 4950
// A packet of 64 KiB could hold thousands of empty objects; real ones hold one or two.
constexpr std::size_t most_objects = 32;

Result<IcmpExtensionObject> parse_object(ByteReader& in) {
  const std::size_t length = in.u16();
  IcmpExtensionObject object{.class_number = in.u8(), .class_type = in.u8(), .body = {}};
  if (!in.ok() || length < object_header_size) return fail(ErrorKind::invalid, "ICMP extension object is cut short");
  const auto body = in.take(length - object_header_size);
  if (!in.ok()) return fail(ErrorKind::invalid, "ICMP extension object is longer than its structure");
  object.body.assign(body.begin(), body.end());
  return object;
}

MplsEntry parse_mpls_entry(ByteReader& in) {
  const auto word = in.u32();
  return MplsEntry{
      .label = word >> 12,
      .traffic_class = static_cast<std::uint8_t>(word >> 9 & 0x7),
      .bottom = (word >> 8 & 1) != 0,
      .ttl = static_cast<std::uint8_t>(word & 0xff),
  };
}

}  // namespace

Result<std::vector<IcmpExtensionObject>> parse_icmp_extensions(Bytes bytes) {
  ByteReader in(bytes);
  const auto version = in.u16() >> 12;
  const auto checksum = in.u16();
  if (!in.ok() || version != extension_version)
    return fail(ErrorKind::invalid, "ICMP extension structure is not of version 2");
  // Zero says that none was made (RFC 4884, section 7).
  if (checksum != 0 && internet_checksum(bytes) != 0)
    return fail(ErrorKind::invalid, "ICMP extension structure has a wrong checksum");
  std::vector<IcmpExtensionObject> objects;
  while (in.remaining() > 0) {
    if (objects.size() == most_objects) return fail(ErrorKind::invalid, "ICMP extension objects are too many");
    objects.push_back(TRY(parse_object(in)));
  }
  return objects;
}

void write_icmp_extensions(ByteWriter& out, const std::vector<IcmpExtensionObject>& objects) {
  assert(objects.size() <= most_objects);
  const auto start = out.size();
  out.u16(extension_version << 12);
  out.u16(0);
  for (const auto& object : objects) {
    assert(object.body.size() <= 0xffff - object_header_size);
    out.u16(static_cast<std::uint16_t>(object_header_size + object.body.size()));
    out.u8(object.class_number);
    out.u8(object.class_type);
    out.bytes(object.body);
  }
  // Zero would say that there is none; 0xffff is the same number.
  const auto checksum = internet_checksum(out.written().subspan(start));
  out.u16_at(start + 2, checksum == 0 ? std::uint16_t{0xffff} : checksum);
}

std::vector<MplsEntry> mpls_entries(const std::vector<IcmpExtensionObject>& objects) {
  std::vector<MplsEntry> entries;
  for (const auto& object : objects) {
    if (object.class_number != extension_class_mpls || object.class_type != incoming_label_stack) continue;
    ByteReader in(object.body);
    while (in.remaining() >= mpls_entry_size) entries.push_back(parse_mpls_entry(in));
  }
  return entries;
}

IcmpExtensionObject mpls_object(const std::vector<MplsEntry>& entries) {
  std::vector<std::uint8_t> body(mpls_entry_size * entries.size());
  ByteWriter out(body);
  for (const auto& entry : entries)
    out.u32((entry.label & 0xfffff) << 12 | (std::uint32_t{entry.traffic_class} & 0x7) << 9 |
            std::uint32_t{entry.bottom} << 8 | entry.ttl);
  return {.class_number = extension_class_mpls, .class_type = incoming_label_stack, .body = std::move(body)};
}

}  // namespace cw::codec
