#pragma once

// A measurement as ping, traceroute and mtr would have printed it: what people read in Globalping's rawOutput.

#include <string>

#include "model/measurement.hpp"

namespace cw::formats {

std::string globalping_text(const Measurement& measurement);

}  // namespace cw::formats
