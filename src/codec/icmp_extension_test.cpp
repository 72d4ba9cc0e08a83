#include "codec/icmp_extension.hpp"

#include <gtest/gtest.h>

#include "codec/capture_for_tests.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"

namespace cw::codec {
namespace {

const std::vector<MplsEntry> captured_stack{
    MplsEntry{.label = 24015, .traffic_class = 0, .bottom = false, .ttl = 1},
    MplsEntry{.label = 16004, .traffic_class = 5, .bottom = true, .ttl = 1},
};

Packet written(const std::vector<IcmpExtensionObject>& objects) {
  Packet bytes(1500);
  ByteWriter out(bytes);
  write_icmp_extensions(out, objects);
  bytes.resize(out.size());
  return bytes;
}

TEST(IcmpExtension, the_label_stack_is_read_from_a_capture) {
  for (const auto* name :
       {"mpls_in_icmp_time_exceeded", "mpls_in_icmp_time_exceeded_without_length", "mpls_in_icmpv6_time_exceeded"}) {
    const auto packets = captured_packets(name);
    const auto ip = parse_ip(packets.at(0)).value();
    const auto icmp = parse_icmp(ip.header, ip.payload).value();
    EXPECT_TRUE(icmp.checksum_ok);
    EXPECT_EQ(mpls_entries(icmp.error.value().extensions), captured_stack) << name;
  }
}

TEST(IcmpExtension, the_captured_structure_is_written_again_byte_by_byte) {
  const auto packets = captured_packets("mpls_in_icmp_time_exceeded");
  const auto structure = Bytes(packets.at(0)).last(16);
  EXPECT_EQ(written({mpls_object(captured_stack)}), Packet(structure.begin(), structure.end()));
}

TEST(IcmpExtension, objects_of_any_class_are_kept) {
  const IcmpExtensionObject interface{.class_number = 2, .class_type = 0x0a, .body = {0, 0, 0, 7}};
  const auto bytes =
      written({interface, mpls_object(captured_stack), {.class_number = 9, .class_type = 9, .body = {}}});
  const auto objects = parse_icmp_extensions(bytes).value();
  ASSERT_EQ(objects.size(), 3U);
  EXPECT_EQ(objects[0].class_number, 2);
  EXPECT_EQ(objects[0].class_type, 0x0a);
  EXPECT_EQ(objects[0].body, interface.body);
  EXPECT_EQ(mpls_entries(objects), captured_stack);
  EXPECT_TRUE(objects[2].body.empty());
}

TEST(IcmpExtension, only_version_2_is_known) {
  auto bytes = written({mpls_object(captured_stack)});
  bytes[0] = 0x10;
  EXPECT_FALSE(parse_icmp_extensions(bytes));
  EXPECT_FALSE(parse_icmp_extensions({}));
  EXPECT_FALSE(parse_icmp_extensions(Bytes(bytes).first(3)));
}

TEST(IcmpExtension, a_wrong_checksum_is_refused_and_one_that_was_not_made_is_not) {
  auto bytes = written({mpls_object(captured_stack)});
  bytes.back() ^= 1;
  EXPECT_FALSE(parse_icmp_extensions(bytes));
  bytes[2] = bytes[3] = 0;
  EXPECT_TRUE(parse_icmp_extensions(bytes));
}

TEST(IcmpExtension, a_checksum_that_would_be_zero_is_written_as_ones) {
  // 0x2000 + 6 + 0x0909 + 0xd6f0 is 0xffff.
  const auto bytes = written({{.class_number = 9, .class_type = 9, .body = {0xd6, 0xf0}}});
  EXPECT_EQ(bytes[2], 0xff);
  EXPECT_EQ(bytes[3], 0xff);
  EXPECT_TRUE(parse_icmp_extensions(bytes));
}

TEST(IcmpExtension, objects_that_lie_about_their_length_are_refused) {
  for (const unsigned length : {0U, 3U, 13U, 0xffffU}) {
    auto bytes = written({mpls_object(captured_stack)});
    bytes[2] = bytes[3] = 0;
    bytes[4] = static_cast<std::uint8_t>(length >> 8);
    bytes[5] = static_cast<std::uint8_t>(length & 0xff);
    EXPECT_FALSE(parse_icmp_extensions(bytes)) << length;
  }
}

TEST(IcmpExtension, a_flood_of_empty_objects_is_refused) {
  Packet bytes{0x20, 0, 0, 0};
  for (int i = 0; i < 33; ++i) bytes.insert(bytes.end(), {0, 4, 9, 9});
  EXPECT_FALSE(parse_icmp_extensions(bytes));
  bytes.resize(bytes.size() - 4);
  EXPECT_EQ(parse_icmp_extensions(bytes).value().size(), 32U);
}

TEST(IcmpExtension, the_rest_of_a_broken_label_entry_is_left_out) {
  auto object = mpls_object(captured_stack);
  object.body.resize(6);
  EXPECT_EQ(mpls_entries({object}), std::vector<MplsEntry>{captured_stack[0]});
}

}  // namespace
}  // namespace cw::codec
