#pragma once

// What changes when: applies the changes of a scenario to it as time goes by, and starts anew where it repeats.

#include <cstddef>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

class Timetable {
 public:
  // What has to be computed again.
  struct Effect {
    bool paths = false;
    bool routes = false;
  };

  explicit Timetable(const Scenario& scenario);

  // Applies what is due until `elapsed` after the start. Time that goes back changes nothing.
  Effect advance(Scenario& scenario, Duration elapsed) {
    return elapsed < next_ ? Effect{} : apply_until(scenario, elapsed);
  }

 private:
  Effect apply_until(Scenario& scenario, Duration elapsed);
  void start_anew(Scenario& scenario);
  void plan_next();

  std::vector<Change> changes_;
  std::optional<Scenario> initial_;  // where it repeats
  Duration convergence_;
  Duration repeat_after_;
  Duration round_start_{};
  std::size_t position_ = 0;              // of the next change
  std::optional<Duration> new_paths_at_;  // routers learn late
  Duration next_{};
};

}  // namespace cw::lab
