#pragma once

// Text inside XML 1.0.

#include <string>
#include <string_view>

namespace cw::formats {

// Fit for an element and for an attribute in double quotes. What XML has no form for (most control characters, bytes
// that are no UTF-8) becomes U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace cw::formats
