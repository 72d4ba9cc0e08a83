#pragma once

// The probers that the owner wants for the node, as one: the native engine over the wire, and external tools.

#include <memory>
#include <string>
#include <vector>

#include "app/wires.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "model/settings.hpp"
#include "platform/privileges.hpp"
#include "platform/wire.hpp"
#include "platform/wire_options.hpp"
#include "ports/probe/native/native_prober.hpp"
#include "ports/probe/prober.hpp"

namespace cw::app {

// How the settings want packets to leave.
platform::WireOptions wire_options(const Settings& settings);
WireChoice wire_choice(const Settings& settings);

// What needs privileges is opened at once; threads and programs begin with `launch`, after privileges are dropped.
class NodeProbers final : public probe::Prober {
 public:
  // In the order of worker.probers. One that is missing is logged and the others take its place; `unavailable` when
  // none of them can be had.
  static Result<std::unique_ptr<NodeProbers>> open(const Settings& settings, std::unique_ptr<platform::Wire> wire,
                                                   const Clock& clock);

  // What of the privileges is to be kept for the programs that are started for each measurement.
  [[nodiscard]] platform::Kept kept() const { return kept_; }
  // Once, before anything is measured.
  void launch();

  [[nodiscard]] std::string_view name() const override { return first_name_; }
  // `unavailable` when nothing is launched.
  Result<> start(const MeasurementRequest& request, probe::Observer observer) override;
  void cancel(const Uuid& id) override;
  [[nodiscard]] probe::Counters counters() const override;

 private:
  // One of them: opened already, or a tool that is opened at the launch.
  struct Waiting {
    std::string name;
    std::unique_ptr<probe::Prober> opened;
  };

  explicit NodeProbers(const Clock& clock) : clock_(clock) {}
  Result<> add(const std::string& name, const Settings& settings, std::unique_ptr<platform::Wire>& wire);

  const Clock& clock_;
  std::string first_name_;
  std::vector<Waiting> waiting_;
  probe::NativeProber* native_ = nullptr;  // among them
  platform::Kept kept_ = platform::Kept::nothing;
  std::unique_ptr<probe::Prober> launched_;
};

}  // namespace cw::app
