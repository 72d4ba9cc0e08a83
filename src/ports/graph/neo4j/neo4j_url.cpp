#include "ports/graph/neo4j/neo4j_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <optional>

#include "core/text.hpp"

namespace cw::graph {
namespace {

struct Scheme {
  std::string_view prefix;
  std::string_view speaks;
  std::string_view port;
};

constexpr Scheme kSchemes[] = {
    {"neo4j://", "http", "7474"},
    {"http://", "http", "7474"},
    {"neo4j+s://", "https", "7473"},
    {"https://", "https", "7473"},
};

std::unexpected<Error> wrong(std::string_view url) {
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is no place of a graph: write neo4j://HOST[:PORT][/DATABASE], or neo4j+s:// for TLS",
                          printable(url)));
}

bool is_plain(std::string_view text, std::string_view further) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || further.contains(c);
  });
}

// "[2001:db8::1]:7474" as host and port; no port is empty.
std::pair<std::string_view, std::string_view> split_port(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return {authority, {}};
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) return is_plain(host.substr(1, host.size() - 2), ":.");
  return is_plain(host, ".-_");
}

}  // namespace

Result<Neo4jAddress> parse_neo4j_url(std::string_view url) {
  const auto* const scheme =
      std::ranges::find_if(kSchemes, [&](const Scheme& one) { return url.starts_with(one.prefix); });
  if (scheme == std::end(kSchemes)) return wrong(url);
  auto rest = url.substr(scheme->prefix.size());
  if (rest.contains('@'))
    return fail(ErrorKind::invalid,
                "the graph's URL must hold no user and no password: use graph.user and "
                "graph.password_file");
  const auto slash = std::min(rest.find('/'), rest.size());
  auto database = rest.substr(std::min(slash + 1, rest.size()));
  if (database.empty()) database = "neo4j";
  auto [host, port] = split_port(rest.substr(0, slash));
  if (port.empty() && !rest.substr(0, slash).ends_with(':')) port = scheme->port;
  const auto number = parse_number<std::uint16_t>(port);
  if (!is_host(host) || !number || *number == 0 || !is_plain(database, ".-")) return wrong(url);
  return Neo4jAddress{.query_url = fmt::format("{}://{}:{}/db/{}/query/v2", scheme->speaks, host, *number, database),
                      .name = fmt::format("{}:{}", host, *number)};
}

}  // namespace cw::graph
