// What routers do to packets that they forward, and what hosts remember of TCP.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/checksum.hpp"
#include "codec/tcp.hpp"
#include "codec/udp.hpp"
#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using codec::IcmpMessage;
using testing::IsEmpty;
using testing::SizeIs;

// Three routers in a row, a host behind them; `lines` are of the middle one.
std::string row(std::string_view lines, std::string_view host_lines = "") {
  return fmt::format(R"(
    [[router]]
    name = "r1"
    v4 = "198.18.0.1"
    v6 = "2001:db8:0:1::1"
    [[router]]
    name = "r2"
    v4 = "198.18.0.2"
    v6 = "2001:db8:0:2::1"
    {}
    [[router]]
    name = "r3"
    v4 = "198.18.0.3"
    v6 = "2001:db8:0:3::1"
    [[link]]
    a = "r1"
    b = "r2"
    [[link]]
    a = "r2"
    b = "r3"
    mtu = 1400
    [vantage]
    v4 = "192.0.2.1"
    v6 = "2001:db8:0:ff::1"
    router = "r1"
    [[host]]
    address = "203.0.113.7"
    router = "r3"
    {}
    [[host]]
    address = "2001:db8:ffff::7"
    router = "r3"
    {}
  )",
                     lines, host_lines, host_lines);
}

IpAddress host(Family family) { return address(family == Family::v4 ? "203.0.113.7" : "2001:db8:ffff::7"); }

class MiddleboxTest : public testing::TestWithParam<Family> {
 protected:
  static Packet segment(const Vantage& vantage, codec::TcpFlags flags, std::uint32_t sequence) {
    Packet packet(100);
    codec::ByteWriter out(packet);
    const auto source = vantage.scenario().vantage.address(GetParam());
    codec::write_ip(
        out, {.source = source, .destination = host(GetParam()), .protocol = codec::protocol_tcp, .ttl = 64}, 20);
    codec::write_tcp(out,
                     {.source_port = 0x9000,
                      .destination_port = 443,
                      .sequence = sequence,
                      .acknowledgement = flags.ack ? sequence : 0,
                      .flags = flags},
                     source, host(GetParam()));
    packet.resize(out.size());
    return packet;
  }
  static std::optional<codec::TcpHeader> ask(Vantage& vantage, codec::TcpFlags flags, std::uint32_t sequence) {
    const auto arrivals = vantage.ask(segment(vantage, flags, sequence));
    if (arrivals.empty()) return std::nullopt;
    const auto ip = parsed(arrivals.at(0).bytes);
    EXPECT_TRUE(
        codec::transport_checksum_holds(ip.header.source, ip.header.destination, codec::protocol_tcp, ip.payload));
    return *codec::parse_tcp(ip.payload);
  }
};
INSTANTIATE_TEST_SUITE_P(Families, MiddleboxTest, testing::Values(Family::v4, Family::v6));

constexpr codec::TcpFlags syn{.syn = true};
constexpr codec::TcpFlags ack{.ack = true};
constexpr codec::TcpFlags rst{.rst = true};
constexpr codec::TcpFlags syn_ack{.syn = true, .ack = true};

TEST_P(MiddleboxTest, a_connection_is_half_open_from_its_syn_to_its_reset) {
  Vantage vantage(scenario_text(row("")));
  const auto accepted = ask(vantage, syn, 1000);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->flags, syn_ack);
  EXPECT_EQ(accepted->acknowledgement, 1001);
  EXPECT_EQ(vantage.internet().half_open().size(), 1);
  // The same again, another one, and a reset with a wrong number change nothing.
  EXPECT_EQ(ask(vantage, syn, 1000)->flags, syn_ack);
  const auto challenged = ask(vantage, syn, 70'000);
  EXPECT_EQ(challenged->flags, ack);
  EXPECT_EQ(challenged->acknowledgement, 1001);
  EXPECT_FALSE(ask(vantage, rst, 1002));
  EXPECT_EQ(vantage.internet().half_open().size(), 1);
  EXPECT_FALSE(ask(vantage, rst, 1001));
  EXPECT_EQ(vantage.internet().half_open().size(), 0);
  EXPECT_EQ(ask(vantage, syn, 70'000)->acknowledgement, 70'001);
}

TEST_P(MiddleboxTest, an_ack_of_nothing_is_reset_with_its_own_number) {
  Vantage vantage(scenario_text(row("")));
  const auto answer = ask(vantage, ack, 5555);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->flags, rst);
  EXPECT_EQ(answer->sequence, 5555);
  EXPECT_EQ(vantage.internet().half_open().size(), 0);
}

TEST_P(MiddleboxTest, a_filtered_port_says_nothing) {
  Vantage vantage(scenario_text(row("", "filtered_tcp_ports = [443]")));
  EXPECT_FALSE(ask(vantage, syn, 1));
  EXPECT_FALSE(ask(vantage, ack, 1));
}

TEST_P(MiddleboxTest, a_firewall_drops_what_it_is_told_to_and_nothing_else) {
  Vantage vantage(scenario_text(row("drops = [\"tcp_syn\", \"icmp\"]")));
  EXPECT_FALSE(ask(vantage, syn, 1));
  EXPECT_TRUE(ask(vantage, ack, 1));
  EXPECT_EQ(vantage.internet().counters().dropped_by(DropCause::filtered), 1);
  EXPECT_THAT(vantage.ask(echo_request(vantage.scenario(), {.destination = host(GetParam())})), IsEmpty());
  EXPECT_THAT(vantage.ask(udp_probe(vantage.scenario(), {.destination = host(GetParam())})), SizeIs(1));
  // It answers for itself.
  EXPECT_THAT(vantage.ask(echo_request(vantage.scenario(), {.destination = host(GetParam()), .ttl = 2})), SizeIs(1));
}

TEST_P(MiddleboxTest, the_truth_knows_what_a_firewall_drops) {
  Vantage vantage(scenario_text(row("drops = [\"tcp_syn\"]")));
  auto flow = flow_of(parsed(segment(vantage, syn, 1)));
  EXPECT_FALSE(expected_path(vantage.internet(), flow, Branches::all).reached);
  EXPECT_THAT(expected_path(vantage.internet(), flow, Branches::all).hops, SizeIs(2));
  flow = flow_of(parsed(segment(vantage, ack, 1)));
  EXPECT_TRUE(expected_path(vantage.internet(), flow, Branches::all).reached);
}

TEST_P(MiddleboxTest, a_router_may_say_nothing_or_anything_of_a_packet_that_is_too_big) {
  const Probe probe{.destination = host(GetParam()), .payload = 1400, .dont_fragment = true};
  Vantage quiet(scenario_text(row("says_too_big = false")));
  EXPECT_THAT(quiet.ask(echo_request(quiet.scenario(), probe)), IsEmpty());
  for (const int claimed : {0, 1300, 9000}) {
    Vantage liar(scenario_text(row(fmt::format("claimed_mtu = {}", claimed))));
    const auto arrivals = liar.ask(echo_request(liar.scenario(), probe));
    ASSERT_THAT(arrivals, SizeIs(1));
    EXPECT_EQ(icmp_of(arrivals[0].bytes).message, IcmpMessage::packet_too_big);
    EXPECT_EQ(icmp_of(arrivals[0].bytes).error->next_hop_mtu, claimed);
  }
}

TEST_P(MiddleboxTest, a_bleached_traffic_class_is_quoted_behind_the_router_that_bleached_it) {
  Vantage vantage(scenario_text(row("bleaches_dscp = true")));
  for (const int ttl : {1, 2, 3}) {
    auto packet =
        echo_request(vantage.scenario(), {.destination = host(GetParam()), .ttl = static_cast<std::uint8_t>(ttl)});
    if (GetParam() == Family::v4) {
      packet[1] = 0xb8;
      packet[10] = packet[11] = 0;
      const auto checksum = codec::internet_checksum(codec::Bytes(packet).first(20));
      packet[10] = static_cast<std::uint8_t>(checksum >> 8);
      packet[11] = static_cast<std::uint8_t>(checksum);
    } else {
      packet[0] = 0x6b;
      packet[1] = static_cast<std::uint8_t>(0x80 | (packet[1] & 0x0f));
    }
    const auto arrivals = vantage.ask(packet);
    const auto icmp = icmp_of(arrivals.at(0).bytes);
    EXPECT_TRUE(icmp.error->quoted.header.checksum_ok);
    EXPECT_EQ(icmp.error->quoted.header.traffic_class, ttl < 3 ? 0xb8 : 0) << ttl;
  }
}

TEST_P(MiddleboxTest, a_ttl_of_zero_that_is_forwarded_is_quoted_by_the_next_router) {
  Vantage vantage(scenario_text(row("forwards_zero_ttl = true")));
  const auto arrivals = vantage.ask(echo_request(vantage.scenario(), {.destination = host(GetParam()), .ttl = 2}));
  const auto icmp = icmp_of(arrivals.at(0).bytes);
  EXPECT_EQ(icmp.error->quoted.header.ttl, 0);
  EXPECT_EQ(parsed(arrivals[0].bytes).header.source,
            address(GetParam() == Family::v4 ? "198.18.0.3" : "2001:db8:0:3::1"));
  // The truth says the same, and the destination is reached as ever.
  EXPECT_EQ(expected_path(vantage.internet(), host(GetParam())).to_string(), vantage.trace(host(GetParam())));
}

class TranslationTest : public testing::TestWithParam<std::tuple<Family, std::string>> {
 protected:
  static Family family() { return std::get<0>(GetParam()); }
  static std::string quotes() { return std::get<1>(GetParam()); }
  static std::string lines() {
    return fmt::format("translates_to = [\"198.51.100.9\", \"2001:db8:c::9\"]\ntranslates_quotes = \"{}\"\n", quotes());
  }
};
INSTANTIATE_TEST_SUITE_P(Ways, TranslationTest,
                         testing::Combine(testing::Values(Family::v4, Family::v6),
                                          testing::Values("whole", "half", "none")));

TEST_P(TranslationTest, answers_come_back_to_whoever_asked_with_valid_checksums) {
  Vantage vantage(scenario_text(row(lines())));
  const auto& scenario = vantage.scenario();
  const auto echo = vantage.ask(echo_request(scenario, {.destination = host(family()), .flow = 7, .sequence = 9}));
  const auto reply = icmp_of(echo.at(0).bytes);
  EXPECT_TRUE(reply.checksum_ok);
  EXPECT_EQ(reply.echo->sequence, 9);
  EXPECT_EQ(parsed(echo[0].bytes).header.destination, scenario.vantage.address(family()));
  const auto request = echo_request(scenario, {.destination = host(family()), .flow = 7, .sequence = 9});
  EXPECT_EQ(reply.echo->identifier, icmp_of(request).echo->identifier);
  const auto accepted = vantage.ask(tcp_syn(scenario, {.destination = host(family()), .port = 443}));
  const auto tcp = parsed(accepted.at(0).bytes);
  EXPECT_TRUE(
      codec::transport_checksum_holds(tcp.header.source, tcp.header.destination, codec::protocol_tcp, tcp.payload));
  const auto sent = tcp_syn(scenario, {.destination = host(family()), .port = 443});
  EXPECT_EQ(codec::parse_tcp(tcp.payload)->destination_port, codec::parse_tcp(parsed(sent).payload)->source_port);
}

TEST_P(TranslationTest, quotes_are_restored_as_far_as_told_behind_the_translator_and_untouched_before_it) {
  Vantage vantage(scenario_text(row(lines())));
  for (const int ttl : {1, 2, 3, 4}) {
    const Probe probe{.destination = host(family()), .ttl = static_cast<std::uint8_t>(ttl), .flow = 5};
    const auto sent = udp_probe(vantage.scenario(), probe);
    const auto arrivals = vantage.ask(sent);
    const auto icmp = icmp_of(arrivals.at(0).bytes);
    EXPECT_TRUE(icmp.checksum_ok);
    ASSERT_TRUE(icmp.error);
    const auto& quoted = icmp.error->quoted;
    const auto quoted_udp = *codec::parse_udp(quoted.payload);
    const auto sent_udp = *codec::parse_udp(parsed(sent).payload);
    const bool before = ttl <= 2;
    EXPECT_EQ(quoted.header.source == vantage.scenario().vantage.address(family()), before || quotes() != "none");
    EXPECT_EQ(quoted_udp.source_port == sent_udp.source_port, before || quotes() != "none");
    EXPECT_EQ(quoted_udp.checksum == sent_udp.checksum, before || quotes() == "whole");
    EXPECT_EQ(quoted_udp.destination_port, sent_udp.destination_port);
    EXPECT_TRUE(family() == Family::v6 || quoted.header.checksum_ok);
  }
}

}  // namespace
}  // namespace cw::lab::test
