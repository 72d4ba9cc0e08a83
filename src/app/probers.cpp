#include "app/probers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "platform/subprocess.hpp"
#include "ports/probe/prober_choice.hpp"
#include "ports/probe/scamper/scamper_prober.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kNative = "native";
constexpr std::string_view kScamper = "scamper";
// scamper has no "as fast as it goes", and an upper bound of its own.
constexpr std::uint32_t kMostScamperPackets = 10'000;

Error unknown_prober(std::string_view name) {
  const auto near = nearest_name(name, prober_names());
  return {ErrorKind::invalid, fmt::format("there is no prober \"{}\"; {}", printable(name, 40),
                                          near ? fmt::format("did you mean {}?", *near)
                                               : fmt::format("there are {}", fmt::join(prober_names(), ", ")))};
}

int scamper_rate(std::uint32_t packets_per_second) {
  return static_cast<int>(packets_per_second == 0 ? kMostScamperPackets
                                                  : std::min(packets_per_second, kMostScamperPackets));
}

std::string missing_line(std::string_view name, const Error& error) {
  return fmt::format("prober {}: {}", name, error.message);
}

}  // namespace

const std::vector<std::string_view>& prober_names() {
  static const auto names = [] {
    std::vector<std::string_view> all{kNative, kScamper};
    for (const auto& tool : probe::known_tools()) all.push_back(tool.name);
    return all;
  }();
  return names;
}

Result<std::unique_ptr<Probers>> Probers::open(ProberSetup setup, const Clock& clock) {
  std::unique_ptr<Probers> probers(new Probers(clock));
  std::optional<Error> first;
  for (const auto& name : setup.order) {
    auto added = probers->add(name, setup);
    if (added) {
      if (probers->first_name_.empty()) probers->first_name_ = name;
      continue;
    }
    if (added.error().kind == ErrorKind::invalid) return std::unexpected(std::move(added).error());
    probers->missing_.push_back(missing_line(name, added.error()));
    if (!first) first = std::move(added).error();
  }
  if (probers->waiting_.empty()) return std::unexpected(first.value_or(unknown_prober("")));
  return probers;
}

Result<> Probers::add(std::string_view name, ProberSetup& setup) {
  if (name == kNative) {
    if (setup.wire == nullptr) return fail(ErrorKind::unavailable, "the native prober has no wire");
    auto native = std::make_unique<probe::NativeProber>(std::move(setup.wire), setup.native);
    native_ = native.get();
    waiting_.push_back({.opened = std::move(native)});
    return {};
  }
  if (name == kScamper) {
    const probe::ScamperProberOptions options{.packets_per_second = scamper_rate(setup.native.packets_per_second)};
    waiting_.push_back({.opened = TRY(probe::ScamperProber::open(options, clock_))});
    return {};
  }
  const auto* tool = probe::find_tool(name);
  if (tool == nullptr) return std::unexpected(unknown_prober(name));
  if (auto found = platform::find_program(tool->program); !found)
    return fail(fmt::format("apt install {}", tool->package), std::move(found).error());
  waiting_.push_back({.opened = nullptr, .tool = tool});
  kept_ = platform::Kept::raw_sockets;
  return {};
}

Result<> Probers::launch() {
  if (native_ != nullptr) native_->launch();
  std::vector<std::unique_ptr<probe::Prober>> probers;
  std::optional<Error> first;
  for (auto& [opened, tool] : std::exchange(waiting_, {})) {
    if (opened != nullptr) {
      probers.push_back(std::move(opened));
      continue;
    }
    auto started = probe::ToolProber::open(*tool, {}, clock_);
    if (started) {
      probers.push_back(*std::move(started));
    } else {
      missing_.push_back(missing_line(tool->name, started.error()));
      if (!first) first = std::move(started).error();
    }
  }
  if (probers.empty()) return std::unexpected(*first);
  if (probers.size() == 1)
    launched_ = std::move(probers.front());
  else
    launched_ = std::make_unique<probe::ProberChoice>(std::move(probers));
  return {};
}

Result<> Probers::start(const MeasurementRequest& request, probe::Observer observer) {
  if (launched_ == nullptr) return fail(ErrorKind::unavailable, "none of the probers could be started");
  return launched_->start(request, std::move(observer));
}

void Probers::cancel(const Uuid& id) {
  if (launched_ != nullptr) launched_->cancel(id);
}

probe::Counters Probers::counters() const { return launched_ == nullptr ? probe::Counters{} : launched_->counters(); }

}  // namespace cw::app
