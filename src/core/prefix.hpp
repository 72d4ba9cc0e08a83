#pragma once

// An address block in CIDR form (RFC 4632): an address whose host bits are zero, and a length.

#include <compare>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw {

class Prefix {
 public:
  constexpr Prefix() = default;

  // "192.0.2.0/24". Host bits must be zero; the error names the prefix that was probably meant.
  static Result<Prefix> parse(std::string_view text);
  // The prefix of that length around an address; `length` is cut to the family's width.
  static Prefix around(const IpAddress& address, int length);

  [[nodiscard]] const IpAddress& address() const { return address_; }
  [[nodiscard]] int length() const { return length_; }
  [[nodiscard]] Family family() const { return address_.family(); }
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool contains(const Prefix& other) const;
  [[nodiscard]] IpAddress last() const;
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  IpAddress address_;
  int length_ = 0;
};

}  // namespace cw
