#pragma once

// Traces every destination of a generated Internet, a window of them at once, and compares each path with the truth.

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "engine_lab.hpp"
#include "lab/ground_truth.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

struct SweepFigures {
  std::size_t traces = 0;
  std::uint64_t probes = 0;
  std::size_t hops = 0;      // that answer, by the truth
  std::size_t right = 0;     // of these: seen or inferred as they are
  std::size_t wrong = 0;     // hops with an address that is not there
  std::size_t inferred = 0;  // hops that were not asked
  std::size_t inferred_wrong = 0;
  std::size_t complete = 0;         // traces without a wrong or missing hop
  std::size_t interfaces = 0;       // that some trace must see
  std::size_t interfaces_seen = 0;  // answered, in some trace
  std::size_t destinations = 0;     // that answer
  std::size_t destinations_seen = 0;
  Duration took{};

  [[nodiscard]] double probes_per_trace() const { return static_cast<double>(probes) / static_cast<double>(traces); }
  [[nodiscard]] double probes_per_interface() const {
    return static_cast<double>(probes) / static_cast<double>(interfaces);
  }
  [[nodiscard]] double share_right() const { return static_cast<double>(right) / static_cast<double>(hops); }
  [[nodiscard]] double share_complete() const { return static_cast<double>(complete) / static_cast<double>(traces); }
  [[nodiscard]] std::string to_string() const;
};

// "[generate]" and what belongs around it; `home_lines` are of the first router.
std::string generated(int destinations, const std::string& generate_lines, int seed = 1,
                      const std::string& home_lines = {});

class EngineSweep {
 public:
  EngineSweep(const std::string& toml, const probe::NativeProberOptions& options);

  struct Plan {
    KnownHops known_hops = KnownHops::probe;
    std::size_t window = 2'000;
  };
  // The same prober for every sweep: what it learned in one it has in the next.
  SweepFigures run(const Plan& plan);
  // By the change of a link or router that the scenario's timetable makes.
  void pass_time(Duration duration);

  [[nodiscard]] const std::vector<Measurement>& results() const { return results_; }
  [[nodiscard]] SimulatedInternet& internet() { return internet_; }
  [[nodiscard]] probe::NativeProber& prober() { return *prober_; }

 private:
  SweepFigures judge(Duration took);
  ExpectedPath path_of(const Measurement& result);

  ManualClock clock_;
  SimulatedInternet internet_;
  std::unique_ptr<probe::NativeProber> prober_;
  std::vector<Measurement> results_;
};

}  // namespace cw::lab
