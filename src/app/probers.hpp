#pragma once

// The probers that an order names, as one: the native engine over a wire, scamper, and programs that are started for
// each measurement. What needs privileges is opened at once; threads and programs begin with `launch`, after
// `platform::drop_privileges(kept())`.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
  std::unique_ptr<platform::Wire> wire;      // of the native engine; none where it is not in the order
  probe::NativeProberOptions native;
};

class Probers final : public probe::Prober {
 public:
  // `invalid` for a name that is no prober's; the first one's error where none of them can be had. One that is
  // missing beside others is told in `missing`.
  static Result<std::unique_ptr<Probers>> open(ProberSetup setup, const Clock& clock);

  // What of the privileges is to be kept for the programs that are started for each measurement.
  [[nodiscard]] platform::Kept kept() const { return kept_; }
  // "prober mtr: …", a line each.
  [[nodiscard]] const std::vector<std::string>& missing() const { return missing_; }
  // Once, before anything is measured. An error: none of them could be started.
  Result<> launch();

  [[nodiscard]] std::string_view name() const override { return first_name_; }
  // `unavailable` when nothing is launched.
  Result<> start(const MeasurementRequest& request, probe::Observer observer) override;
  void cancel(const Uuid& id) override;
  [[nodiscard]] probe::Counters counters() const override;

 private:
  // One of them: opened already, or a tool that is opened at the launch.
  struct Waiting {
    std::unique_ptr<probe::Prober> opened;
    const probe::Tool* tool = nullptr;
  };

  explicit Probers(const Clock& clock) : clock_(clock) {}
  Result<> add(std::string_view name, ProberSetup& setup);

  const Clock& clock_;
  std::string first_name_;
  std::vector<Waiting> waiting_;           // in the order
  probe::NativeProber* native_ = nullptr;  // among them
  platform::Kept kept_ = platform::Kept::nothing;
  std::vector<std::string> missing_;
  std::unique_ptr<probe::Prober> launched_;
};

// Every name that `--prober` and `worker.probers` know.
const std::vector<std::string_view>& prober_names();

}  // namespace cw::app
