#pragma once

// The probers that the owner's order names, put together as one. Sockets, and scamper, which is one long-lived
// process, are opened while there are privileges; then `platform::drop_privileges(kept())` is called; then the
// threads are started, which so have none but what is kept.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_line.hpp"
#include "app/wires.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "platform/privileges.hpp"
#include "platform/wire.hpp"
#include "ports/probe/native/native_prober.hpp"
#include "ports/probe/prober.hpp"
#include "ports/probe/tool_prober.hpp"

namespace cw::app {

struct ProberSetup {
  std::vector<std::string> order{"native"};  // the first that can runs what names no prober
  WireArguments wire;
  probe::NativeProberOptions native;
};

class Probers {
 public:
  // `invalid` for a name that is no prober's; `unavailable` or `not_found` where none of them is to be had. One that
  // is missing beside others is told in `notes`.
  static Result<Probers> open(const ProberSetup& setup, const Clock& clock);
  // Over a wire that is there already, such as the simulated one.
  static Probers over(std::unique_ptr<platform::Wire> wire, const probe::NativeProberOptions& options);

  [[nodiscard]] platform::Kept kept() const { return kept_; }
  // "ring", "raw", "datagram", "simulated"; empty without the native engine.
  [[nodiscard]] const std::string& wire_name() const { return wire_name_; }
  // What this wire cannot see, in a sentence; empty: nothing is missing.
  [[nodiscard]] const std::string& wire_limits() const { return wire_limits_; }
  // Lines for people: which prober is missing, and why the wire is not a better one.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  // Starts the threads. Once.
  Result<std::unique_ptr<probe::Prober>> launch();

 private:
  explicit Probers(const Clock* clock) : clock_(clock) {}

  Result<> add(std::string_view name, const ProberSetup& setup);
  void add_native(std::unique_ptr<platform::Wire> wire, const probe::NativeProberOptions& options);

  const Clock* clock_;
  struct Waiting {
    std::unique_ptr<probe::Prober> prober;  // opened, without a thread yet
    const probe::Tool* tool = nullptr;      // else: one that is opened at the launch
  };
  std::vector<Waiting> waiting_;           // in the owner's order
  probe::NativeProber* native_ = nullptr;  // among them
  platform::Kept kept_ = platform::Kept::nothing;
  std::string wire_name_;
  std::string wire_limits_;
  std::vector<std::string> notes_;
};

// The wire that the arguments ask for.
Result<OpenedWire> open_wire(const WireArguments& arguments);

// Every name that `--prober` and `worker.probers` know.
const std::vector<std::string_view>& prober_names();

}  // namespace cw::app
