// Measurements that anybody may have written: reading them never crashes, and what was read is written and read back
// the same, in its text and in its value.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/measurement_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cw::formats;
  const auto read = measurement_from_json({reinterpret_cast<const char*>(data), size});
  if (!read) {
    if (read.error().message.empty()) std::abort();
    return 0;
  }
  const std::string written = to_json(*read);
  const auto again = measurement_from_json(written);
  if (!again || to_json(*again) != written) std::abort();
  return 0;
}
