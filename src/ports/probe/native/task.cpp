#include "ports/probe/native/task.hpp"

#include <utility>

#include "ports/probe/native/mda_task.hpp"
#include "ports/probe/native/mtr_task.hpp"
#include "ports/probe/native/mtu_task.hpp"
#include "ports/probe/native/ping_task.hpp"
#include "ports/probe/native/trace_task.hpp"

namespace cw::probe {

std::unique_ptr<Task> make_task(MeasurementRequest request, TraceKnowledge* knowledge) {
  switch (request.kind) {
    case Kind::trace:
      if (request.multipath == Multipath::on) return std::make_unique<MdaTask>(std::move(request));
      if (request.mtu_search == MtuSearch::on) {
        auto trace = std::make_unique<TraceTask>(request, knowledge);
        return std::make_unique<MtuTask>(std::move(request), std::move(trace));
      }
      return std::make_unique<TraceTask>(std::move(request), knowledge);
    case Kind::ping:
      return std::make_unique<PingTask>(std::move(request));
    case Kind::mtr:
      return std::make_unique<MtrTask>(std::move(request));
  }
  return nullptr;
}

}  // namespace cw::probe
