// The JSON texts of a database that somebody else wrote: reading them never crashes, and what was read is written
// and read back the same. The input is lines: an annotation; "graph" or "path_mtu" and such a text; or a TTL (empty:
// no path), the path's addresses, the RTTs and the detail.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "ports/store/sql/json_reading.hpp"
#include "ports/store/sql/stored_annotation.hpp"
#include "ports/store/sql/stored_path_details.hpp"
#include "ports/store/sql/stored_replies.hpp"

namespace {

using namespace cw;
using namespace cw::store;

void require(bool holds) {
  if (!holds) std::abort();
}

void annotation_survives(std::string_view text) {
  const auto as_path = decode_annotation(text);
  if (!as_path) return;
  const auto written = encode_annotation(*as_path);
  const auto again = decode_annotation(written);
  require(again && *again == *as_path && encode_annotation(*again) == written);
}

void path_details_survive(std::string_view kind, std::string_view text) {
  if (kind == "graph") {
    if (const auto graph = decode_graph(text)) require(decode_graph(encode_graph(*graph)) == *graph);
  } else if (const auto path_mtu = decode_path_mtu(text)) {
    require(decode_path_mtu(encode_path_mtu(*path_mtu)) == *path_mtu);
  }
}

void replies_survive(std::string_view ttl, std::string_view addresses, std::string_view rtts, std::string_view detail) {
  const auto address = IpAddress::v4(0xcb007101);
  ReplyContext context{.address = address, .first_ttl = {}};
  if (const auto first = parse_number<std::uint8_t>(ttl)) {
    const auto path = decode_addresses(addresses);
    if (!path) return;
    require(encode_addresses(*path) == encode_addresses(*decode_addresses(encode_addresses(*path))));
    context.first_ttl = Ttl{*first};
    context.path_addresses = *path;
  }
  auto hops = decode_replies(context, rtts, detail);
  if (!hops) return;

  Measurement measurement{.kind = context.first_ttl ? Kind::trace : Kind::ping, .address = address};
  measurement.hops = *std::move(hops);
  const auto written = encode_replies(measurement);
  require(written.has_value());
  if (context.first_ttl) context.path_addresses = path_addresses(measurement);
  const auto again = decode_replies(context, written->rtts, written->detail);
  require(again && *again == measurement.hops);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto lines = split({reinterpret_cast<const char*>(data), size}, '\n');
  if (lines.size() == 2)
    path_details_survive(lines[0], lines[1]);
  else if (lines.size() < 4)
    annotation_survives(lines.empty() ? std::string_view{} : lines[0]);
  else
    replies_survive(lines[0], lines[1], lines[2], lines[3]);
  return 0;
}
