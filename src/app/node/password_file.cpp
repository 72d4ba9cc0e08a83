#include "app/node/password_file.hpp"

#include <fmt/format.h>

#include <fstream>

#include "core/text.hpp"

namespace cw::app {

Result<std::string> read_password_file(const Settings& settings, std::string_view key) {
  constexpr std::size_t longest_password = 4096;
  const auto& path = settings.text(key);
  if (path.empty()) return "";
  std::ifstream file(path);
  std::string password;
  if (!file || !std::getline(file, password))
    return fail(ErrorKind::invalid, fmt::format("{} names {}, which has no line to read", key, path));
  if (password.size() > longest_password)
    return fail(ErrorKind::invalid, fmt::format("the first line of {} is too long for a password", path));
  return std::string(trim(password));
}

}  // namespace cw::app
