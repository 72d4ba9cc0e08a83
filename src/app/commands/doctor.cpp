// `cyberwatch doctor`: looks at what a node needs and says how to mend what is wrong. It changes
// nothing, but for tables on PostgreSQL that are older than this program: those it brings up to date.

#include <fmt/format.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/node/open_queue.hpp"
#include "app/node/open_store.hpp"
#include "app/node/opt_out_file.hpp"
#include "app/places.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/wires.hpp"
#include "core/text.hpp"
#include "formats/json_writer.hpp"
#include "platform/database_lock.hpp"
#include "platform/http_server.hpp"
#include "platform/privileges.hpp"
#include "platform/sqlite_database.hpp"
#include "platform/system_clock.hpp"
#include "ports/probe/tool_state.hpp"

namespace cw::app {
namespace {

enum class Verdict : std::uint8_t { ok, warn, fail };

struct Check {
  std::string name;
  Verdict verdict = Verdict::ok;
  std::string detail;
  std::string mend;  // empty: nothing to do
};

constexpr std::uint64_t kLeastReceiveBuffer = std::uint64_t{4} << 20;
constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{200} << 20;
constexpr auto kOldData = std::chrono::days(365);

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warn:
      return "warn";
    case Verdict::fail:
      return "fail";
  }
  return "";
}

std::string first_line(const std::string& path) {
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  return line;
}

Check check_clock() {
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
    return {"clock", Verdict::warn, "the kernel does not know whether its time is right",
            "run a time service: apt install systemd-timesyncd"};
  return {"clock", Verdict::ok, "synchronised", ""};
}

Check check_probes() {
  const auto mend = "sudo setcap cap_net_raw+ep " + binary_path().string();
  const auto opened = open_wire();
  if (!opened)
    return {"probes", Verdict::fail, "neither packet rings, raw sockets nor unprivileged ICMP sockets may be opened",
            mend};
  const auto traits = opened->wire->traits();
  const auto families = fmt::format("{}{}", traits.has_v4 ? ", IPv4" : "", traits.has_v6 ? ", IPv6" : "");
  if (!traits.limits.empty())
    return {"probes", Verdict::warn, fmt::format("{} sockets{}: {}", traits.name, families, traits.limits), mend};
  return {"probes", Verdict::ok, fmt::format("{} sockets{}", traits.name, families), ""};
}

Check check_opt_outs(const Settings& settings) {
  const auto& file = settings.text("policy.opt_out_file");
  if (file.empty()) return {"opt-outs", Verdict::ok, "no file named", ""};
  const auto opt_outs = read_opt_outs(file);
  if (!opt_outs) return {"opt-outs", Verdict::fail, opt_outs.error().message, "name another in policy.opt_out_file"};
  const auto& bad = (*opt_outs)->bad_lines;
  if (bad.empty()) return {"opt-outs", Verdict::ok, file, ""};
  return {"opt-outs", Verdict::warn,
          fmt::format("{}: {} lines are not understood, the first is line {}: {}", file, (*opt_outs)->bad_count,
                      bad.front().line, bad.front().detail),
          "one prefix, address or AS number a line"};
}

// A program that is not there matters only where the owner's order names it.
std::vector<Check> check_tools(const Settings& settings) {
  const platform::SystemClock clock;
  const auto wanted = settings.words("worker.probers");
  std::vector<Check> checks;
  for (const auto& tool : probe::tool_states(clock)) {
    const bool is_wanted = std::ranges::find(wanted, tool.name) != wanted.end();
    if (tool.problem.empty())
      checks.push_back({tool.name, Verdict::ok, fmt::format("{} {}", tool.path, tool.version), ""});
    else
      checks.push_back({tool.name, is_wanted ? Verdict::warn : Verdict::ok,
                        is_wanted ? tool.problem : "not here, and not asked for", is_wanted ? tool.problem : ""});
  }
  return checks;
}

// Only those without raw sockets need it.
Check check_ping_group() {
  const auto range = first_line("/proc/sys/net/ipv4/ping_group_range");
  const auto words = split(range, '\t');
  const auto least = words.size() == 2 ? parse_number<std::uint64_t>(words[0]) : std::nullopt;
  const auto most = words.size() == 2 ? parse_number<std::uint64_t>(words[1]) : std::nullopt;
  const std::uint64_t group = ::getegid();
  if (least && most && *least <= group && group <= *most)
    return {"ping group", Verdict::ok, "this group may use unprivileged ICMP sockets", ""};
  if (platform::current_privileges().has_net_raw)
    return {"ping group", Verdict::ok, "not allowed for this group, and not needed with raw sockets", ""};
  return {"ping group", Verdict::warn, "this group may not use unprivileged ICMP sockets",
          "sudo sysctl net.ipv4.ping_group_range=\"0 2147483647\""};
}

Check check_buffers() {
  const auto most = parse_number<std::uint64_t>(first_line("/proc/sys/net/core/rmem_max"));
  if (!most) return {"buffers", Verdict::warn, "the limit of receive buffers cannot be read", ""};
  const auto detail = fmt::format("receive buffers up to {} KiB", *most / 1024);
  // Root may exceed the limit (SO_RCVBUFFORCE).
  if (*most >= kLeastReceiveBuffer || platform::current_privileges().is_root)
    return {"buffers", Verdict::ok, detail, ""};
  return {"buffers", Verdict::warn, detail + ": answers may be lost at high rates",
          fmt::format("sudo sysctl net.core.rmem_max={}", kLeastReceiveBuffer)};
}

// The nearest folder on the way up that exists.
std::filesystem::path existing_folder(std::filesystem::path folder) {
  std::error_code error;
  while (!std::filesystem::is_directory(folder, error) && folder.has_relative_path()) folder = folder.parent_path();
  return folder;
}

Check check_server_store(const std::string& url, const Settings& settings) {
  const auto store = open_store(url, settings);
  if (!store) return {"store", Verdict::fail, store.error().message, "change store.url, or mend that server"};
  return {"store", Verdict::ok, (*store)->database()->name(), ""};
}

Check check_store(const Settings& settings) {
  const auto url = store_url(settings);
  if (platform::is_postgres_url(url)) return check_server_store(url, settings);
  const auto file = platform::parse_sqlite_url(url);
  if (!file) return {"store", Verdict::fail, file.error().message, "set store.url to sqlite:///PATH"};
  if (!*file) return {"store", Verdict::warn, "in memory: nothing is kept", "set store.url to sqlite:///PATH"};
  const auto& path = **file;
  if (const auto holder = platform::DatabaseLock::holder(path))
    return {"store", Verdict::ok,
            fmt::format("{}, in use by cyberwatch (pid {}) at {}", path.string(), holder->pid, holder->url), ""};
  const auto folder = existing_folder(path.parent_path());
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (::access(exists ? path.c_str() : folder.c_str(), W_OK) != 0)
    return {"store", Verdict::fail,
            fmt::format("{} cannot be written by this user", exists ? path.string() : folder.string()),
            "change its owner, or name another with --store FILE"};
  const auto space = std::filesystem::space(folder, error);
  const auto detail = fmt::format("{}{}, {} MiB free", path.string(), exists ? "" : " (made at the first start)",
                                  space.available >> 20);
  if (!error && space.available < kLeastFreeBytes) return {"store", Verdict::warn, detail, "make room on that disk"};
  return {"store", Verdict::ok, detail, ""};
}

Check check_queue(const Settings& settings) {
  if (jobs_are_in_store(settings)) return {"queue", Verdict::ok, "jobs wait in the store", ""};
  const auto queue = open_redis_queue(settings);
  if (!queue) return {"queue", Verdict::fail, queue.error().message, "change queue.url or its neighbours"};
  const auto status = (*queue)->status();
  if (!status)
    return {"queue", Verdict::fail, status.error().message, "start that server, or name another in queue.url"};
  return {"queue", Verdict::ok,
          fmt::format("on Redis: {} jobs wait, {} are measured, {} are dead", status->waiting, status->leased,
                      status->dead),
          ""};
}

Check check_data(const Settings& settings) {
  const auto table = open_local_table(settings);
  if (!table) return {"data", Verdict::warn, table.error().message, "script/build makes it"};
  const auto info = (*table)->info();
  const platform::SystemClock clock;
  const auto age = clock.now() - info.as_of;
  const auto detail = fmt::format("IP to ASN of {}, {} days old", format_rfc3339(info.as_of).substr(0, 10),
                                  std::chrono::floor<std::chrono::days>(age).count());
  if (age > kOldData) return {"data", Verdict::warn, detail, "update the package in data/ip_to_asn and build again"};
  return {"data", Verdict::ok, detail, ""};
}

Check check_page(const Settings& settings) {
  const auto folder = find_web_folder(settings);
  std::error_code error;
  if (folder && std::filesystem::exists(*folder / "index.html", error))
    return {"page", Verdict::ok, folder->string(), ""};
  return {"page", Verdict::warn, folder ? folder->string() + " has no index.html" : folder.error().message,
          "script/build makes it"};
}

Check check_port(const Settings& settings) {
  const auto& address = settings.text("listen.address");
  const auto port = static_cast<std::uint16_t>(settings.whole_number("listen.port"));
  const auto opened = platform::HttpServer::open({.address = address, .port = port},
                                                 [](const auto&) { return platform::HttpResponse{}; });
  if (opened) return {"port", Verdict::ok, fmt::format("{} port {} is free", address, port), ""};
  const auto file = platform::parse_sqlite_url(store_url(settings));
  if (file && *file)
    if (const auto holder = platform::DatabaseLock::holder(**file);
        holder && holder->url.find(fmt::format(":{}/", port)) != std::string::npos)
      return {"port", Verdict::ok, fmt::format("{} port {} is this node's own", address, port), ""};
  return {"port", Verdict::fail, opened.error().message,
          "stop what listens there, or choose another with --set listen.port=N"};
}

std::string check_line(const Check& check, Output output, Colour colour) {
  if (output == Output::json_lines) {
    formats::JsonWriter json;
    json.begin_object();
    json.key("check").string(check.name);
    json.key("verdict").string(to_string(check.verdict));
    json.key("detail").string(check.detail);
    json.key("mend").string_or_null(check.mend);
    json.end_object();
    return json.take() + "\n";
  }
  const auto ink = check.verdict == Verdict::ok ? Ink::good : check.verdict == Verdict::warn ? Ink::warn : Ink::bad;
  auto line = fmt::format("{}  {:<11} {}\n", pad_right(paint(colour, ink, to_string(check.verdict)), 4), check.name,
                          check.detail);
  if (!check.mend.empty()) line += fmt::format("                  mend: {}\n", check.mend);
  return line;
}

}  // namespace

Result<ExitCode> run(const DoctorCommand& command) {
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  auto code = ExitCode::done;
  std::vector<Check> checks{check_clock(),        check_probes(),        check_ping_group(),
                            check_buffers(),      check_store(settings), check_queue(settings),
                            check_data(settings), check_page(settings),  check_port(settings)};
  checks.push_back(check_opt_outs(settings));
  for (auto& check : check_tools(settings)) checks.push_back(std::move(check));
  for (const auto& check : checks) {
    write_out(check_line(check, command.output, wanted_colour()));
    if (check.verdict == Verdict::fail) code = ExitCode::unavailable;
  }
  return code;
}

}  // namespace cw::app
