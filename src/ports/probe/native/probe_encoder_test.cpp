#include "ports/probe/native/probe_encoder.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "codec/udp.hpp"

namespace cw::probe {
namespace {

const ProbeIdentity identity{.icmp_identifier_v4 = 0x1234, .icmp_identifier_v6 = 0x4321, .cookie_key = {1, 2}};

struct Case {
  Family family;
  Method method;
};

class ProbeEncoder : public testing::TestWithParam<Case> {
 protected:
  static ProbeFlow flow(std::uint16_t number) {
    const bool is_v4 = GetParam().family == Family::v4;
    return make_flow({.address = *IpAddress::parse(is_v4 ? "203.0.113.7" : "2001:db8::7"),
                      .method = GetParam().method,
                      .flow = number},
                     *IpAddress::parse(is_v4 ? "192.0.2.1" : "2001:db8:1::1"), identity);
  }
  static codec::Bytes encode(const ProbeFlow& flow, int ttl, int sequence, ProbeBuffer& buffer) {
    const auto size = encode_probe(flow, Ttl{static_cast<std::uint8_t>(ttl)}, static_cast<std::uint16_t>(sequence),
                                   identity.cookie_key, buffer);
    return codec::Bytes(buffer).first(size);
  }
  // The four bytes behind the IP header that load balancers look at, and ICMP's checksum among them.
  static std::vector<std::uint8_t> hashed_bytes(codec::Bytes packet) {
    const auto ip = codec::parse_ip(packet);
    const auto first = ip->payload.first(4);
    return {first.begin(), first.end()};
  }
};

INSTANTIATE_TEST_SUITE_P(Ways, ProbeEncoder,
                         testing::Values(Case{Family::v4, Method::icmp}, Case{Family::v6, Method::icmp},
                                         Case{Family::v4, Method::udp}, Case{Family::v6, Method::udp}));

TEST_P(ProbeEncoder, every_packet_has_valid_checksums_and_its_ttl) {
  ProbeBuffer buffer;
  for (std::uint32_t sequence = lowest_sequence; sequence <= sequence_count; sequence += 97) {
    const int ttl = static_cast<int>(1 + sequence % 255);
    const auto packet =
        encode(flow(static_cast<std::uint16_t>(sequence * 31)), ttl, static_cast<int>(sequence), buffer);
    const auto ip = codec::parse_ip(packet);
    ASSERT_TRUE(ip);
    EXPECT_TRUE(ip->header.checksum_ok);
    EXPECT_EQ(ip->header.ttl, ttl);
    EXPECT_EQ(ip->header.total_length, packet.size());
    codec::ChecksumSum sum;
    if (GetParam().method == Method::udp || GetParam().family == Family::v6)
      sum.add_pseudo_header(ip->header.source, ip->header.destination, ip->header.protocol,
                            static_cast<std::uint32_t>(ip->payload.size()));
    sum.add(ip->payload);
    EXPECT_EQ(sum.checksum(), 0) << sequence;
  }
}

TEST_P(ProbeEncoder, what_routers_balance_by_stays_the_same_in_a_flow) {
  ProbeBuffer buffer;
  std::set<std::vector<std::uint8_t>> hashed;
  std::set<std::uint32_t> labels;
  for (int sequence = 1; sequence < 3000; sequence += 7) {
    const auto packet = encode(flow(5), 1 + sequence % 30, sequence, buffer);
    hashed.insert(hashed_bytes(packet));
    labels.insert(codec::parse_ip(packet)->header.flow_label);
  }
  EXPECT_EQ(hashed.size(), 1);
  EXPECT_EQ(labels.size(), 1);
}

TEST_P(ProbeEncoder, another_flow_number_is_another_flow) {
  ProbeBuffer buffer;
  std::set<std::vector<std::uint8_t>> hashed;
  for (std::uint16_t number = 0; number < 1000; ++number)
    hashed.insert(hashed_bytes(encode(flow(number), 3, 1, buffer)));
  EXPECT_EQ(hashed.size(), 1000);
}

TEST_P(ProbeEncoder, a_flow_is_the_same_in_every_run) {
  EXPECT_EQ(flow(9).icmp_checksum, 0x424c);
  EXPECT_EQ(flow(9).source_port, 0x8009);
  EXPECT_EQ(flow(9).destination_port, 33434);
}

TEST_P(ProbeEncoder, the_sequence_number_stands_where_a_reply_quotes_it) {
  ProbeBuffer buffer;
  const auto packet = encode(flow(0), 9, 0xbeef, buffer);
  const auto ip = codec::parse_ip(packet);
  if (GetParam().method == Method::udp) {
    EXPECT_EQ(codec::parse_udp(ip->payload)->checksum, 0xbeef);
  } else {
    EXPECT_EQ(codec::parse_icmp(ip->header, ip->payload)->echo->sequence, 0xbeef);
  }
  if (GetParam().family == Family::v4) {
    EXPECT_EQ(ip->header.identification, 0xbeef);
  }
}

}  // namespace
}  // namespace cw::probe
