// `cyberwatch lookup`: from the table of this machine; nothing is asked of anybody.

#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/text.hpp"
#include "formats/json_writer.hpp"
#include "formats/lookup_json.hpp"

namespace cw::app {
namespace {

struct Answer {
  std::string text;
  std::string json;
  bool is_known = false;
};

std::string date_of(Instant instant) { return format_rfc3339(instant).substr(0, 10); }

std::string source_text(const AddressFacts& facts) {
  return facts.as_of ? fmt::format("{}, {}", facts.source, date_of(*facts.as_of)) : facts.source;
}

std::string facts_text(std::string_view subject, const AddressFacts& facts) {
  if (!facts.special.empty())
    return fmt::format("{}  special-use: {}  ({})", subject, facts.special, source_text(facts));
  if (!facts.asn) return fmt::format("{}  no network is known to announce it  ({})", subject, source_text(facts));
  const auto prefix = facts.prefix ? facts.prefix->to_string() + "  " : "";
  return fmt::format("{}  {}{}  ({})", subject, prefix, network_name(facts, 80), source_text(facts));
}

Answer look_up_address(const routing::RouteTable& table, const IpAddress& address) {
  const auto facts = routing::facts_of(table, address);
  return {facts_text(address.to_string(), facts), formats::to_json(facts), facts.asn || !facts.special.empty()};
}

// What the table alone says, also of space that IANA's registry takes out of its hands.
AddressFacts facts_of_table_alone(const routing::RouteTable& table, const IpAddress& address) {
  const auto info = table.info();
  AddressFacts facts{.address = address, .source = info.source, .as_of = info.as_of};
  if (const auto origin = table.origin(address)) {
    facts.asn = origin->asn;
    facts.org_name = origin->org_name;
    facts.prefix = origin->prefix;
  }
  return facts;
}

void add_sources(Answer& answer, const routing::RouteTable& table, const IpAddress& address) {
  std::vector<AddressFacts> sources{facts_of_table_alone(table, address)};
  if (auto facts = routing::facts_of(table, address); !facts.special.empty()) sources.insert(sources.begin(), facts);
  std::vector<std::string> objects;
  for (const auto& facts : sources) {
    answer.text += "\n  " + facts_text(facts.source, facts);
    objects.push_back(formats::to_json(facts));
  }
  answer.json.pop_back();
  answer.json += fmt::format(R"(,"sources":[{}]}})", fmt::join(objects, ","));
}

// By its first address; where the last one lies elsewhere, that is said too.
Answer look_up_prefix(const routing::RouteTable& table, const Prefix& prefix) {
  const auto first = routing::facts_of(table, prefix.address());
  const auto last = routing::facts_of(table, prefix.last());
  Answer answer{facts_text(prefix.to_string(), first), formats::to_json(first), first.asn || !first.special.empty()};
  if (last.asn != first.asn || last.special != first.special)
    answer.text += "; its end: " + facts_text(prefix.last().to_string(), last);
  return answer;
}

Answer look_up_asn(const routing::RouteTable& table, Asn asn) {
  const auto name = table.org_name(asn);
  const auto info = table.info();
  formats::JsonWriter json;
  json.begin_object();
  json.key("asn").integer(asn.value);
  json.key("org_name").string_or_null(name);
  json.key("source").string(info.source);
  json.key("as_of").string(format_rfc3339(info.as_of));
  json.end_object();
  const auto text = fmt::format("{}  {}  ({}, {})", asn.to_string(),
                                name.empty() ? "no name is known" : printable(name), info.source, date_of(info.as_of));
  return {text, json.take(), !name.empty()};
}

Result<Answer> look_up(const routing::RouteTable& table, const std::string& subject) {
  if (const auto address = IpAddress::parse(subject)) return look_up_address(table, *address);
  if (subject.find('/') != std::string::npos) return look_up_prefix(table, TRY(Prefix::parse(subject)));
  if (const auto asn = Asn::parse(subject)) return look_up_asn(table, *asn);
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is no address, AS number or prefix: try 1.1.1.1, AS13335 or 193.0.0.0/21",
                          printable(subject, 60)));
}

}  // namespace

Result<ExitCode> run(const LookupCommand& command) {
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const auto opened = open_local_table(settings);
  const auto table = opened ? *opened : empty_table();
  auto code = ExitCode::done;
  for (const auto& subject : command.subjects) {
    auto answer = TRY(look_up(*table, subject));
    if (const auto address = IpAddress::parse(subject); address && command.sources)
      add_sources(answer, *table, *address);
    if (!answer.is_known && !opened) return fail(ErrorKind::unavailable, opened.error().message);
    if (!answer.is_known) code = ExitCode::failed;
    write_out((command.output == Output::json_lines ? answer.json : answer.text) + "\n");
  }
  return code;
}

}  // namespace cw::app
