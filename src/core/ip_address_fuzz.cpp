// Any text as an address: what is accepted agrees with the C library, writes back canonically and reads back
// the same.

#include "core/ip_address.hpp"

#include <arpa/inet.h>

#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// The C library's view; v4-mapped, as an IpAddress keeps it.
bool known_to_system(const std::string& text, cw::IpAddress::Bytes& bytes) {
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return true;
  bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
  return inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto address = cw::IpAddress::parse(text);
  cw::IpAddress::Bytes system_bytes{};
  // inet_pton ends at a zero byte, a parser of untrusted text must not.
  const bool known = text.find('\0') == std::string::npos && known_to_system(text, system_bytes);
  require(address.has_value() == known);
  if (!address) return 0;
  require(address->bytes() == system_bytes);
  const auto written = address->to_string();
  const auto again = cw::IpAddress::parse(written);
  require(again && *again == *address && again->to_string() == written);
  return 0;
}
