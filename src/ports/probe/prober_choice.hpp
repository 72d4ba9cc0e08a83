#pragma once

// Several probers as one: a request goes to the prober it names, or to the first in the owner's order that can run
// it. A prober that says `unsupported`, `unavailable` or `not_found` hands over to the next in the order, also when
// it finds that out only while it runs.

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/guarded.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

class ProberChoice final : public Prober {
 public:
  // In the owner's order. Not empty.
  explicit ProberChoice(std::vector<std::unique_ptr<Prober>> probers);
  ~ProberChoice() override;
  ProberChoice(const ProberChoice&) = delete;
  ProberChoice& operator=(const ProberChoice&) = delete;

  // The name of the first; each measurement says who really ran it.
  [[nodiscard]] std::string_view name() const override;
  // `not_found`: the named prober is not among them, and no other can. Where several cannot, the error is the first
  // one's and names the reasons of all.
  Result<> start(const MeasurementRequest& request, Observer observer) override;
  void cancel(const Uuid& id) override;
  // Those of the first by their own names, of the others behind "NAME_".
  [[nodiscard]] Counters counters() const override;

 private:
  // A request on its way through the probers.
  struct Journey;

  [[nodiscard]] std::vector<Prober*> order_for(std::string_view wanted) const;
  // From the journey's place on. An error: nobody took it.
  Result<> advance(const std::shared_ptr<Journey>& journey);
  Result<> hand_to(Prober& prober, const std::shared_ptr<Journey>& journey);
  void on_end(const std::shared_ptr<Journey>& journey, Result<Measurement> result);
  void forget(const Journey& journey);

  Guarded<std::unordered_multimap<Uuid, std::shared_ptr<Journey>>> journeys_;
  std::vector<std::unique_ptr<Prober>> probers_;
};

}  // namespace cw::probe
