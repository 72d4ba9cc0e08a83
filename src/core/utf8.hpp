#pragma once

// Text from outside as well-formed UTF-8 (RFC 3629), so that it may go into JSON and pages.

#include <string>
#include <string_view>

namespace cw {

// Every byte that begins no well-formed sequence becomes U+FFFD.
std::string repair_utf8(std::string_view text);

}  // namespace cw
