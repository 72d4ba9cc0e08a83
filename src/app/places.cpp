#include "app/places.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace cw::app {
namespace {

constexpr std::string_view kShared = "/usr/share/cyberwatch";

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody writes the environment
  return value == nullptr ? "" : value;
}

Result<std::filesystem::path> find(const std::string& given, std::string_view name, std::string_view key) {
  std::error_code error;
  if (!given.empty()) {
    if (std::filesystem::exists(given, error)) return given;
    return fail(ErrorKind::not_found, fmt::format("{} names {}, which does not exist", key, given));
  }
  const auto beside = binary_folder() / name;
  if (std::filesystem::exists(beside, error)) return beside;
  const auto shared = std::filesystem::path(kShared) / name;
  if (std::filesystem::exists(shared, error)) return shared;
  return fail(ErrorKind::not_found, fmt::format("neither {} nor {} exists; run script/build, or set {}",
                                                beside.string(), shared.string(), key));
}

}  // namespace

std::filesystem::path binary_path() {
  std::error_code error;
  auto binary = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path("cyberwatch") : binary;
}

std::filesystem::path binary_folder() { return binary_path().parent_path(); }

Result<std::filesystem::path> find_table(const Settings& settings) {
  return find(settings.text("data.ip_to_asn"), "data/ip_to_asn.table", "data.ip_to_asn");
}

Result<std::filesystem::path> find_web_folder(const Settings& settings) {
  return find(settings.text("data.web"), "web", "data.web");
}

std::string standard_store(bool is_root, std::string_view home, std::string_view state_home) {
  if (is_root) return "/var/lib/cyberwatch/cyberwatch.db";
  // XDG Base Directory Specification: a relative path there is to be ignored.
  if (state_home.starts_with('/')) return fmt::format("{}/cyberwatch/cyberwatch.db", state_home);
  return fmt::format("{}/.local/state/cyberwatch/cyberwatch.db", home);
}

std::string store_url(const Settings& settings) {
  if (const auto& given = settings.text("store.url"); !given.empty()) return given;
  return standard_store(::geteuid() == 0, variable("HOME"), variable("XDG_STATE_HOME"));
}

}  // namespace cw::app
