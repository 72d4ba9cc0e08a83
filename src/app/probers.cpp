#include "app/probers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/wires.hpp"
#include "core/text.hpp"
#include "ports/probe/prober_choice.hpp"
#include "ports/probe/scamper/scamper_prober.hpp"
#include "ports/probe/tool_prober.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kNative = "native";
constexpr std::string_view kScamper = "scamper";
constexpr int kScamperFastest = 10'000;

std::string reason_line(std::string_view name, const Error& error) {
  return fmt::format("prober {}: {}", name, error.message);
}

Error unknown_prober(std::string_view name) {
  const auto near = nearest_name(name, prober_names());
  return {ErrorKind::invalid, fmt::format("there is no prober \"{}\"; {}", printable(name, 40),
                                          near ? fmt::format("did you mean {}?", *near)
                                               : fmt::format("there are {}", fmt::join(prober_names(), ", ")))};
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

Result<OpenedWire> open_wire(const WireArguments& arguments) {
  const auto choice = parse_wire_choice(arguments.kind);
  if (!choice)
    return fail(ErrorKind::invalid,
                fmt::format("a wire is one of {}, not \"{}\"", kWireChoices, printable(arguments.kind, 40)));
  platform::WireOptions options{.interface = arguments.interface_name};
  if (arguments.source) (arguments.source->is_v4() ? options.source_v4 : options.source_v6) = arguments.source;
  return open_wire(options, *choice);
}

Result<Probers> Probers::open(const ProberSetup& setup, const Clock& clock) {
  Probers probers(&clock);
  std::optional<Error> first;
  for (const auto& name : setup.order) {
    if (std::ranges::find(prober_names(), name) == prober_names().end()) return std::unexpected(unknown_prober(name));
    auto added = probers.add(name, setup);
    if (added) continue;
    if (added.error().kind == ErrorKind::invalid) return std::unexpected(std::move(added).error());
    probers.notes_.push_back(reason_line(name, added.error()));
    if (!first) first = std::move(added).error();
  }
  if (probers.waiting_.empty()) return std::unexpected(first.value_or(unknown_prober("")));
  return probers;
}

Probers Probers::over(std::unique_ptr<platform::Wire> wire, const probe::NativeProberOptions& options) {
  Probers probers(nullptr);
  probers.add_native(std::move(wire), options);
  return probers;
}

void Probers::add_native(std::unique_ptr<platform::Wire> wire, const probe::NativeProberOptions& options) {
  const auto traits = wire->traits();
  wire_name_ = traits.name;
  wire_limits_ = traits.limits;
  auto native = std::make_unique<probe::NativeProber>(std::move(wire), options);
  native_ = native.get();
  waiting_.push_back({.prober = std::move(native)});
}

// What needs privileges is opened here; programs that are started for each measurement only have to be there.
Result<> Probers::add(std::string_view name, const ProberSetup& setup) {
  if (name == kNative) {
    auto opened = TRY(open_wire(setup.wire));
    if (!opened.why_not_raw.empty()) notes_.push_back(fmt::format("no raw sockets: {}", opened.why_not_raw));
    add_native(std::move(opened.wire), setup.native);
    return {};
  }
  if (name == kScamper) {
    probe::ScamperProberOptions options;
    // scamper has no "as fast as it goes", and an upper bound of its own.
    options.packets_per_second =
        setup.native.packets_per_second == 0
            ? kScamperFastest
            : static_cast<int>(std::min<std::uint32_t>(setup.native.packets_per_second, kScamperFastest));
    waiting_.push_back({.prober = TRY(probe::ScamperProber::open(options, *clock_))});
    return {};
  }
  const auto* tool = probe::find_tool(name);
  TRY(platform::find_program(tool->program));
  waiting_.push_back({.tool = tool});
  kept_ = platform::Kept::raw_sockets;
  return {};
}

Result<std::unique_ptr<probe::Prober>> Probers::launch() {
  std::vector<std::unique_ptr<probe::Prober>> probers;
  for (auto& waiting : waiting_) {
    if (waiting.tool == nullptr) {
      probers.push_back(std::move(waiting.prober));
      continue;
    }
    auto opened = probe::ToolProber::open(*waiting.tool, {}, *clock_);
    if (opened)
      probers.push_back(*std::move(opened));
    else if (waiting_.size() == 1)
      return std::unexpected(std::move(opened).error());
    else
      notes_.push_back(reason_line(waiting.tool->name, opened.error()));
  }
  if (native_ != nullptr) native_->launch();
  if (probers.empty()) return fail(ErrorKind::unavailable, "none of the probers can be started");
  if (probers.size() == 1) return std::move(probers.front());
  return std::make_unique<probe::ProberChoice>(std::move(probers));
}

}  // namespace cw::app
