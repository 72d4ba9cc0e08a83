#include "ports/probe/scamper/scamper_result.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {

Measurement as_asked(formats::ScamperRecord record, const MeasurementRequest& request, Instant finished_at) {
  auto measurement = std::move(record.measurement);
  measurement.id = request.id;
  measurement.kind = request.kind;
  measurement.vantage.clear();
  measurement.target = request.target;
  measurement.method = request.method;
  measurement.port = request.port;
  measurement.flow = request.flow;
  measurement.dscp = request.dscp;
  measurement.prober = "scamper";
  measurement.finished_at = std::max(finished_at, measurement.finished_at);
  return measurement;
}

}  // namespace cw::probe
