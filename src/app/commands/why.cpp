#include "app/commands/why.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/commands/commands.hpp"
#include "app/node/node_client.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/ip_address.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

const value& member(const object& from, std::string_view name) {
  static const value nothing;
  const auto* found = from.if_contains(name);
  return found == nullptr ? nothing : *found;
}

// Names and reasons come from outside: fit for one line of a terminal.
std::string text_of(const object& from, std::string_view name) {
  const auto& found = member(from, name);
  if (found.is_null()) return "";
  return printable(found.is_string() ? std::string(found.as_string()) : boost::json::serialize(found), 200);
}

const object& object_of(const object& from, std::string_view name) {
  static const object nothing;
  const auto* found = member(from, name).if_object();
  return found == nullptr ? nothing : *found;
}

const array& array_of(const object& from, std::string_view name) {
  static const array nothing;
  const auto* found = member(from, name).if_array();
  return found == nullptr ? nothing : *found;
}

// To the second; an instant that is not known is said so.
std::string when(const object& from, std::string_view name) {
  const auto text = text_of(from, name);
  return text.empty() ? "never" : text.substr(0, 19) + "Z";
}

std::string line(std::string_view name, std::string_view text) { return fmt::format("{:<13} {}\n", name, text); }

std::string address_line(const object& why) {
  const auto asn = text_of(why, "asn");
  return line("address", asn.empty()
                             ? text_of(why, "address")
                             : fmt::format("{}  AS{} {}", text_of(why, "address"), asn, text_of(why, "as_name")));
}

std::string target_lines(const object& why) {
  if (member(why, "target").is_null()) return line("target", "no: nobody asked the node to measure it regularly");
  const auto& target = object_of(why, "target");
  std::string labels;
  for (const auto& label : array_of(target, "labels"))
    if (label.is_string()) labels += " " + printable(std::string(label.as_string()), 40);
  auto text = line("target", fmt::format("{} (added by {}{}{}){}", text_of(target, "name"), text_of(target, "source"),
                                         text_of(target, "reason").empty() ? "" : ": ", text_of(target, "reason"),
                                         labels.empty() ? "" : ", labels" + labels));
  const auto prober = text_of(target, "prober");
  text += line("schedule",
               fmt::format("{} every {} s by {}, priority {}, {}; last {}, next due {}", text_of(target, "kind"),
                           text_of(target, "interval_s"), prober.empty() ? "the node's first prober" : prober,
                           text_of(target, "priority"), text_of(target, "state"), when(target, "last_measurement_at"),
                           when(target, "next_due_at")));
  return text;
}

std::string policy_line(const object& why) {
  const auto& policy = object_of(why, "policy");
  const auto& may = member(policy, "may_probe");
  return line("policy", fmt::format("{} ({}): {}", may.is_bool() && may.get_bool() ? "may be probed" : "is not probed",
                                    text_of(policy, "rule"), text_of(policy, "detail")));
}

std::string timing_lines(const object& why) {
  const auto& timing = object_of(why, "timing");
  const auto delay = text_of(timing, "delay");
  auto text = line("now", delay == "none" ? "nothing holds a measurement up"
                                          : fmt::format("held up by {} until {}", delay, when(timing, "not_before")));
  text += line("spacing", fmt::format("last begun {}, its network {} {}; at least {} s and {} s apart",
                                      when(timing, "last_begun_at"), text_of(timing, "network"),
                                      when(timing, "network_last_begun_at"), text_of(timing, "destination_spacing_s"),
                                      text_of(timing, "network_spacing_s")));
  text += line("silence", fmt::format("{} measurements in a row without an answer, {} in its network",
                                      text_of(timing, "target_failures"), text_of(timing, "network_failures")));
  return text;
}

std::string budget_of(const object& job) {
  const auto rate = text_of(job, "rate_limit_per_minute");
  if (rate.empty()) return "no worker's budget";
  return fmt::format("budget {} a minute, {} at once", rate, text_of(job, "max_concurrent_traceroutes"));
}

std::string measurement_line(const object& one, std::string_view name, bool with_target) {
  const auto& job = object_of(one, "job");
  const auto source = text_of(job, "source");
  return line(name, fmt::format("{} {}{} {} by {}{}{}, {} probes; {}: {}; {}; id {}", when(one, "started_at"),
                                text_of(one, "kind"), with_target ? " to " + text_of(one, "address") : std::string(),
                                text_of(one, "status"), text_of(one, "prober"),
                                text_of(one, "source_address").empty() ? "" : " from ", text_of(one, "source_address"),
                                text_of(one, "probes_sent"), source.empty() ? "nobody known" : source,
                                text_of(job, "reason"), budget_of(job), text_of(one, "id")));
}

std::string refusal_line(const object& one) {
  return line("refused", fmt::format("{} times, last {} for {} ({}): {}", text_of(one, "count"), when(one, "last_at"),
                                     text_of(one, "source"), text_of(one, "reason"), text_of(one, "detail")));
}

}  // namespace

Result<std::string> why_text(std::string_view json) {
  boost::system::error_code error;
  const auto answer = boost::json::parse(json, error);
  if (error || !answer.is_object() || !answer.as_object().contains("policy"))
    return fail(ErrorKind::unavailable, "what answers for the node is no cyberwatch of this kind");
  const auto& why = answer.as_object();
  auto text = address_line(why) + target_lines(why) + policy_line(why) + timing_lines(why);
  for (const auto& one : array_of(why, "measurements"))
    if (one.is_object()) text += measurement_line(one.as_object(), "measured", false);
  if (array_of(why, "measurements").empty()) text += line("measured", "never");
  for (const auto& one : array_of(why, "refusals"))
    if (one.is_object()) text += refusal_line(one.as_object());
  for (const auto& one : array_of(why, "on_the_way_to"))
    if (one.is_object()) text += measurement_line(one.as_object(), "on the way", true);
  if (array_of(why, "on_the_way_to").empty())
    text += line("on the way", fmt::format("not seen in the last {} measurements", text_of(why, "looked_back")));
  return text;
}

// Asks the node, or its store where none runs.
Result<ExitCode> run(const WhyCommand& command) {
  const auto address = TRY(IpAddress::parse(command.address));
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const auto node = TRY(NodeClient::open(settings, StoreUse::read));
  const auto answer = TRY(node->call("GET", "/api/v1/why/" + address.to_string()));
  const auto text = command.output == Output::json_lines ? answer + "\n" : TRY(why_text(answer));
  return write_out(text) ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
