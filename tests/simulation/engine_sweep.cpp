#include "engine_sweep.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "codec/ip.hpp"
#include "ports/probe/native/probe_flow.hpp"

namespace cw::lab {
namespace {

constexpr Instant start_of_time{std::chrono::hours(24 * 365 * 50)};

Scenario parse(const std::string& toml) {
  auto scenario = parse_scenario(toml, "sweep.toml");
  if (!scenario) throw std::invalid_argument(scenario.error().message);
  return *std::move(scenario);
}

}  // namespace

std::string SweepFigures::to_string() const {
  return fmt::format(
      "{} traces in {:.2f} s, {:.2f} probes a trace, {:.2f} an interface; {:.3f} % of hops right, {} wrong; {} "
      "inferred, "
      "{} wrong; {:.2f} % complete; interfaces {} of {}; destinations {} of {}",
      traces, std::chrono::duration<double>(took).count(), probes_per_trace(), probes_per_interface(),
      100 * share_right(), wrong, inferred, inferred_wrong, 100 * share_complete(), interfaces_seen, interfaces,
      destinations_seen, destinations);
}

std::string generated(int destinations, const std::string& generate_lines, int seed, const std::string& home_lines) {
  return fmt::format(
      "seed = {}\n[vantage]\nv4 = \"192.0.2.10\"\nrouter = \"home\"\n[[router]]\nname = \"home\"\nv4 = \"192.0.2.1\"\n"
      "reply_ttl = 64\n{}[generate]\ndestinations = {}\nhops = [12, 16]\nrtt_ms = [20, 100]\n{}",
      seed, home_lines, destinations, generate_lines);
}

EngineSweep::EngineSweep(const std::string& toml, const probe::NativeProberOptions& options)
    : clock_(start_of_time), internet_(parse(toml), start_of_time) {
  prober_ = std::make_unique<probe::NativeProber>(std::make_unique<SimulatedWire>(internet_, clock_), options);
}

void EngineSweep::pass_time(Duration duration) {
  clock_.advance(duration);
  internet_.advance_to(clock_.now());
}

SweepFigures EngineSweep::run(const Plan& plan) {
  results_.clear();
  const auto before = clock_.now();
  const auto& destinations = internet_.scenario().destinations;
  std::size_t begun = 0;
  while (results_.size() < destinations.size() && clock_.now() < before + std::chrono::hours(1)) {
    for (; begun < destinations.size() && begun - results_.size() < plan.window; ++begun) {
      auto request = request_for(destinations[begun].address);
      request.known_hops = plan.known_hops;
      EXPECT_TRUE(prober_->start(request, {.on_event = {}, .on_finished = [this](Result<Measurement> result) {
                                             EXPECT_TRUE(result);
                                             if (result) results_.push_back(*std::move(result));
                                           }}));
    }
    EXPECT_TRUE(prober_->turn(clock_.now() + std::chrono::seconds(1)));
  }
  return judge(clock_.now() - before);
}

SweepFigures EngineSweep::judge(Duration took) {
  SweepFigures figures{.traces = results_.size(), .took = took};
  std::set<IpAddress> interfaces;
  std::set<IpAddress> seen;
  for (const auto& result : results_) {
    figures.probes += static_cast<std::uint64_t>(result.probes_sent);
    const auto path = path_of(result);
    std::size_t missing = 0;
    std::size_t wrong = 0;
    for (std::size_t row = 0; row < path.hops.size(); ++row) {
      const auto& truth = path.hops[row];
      const bool answers = truth.addresses.size() == 1 && !truth.may_be_silent;
      if (answers) interfaces.insert(truth.addresses.front());
      figures.hops += answers;
      const auto* hop = row < result.hops.size() ? &result.hops[row] : nullptr;
      const auto* answer = hop == nullptr ? nullptr : hop->answer();
      const auto* inferred = hop == nullptr || !hop->inferred ? nullptr : &*hop->inferred;
      if (answer != nullptr) seen.insert(answer->from);
      figures.inferred += inferred != nullptr;
      const auto* address = answer != nullptr ? &answer->from : inferred != nullptr ? &inferred->from : nullptr;
      const bool is_true = address != nullptr && std::ranges::count(truth.addresses, *address) > 0;
      figures.right += answers && is_true;
      missing += answers && address == nullptr;
      wrong += address != nullptr && !is_true;
      figures.inferred_wrong += inferred != nullptr && !is_true;
    }
    for (std::size_t row = path.hops.size(); row < result.hops.size(); ++row)
      wrong += result.hops[row].answer() != nullptr || result.hops[row].inferred;
    figures.wrong += wrong;
    figures.complete += missing == 0 && wrong == 0;
    figures.destinations += path.reached;
    figures.destinations_seen += path.reached && result.status == Status::reached;
  }
  figures.interfaces = interfaces.size();
  for (const auto& address : interfaces) figures.interfaces_seen += seen.contains(address);
  return figures;
}

// The way of the flow that the probes had; what balancers look at in ICMP does not depend on the engine.
ExpectedPath EngineSweep::path_of(const Measurement& result) {
  const auto& source = internet_.scenario().vantage.v4;
  const auto flow = probe::make_flow({.address = result.address}, source, probe::ProbeIdentity{});
  return expected_path(internet_,
                       Flow{.source = source,
                            .destination = result.address,
                            .protocol = codec::protocol_icmp,
                            .first_word = 0x08000000U | flow.icmp_checksum},
                       Branches::of_flow);
}

}  // namespace cw::lab
