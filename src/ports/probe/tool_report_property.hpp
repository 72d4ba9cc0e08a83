#pragma once

// What the fuzz targets of the tools' parsers assert. Only they include this.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/fuzz_property.hpp"
#include "ports/probe/tool_prober.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_run.hpp"

namespace cw::probe {

using codec::require;

inline void require_sound_hop(const Hop& hop, const Measurement& measurement) {
  for (const auto& reply : hop.replies) {
    require(reply.rtt >= Duration{} && reply.attempt >= 1);
    if (measurement.kind == Kind::ping) require(reply.attempt <= hop.sent || hop.sent == 0);
  }
}

// Whatever a program says: the TTLs are in order and without a gap, an answer is told once, and only a destination
// that answered was reached.
inline void require_sound(const Measurement& measurement, const MeasurementRequest& request, std::size_t size) {
  require(measurement.address == request.address && measurement.kind == request.kind);
  std::size_t replies = 0;
  bool from_destination = false;
  for (std::size_t i = 0; i < measurement.hops.size(); ++i) {
    const auto& hop = measurement.hops[i];
    if (request.kind != Kind::ping) require(hop.ttl.value == request.first_ttl.value + i);
    require_sound_hop(hop, measurement);
    replies += hop.replies.size();
    from_destination = from_destination || std::ranges::any_of(hop.replies, [&](const Reply& reply) {
                         return reply.from == request.address;
                       });
  }
  // No program says an answer in fewer bytes than these.
  require(replies * 4 <= size);
  if (request.kind != Kind::ping) require((measurement.status == Status::reached) == from_destination);
  const auto events = events_of(measurement);
  const auto told =
      std::ranges::count_if(events, [](const ProbeEvent& event) { return std::holds_alternative<ReplyEvent>(event); });
  require(static_cast<std::size_t>(told) == replies);
}

inline void require_sound_reading(const Tool& tool, const MeasurementRequest& request, std::string_view text) {
  const platform::ProcessOutcome outcome{.output = std::string(text)};
  const auto run = read_run(tool, {.request = request, .outcome = outcome, .started_at = {}, .finished_at = {}});
  require(run.measurement.has_value() == (run.end == RunEnd::finished));
  if (run.measurement) require_sound(*run.measurement, request, text.size());
}

inline IpAddress fuzz_address(std::string_view text) { return IpAddress::parse(text).value(); }

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace cw::probe
