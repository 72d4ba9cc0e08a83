// Tasks that anybody may push, and jobs whose text on Redis others may have changed: reading them never crashes, and
// what was read is written and read back the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ports/queue/redis/inbox_task.hpp"
#include "ports/queue/redis/job_json.hpp"

namespace {

using namespace cw::queue;

void check_written(const cw::Result<cw::Job>& job) {
  if (!job) {
    if (job.error().message.empty()) std::abort();
    return;
  }
  if (job->priority < 0 || job->priority > 9) std::abort();
  const auto written = write_job(*job);
  const auto again = read_job(written);
  if (!again || write_job(*again) != written) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_written(read_inbox_task(text, cw::Instant(std::chrono::seconds(1'767'225'600))));
  check_written(read_job(text));
  return 0;
}
