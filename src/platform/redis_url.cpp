// The URL of a Redis server (the scheme registered as "redis"), read into options.

#include <fmt/format.h>

#include <algorithm>

#include "core/ip_address.hpp"
#include "core/text.hpp"
#include "platform/redis_connection.hpp"
#include "platform/resolver.hpp"

namespace cw::platform {
namespace {

constexpr int kMostDatabase = 65'535;

// Never shows the URL: it may hold a password.
std::unexpected<Error> wrong(std::string_view what) {
  return fail(ErrorKind::invalid, fmt::format("{}; write redis://HOST:PORT/DATABASE, or rediss:// for TLS", what));
}

// Takes what stands before the separator off the front; all of it where there is none.
std::string_view take_until(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

int hex_digit(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto found = digits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

// RFC 3986, section 2.1.
Result<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return wrong("a % in a URL is followed by two hexadecimal digits");
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

Result<> read_host(std::string_view text, ServerAddress& server) {
  const bool is_v6 = text.starts_with('[');
  if (is_v6 && text.find(']') == std::string_view::npos) return wrong("an IPv6 address in a URL ends with ]");
  const auto host = is_v6 ? text.substr(1, text.find(']') - 1) : text.substr(0, text.find(':'));
  auto rest = text.substr(host.size() + (is_v6 ? 2 : 0));
  if (!IpAddress::parse(host) && !is_host_name(host)) return wrong("the URL of Redis names no host");
  server.host = host;
  if (rest.empty()) return {};
  const auto port = rest.front() == ':' ? parse_number<std::uint16_t>(rest.substr(1)) : std::nullopt;
  if (!port || *port == 0) return wrong("the port of a URL is from 1 to 65535");
  server.port = *port;
  return {};
}

}  // namespace

Result<RedisOptions> parse_redis_url(std::string_view url) {
  RedisOptions options;
  if (url.starts_with("rediss://"))
    options.server.tls = TlsFiles{};
  else if (!url.starts_with("redis://"))
    return wrong("this is no URL of Redis");
  url.remove_prefix(url.find("://") + 3);
  // A password may hold an @, although it should be written %40.
  if (const auto at = url.rfind('@'); at != std::string_view::npos) {
    auto who = url.substr(0, at);
    options.user = TRY(percent_decoded(take_until(who, ':')));
    options.password = TRY(percent_decoded(who));
    url.remove_prefix(at + 1);
  }
  const auto host = take_until(url, '/');
  TRY(read_host(host, options.server));
  if (url.empty()) return options;
  const auto database = parse_number<int>(url);
  if (!database || *database < 0 || *database > kMostDatabase) return wrong("the database of a URL is a number");
  options.database = *database;
  return options;
}

}  // namespace cw::platform
