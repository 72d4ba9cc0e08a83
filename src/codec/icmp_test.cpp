#include "codec/icmp.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "codec/capture_for_tests.hpp"
#include "codec/udp.hpp"

namespace cw::codec {
namespace {

// A parsed packet with the bytes it refers to.
struct Parsed {
  Packet bytes;
  IpPacket ip;
  IcmpPacket icmp;
};

Parsed parsed(Packet bytes) {
  Parsed result{.bytes = std::move(bytes), .ip = {}, .icmp = {}};
  result.ip = parse_ip(result.bytes).value();
  result.icmp = parse_icmp(result.ip.header, result.ip.payload).value();
  return result;
}

// The ICMP messages of a capture, in order.
std::vector<Parsed> icmp_of(std::string_view capture) {
  std::vector<Parsed> messages;
  for (auto& bytes : captured_packets(capture)) {
    const auto protocol = parse_ip(bytes).value().header.protocol;
    if (protocol == protocol_icmp || protocol == protocol_icmpv6) messages.push_back(parsed(std::move(bytes)));
  }
  return messages;
}

// The first error of a capture.
Parsed error_of(std::string_view capture) {
  for (auto& message : icmp_of(capture))
    if (message.icmp.error) return std::move(message);
  throw std::runtime_error("no ICMP error in " + std::string(capture));
}

TEST(Icmp, an_echo_and_its_reply_are_read_from_a_capture) {
  for (const auto* name : {"icmp_echo", "icmpv6_echo"}) {
    const auto messages = icmp_of(name);
    const auto& request = messages.at(0).icmp;
    const auto& reply = messages.at(1).icmp;
    EXPECT_EQ(request.message, IcmpMessage::echo_request);
    EXPECT_EQ(reply.message, IcmpMessage::echo_reply);
    EXPECT_TRUE(request.checksum_ok && reply.checksum_ok);
    EXPECT_EQ(request.echo->identifier, reply.echo->identifier);
    EXPECT_EQ(reply.echo->sequence, 1);
    EXPECT_EQ(reply.echo->payload.size(), 56U);
    EXPECT_FALSE(reply.error);
  }
}

TEST(Icmp, every_error_of_a_capture_is_told_for_what_it_is) {
  const std::pair<const char*, IcmpMessage> captures[] = {
      {"icmp_in_icmp_time_exceeded", IcmpMessage::time_exceeded},
      {"udp_in_icmp_time_exceeded", IcmpMessage::time_exceeded},
      {"tcp_in_icmp_time_exceeded", IcmpMessage::time_exceeded},
      {"record_route_in_icmp_time_exceeded", IcmpMessage::time_exceeded},
      {"udp_in_icmp_port_unreachable", IcmpMessage::unreachable_port},
      {"icmp_in_icmp_net_unreachable", IcmpMessage::unreachable_network},
      {"icmp_in_icmp_host_unreachable", IcmpMessage::unreachable_host},
      {"icmp_in_icmp_prohibited", IcmpMessage::unreachable_prohibited},
      {"icmp_in_icmp_frag_needed", IcmpMessage::packet_too_big},
      {"icmpv6_in_icmpv6_time_exceeded", IcmpMessage::time_exceeded},
      {"udp_in_icmpv6_time_exceeded", IcmpMessage::time_exceeded},
      {"tcp_in_icmpv6_time_exceeded", IcmpMessage::time_exceeded},
      {"udp_in_icmpv6_port_unreachable", IcmpMessage::unreachable_port},
      {"icmpv6_in_icmpv6_no_route", IcmpMessage::unreachable_network},
      {"icmpv6_in_icmpv6_address_unreachable", IcmpMessage::unreachable_host},
      {"icmpv6_in_icmpv6_prohibited", IcmpMessage::unreachable_prohibited},
      {"icmpv6_in_icmpv6_packet_too_big", IcmpMessage::packet_too_big},
  };
  for (const auto& [name, message] : captures) {
    const auto error = error_of(name);
    EXPECT_EQ(error.icmp.message, message) << name;
    EXPECT_TRUE(error.icmp.checksum_ok) << name;
    EXPECT_TRUE(error.icmp.error->extensions.empty()) << name;
  }
}

TEST(Icmp, each_error_of_a_trace_quotes_the_probe_that_caused_it) {
  for (const auto* name : {"icmp_in_icmp_time_exceeded", "icmpv6_in_icmpv6_time_exceeded"}) {
    const auto messages = icmp_of(name);
    int errors = 0;
    for (const auto& answer : messages) {
      if (!answer.icmp.error) continue;
      ++errors;
      const auto& quoted = answer.icmp.error->quoted;
      const auto inner = parse_icmp(quoted.header, quoted.payload).value();
      EXPECT_EQ(inner.message, IcmpMessage::echo_request);
      EXPECT_EQ(inner.echo->sequence, errors) << name;  // traceroute numbers its probes from 1
      EXPECT_EQ(quoted.header.ttl, 1);
      EXPECT_EQ(quoted.header.source, answer.ip.header.destination);
    }
    EXPECT_EQ(errors, 2) << name;
  }
}

TEST(Icmp, the_quote_of_a_udp_probe_has_its_ports) {
  for (const auto* name : {"udp_in_icmp_port_unreachable", "udp_in_icmpv6_port_unreachable"}) {
    const auto packets = captured_packets(name);
    const auto probe = parse_udp(parse_ip(packets.at(0)).value().payload).value();
    const auto error = error_of(name);
    const auto quoted = parse_udp(error.icmp.error->quoted.payload).value();
    EXPECT_EQ(quoted.source_port, probe.source_port);
    EXPECT_EQ(quoted.destination_port, 33434);
    EXPECT_EQ(quoted.checksum, probe.checksum);
    EXPECT_EQ(error.ip.header.source, error.icmp.error->quoted.header.destination);
  }
}

TEST(Icmp, a_quote_with_options_and_a_stale_checksum_is_read_to_its_transport) {
  const auto error = error_of("record_route_in_icmp_time_exceeded");
  const auto& quoted = error.icmp.error->quoted;
  EXPECT_FALSE(quoted.header.checksum_ok);
  EXPECT_EQ(quoted.header.header_length, 60U);
  const auto inner = parse_icmp(quoted.header, quoted.payload).value();
  EXPECT_EQ(inner.message, IcmpMessage::echo_request);
  EXPECT_EQ(inner.echo->sequence, 1);
}

TEST(Icmp, the_mtu_of_the_next_hop_is_told_where_a_packet_was_too_big) {
  EXPECT_EQ(error_of("icmp_in_icmp_frag_needed").icmp.error->next_hop_mtu, 1400);
  EXPECT_EQ(error_of("icmpv6_in_icmpv6_packet_too_big").icmp.error->next_hop_mtu, 1400);
  EXPECT_EQ(error_of("icmp_in_icmp_prohibited").icmp.error->next_hop_mtu, 0);
}

TEST(Icmp, a_quote_that_is_cut_gives_what_is_there) {
  for (const auto* name : {"udp_in_icmp_time_exceeded", "udp_in_icmpv6_time_exceeded"}) {
    const auto error = error_of(name);
    const auto header_size = error.icmp.error->quoted.header.header_length;
    for (std::size_t quote = 0; quote < error.icmp.error->quoted_bytes.size(); ++quote) {
      const auto cut = parse_icmp(error.ip.header, error.ip.payload.first(8 + quote)).value();
      ASSERT_EQ(cut.error.has_value(), quote >= header_size) << name << " " << quote;
      EXPECT_EQ(cut.message, IcmpMessage::time_exceeded);
      if (!cut.error) continue;
      EXPECT_EQ(parse_udp(cut.error->quoted.payload).has_value(), quote >= header_size + 8);
    }
    EXPECT_FALSE(parse_icmp(error.ip.header, error.ip.payload.first(7)));
  }
}

TEST(Icmp, a_flipped_bit_is_noticed_by_the_checksum) {
  for (const auto* name : {"icmp_echo", "icmpv6_echo"}) {
    auto bytes = captured_packets(name).at(1);
    bytes.back() ^= 0x40;
    EXPECT_FALSE(parsed(bytes).icmp.checksum_ok);
  }
}

TEST(Icmp, the_checksum_of_icmpv6_covers_the_addresses) {
  auto bytes = captured_packets("icmpv6_echo").at(1);
  bytes[8 + 15] ^= 1;  // the source
  EXPECT_FALSE(parsed(bytes).icmp.checksum_ok);
}

TEST(Icmp, what_is_no_icmp_of_its_family_is_refused) {
  const auto bytes = captured_packets("icmp_echo").at(0);
  const auto ip = parse_ip(bytes).value();
  auto header = ip.header;
  header.protocol = protocol_icmpv6;
  EXPECT_FALSE(parse_icmp(header, ip.payload));
  header.protocol = protocol_icmp;
  header.fragment_offset = 10;
  EXPECT_FALSE(parse_icmp(header, ip.payload));
}

TEST(Icmp, messages_of_other_kinds_have_neither_echo_nor_error) {
  const auto report = icmp_of("icmpv6_behind_hop_by_hop").at(0).icmp;
  EXPECT_EQ(report.type, 143);
  EXPECT_EQ(report.message, IcmpMessage::other);
  EXPECT_FALSE(report.echo || report.error);
}

struct Row {
  int type;
  int code;
  IcmpMessage message;
};

TEST(Icmp, the_codes_of_icmpv4_are_told_for_what_they_are) {
  constexpr Row rows[] = {
      {0, 0, IcmpMessage::echo_reply},
      {8, 0, IcmpMessage::echo_request},
      {11, 0, IcmpMessage::time_exceeded},
      {11, 1, IcmpMessage::other},
      {3, 0, IcmpMessage::unreachable_network},
      {3, 6, IcmpMessage::unreachable_network},
      {3, 11, IcmpMessage::unreachable_network},
      {3, 1, IcmpMessage::unreachable_host},
      {3, 7, IcmpMessage::unreachable_host},
      {3, 12, IcmpMessage::unreachable_host},
      {3, 2, IcmpMessage::unreachable_protocol},
      {3, 3, IcmpMessage::unreachable_port},
      {3, 9, IcmpMessage::unreachable_prohibited},
      {3, 10, IcmpMessage::unreachable_prohibited},
      {3, 13, IcmpMessage::unreachable_prohibited},
      {3, 4, IcmpMessage::packet_too_big},
      {3, 5, IcmpMessage::unreachable_other},
      {3, 8, IcmpMessage::unreachable_other},
      {3, 14, IcmpMessage::unreachable_other},
      {3, 255, IcmpMessage::unreachable_other},
      {12, 0, IcmpMessage::other},
      {13, 0, IcmpMessage::other},
      {8, 1, IcmpMessage::other},
      {128, 0, IcmpMessage::other},
  };
  for (const auto& row : rows)
    EXPECT_EQ(classify_icmp(Family::v4, static_cast<std::uint8_t>(row.type), static_cast<std::uint8_t>(row.code)),
              row.message)
        << row.type << "/" << row.code;
}

TEST(Icmp, the_codes_of_icmpv6_are_told_for_what_they_are) {
  constexpr Row rows[] = {
      {129, 0, IcmpMessage::echo_reply},
      {128, 0, IcmpMessage::echo_request},
      {3, 0, IcmpMessage::time_exceeded},
      {3, 1, IcmpMessage::other},
      {1, 0, IcmpMessage::unreachable_network},
      {1, 1, IcmpMessage::unreachable_prohibited},
      {1, 2, IcmpMessage::unreachable_other},
      {1, 3, IcmpMessage::unreachable_host},
      {1, 4, IcmpMessage::unreachable_port},
      {1, 5, IcmpMessage::unreachable_prohibited},
      {1, 6, IcmpMessage::unreachable_prohibited},
      {1, 7, IcmpMessage::unreachable_other},
      {2, 0, IcmpMessage::packet_too_big},
      {4, 0, IcmpMessage::other},
      {4, 1, IcmpMessage::unreachable_protocol},
      {11, 0, IcmpMessage::other},
      {0, 0, IcmpMessage::other},
      {8, 0, IcmpMessage::other},
  };
  for (const auto& row : rows)
    EXPECT_EQ(classify_icmp(Family::v6, static_cast<std::uint8_t>(row.type), static_cast<std::uint8_t>(row.code)),
              row.message)
        << row.type << "/" << row.code;
}

TEST(Icmp, every_message_has_a_type_and_code_that_are_told_for_it) {
  for (const auto family : {Family::v4, Family::v6})
    for (int message = 0; message <= static_cast<int>(IcmpMessage::other); ++message) {
      const auto [type, code] = icmp_type_code(family, static_cast<IcmpMessage>(message));
      EXPECT_EQ(classify_icmp(family, type, code), static_cast<IcmpMessage>(message));
    }
}

}  // namespace
}  // namespace cw::codec
