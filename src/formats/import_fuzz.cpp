// A file that anybody gives to the import: it never crashes, every item has its place, and what was read is a
// measurement that can be written in our own format.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/import.hpp"
#include "formats/measurement_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cw::formats;
  std::size_t last_line = 0;
  import_measurements({reinterpret_cast<const char*>(data), size}, [&](const ImportedItem& item) {
    if (item.line == 0 || item.line < last_line || item.item == 0) std::abort();
    last_line = item.line;
    if (!item.measurement && item.measurement.error().message.empty()) std::abort();
    if (item.measurement && to_json(*item.measurement).empty()) std::abort();
  });
  return 0;
}
