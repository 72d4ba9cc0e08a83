#include "engine_lab.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "lab/scenario.hpp"

namespace cw::lab {
namespace {

constexpr Instant start_of_time{std::chrono::hours(24 * 365 * 50)};

Scenario parse(const std::string& toml) {
  auto scenario = parse_scenario(toml, "row.toml");
  if (!scenario) throw std::invalid_argument(scenario.error().message);
  return *std::move(scenario);
}

}  // namespace

std::string Row::toml() const {
  const double link_ms = rtt_ms / 2 / (routers + 1);
  std::string text;
  for (int i = 1; i <= routers; ++i) {
    const auto lines = router_lines.find(i);
    text += fmt::format("[[router]]\nname = \"r{0}\"\nv4 = \"198.18.0.{0}\"\nv6 = \"2001:db8:0:{0:x}::1\"\n{1}\n", i,
                        lines == router_lines.end() ? "" : lines->second);
  }
  for (int i = 1; i < routers; ++i)
    text += fmt::format("[[link]]\na = \"r{}\"\nb = \"r{}\"\ndelay_ms = {}\n", i, i + 1, link_ms);
  text += fmt::format("[vantage]\nv4 = \"192.0.2.1\"\nv6 = \"2001:db8:0:ff::1\"\nrouter = \"r1\"\ndelay_ms = {}\n",
                      link_ms);
  for (const auto family : {Family::v4, Family::v6})
    text += fmt::format("[[host]]\naddress = \"{}\"\nrouter = \"r{}\"\ndelay_ms = {}\n{}\n",
                        host_address(family).to_string(), routers, link_ms, host_lines);
  return text + more;
}

IpAddress router_address(int router, Family family) {
  if (family == Family::v4) return IpAddress::v4(0xc6120000U + static_cast<std::uint32_t>(router));
  return *IpAddress::parse(fmt::format("2001:db8:0:{:x}::1", router));
}

IpAddress host_address(Family family) {
  return *IpAddress::parse(family == Family::v4 ? "203.0.113.7" : "2001:db8:ffff::7");
}

MeasurementRequest request_for(const IpAddress& address, Kind kind, Method method) {
  static Random random(99);
  return {.id = Uuid::make_v7(start_of_time, random),
          .target = address.to_string(),
          .address = address,
          .kind = kind,
          .method = method};
}

EngineLab::EngineLab(const std::string& toml, const probe::NativeProberOptions& options)
    : clock_(start_of_time), internet_(parse(toml), start_of_time) {
  prober_ = std::make_unique<probe::NativeProber>(std::make_unique<SimulatedWire>(internet_, clock_), options);
}

Result<> EngineLab::start(const MeasurementRequest& request) {
  return prober_->start(request,
                        {.on_event = [this](const probe::ProbeEvent& event) { events.push_back(event); },
                         .on_finished = [this](Result<Measurement> result) { results.push_back(std::move(result)); }});
}

Measurement EngineLab::measure(const MeasurementRequest& request) {
  results.clear();
  const auto started = start(request);
  EXPECT_TRUE(started) << started.error().message;
  EXPECT_TRUE(run());
  if (results.size() != 1 || !results.front()) {
    ADD_FAILURE() << "no result" << (results.empty() ? "" : ": " + results.front().error().message);
    return {};
  }
  return *results.front();
}

std::uint64_t EngineLab::counter(std::string_view name) const {
  const auto counters = prober_->counters();
  const auto found = counters.find(name);
  EXPECT_NE(found, counters.end()) << name;
  return found == counters.end() ? 0 : found->second;
}

std::string path_text(const Measurement& measurement) {
  std::string text;
  for (const auto& address : path_addresses(measurement))
    text += (text.empty() ? "" : " ") + (address ? address->to_string() : "*");
  return text;
}

}  // namespace cw::lab
