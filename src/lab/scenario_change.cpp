// The [[change]] tables of a scenario: what differs from then on, and nothing else.

#include "lab/scenario_names.hpp"

namespace cw::lab {
namespace {

LinkChange read_link_change(TableReader& in, std::uint32_t link) {
  LinkChange change{.link = link};
  change.up = in.if_given("up", [&] { return in.flag("up", true); });
  change.delay = in.if_given("delay_ms", [&] { return in.milliseconds("delay_ms", {}); });
  change.delay_back = in.if_given("delay_back_ms", [&] { return in.milliseconds("delay_back_ms", {}); });
  change.jitter = in.if_given("jitter_ms", [&] { return in.milliseconds("jitter_ms", {}); });
  change.loss = in.if_given("loss", [&] { return in.probability("loss", 0); });
  change.loss_back = in.if_given("loss_back", [&] { return in.probability("loss_back", 0); });
  const auto cost = [&](std::string_view key) {
    return in.if_given(key, [&] { return static_cast<std::uint32_t>(in.integer(key, 1, 1, 1'000'000)); });
  };
  change.cost = cost("cost");
  change.cost_back = cost("cost_back");
  if (!change.delay_back) change.delay_back = change.delay;
  if (!change.loss_back) change.loss_back = change.loss;
  if (!change.cost_back) change.cost_back = change.cost;
  return change;
}

RouterChange read_router_change(TableReader& in, std::uint32_t router) {
  RouterChange change{.router = router};
  change.up = in.if_given("up", [&] { return in.flag("up", true); });
  change.silent = in.if_given("silent", [&] { return in.flag("silent", false); });
  change.respond = in.if_given("respond", [&] { return in.probability("respond", 1); });
  change.replies_per_second =
      in.if_given("replies_per_second", [&] { return in.number("replies_per_second", 0, 0, 1e9); });
  change.reply_burst = in.if_given("reply_burst", [&] { return in.number("reply_burst", 1, 1, 1e9); });
  change.reply_delay = in.if_given("reply_delay_ms", [&] { return in.milliseconds("reply_delay_ms", {}); });
  return change;
}

std::uint32_t network_of(const Scenario& scenario, const Prefix& prefix) {
  for (std::uint32_t i = 0; i < scenario.networks.size(); ++i)
    if (scenario.networks[i].prefix == prefix) return i;
  return nowhere;
}

NetworkChange read_network_change(TableReader& in, const Scenario& scenario, std::string_view key) {
  NetworkChange change;
  if (key == "network") {
    if (const auto prefix = in.prefix(key)) change.network = network_of(scenario, *prefix);
  } else if (const auto address = in.any_address(key)) {
    change.network = network_of(scenario, Prefix::around(*address, address->bit_width()));
  }
  if (change.network == nowhere) in.refuse(key, "names none that this scenario has");
  change.behaviour = in.if_given("behaviour", [&] { return read_behaviour(in, "behaviour", Behaviour::answers); });
  change.delay = in.if_given("delay_ms", [&] { return in.milliseconds("delay_ms", {}); });
  change.jitter = in.if_given("jitter_ms", [&] { return in.milliseconds("jitter_ms", {}); });
  change.loss = in.if_given("loss", [&] { return in.probability("loss", 0); });
  return change;
}

}  // namespace

Result<Change> read_change(TableReader& in, const Scenario& scenario, const ScenarioNames& names) {
  Change change{.at = in.seconds("at", {})};
  if (!in.has("at")) in.refuse("at", "is missing: seconds after the start");
  if (in.has("link")) {
    change.what = read_link_change(in, names.link(in, "link", scenario));
  } else if (in.has("vantage")) {
    if (!in.flag("vantage", true)) in.refuse("vantage", "must be true");
    auto access = read_link_change(in, nowhere);
    if (access.cost) in.refuse("cost", "has no meaning for the vantage's only way out");
    change.what = access;
  } else if (in.has("prefix")) {
    const bool remove = in.flag("remove", false);
    auto route = TRY(read_route(in, scenario, names));
    change.what = RouteChange{.route = std::move(route), .remove = remove};
  } else if (in.has("router")) {
    change.what = read_router_change(in, names.router(in, "router"));
  } else if (in.has("network") || in.has("host")) {
    change.what = read_network_change(in, scenario, in.has("network") ? "network" : "host");
  } else {
    in.refuse("link", "or vantage, router, network, host is missing: what changes?");
  }
  TRY(in.finish());
  return change;
}

}  // namespace cw::lab
