#include "model/job.hpp"

namespace cw {
namespace {

constexpr int kMtrRounds = 10;

}  // namespace

MeasurementRequest request_of(const Job& job) {
  MeasurementRequest request{.id = job.measurement_id,
                             .target = job.target_name.empty() ? job.target_ip.to_string() : job.target_name,
                             .address = job.target_ip,
                             .kind = job.kind,
                             .prober = job.prober};
  if (job.kind == Kind::mtr) request.count = kMtrRounds;
  apply(job.options, request);
  return request;
}

}  // namespace cw
