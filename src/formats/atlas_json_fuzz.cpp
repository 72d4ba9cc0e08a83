// Results of Atlas that anybody may have written: reading them never crashes, and what was read is written and read
// back the same.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/atlas_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cw::formats;
  const auto read = measurement_from_atlas_json({reinterpret_cast<const char*>(data), size});
  if (!read) {
    if (read.error().message.empty()) std::abort();
    return 0;
  }
  for (std::size_t i = 1; i < read->hops.size(); ++i)
    if (read->hops[i].ttl.value != read->hops[i - 1].ttl.value + 1) std::abort();
  const auto written = to_atlas_json(*read, {});
  if (!written) std::abort();
  const auto again = measurement_from_atlas_json(*written);
  if (!again || again->status != read->status || again->hops.size() != read->hops.size()) std::abort();
  return 0;
}
