#include "rules/schedule/probe_admission.hpp"

#include <algorithm>
#include <utility>

namespace cw::schedule {

std::string_view to_string(Delay delay) {
  switch (delay) {
    case Delay::none:
      return "none";
    case Delay::spacing:
      return "spacing";
    case Delay::target_backoff:
      return "target_backoff";
    case Delay::network_backoff:
      return "network_backoff";
  }
  return "none";
}

ProbeAdmission::ProbeAdmission(TargetPolicy policy) : state_(State{.policy = std::move(policy)}) {}

PolicyVerdict ProbeAdmission::judge(const Destination& destination) const {
  return state_.with(
      [&](const State& state) { return judge_target(state.policy, destination.address, destination.asn); });
}

ProbeAdmission::Wait ProbeAdmission::backoff_of(const State& state, const Destination& destination, Instant now) {
  const auto& limits = state.limits;
  const auto target = state.targets.until(destination.address, limits.target_backoff, now);
  const auto network = destination.asn ? state.networks.until(*destination.asn, limits.network_backoff, now) : now;
  if (target <= now && network <= now) return {};
  return target >= network ? Wait{Delay::target_backoff, target} : Wait{Delay::network_backoff, network};
}

// 1. What the policy forbids is refused.
// 2. What keeps silent, or whose network does, waits.
// 3. What comes too early after another waits.
Admission ProbeAdmission::admit(const Destination& destination, Instant now) {
  return state_.with([&](State& state) {
    Admission admission{.verdict = judge_target(state.policy, destination.address, destination.asn)};
    if (!admission.verdict.may_probe()) return admission;
    if (const auto wait = backoff_of(state, destination, now); wait.delay != Delay::none) {
      admission.delay = wait.delay;
      admission.not_before = wait.until;
      return admission;
    }
    const auto earliest = state.spacing.earliest(destination.address, state.limits.spacing, now);
    if (earliest <= now) {
      admission.before = state.spacing.last_starts(destination.address);
      state.spacing.started(destination.address, now);
      return admission;
    }
    admission.delay = Delay::spacing;
    admission.not_before = earliest;
    return admission;
  });
}

void ProbeAdmission::withdraw(const Destination& destination, const Admission& admission) {
  state_.with([&](State& state) { state.spacing.withdraw(destination.address, admission.before); });
}

void ProbeAdmission::begun(const IpAddress& address, Instant now) {
  state_.with([&](State& state) { state.spacing.started(address, now); });
}

void ProbeAdmission::answered(const Destination& destination) {
  state_.with([&](State& state) {
    state.targets.succeeded(destination.address);
    if (destination.asn) state.networks.succeeded(*destination.asn);
  });
}

void ProbeAdmission::kept_silent(const Destination& destination, Instant now) {
  state_.with([&](State& state) {
    state.targets.failed(destination.address, state.limits.target_backoff, now);
    if (destination.asn) state.networks.failed(*destination.asn, state.limits.network_backoff, now);
  });
}

void ProbeAdmission::set_opt_outs(std::shared_ptr<const OptOuts> opted_out) {
  state_.with([&](State& state) { state.policy.opted_out = std::move(opted_out); });
}

void ProbeAdmission::set_limits(const AdmissionLimits& limits) {
  state_.with([&](State& state) { state.limits = limits; });
}

ProbeAdmission::Standing ProbeAdmission::standing(const Destination& destination, Instant now) const {
  return state_.with([&](const State& state) {
    Standing standing{.verdict = judge_target(state.policy, destination.address, destination.asn),
                      .last_starts = state.spacing.last_starts(destination.address),
                      .target_failures = state.targets.state(destination.address),
                      .network_failures = destination.asn ? state.networks.state(*destination.asn) : std::nullopt,
                      .limits = state.limits};
    const auto wait = backoff_of(state, destination, now);
    standing.delay = wait.delay;
    standing.not_before = wait.until;
    const auto after = [&](const std::optional<Instant>& last, Duration spacing) {
      return last ? *last + spacing : now;
    };
    const auto spaced = std::max(after(standing.last_starts.destination, state.limits.spacing.destination),
                                 after(standing.last_starts.network, state.limits.spacing.network));
    if (spaced > now && spaced > standing.not_before) {
      standing.delay = Delay::spacing;
      standing.not_before = spaced;
    }
    return standing;
  });
}

}  // namespace cw::schedule
