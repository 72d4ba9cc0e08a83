#include "lab/timetable.hpp"

#include <algorithm>

namespace cw::lab {
namespace {

template <class Value, class Given>
void set_if_given(Value& value, const std::optional<Given>& given) {
  if (given) value = static_cast<Value>(*given);
}

// Each returns whether routers compute other paths after it.
bool apply(Scenario& scenario, const LinkChange& change) {
  auto& link = change.link == nowhere ? scenario.vantage.access : scenario.links[change.link];
  set_if_given(link.up, change.up);
  set_if_given(link.delay, change.delay);
  set_if_given(link.delay_back, change.delay_back);
  set_if_given(link.jitter, change.jitter);
  set_if_given(link.loss, change.loss);
  set_if_given(link.loss_back, change.loss_back);
  set_if_given(link.cost, change.cost);
  set_if_given(link.cost_back, change.cost_back);
  return change.link != nowhere && (change.up || change.cost || change.cost_back);
}

// Traits may be shared: the changed ones become this one's own.
bool apply(Scenario& scenario, const RouterChange& change) {
  auto& router = scenario.routers[change.router];
  auto traits = scenario.traits_of(router);
  set_if_given(traits.up, change.up);
  set_if_given(traits.silent, change.silent);
  set_if_given(traits.habits.respond, change.respond);
  set_if_given(traits.replies_per_second, change.replies_per_second);
  set_if_given(traits.reply_burst, change.reply_burst);
  set_if_given(traits.reply_delay, change.reply_delay);
  router.traits = static_cast<std::uint32_t>(scenario.router_traits.size());
  scenario.router_traits.push_back(std::move(traits));
  return change.up.has_value();
}

bool apply(Scenario& scenario, const NetworkChange& change) {
  auto& network = scenario.networks[change.network];
  auto traits = scenario.traits_of(network);
  set_if_given(traits.icmp, change.behaviour);
  set_if_given(traits.udp, change.behaviour);
  set_if_given(traits.tcp, change.behaviour);
  set_if_given(traits.jitter, change.jitter);
  set_if_given(traits.loss, change.loss);
  set_if_given(network.delay, change.delay);
  network.traits = static_cast<std::uint32_t>(scenario.destination_traits.size());
  scenario.destination_traits.push_back(std::move(traits));
  return false;
}

bool apply(Scenario& scenario, const RouteChange& change) {
  std::erase_if(scenario.routes, [&](const StaticRoute& route) {
    return route.router == change.route.router && route.prefix == change.route.prefix;
  });
  if (!change.remove) scenario.routes.push_back(change.route);
  return false;
}

}  // namespace

Timetable::Timetable(const Scenario& scenario)
    : changes_(scenario.changes), convergence_(scenario.convergence), repeat_after_(scenario.repeat_after) {
  if (repeat_after_ > Duration{}) initial_ = scenario;
  plan_next();
}

void Timetable::plan_next() {
  next_ = Duration::max();
  if (initial_) next_ = round_start_ + repeat_after_;
  if (position_ < changes_.size()) next_ = std::min(next_, round_start_ + changes_[position_].at);
  if (new_paths_at_) next_ = std::min(next_, *new_paths_at_);
}

Timetable::Effect Timetable::apply_until(Scenario& scenario, Duration elapsed) {
  Effect effect;
  if (initial_ && elapsed >= round_start_ + repeat_after_) {
    // However many rounds were slept through, only the last one's state counts.
    round_start_ += repeat_after_ * ((elapsed - round_start_) / repeat_after_);
    start_anew(scenario);
    effect = {.paths = true, .routes = true};
  }
  for (; position_ < changes_.size() && round_start_ + changes_[position_].at <= elapsed; ++position_) {
    const auto& change = changes_[position_];
    if (std::visit([&](const auto& what) { return apply(scenario, what); }, change.what))
      new_paths_at_ = round_start_ + change.at + convergence_;
    if (std::holds_alternative<RouteChange>(change.what)) effect.routes = true;
  }
  if (new_paths_at_ && *new_paths_at_ <= elapsed) {
    new_paths_at_.reset();
    effect.paths = true;
  }
  plan_next();
  return effect;
}

void Timetable::start_anew(Scenario& scenario) {
  scenario.vantage = initial_->vantage;
  scenario.links = initial_->links;
  scenario.routers = initial_->routers;
  scenario.router_traits = initial_->router_traits;
  scenario.networks = initial_->networks;
  scenario.destination_traits = initial_->destination_traits;
  scenario.routes = initial_->routes;
  position_ = 0;
  new_paths_at_.reset();
}

}  // namespace cw::lab
