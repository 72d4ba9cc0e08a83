#pragma once

// The ports of a tool's probes. They stay the same within a measurement, so that load balancers send all its
// probes along one path. The source port differs from one measurement to the next, unlike the native engine's:
// a program binds it, and two that run at the same time cannot have the same one.

#include <cstdint>

#include "model/measurement_request.hpp"
#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {

inline std::uint16_t destination_port_of(const MeasurementRequest& request) {
  return request.port.value_or(is_tcp(request.method) ? default_tcp_port : default_udp_port);
}

// The last bits of an id are random (RFC 9562, 5.7).
inline std::uint16_t source_port_of(const MeasurementRequest& request) {
  const auto& id = request.id.bytes();
  return static_cast<std::uint16_t>(lowest_source_port | ((id[14] << 8) + id[15] + request.flow));
}

}  // namespace cw::probe
