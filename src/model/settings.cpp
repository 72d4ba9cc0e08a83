#include "model/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>

#include "core/text.hpp"

namespace cw {
namespace {

constexpr std::array kTable{
    Setting{.key = "vantage.name", .standard = "home", .help = "Name of this node; stored with every measurement"},
    Setting{.key = "node.roles",
            .type = SettingType::choices,
            .standard = "api,scheduler,worker,grapher",
            .choices = "api,scheduler,worker,grapher",
            .help = "Roles that `cyberwatch serve` runs"},
    Setting{
        .key = "listen.address",
        .standard = "127.0.0.1",
        .help = "Address of the page and the API; only loopback, as this release has neither TLS nor authentication"},
    Setting{.key = "listen.port",
            .type = SettingType::whole_number,
            .standard = "8480",
            .least = 0,
            .most = 65535,
            .help = "Port of the page and the API; 0 takes any free one"},
    Setting{.key = "store.url",
            .standard = "",
            .help = "Where measurements are kept: sqlite:///PATH, or postgresql://USER@HOST:PORT/DATABASE on a "
                    "PostgreSQL 15 server; empty: /var/lib/cyberwatch/cyberwatch.db for root, "
                    "else cyberwatch/cyberwatch.db in $XDG_STATE_HOME or ~/.local/state"},
    Setting{
        .key = "store.password_file",
        .standard = "",
        .help = "File whose first line is the password of the store's server; empty: none, or the one in ~/.pgpass"},
    Setting{.key = "queue.url",
            .standard = "store:",
            .help = "Where jobs wait: store: keeps them in the store; redis://[USER@]HOST:PORT/DATABASE, or rediss:// "
                    "for TLS, on a Redis 7 server"},
    Setting{.key = "queue.password_file",
            .standard = "",
            .help = "File whose first line is the password of the queue's server; empty: none"},
    Setting{.key = "queue.ca_file",
            .standard = "",
            .help = "Certificates (PEM) that a server at rediss:// is trusted by; empty: those of the system"},
    Setting{.key = "queue.certificate_file",
            .standard = "",
            .help = "Certificate (PEM) of this node, where the server at rediss:// wants one; empty: none"},
    Setting{.key = "queue.key_file", .standard = "", .help = "The key (PEM) of queue.certificate_file"},
    Setting{.key = "graph.url",
            .standard = "store:",
            .help =
                "Where the graph of networks is kept: store: keeps it in the store; neo4j://HOST[:PORT][/DATABASE], "
                "or neo4j+s:// for TLS, on a Neo4j 5 server (its HTTP port)"},
    Setting{.key = "graph.user", .standard = "neo4j", .help = "User of the graph's server; empty: it asks for none"},
    Setting{.key = "graph.password_file",
            .standard = "",
            .help = "File whose first line is the password of the graph's server; empty: none"},
    Setting{.key = "graph.ca_file",
            .standard = "",
            .help = "Certificates (PEM) that a server at neo4j+s:// is trusted by; empty: those of the system"},
    Setting{.key = "policy.allowed",
            .type = SettingType::prefixes,
            .standard = "",
            .help = "Prefixes that may be measured although they are special-use space, such as one's own LAN"},
    Setting{.key = "policy.excluded",
            .type = SettingType::prefixes,
            .standard = "",
            .help = "Prefixes that are never measured"},
    Setting{.key = "policy.opt_out_file",
            .standard = "",
            .help = "File of those who asked not to be measured: an address, a prefix or an ASN a line, # begins a "
                    "comment; changes are seen within seconds; empty: none"},
    Setting{.key = "probe.packets_per_second",
            .type = SettingType::whole_number,
            .standard = "1000",
            .least = 1,
            .most = 1'000'000,
            .help = "Most packets a second that the node sends, all measurements together"},
    Setting{.key = "probe.identity",
            .standard = "",
            .most = 64,
            .help = "Text that every probe carries, such as a page that says who measures and why; at most 64 "
                    "printable ASCII characters; empty: none"},
    Setting{.key = "probe.source_v4",
            .type = SettingType::address,
            .standard = "",
            .choices = "IPv4",
            .help = "IPv4 address that probes leave from; empty: as the system routes"},
    Setting{.key = "probe.source_v6",
            .type = SettingType::address,
            .standard = "",
            .choices = "IPv6",
            .help = "IPv6 address that probes leave from; empty: as the system routes"},
    Setting{.key = "probe.interface",
            .standard = "",
            .most = 15,
            .help = "Network interface that probes leave by; empty: as the system routes"},
    Setting{.key = "probe.dscp",
            .type = SettingType::whole_number,
            .standard = "0",
            .least = 0,
            .most = 63,
            .help = "Differentiated services code point of probes that name none of their own"},
    Setting{.key = "probe.wire",
            .type = SettingType::choice,
            .standard = "auto",
            .choices = "auto,ring,raw,datagram",
            .help = "How packets are sent and received: auto takes the fastest that this process may open"},
    Setting{.key = "probe.known_hops",
            .type = SettingType::choice,
            .standard = "join",
            .choices = "probe,join",
            .help = "Whether scheduled traces join hops near the node that were seen minutes ago, marked as inferred, "
                    "or probe every hop"},
    Setting{.key = "probe.prober_by_label",
            .standard = "",
            .help = "Probers of the targets with a label, such as web=mtr,lab=scamper; a target's own prober wins"},
    Setting{.key = "target.interval_seconds",
            .type = SettingType::whole_number,
            .standard = "900",
            .least = 10,
            .most = 2'592'000,
            .help = "How often a target is measured that names no interval of its own"},
    Setting{.key = "worker.rate_limit_per_minute",
            .type = SettingType::whole_number,
            .standard = "30",
            .least = 1,
            .most = 60'000,
            .scope = SettingScope::running,
            .help = "Measurements that each worker begins within any 60 seconds"},
    Setting{.key = "worker.max_concurrent_traceroutes",
            .type = SettingType::whole_number,
            .standard = "5",
            .least = 1,
            .most = 1000,
            .scope = SettingScope::running,
            .help = "Measurements of each worker that run at the same time"},
    Setting{.key = "worker.worker_count",
            .type = SettingType::whole_number,
            .standard = "2",
            .least = 1,
            .most = 32,
            .scope = SettingScope::running,
            .help = "Workers in this process, each with its own rate and concurrency"},
    Setting{.key = "worker.destination_spacing_seconds",
            .type = SettingType::whole_number,
            .standard = "10",
            .least = 0,
            .most = 3600,
            .scope = SettingScope::running,
            .help = "Least time between two measurements towards one address"},
    Setting{.key = "worker.network_spacing_ms",
            .type = SettingType::whole_number,
            .standard = "1000",
            .least = 0,
            .most = 60'000,
            .scope = SettingScope::running,
            .help = "Least time between two measurements towards one /24 of IPv4 or /48 of IPv6"},
    Setting{.key = "worker.longest_backoff_seconds",
            .type = SettingType::whole_number,
            .standard = "3600",
            .least = 0,
            .most = 86'400,
            .scope = SettingScope::running,
            .help = "Longest wait before a target or a network that keeps silent is measured again; 0: none"},
    Setting{.key = "worker.probers",
            .type = SettingType::choices,
            .standard = "native",
            .choices = kKnownProbers,
            .help = "Probers of the node: the first that can runs what names none, the next takes over from one that "
                    "cannot"},
    Setting{
        .key = "data.ip_to_asn",
        .standard = "",
        .help = "The IP-to-ASN table; empty: data/ip_to_asn.table beside the program, else in /usr/share/cyberwatch"},
    Setting{.key = "data.web",
            .standard = "",
            .help = "Folder of the built page; empty: web beside the program, else in /usr/share/cyberwatch"},
    Setting{.key = "log.level",
            .type = SettingType::choice,
            .standard = "info",
            .choices = "debug,info,warning,error",
            .help = "Least important line that is logged"},
};

std::vector<std::string_view> entries_of(std::string_view list) {
  std::vector<std::string_view> entries;
  for (const auto entry : split(list, ','))
    if (const auto trimmed = trim(entry); !trimmed.empty()) entries.push_back(trimmed);
  return entries;
}

Result<> check_text(const Setting& row, std::string_view text) {
  if (row.most == 0) return {};
  const bool is_printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (is_printable && std::ssize(text) <= row.most) return {};
  return fail(ErrorKind::invalid, fmt::format("{} may have {} printable ASCII characters at most, not \"{}\"", row.key,
                                              row.most, printable(text, 80)));
}

Result<> check_address(const Setting& row, std::string_view text) {
  if (text.empty()) return {};
  const auto address = IpAddress::parse(text);
  if (address && (address->is_v4() ? "IPv4" : "IPv6") == row.choices) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} must be an {} address, not \"{}\"", row.key, row.choices, printable(text, 40)));
}

Result<> check_whole_number(const Setting& row, std::string_view text) {
  const auto number = parse_number<std::int64_t>(text);
  if (!number || *number < row.least || *number > row.most)
    return fail(ErrorKind::invalid, fmt::format("{} must be a whole number from {} to {}, not \"{}\"", row.key,
                                                row.least, row.most, printable(text, 40)));
  return {};
}

Result<> check_prefixes(const Setting& row, std::string_view text) {
  for (const auto entry : entries_of(text))
    if (auto prefix = Prefix::parse(entry); !prefix) return fail(row.key, std::move(prefix).error());
  return {};
}

Result<> check_choice(const Setting& row, std::string_view text) {
  const auto allowed = entries_of(row.choices);
  if (std::ranges::find(allowed, text) != allowed.end()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} is one of {}, not \"{}\"", row.key, fmt::join(allowed, ", "), printable(text, 40)));
}

Result<> check_choices(const Setting& row, std::string_view text) {
  const auto allowed = entries_of(row.choices);
  const auto chosen = entries_of(text);
  for (const auto word : chosen) {
    if (std::ranges::find(allowed, word) != allowed.end()) continue;
    return fail(ErrorKind::invalid,
                fmt::format("{} may hold {}, not \"{}\"", row.key, fmt::join(allowed, ", "), printable(word, 40)));
  }
  if (chosen.empty())
    return fail(ErrorKind::invalid, fmt::format("{} needs one of {}", row.key, fmt::join(allowed, ", ")));
  return {};
}

Result<> check(const Setting& row, std::string_view text) {
  switch (row.type) {
    case SettingType::text:
      return check_text(row, text);
    case SettingType::whole_number:
      return check_whole_number(row, text);
    case SettingType::prefixes:
      return check_prefixes(row, text);
    case SettingType::choice:
      return check_choice(row, text);
    case SettingType::choices:
      return check_choices(row, text);
    case SettingType::address:
      return check_address(row, text);
  }
  return {};
}

Error unknown_setting(std::string_view key) {
  std::vector<std::string_view> known;
  for (const auto& row : kTable) known.push_back(row.key);
  const auto near = nearest_name(key, known);
  return {
      ErrorKind::not_found,
      near ? fmt::format("there is no setting \"{}\"; did you mean {}?", printable(key, 60), *near)
           : fmt::format("there is no setting \"{}\"; `cyberwatch settings list` shows them all", printable(key, 60))};
}

std::string sample_value(const Setting& row) {
  if (row.type == SettingType::whole_number) return std::string(row.standard);
  if (row.type != SettingType::prefixes && row.type != SettingType::choices) return fmt::format("\"{}\"", row.standard);
  std::vector<std::string> quoted;
  for (const auto entry : entries_of(row.standard)) quoted.push_back(fmt::format("\"{}\"", entry));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

}  // namespace

std::string_view to_string(SettingOrigin origin) {
  switch (origin) {
    case SettingOrigin::standard:
      return "default";
    case SettingOrigin::file:
      return "file";
    case SettingOrigin::environment:
      return "environment";
    case SettingOrigin::command_line:
      return "command line";
    case SettingOrigin::store:
      return "store";
  }
  return "";
}

Result<> check_prober_name(std::string_view name) {
  const auto known = entries_of(kKnownProbers);
  if (std::ranges::find(known, name) != known.end()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is no prober: it is one of {}", printable(name, 40), fmt::join(known, ", ")));
}

std::span<const Setting> settings_table() { return kTable; }

const Setting* find_setting(std::string_view key) {
  const auto found = std::ranges::find(kTable, key, &Setting::key);
  return found == kTable.end() ? nullptr : found;
}

std::string environment_name(const Setting& setting) {
  std::string name = "CYBERWATCH_";
  for (const char c : setting.key)
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

Settings::Settings() {
  for (const auto& row : kTable) values_.emplace(row.key, Value{.text = std::string(row.standard)});
}

Result<> Settings::set(std::string_view key, std::string_view text, SettingOrigin origin) {
  const auto* row = find_setting(key);
  if (row == nullptr) return std::unexpected(unknown_setting(key));
  TRY(check(*row, text));
  values_[row->key] = Value{.text = std::string(text), .origin = origin};
  return {};
}

const std::string& Settings::text(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end());
  return found->second.text;
}

std::int64_t Settings::whole_number(std::string_view key) const {
  const auto number = parse_number<std::int64_t>(text(key));
  assert(number);
  return *number;
}

std::vector<Prefix> Settings::prefixes(std::string_view key) const {
  std::vector<Prefix> found;
  for (const auto entry : entries_of(text(key))) {
    const auto prefix = Prefix::parse(entry);
    assert(prefix);
    found.push_back(*prefix);
  }
  return found;
}

std::vector<std::string> Settings::words(std::string_view key) const {
  const auto entries = entries_of(text(key));
  return {entries.begin(), entries.end()};
}

std::optional<IpAddress> Settings::address(std::string_view key) const {
  const auto& said = text(key);
  if (said.empty()) return std::nullopt;
  const auto address = IpAddress::parse(said);
  assert(address);
  return *address;
}

SettingOrigin Settings::origin(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end());
  return found->second.origin;
}

std::string sample_settings_file() {
  std::string text =
      "# Settings of cyberWatch: uncomment what you change. What is given here is the default.\n"
      "# The environment (CYBERWATCH_LISTEN_PORT=…) and the command line win over this file.\n";
  std::string_view table;
  for (const auto& row : kTable) {
    const auto dot = row.key.find('.');
    if (row.key.substr(0, dot) != table) {
      table = row.key.substr(0, dot);
      text += fmt::format("\n[{}]\n", table);
    }
    text += fmt::format("# {}.\n", row.help);
    if (row.scope == SettingScope::running) text += "# What `cyberwatch settings set` has changed wins over this.\n";
    text += fmt::format("# {} = {}\n", row.key.substr(dot + 1), sample_value(row));
  }
  return text;
}

}  // namespace cw
