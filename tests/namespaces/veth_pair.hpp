#pragma once

// Two machines on one Ethernet: this network namespace and a new one, whose kernel answers by itself.

#include <sys/types.h>
#include <memory>
#include <string>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::test {

class VethPair {
 public:
  static constexpr auto near_v4 = IpAddress::v4(0xcb007101);  // 203.0.113.1, RFC 5737
  static constexpr auto far_v4 = IpAddress::v4(0xcb007102);
  static IpAddress far_v6() { return *IpAddress::parse("2001:db8::2"); }
  // Behind the far one, which answers for it too.
  static constexpr auto beyond_v4 = IpAddress::v4(0xc6336407);  // 198.51.100.7
  static constexpr std::string_view near_name = "cwnear";

  // Only within a private network namespace. `unavailable` where the kernel or its tools refuse.
  static Result<std::unique_ptr<VethPair>> make();
  ~VethPair();
  VethPair(const VethPair&) = delete;
  VethPair& operator=(const VethPair&) = delete;

  // Runs `ip` with these arguments on this side or the other; false where it refuses.
  [[nodiscard]] bool near(const std::string& arguments) const;
  [[nodiscard]] bool far(const std::string& arguments) const;

 private:
  explicit VethPair(pid_t holder) : holder_(holder) {}

  pid_t holder_;  // the process that keeps the other namespace alive
};

}  // namespace cw::test
