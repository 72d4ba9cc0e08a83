#include "ports/probe/native/probe_encoder.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "codec/tcp.hpp"
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
  // The whole packet, zeros included.
  static std::vector<std::uint8_t> encode_whole(const ProbeFlow& flow, int sequence, std::uint16_t size) {
    ProbeBuffer buffer;
    const auto written =
        encode_probe(flow, Ttl{9}, static_cast<std::uint16_t>(sequence), identity.cookie_key, buffer, size);
    std::vector<std::uint8_t> packet(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(written));
    if (size != 0) packet.resize(size);
    return packet;
  }
  static bool checksums_hold(codec::Bytes packet) {
    const auto ip = codec::parse_ip(packet);
    if (!ip || !ip->header.checksum_ok || ip->header.total_length != packet.size()) return false;
    codec::ChecksumSum sum;
    if (GetParam().method != Method::icmp || GetParam().family == Family::v6)
      sum.add_pseudo_header(ip->header.source, ip->header.destination, ip->header.protocol,
                            static_cast<std::uint32_t>(ip->payload.size()));
    sum.add(ip->payload);
    return sum.checksum() == 0;
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
                                         Case{Family::v4, Method::udp}, Case{Family::v6, Method::udp},
                                         Case{Family::v4, Method::tcp}, Case{Family::v6, Method::tcp},
                                         Case{Family::v4, Method::tcp_ack}, Case{Family::v6, Method::tcp_ack}));

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
    if (GetParam().method != Method::icmp || GetParam().family == Family::v6)
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
  EXPECT_EQ(flow(9).destination_port, is_tcp(GetParam().method) ? 80 : 33434);
}

TEST_P(ProbeEncoder, the_sequence_number_stands_where_a_reply_quotes_it) {
  ProbeBuffer buffer;
  const auto packet = encode(flow(0), 9, 0xbeef, buffer);
  const auto ip = codec::parse_ip(packet);
  if (is_tcp(GetParam().method)) {
    EXPECT_EQ(codec::parse_tcp(ip->payload)->sequence >> 16, 0xbeef);
  } else if (GetParam().method == Method::udp) {
    EXPECT_EQ(codec::parse_udp(ip->payload)->checksum, 0xbeef);
  } else {
    EXPECT_EQ(codec::parse_icmp(ip->header, ip->payload)->echo->sequence, 0xbeef);
  }
  if (GetParam().family == Family::v4) {
    EXPECT_EQ(ip->header.identification, 0xbeef);
  }
}

TEST_P(ProbeEncoder, a_long_probe_has_its_size_valid_checksums_and_may_not_be_fragmented) {
  for (const int size : {68, 69, 70, 576, 1280, 1499, 1500, 9001, 65'535}) {
    if (static_cast<std::size_t>(size) < shortest_probe(flow(1))) continue;
    for (int sequence = 1; sequence < 60'000; sequence += 7'001) {
      const auto packet = encode_whole(flow(3), sequence, static_cast<std::uint16_t>(size));
      EXPECT_TRUE(checksums_hold(packet)) << size;
      const auto ip = codec::parse_ip(packet);
      EXPECT_EQ(ip->header.dont_fragment, GetParam().family == Family::v4);
    }
  }
}

TEST_P(ProbeEncoder, a_long_probe_stays_in_its_flow) {
  const auto expected = hashed_bytes(encode_whole(flow(5), 1, 0));
  for (const int size : {80, 1280, 1500}) {
    EXPECT_EQ(hashed_bytes(encode_whole(flow(5), 77, static_cast<std::uint16_t>(size))), expected) << size;
  }
}

TEST_P(ProbeEncoder, the_dscp_is_in_every_probe) {
  auto marked = flow(1);
  marked.traffic_class = 46 << 2;
  EXPECT_EQ(codec::parse_ip(encode_whole(marked, 5, 0))->header.traffic_class, 184);
  EXPECT_EQ(codec::parse_ip(encode_whole(flow(1), 5, 0))->header.traffic_class, 0);
}

TEST_P(ProbeEncoder, the_text_is_readable_at_the_end_of_icmp_and_udp_probes) {
  for (const std::string& text :
       {std::string("x"), std::string("cyberwatch; abuse: noc@example.net"), std::string(64, 'y')}) {
    auto signed_flow = flow(1);
    signed_flow.text = text;
    const auto plain = encode_whole(flow(1), 5, 0);
    for (const int sequence : {1, 5, 60'000}) {
      const auto packet = encode_whole(signed_flow, sequence, 0);
      EXPECT_TRUE(checksums_hold(packet));
      EXPECT_EQ(hashed_bytes(packet), hashed_bytes(plain));
      const std::string whole(packet.begin(), packet.end());
      EXPECT_EQ(whole.ends_with(text), !is_tcp(GetParam().method));
      EXPECT_EQ(packet.size() - plain.size(), is_tcp(GetParam().method) ? 0 : text.size());
    }
    // Where the packet has to be short, less of it fits in.
    const std::uint16_t size = GetParam().family == Family::v4 ? 68 : 88;
    EXPECT_TRUE(checksums_hold(encode_whole(signed_flow, 5, size)));
  }
}

class TcpProbeEncoder : public ProbeEncoder {};

INSTANTIATE_TEST_SUITE_P(Ways, TcpProbeEncoder,
                         testing::Values(Case{Family::v4, Method::tcp}, Case{Family::v6, Method::tcp},
                                         Case{Family::v4, Method::tcp_ack}, Case{Family::v6, Method::tcp_ack}));

TEST_P(TcpProbeEncoder, tcp_probes_open_nothing_but_by_a_short_syn) {
  const auto segment = [](codec::Bytes packet) { return *codec::parse_tcp(codec::parse_ip(packet)->payload); };
  const auto short_one = encode_whole(flow(1), 5, 0);
  EXPECT_EQ(segment(short_one).flags.syn, GetParam().method == Method::tcp);
  EXPECT_EQ(segment(short_one).flags.ack, GetParam().method == Method::tcp_ack);
  const auto long_one = encode_whole(flow(1), 5, 1500);
  EXPECT_FALSE(segment(long_one).flags.syn);
  EXPECT_TRUE(segment(long_one).flags.ack);
  EXPECT_EQ(segment(long_one).acknowledgement, segment(long_one).sequence);
}

TEST_P(TcpProbeEncoder, a_reset_goes_on_where_the_syn_ended) {
  ProbeBuffer buffer;
  const auto size = encode_reset(flow(1), 0x00050001, buffer);
  const auto packet = codec::Bytes(buffer).first(size);
  EXPECT_TRUE(checksums_hold(packet));
  const auto tcp = codec::parse_tcp(codec::parse_ip(packet)->payload);
  EXPECT_EQ(tcp->flags, (codec::TcpFlags{.rst = true}));
  EXPECT_EQ(tcp->sequence, 0x00050001);
  EXPECT_EQ(tcp->source_port, flow(1).source_port);
}

}  // namespace
}  // namespace cw::probe
