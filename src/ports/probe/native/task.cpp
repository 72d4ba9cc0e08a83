#include "ports/probe/native/task.hpp"

#include <utility>

#include "ports/probe/native/mtr_task.hpp"
#include "ports/probe/native/ping_task.hpp"
#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {

std::unique_ptr<Task> make_task(MeasurementRequest request) {
  switch (request.kind) {
    case Kind::trace:
      return std::make_unique<TraceTask>(std::move(request));
    case Kind::ping:
      return std::make_unique<PingTask>(std::move(request));
    case Kind::mtr:
      return std::make_unique<MtrTask>(std::move(request));
  }
  return nullptr;
}

}  // namespace cw::probe
