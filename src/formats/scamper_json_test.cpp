#include "formats/scamper_json.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace cw::formats {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::filesystem::path recorded = std::filesystem::path(CW_SOURCE_DIR) / "testdata/tools/scamper";
const std::filesystem::path made = std::filesystem::path(CW_SOURCE_DIR) / "testdata/formats/scamper";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Measurement> read(const std::filesystem::path& path) {
  auto measurements = read_scamper_json(text_of(path));
  EXPECT_TRUE(measurements) << path << ": " << measurements.error().message;
  return measurements.value_or(std::vector<Measurement>{});
}

IpAddress address(std::string_view text) { return *IpAddress::parse(text); }

// "192.0.2.1 * 203.0.113.1"
std::string path_of(const Measurement& measurement) {
  std::string text;
  for (const auto& hop : path_addresses(measurement)) {
    if (!text.empty()) text += ' ';
    text += hop ? hop->to_string() : "*";
  }
  return text;
}

std::vector<int> sent_of(const Measurement& measurement) {
  std::vector<int> sent;
  for (const auto& hop : measurement.hops) sent.push_back(hop.sent);
  return sent;
}

std::string ending_of(const Measurement& measurement) {
  return std::string(to_string(measurement.status)) + " " + std::string(to_string(measurement.stop_reason));
}

std::string account_of(const Measurement& measurement) {
  return fmt::format("{} {} {}: {}; {}", to_string(measurement.kind), to_string(measurement.method),
                     measurement.address.to_string(), path_of(measurement), ending_of(measurement));
}

TEST(ScamperJson, a_recorded_trace_says_everything_that_the_line_says) {
  const auto measurements = read(recorded / "trace_udp_paris.json");
  ASSERT_EQ(measurements.size(), 1);
  const auto& trace = measurements[0];
  EXPECT_EQ(trace.kind, Kind::trace);
  EXPECT_EQ(trace.prober, "scamper");
  EXPECT_EQ(trace.method, Method::udp);
  EXPECT_EQ(trace.source, address("192.0.2.10"));
  EXPECT_EQ(trace.address, address("203.0.113.1"));
  EXPECT_EQ(trace.target, "203.0.113.1");
  EXPECT_EQ(trace.port, 33434);
  EXPECT_EQ(trace.flow, 3);
  EXPECT_EQ(trace.dscp, 46);
  EXPECT_EQ(trace.probes_sent, 4);
  EXPECT_EQ(ending_of(trace), "reached destination");
  EXPECT_EQ(path_of(trace), "192.0.2.1 198.51.100.1 198.51.100.2 203.0.113.1");
  EXPECT_GT(trace.finished_at, trace.started_at);
  const auto& last = trace.hops.back();
  EXPECT_EQ(last.ttl, Ttl{4});
  EXPECT_EQ(last.sent, 1);
  ASSERT_EQ(last.replies.size(), 1);
  EXPECT_EQ(last.replies[0].icmp_type, 3);
  EXPECT_EQ(last.replies[0].icmp_code, 3);
  EXPECT_EQ(last.replies[0].reply_ttl, 61);
  EXPECT_EQ(last.replies[0].quoted_ttl, 1);
  EXPECT_FALSE(last.replies[0].quoted_tos);
  EXPECT_GT(last.replies[0].rtt, 20ms);
  EXPECT_FALSE(trace.id.is_nil());
}

TEST(ScamperJson, both_families_and_methods_find_the_same_path) {
  for (const auto* name : {"trace_icmp_paris.json", "trace_udp_paris.json"})
    EXPECT_EQ(path_of(read(recorded / name).at(0)), "192.0.2.1 198.51.100.1 198.51.100.2 203.0.113.1") << name;
  for (const auto* name : {"trace_icmp_paris_ipv6.json", "trace_udp_paris_ipv6.json"})
    EXPECT_EQ(path_of(read(recorded / name).at(0)), "2001:db8::1 2001:db8:1::1 2001:db8:2::2 2001:db8:100::1") << name;
}

TEST(ScamperJson, two_versions_say_the_same_of_the_same_network) {
  for (const auto* name :
       {"trace_icmp_paris", "trace_icmp_paris_ipv6", "trace_udp_paris", "trace_udp_paris_ipv6", "trace_unreachable",
        "trace_gap_limit", "trace_hop_limit", "trace_silent_hops", "trace_all_probes", "trace_mpls", "trace_loop",
        "trace_tcp", "ping", "ping_hop_limit", "ping_silent", "ping_tcp", "ping_udp", "ping_unreachable"}) {
    const auto file = std::string(name) + ".json";
    std::set<std::string> debian;
    std::set<std::string> newer;
    for (const auto& measurement : read(recorded / file)) debian.insert(account_of(measurement));
    for (const auto& measurement : read(recorded / "20260420" / file)) newer.insert(account_of(measurement));
    EXPECT_EQ(newer, debian) << name;
  }
}

TEST(ScamperJson, silent_hops_are_put_back_with_what_was_sent_there) {
  const auto measurements = read(recorded / "trace_silent_hops.json");
  ASSERT_EQ(measurements.size(), 2);
  for (const auto& trace : measurements) {
    EXPECT_EQ(trace.hops.size(), 14);
    EXPECT_THAT(sent_of(trace), ElementsAre(1, 1, 1, 2, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1));
    EXPECT_TRUE(trace.hops[3].replies.empty());
    EXPECT_EQ(trace.probes_sent, 17);
  }
}

TEST(ScamperJson, a_gap_at_the_end_is_silence) {
  const auto trace = read(recorded / "trace_gap_limit.json").at(0);
  EXPECT_EQ(path_of(trace), "192.0.2.1 198.51.100.1 198.51.100.2 * * * * *");
  EXPECT_THAT(sent_of(trace), ElementsAre(1, 1, 1, 2, 2, 2, 2, 2));
  EXPECT_EQ(ending_of(trace), "silent gap_limit");
}

TEST(ScamperJson, the_hop_limit_and_the_first_hop_bound_the_path) {
  const auto measurements = read(recorded / "trace_hop_limit.json");
  ASSERT_EQ(measurements.size(), 2);
  EXPECT_EQ(ending_of(measurements[0]), "silent max_ttl");
  EXPECT_EQ(path_of(measurements[0]), "192.0.2.1 198.51.100.1");
  EXPECT_EQ(ending_of(measurements[1]), "reached destination");
  EXPECT_EQ(measurements[1].hops.front().ttl, Ttl{2});
}

TEST(ScamperJson, every_refusal_has_its_reason) {
  std::vector<std::string> endings;
  for (const auto& trace : read(recorded / "trace_unreachable.json"))
    endings.push_back(trace.address.to_string() + " " + ending_of(trace));
  // .4 is the target's own word: the probe has arrived.
  EXPECT_THAT(endings, testing::UnorderedElementsAre("203.0.113.2 unreachable icmp_network_unreachable",
                                                     "203.0.113.3 unreachable icmp_host_unreachable",
                                                     "203.0.113.4 reached destination",
                                                     "203.0.113.5 unreachable icmp_admin_prohibited",
                                                     "2001:db8:100::2 unreachable icmp_network_unreachable",
                                                     "2001:db8:100::3 unreachable icmp_host_unreachable",
                                                     "2001:db8:100::5 unreachable icmp_admin_prohibited"));
}

TEST(ScamperJson, a_loop_is_a_loop) { EXPECT_EQ(ending_of(read(recorded / "trace_loop.json").at(0)), "loop loop"); }

TEST(ScamperJson, label_stacks_are_read_in_both_families) {
  for (const auto& trace : read(recorded / "trace_mpls.json")) {
    ASSERT_EQ(trace.hops.size(), 9);
    EXPECT_EQ(trace.hops[3].replies.at(0).mpls, (std::vector{MplsLabel{.label = 24015, .bottom = true, .ttl = 1}}));
    const auto& stack = trace.hops[4].replies.at(0).mpls;
    ASSERT_EQ(stack.size(), 2);
    EXPECT_EQ(stack[0].label, 24016);
    EXPECT_FALSE(stack[0].bottom);
    EXPECT_EQ(stack[1].label, 300);
    EXPECT_TRUE(stack[1].bottom);
  }
}

TEST(ScamperJson, all_probes_of_a_hop_are_attempts) {
  const auto trace = read(recorded / "trace_all_probes.json").at(0);
  EXPECT_THAT(sent_of(trace), ElementsAre(3, 3, 3, 3, 3));
  ASSERT_EQ(trace.hops[0].replies.size(), 3);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(trace.hops[0].replies[static_cast<std::size_t>(i)].attempt, i + 1);
}

TEST(ScamperJson, a_segment_of_tcp_arrives_whether_it_opens_or_refuses) {
  const auto measurements = read(recorded / "trace_tcp.json");
  ASSERT_EQ(measurements.size(), 4);
  std::vector<int> flags;
  for (const auto& trace : measurements) {
    EXPECT_EQ(ending_of(trace), "reached destination");
    ASSERT_EQ(trace.hops.size(), 4);
    ASSERT_TRUE(trace.hops[3].replies.at(0).tcp_flags);
    flags.push_back(*trace.hops[3].replies[0].tcp_flags);
  }
  EXPECT_THAT(flags, testing::UnorderedElementsAre(0x12, 0x04, 0x14, 0x12));
}

TEST(ScamperJson, what_took_longer_than_the_time_to_wait_is_late) {
  for (const auto& trace : read(recorded / "trace_tcp.json")) {
    if (trace.address.is_v4()) continue;
    ASSERT_EQ(trace.hops[1].replies.size(), 2);
    EXPECT_TRUE(trace.hops[1].replies[0].late);
    EXPECT_FALSE(trace.hops[1].replies[1].late);
    EXPECT_EQ(trace.hops[1].replies[1].attempt, 2);
    EXPECT_EQ(trace.hops[1].sent, 2);
  }
}

TEST(ScamperJson, a_negative_time_written_without_its_sign_counts_as_nothing) {
  const auto trace = read(recorded / "trace_path_mtu.json").at(0);
  EXPECT_EQ(trace.hops[0].replies.at(0).rtt, Duration{});
  EXPECT_EQ(trace.hops[1].replies.at(0).rtt, 39us);
}

TEST(ScamperJson, what_scamper_could_not_send_is_failed) {
  const auto trace = read(recorded / "trace_no_link_layer.json").at(0);
  EXPECT_EQ(ending_of(trace), "failed error");
  EXPECT_EQ(trace.probes_sent, 0);
  EXPECT_TRUE(trace.hops.empty());
}

TEST(ScamperJson, a_ping_is_one_hop_of_numbered_answers) {
  const auto measurements = read(recorded / "ping.json");
  ASSERT_EQ(measurements.size(), 2);
  for (const auto& ping : measurements) {
    EXPECT_EQ(ping.kind, Kind::ping);
    EXPECT_EQ(ending_of(ping), "reached destination");
    ASSERT_EQ(ping.hops.size(), 1);
    EXPECT_EQ(ping.hops[0].ttl, Ttl{64});
    EXPECT_EQ(ping.hops[0].sent, 3);
    ASSERT_EQ(ping.hops[0].replies.size(), 3);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ping.hops[0].replies[static_cast<std::size_t>(i)].attempt, i + 1);
  }
}

TEST(ScamperJson, pings_end_in_every_way_a_ping_can) {
  EXPECT_EQ(ending_of(read(recorded / "ping_udp.json").at(0)), "reached destination");
  EXPECT_EQ(ending_of(read(recorded / "ping_silent.json").at(0)), "silent gap_limit");
  EXPECT_EQ(ending_of(read(recorded / "ping_hop_limit.json").at(0)), "silent max_ttl");
  for (const auto& ping : read(recorded / "ping_unreachable.json"))
    EXPECT_EQ(ending_of(ping), "unreachable icmp_host_unreachable");
  for (const auto& ping : read(recorded / "ping_tcp.json")) {
    EXPECT_EQ(ending_of(ping), "reached destination");
    EXPECT_TRUE(ping.hops[0].replies.at(0).tcp_flags);
  }
}

TEST(ScamperJson, a_second_answer_to_one_probe_is_a_duplicate) {
  const auto ping = read(recorded / "ping_duplicate.json").at(0);
  ASSERT_EQ(ping.hops[0].replies.size(), 6);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(ping.hops[0].replies[i].duplicate, i % 2 == 1);
}

TEST(ScamperJson, a_tracelb_is_a_graph_of_what_each_flow_crossed) {
  const auto trace = read(recorded / "tracelb.json").at(0);
  ASSERT_TRUE(trace.graph);
  const auto& graph = *trace.graph;
  std::ostringstream links;
  for (const auto& link : graph.links)
    links << graph.interfaces[link.from].address->to_string() << "-" << graph.interfaces[link.to].address->to_string()
          << " " << link.flows.size() << "\n";
  EXPECT_EQ(links.str(),
            "192.0.2.1-198.51.100.2 7\n192.0.2.1-198.51.100.6 4\n198.51.100.2-198.51.100.10 4\n"
            "198.51.100.6-198.51.100.10 2\n198.51.100.10-203.0.113.1 1\n");
  EXPECT_EQ(graph.confidence_percent, 95);
  EXPECT_TRUE(graph.complete);
  EXPECT_TRUE(graph.per_packet.empty());
  EXPECT_EQ(trace.probes_sent, 19);
  EXPECT_EQ(ending_of(trace), "reached destination");
  EXPECT_EQ(path_of(trace), "192.0.2.1 198.51.100.2 198.51.100.10 203.0.113.1");
  ASSERT_TRUE(trace.hops[0].inferred);
}

TEST(ScamperJson, a_tracelb_by_the_checksum_of_icmp_is_one_too) {
  const auto trace = read(recorded / "tracelb_ipv6.json").at(0);
  ASSERT_TRUE(trace.graph);
  EXPECT_EQ(trace.method, Method::icmp);
  EXPECT_EQ(trace.graph->confidence_percent, 99);
  EXPECT_EQ(trace.graph->links.size(), 3);
}

TEST(ScamperJson, a_flow_that_meets_two_addresses_claims_no_link) {
  const auto trace = read(made / "tracelb_per_packet.json").at(0);
  ASSERT_TRUE(trace.graph);
  EXPECT_THAT(trace.graph->per_packet, ElementsAre(Ttl{2}));
  EXPECT_TRUE(trace.graph->links.empty());
  EXPECT_FALSE(trace.graph->complete);
}

TEST(ScamperJson, the_members_of_newer_versions_are_read) {
  const auto measurements = read(made / "newer.json");
  ASSERT_EQ(measurements.size(), 3);
  const auto& trace = measurements[0];
  EXPECT_EQ(trace.vantage, "ams7-nl");
  EXPECT_THAT(sent_of(trace), ElementsAre(1, 3, 2));
  EXPECT_EQ(trace.hops[1].replies.at(0).attempt, 2);
  EXPECT_EQ(trace.hops[2].replies.at(0).next_hop_mtu, 1400);
  EXPECT_EQ(trace.hops[2].replies.at(0).quoted_tos, 0x28);
  EXPECT_TRUE(trace.hops[2].replies.at(1).duplicate);
  ASSERT_TRUE(trace.path_mtu);
  EXPECT_EQ(trace.path_mtu->mtu, 1400);
  EXPECT_EQ(trace.path_mtu->limits, (std::vector{MtuLimit{.ttl = {3}, .from = address("198.51.100.3"), .mtu = 1400}}));
  EXPECT_EQ(measurements[1].kind, Kind::ping);
  EXPECT_EQ(measurements[1].dscp, 46);
  EXPECT_EQ(measurements[1].hops.at(0).replies.size(), 1);
  EXPECT_EQ(ending_of(measurements[2]), "failed error");
}

TEST(ScamperJson, the_four_lines_of_m_lab_are_one_trace) {
  const auto measurements = read(made / "mlab.json");
  ASSERT_EQ(measurements.size(), 1);
  EXPECT_EQ(path_of(measurements[0]), "192.0.2.1 203.0.113.1");
}

TEST(ScamperJson, warts_by_way_of_its_converter_reads_the_same) {
  const auto measurements = read(recorded / "mixed.warts2json.json");
  ASSERT_EQ(measurements.size(), 2);
  EXPECT_EQ(measurements[0].kind, Kind::trace);
  EXPECT_EQ(measurements[1].kind, Kind::ping);
  EXPECT_TRUE(read(recorded / "tracelb.warts2json.json").at(0).graph);
}

TEST(ScamperJson, what_was_recorded_comes_back_the_same_from_our_own_writing) {
  int count = 0;
  for (const auto& folder : {recorded, made})
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      // Where no link is claimed, nothing carries the flows.
      if (entry.path().extension() != ".json" || entry.path().stem() == "tracelb_per_packet") continue;
      for (const auto& before : read(entry.path())) {
        const auto line = to_scamper_json(before);
        const auto after = read_scamper_line(line);
        ASSERT_TRUE(after) << entry.path() << ": " << after.error().message << "\n" << line;
        ASSERT_TRUE(*after);
        EXPECT_EQ((*after)->measurement, before) << entry.path() << "\n" << line;
        ++count;
      }
    }
  EXPECT_GT(count, 30);
}

TEST(ScamperJson, an_mtr_of_ours_goes_out_as_a_trace_and_comes_back_as_an_mtr) {
  Measurement mtr{.id = *Uuid::parse("0198c0de-7a3c-7bbb-8ccc-0123456789ab"),
                  .kind = Kind::mtr,
                  .vantage = "home",
                  .target = "far.example",
                  .address = address("203.0.113.1"),
                  .prober = "native",
                  .method = Method::icmp,
                  .flow = 7,
                  .started_at = Instant(1'795'368'000s + 25us),
                  .finished_at = Instant(1'795'368'003s),
                  .status = Status::reached,
                  .stop_reason = StopReason::destination,
                  .probes_sent = 6,
                  .dscp = 10};
  mtr.hops = {
      {.ttl = {1},
       .sent = 3,
       .replies = {{.from = address("192.0.2.1"), .rtt = 412us, .icmp_type = 11, .attempt = 1, .rewritten = true},
                   {.from = address("192.0.2.1"), .rtt = 5s, .icmp_type = 11, .attempt = 3, .late = true}}},
      {.ttl = {2},
       .sent = 3,
       .replies = {{.from = address("203.0.113.1"), .rtt = 2ms, .reply_ttl = 63, .attempt = 2}}}};
  const auto line = to_scamper_json(mtr);
  EXPECT_THAT(line, HasSubstr(R"("type":"trace")"));
  EXPECT_EQ(read_scamper_line(line).value()->measurement, mtr);
}

TEST(ScamperJson, the_same_line_has_the_same_id_again) {
  const auto text = text_of(recorded / "ping.json");
  EXPECT_EQ(read_scamper_json(text)->at(0).id, read_scamper_json(text)->at(0).id);
  EXPECT_NE(read_scamper_json(text)->at(0).id, read_scamper_json(text)->at(1).id);
}

TEST(ScamperJson, what_cannot_be_read_is_refused_by_its_line) {
  const auto torn = read_scamper_json("\n{\"type\":\"trace\"\n");
  ASSERT_FALSE(torn);
  EXPECT_EQ(torn.error().kind, ErrorKind::invalid);
  EXPECT_THAT(torn.error().message, HasSubstr("line 2: "));
  const auto other = read_scamper_line(R"({"type":"dealias","version":"0.2"})");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::unsupported);
  EXPECT_THAT(other.error().message, HasSubstr("dealias"));
  for (const auto* bad : {"[]", "3", "{}", R"({"type":3})", R"({"type":"trace","method":"udp","dst":"203.0.113.1"})"})
    EXPECT_FALSE(read_scamper_line(bad)) << bad;
}

TEST(ScamperJson, whether_it_was_halted_is_said) {
  const auto line = text_of(made / "halted.json");
  const auto record = read_scamper_line(line);
  ASSERT_TRUE(record);
  ASSERT_TRUE(*record);
  EXPECT_EQ((*record)->state, ScamperState::halted);
  EXPECT_EQ((*record)->user_id, 77);
}

}  // namespace
}  // namespace cw::formats
