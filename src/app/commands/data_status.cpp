// `cyberwatch data status`: what data there is, how old it is, whose it is, and whether it is whole.

#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/places.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "formats/json_writer.hpp"
#include "platform/system_clock.hpp"

namespace cw::app {
namespace {

std::string status_text(const std::string& path, const routing::TableInfo& info, const Result<>& whole, Instant now) {
  const auto days = std::chrono::floor<std::chrono::days>(now - info.as_of).count();
  return fmt::format(
      "IP to ASN\n"
      "  file         {}\n"
      "  whole        {}\n"
      "  source       {}, version {}\n"
      "  date         {} ({} days ago)\n"
      "  holds        {} IPv4 ranges, {} IPv6 ranges, {} networks\n"
      "  licence      {}\n"
      "  attribution  {}\n"
      "               {}\n",
      path, whole ? "yes, every byte was read" : whole.error().message, info.source, info.version,
      format_rfc3339(info.as_of).substr(0, 10), days, info.v4_ranges, info.v6_ranges, info.asns, info.licence,
      info.attribution, info.attribution_url);
}

std::string status_json(const std::string& path, const routing::TableInfo& info, const Result<>& whole) {
  formats::JsonWriter json;
  json.begin_object();
  json.key("data").string("ip_to_asn");
  json.key("path").string(path);
  json.key("intact").boolean(whole.has_value());
  json.key("source").string(info.source);
  json.key("version").string(info.version);
  json.key("as_of").string(format_rfc3339(info.as_of));
  json.key("v4_ranges").integer(static_cast<std::int64_t>(info.v4_ranges));
  json.key("v6_ranges").integer(static_cast<std::int64_t>(info.v6_ranges));
  json.key("asns").integer(static_cast<std::int64_t>(info.asns));
  json.key("resident_bytes").integer(static_cast<std::int64_t>(info.resident_bytes));
  json.key("licence").string(info.licence);
  json.key("attribution").string(info.attribution);
  json.key("attribution_url").string(info.attribution_url);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace

Result<ExitCode> run(const DataStatusCommand& command) {
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const auto path = find_table(settings);
  if (!path) return fail(ErrorKind::unavailable, path.error().message);
  const auto table = open_local_table(settings);
  if (!table) return fail(ErrorKind::unavailable, table.error().message);
  const auto info = (*table)->info();
  const auto whole = (*table)->verify();
  const platform::SystemClock clock;
  write_out(command.output == Output::json_lines ? status_json(path->string(), info, whole)
                                                 : status_text(path->string(), info, whole, clock.now()));
  return whole ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
