// Any line as scamper's JSON. What is read is written again and reads back as the same measurement, but for what the
// format has no place for.

#include "formats/scamper_json.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// What the header of the format says is lost.
cw::Measurement carried(cw::Measurement measurement) {
  // Bytes that are no UTF-8 are not written as they are.
  measurement.vantage = measurement.target = measurement.prober = "";
  for (auto& hop : measurement.hops) hop.inferred.reset();
  return measurement;
}

// A graph is the same from the second writing on: what no link carries is gone by then.
void graph_survives(const cw::Measurement& measurement) {
  const auto again = cw::formats::read_scamper_line(cw::formats::to_scamper_json(measurement));
  require(again && *again && (*again)->measurement.graph.has_value());
  const auto& graph = *(*again)->measurement.graph;
  for (const auto& link : graph.links) {
    require(link.from < graph.interfaces.size() && link.to < graph.interfaces.size() && !link.flows.empty());
    require(graph.interfaces[link.from].ttl.value + 1 == graph.interfaces[link.to].ttl.value);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(cw::formats::read_scamper_json(text));
  const auto record = cw::formats::read_scamper_line(text);
  if (!record || !*record) return 0;
  const auto& measurement = (*record)->measurement;
  require(measurement.hops.size() <= 256);
  if (measurement.graph) {
    graph_survives(measurement);
    return 0;
  }
  const auto written = cw::formats::to_scamper_json(measurement);
  require(written.find('\n') == std::string::npos);
  const auto again = cw::formats::read_scamper_line(written);
  require(again && *again);
  require(carried((*again)->measurement) == carried(measurement));
  return 0;
}
