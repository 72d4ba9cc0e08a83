#include "ports/probe/native/probe_cookie.hpp"

#include <gtest/gtest.h>

namespace cw::probe {
namespace {

// The reference key 00 01 … 0f and message 00 01 … 11, as SipHash's authors lay them out.
TEST(ProbeCookie, is_siphash_2_4) {
  const CookieKey key{.first = 0x0706050403020100, .second = 0x0f0e0d0c0b0a0908};
  IpAddress::Bytes bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(probe_cookie(key, IpAddress::v6(bytes), 0x1110), 0x4bc1b3f0968dd39c);
}

TEST(ProbeCookie, differs_with_address_sequence_and_key) {
  Random random(1);
  const auto key = CookieKey::make(random);
  const auto cookie = probe_cookie(key, IpAddress::v4(1), 1);
  EXPECT_EQ(cookie, probe_cookie(key, IpAddress::v4(1), 1));
  EXPECT_NE(cookie, probe_cookie(key, IpAddress::v4(2), 1));
  EXPECT_NE(cookie, probe_cookie(key, IpAddress::v4(1), 2));
  EXPECT_NE(cookie, probe_cookie(CookieKey::make(random), IpAddress::v4(1), 1));
}

}  // namespace
}  // namespace cw::probe
