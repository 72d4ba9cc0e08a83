#include "app/node/probers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/log.hpp"
#include "platform/subprocess.hpp"
#include "ports/probe/prober_choice.hpp"
#include "ports/probe/scamper/scamper_prober.hpp"
#include "ports/probe/tool_prober.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kArea = "node";
// scamper's own bound.
constexpr std::int64_t kMostScamperPackets = 10'000;

}  // namespace

platform::WireOptions wire_options(const Settings& settings) {
  return {.source_v4 = settings.address("probe.source_v4"),
          .source_v6 = settings.address("probe.source_v6"),
          .interface = settings.text("probe.interface")};
}

WireChoice wire_choice(const Settings& settings) {
  return parse_wire_choice(settings.text("probe.wire")).value_or(WireChoice::automatic);
}

Result<std::unique_ptr<NodeProbers>> NodeProbers::open(const Settings& settings, std::unique_ptr<platform::Wire> wire,
                                                       const Clock& clock) {
  std::unique_ptr<NodeProbers> probers(new NodeProbers(clock));
  std::string missing;
  for (const auto& name : settings.words("worker.probers")) {
    const auto added = probers->add(name, settings, wire);
    if (added) continue;
    log_warning(kArea, "no prober {}: {}", name, added.error().message);
    missing += (missing.empty() ? "" : "; ") + added.error().message;
  }
  if (probers->waiting_.empty()) return fail(ErrorKind::unavailable, missing);
  probers->first_name_ = probers->waiting_.front().name;
  return probers;
}

Result<> NodeProbers::add(const std::string& name, const Settings& settings, std::unique_ptr<platform::Wire>& wire) {
  const auto packets_per_second = settings.whole_number("probe.packets_per_second");
  if (name == "native") {
    if (wire == nullptr) return fail(ErrorKind::unavailable, "the native prober has no wire");
    auto native = std::make_unique<probe::NativeProber>(
        std::move(wire),
        probe::NativeProberOptions{.packets_per_second = static_cast<std::uint32_t>(packets_per_second),
                                   .seed = system_seed(),
                                   .identity_text = settings.text("probe.identity")});
    native_ = native.get();
    waiting_.push_back({.name = name, .opened = std::move(native)});
    return {};
  }
  if (name == "scamper") {
    const auto rate = static_cast<int>(std::min(packets_per_second, kMostScamperPackets));
    waiting_.push_back({.name = name, .opened = TRY(probe::ScamperProber::open({.packets_per_second = rate}, clock_))});
    return {};
  }
  const auto* tool = probe::find_tool(name);
  if (tool == nullptr) return fail(ErrorKind::unsupported, fmt::format("this build has no prober {}", name));
  if (auto found = platform::find_program(tool->program); !found)
    return fail(fmt::format("apt install {}", tool->package), std::move(found).error());
  waiting_.push_back({.name = name, .opened = nullptr});
  kept_ = platform::Kept::raw_sockets;
  return {};
}

void NodeProbers::launch() {
  if (native_ != nullptr) native_->launch();
  std::vector<std::unique_ptr<probe::Prober>> probers;
  for (auto& [name, opened] : std::exchange(waiting_, {})) {
    if (opened != nullptr) {
      probers.push_back(std::move(opened));
      continue;
    }
    auto tool = probe::ToolProber::open(*probe::find_tool(name), {}, clock_);
    if (tool)
      probers.push_back(*std::move(tool));
    else
      log_warning(kArea, "no prober {}: {}", name, tool.error().message);
  }
  if (probers.size() == 1) launched_ = std::move(probers.front());
  if (probers.size() > 1) launched_ = std::make_unique<probe::ProberChoice>(std::move(probers));
}

Result<> NodeProbers::start(const MeasurementRequest& request, probe::Observer observer) {
  if (launched_ == nullptr) return fail(ErrorKind::unavailable, "none of the probers could be started");
  return launched_->start(request, std::move(observer));
}

void NodeProbers::cancel(const Uuid& id) {
  if (launched_ != nullptr) launched_->cancel(id);
}

probe::Counters NodeProbers::counters() const {
  return launched_ == nullptr ? probe::Counters{} : launched_->counters();
}

}  // namespace cw::app
