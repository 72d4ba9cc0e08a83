#pragma once

// Warts files, scamper's own format, by way of `sc_warts2json` (Debian's package scamper), which turns them into
// lines of JSON. It is run and never linked. Files of any size: one line is held at a time.

#include <cstddef>
#include <functional>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

struct WartsReaderOptions {
  std::string program = "sc_warts2json";
  Duration time = std::chrono::hours(1);                // for the whole file
  std::size_t most_line_bytes = std::size_t{16} << 20;  // of one result
};

// What was in the file besides what was handed over.
struct WartsSummary {
  std::size_t measurements = 0;
  std::size_t other_types = 0;  // results that are no measurement of ours: dealias, tbit, …
};

// Calls `take` with each measurement; a failure of it ends the reading. Errors: `not_found` (no such file; the tool
// is missing, with the package's name), `invalid` (it is no warts file, or what is in it cannot be read, with the
// number of the result), `exhausted` (a bound of the options).
Result<WartsSummary> read_warts(const std::string& path, const Clock& clock, const WartsReaderOptions& options,
                                const std::function<Result<>(Measurement)>& take);

}  // namespace cw::probe
