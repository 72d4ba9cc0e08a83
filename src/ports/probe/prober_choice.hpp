#pragma once

// Several probers as one: a request goes to the prober it names, or to the first in the owner's order that can run
// it. A prober that says `unsupported`, `unavailable` or `not_found` hands over to the next in the order.

#include <memory>
#include <string_view>
#include <vector>

#include "ports/probe/prober.hpp"

namespace cw::probe {

class ProberChoice final : public Prober {
 public:
  // In the owner's order. Not empty.
  explicit ProberChoice(std::vector<std::unique_ptr<Prober>> probers);

  // The name of the first; each measurement says who really ran it.
  [[nodiscard]] std::string_view name() const override;
  // `not_found`: the named prober is not among them, and no other can.
  Result<> start(const MeasurementRequest& request, Observer observer) override;
  void cancel(const Uuid& id) override;
  // Those of the first by their own names, of the others behind "NAME_".
  [[nodiscard]] Counters counters() const override;

 private:
  std::vector<std::unique_ptr<Prober>> probers_;
};

}  // namespace cw::probe
