#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "engine_lab.hpp"
#include "lab/expected_graph.hpp"
#include "ports/probe/native/mda_graph_check.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

std::string scenario_text(const std::string& name) {
  std::ifstream file(fmt::format("{}/scenarios/{}.toml", CW_SOURCE_DIR, name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void replace_all(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

MeasurementRequest multipath_to(const IpAddress& address, Method method = Method::icmp) {
  auto request = request_for(address, Kind::trace, method);
  request.multipath = Multipath::on;
  return request;
}

probe::DrawnNetwork truth_of(SimulatedInternet& internet, const IpAddress& destination) {
  const auto words = [](const ExpectedInterface& interface) { return std::pair(interface.ttl, interface.address); };
  const auto expected = expected_graph(internet, destination);
  probe::DrawnNetwork truth;
  for (const auto& interface : expected.interfaces) truth.interfaces.insert(words(interface));
  for (const auto& [from, to] : expected.links) truth.links.insert({words(from), words(to)});
  return truth;
}

struct Found {
  std::size_t interfaces = 0;
  std::size_t links = 0;
  std::size_t missing_interfaces = 0;
  std::size_t missing_links = 0;
  std::uint64_t lost = 0;
  std::uint64_t rate_limited = 0;
};

// Nothing that is told may be made up.
void add(Found& found, EngineLab& lab, const Measurement& result) {
  ASSERT_TRUE(result.graph);
  const auto truth = truth_of(lab.internet(), result.address);
  const auto faults = probe::faults_of(*result.graph, truth);
  EXPECT_EQ(faults.false_interfaces, 0) << result.address.to_string();
  EXPECT_EQ(faults.false_links, 0) << result.address.to_string();
  found.interfaces += truth.interfaces.size();
  found.links += truth.links.size();
  found.missing_interfaces += static_cast<std::size_t>(faults.missing_interfaces);
  found.missing_links += static_cast<std::size_t>(faults.missing_links);
}

// Every destination of the scenario, with other hashes at each seed.
Found trace_all(const std::string& scenario, int seeds, const std::vector<Method>& methods,
                const std::string& change = "", const std::string& into = "") {
  Found found;
  const auto text = scenario_text(scenario);
  for (int seed = 1; seed <= seeds; ++seed) {
    auto toml = text;
    if (const auto at = toml.find("\nseed = "); at != std::string::npos) toml.erase(at, toml.find('\n', at + 1) - at);
    if (!change.empty()) replace_all(toml, change, into);
    EngineLab lab(fmt::format("seed = {}\n", seed) + toml);
    for (const auto method : methods)
      for (const auto& destination : lab.internet().scenario().destinations)
        add(found, lab, lab.measure(multipath_to(destination.address, method)));
    found.lost += lab.internet().counters().dropped_by(DropCause::lost);
    found.rate_limited += lab.internet().counters().dropped_by(DropCause::rate_limited);
  }
  EXPECT_GT(found.links, static_cast<std::size_t>(20 * seeds));
  return found;
}

TEST(MdaOverTheLab, every_shape_is_found_over_both_families_and_no_link_is_made_up) {
  const auto found = trace_all("diamonds", 12, {Method::icmp, Method::udp});
  EXPECT_LE(found.missing_interfaces, found.interfaces / 50);
  // The links from the two rows that balance by packet are not claimed: four of the shape's eight.
  EXPECT_LE(found.missing_links, found.links / 14);
}

TEST(MdaOverTheLab, the_ways_of_the_load_balanced_scenario_are_found) {
  const auto found = trace_all("load_balanced", 40, {Method::icmp, Method::udp});
  EXPECT_LE(found.missing_interfaces, found.interfaces / 50);
}

TEST(MdaOverTheLab, lost_packets_make_no_link_and_hide_none) {
  for (const auto* loss : {"0.005", "0.02"}) {  // of a link: a fifth of the probes at most
    const auto found =
        trace_all("diamonds", 6, {Method::icmp}, "delay_ms = 2", fmt::format("delay_ms = 2, loss = {}", loss));
    EXPECT_GT(found.lost, 100U);
    EXPECT_LE(found.missing_interfaces, found.interfaces / 50);
    // As without loss.
    EXPECT_LE(found.missing_links, found.links / 14);
  }
}

TEST(MdaOverTheLab, routers_that_answer_fifty_a_second_are_found_all_the_same) {
  const auto found =
      trace_all("diamonds", 4, {Method::icmp}, ", asn = 645", ", replies_per_second = 50, reply_burst = 5, asn = 645");
  EXPECT_GT(found.rate_limited, 100U);
  EXPECT_LE(found.missing_interfaces, found.interfaces / 50);
}

TEST(MdaOverTheLab, three_hops_of_four_are_found_at_once_with_few_probes) {
  EngineLab lab(scenario_text("three_diamonds"));
  Found found;
  int probes = 0;
  int traces = 0;
  Duration longest{};
  for (const auto& destination : lab.internet().scenario().destinations) {
    const auto result = lab.measure(multipath_to(destination.address));
    add(found, lab, result);
    EXPECT_TRUE(result.graph->complete);
    EXPECT_EQ(result.status, Status::reached);
    probes += result.probes_sent;
    longest = std::max(longest, result.finished_at - result.started_at);
    ++traces;
  }
  EXPECT_LE(found.missing_interfaces, found.interfaces / 100);
  // 181 to 231 of one interface after the other.
  EXPECT_LE(probes / traces, 185);
  EXPECT_LE(longest, 1800ms);
}

TEST(MdaOverTheLab, the_hops_are_those_of_the_requests_own_flow) {
  EngineLab lab(scenario_text("diamonds"));
  auto request = multipath_to(*IpAddress::parse("203.0.113.3"));
  const auto all = lab.measure(request);
  request.multipath = Multipath::off;
  request.id = request_for(request.address).id;
  const auto one = lab.measure(request);
  EXPECT_EQ(path_text(all), path_text(one));
  EXPECT_FALSE(one.graph);
}

TEST(MdaOverTheLab, balancers_that_look_at_addresses_alone_show_one_way) {
  auto toml = scenario_text("diamonds");
  replace_all(toml, ", balancing = \"packet\"", "");
  replace_all(toml, ", asn = 645", ", balancing = \"destination\", asn = 645");
  EngineLab lab(toml);
  const auto result = lab.measure(multipath_to(*IpAddress::parse("203.0.113.1")));
  EXPECT_TRUE(result.graph->complete);
  EXPECT_EQ(result.graph->interfaces.size(), result.hops.size());
}

}  // namespace
}  // namespace cw::lab
