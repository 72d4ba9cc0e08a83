#pragma once

// The one place that decides whether a measurement may begin now: the target policy with its opt-outs, the spacing of
// measurements and the backoff from what keeps silent. One for the whole process; may be asked from any thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/asn.hpp"
#include "core/guarded.hpp"
#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "rules/schedule/backoff.hpp"
#include "rules/schedule/opt_outs.hpp"
#include "rules/schedule/spacing.hpp"
#include "rules/schedule/target_policy.hpp"

namespace cw::schedule {

struct AdmissionLimits {
  SpacingLimits spacing;
  BackoffLimits target_backoff{};
  // A network has many targets, some of which are always silent.
  BackoffLimits network_backoff{.free_failures = 20, .first_wait = std::chrono::seconds(10)};
  friend bool operator==(const AdmissionLimits&, const AdmissionLimits&) = default;
};

// Whose probing is asked for: an address, and the network that announces it, where that is known.
struct Destination {
  IpAddress address;
  std::optional<Asn> asn;
};

// Why a measurement has to wait.
enum class Delay : std::uint8_t { none, spacing, target_backoff, network_backoff };
std::string_view to_string(Delay delay);

struct Admission {
  PolicyVerdict verdict;
  Delay delay = Delay::none;
  Instant not_before;          // with a delay
  Spacing::LastStarts before;  // this one
  [[nodiscard]] bool may_begin() const { return verdict.may_probe() && delay == Delay::none; }
};

class ProbeAdmission {
 public:
  explicit ProbeAdmission(TargetPolicy policy = {});

  // The policy alone: may it be probed at all?
  [[nodiscard]] PolicyVerdict judge(const Destination& destination) const;
  // May it begin now? Then it counts as begun.
  Admission admit(const Destination& destination, Instant now);
  // It was admitted and did not begin after all.
  void withdraw(const Destination& destination, const Admission& admission);
  // It was begun without asking, by somebody who watches it.
  void begun(const IpAddress& address, Instant now);
  // What came of a measurement: an answer of the destination, or none.
  void answered(const Destination& destination);
  void kept_silent(const Destination& destination, Instant now);

  void set_opt_outs(std::shared_ptr<const OptOuts> opted_out);
  void set_limits(const AdmissionLimits& limits);

  // How it stands, for explanations.
  struct Standing {
    PolicyVerdict verdict;
    Spacing::LastStarts last_starts;
    std::optional<Backoff<IpAddress>::State> target_failures;
    std::optional<Backoff<Asn>::State> network_failures;
    Delay delay = Delay::none;
    Instant not_before;
    AdmissionLimits limits;
  };
  [[nodiscard]] Standing standing(const Destination& destination, Instant now) const;

 private:
  struct State {
    TargetPolicy policy;
    AdmissionLimits limits;
    Spacing spacing{};
    Backoff<IpAddress> targets{};
    Backoff<Asn> networks{};
  };
  struct Wait {
    Delay delay = Delay::none;
    Instant until;
  };
  static Wait backoff_of(const State& state, const Destination& destination, Instant now);

  Guarded<State> state_;
};

}  // namespace cw::schedule
