#include "ports/probe/native/probe_cookie.hpp"

#include <bit>
#include <cstring>

namespace cw::probe {
namespace {

struct SipState {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t probe_cookie(const CookieKey& key, const IpAddress& destination, std::uint16_t sequence) {
  SipState state{
      .v0 = key.first ^ 0x736f6d6570736575,
      .v1 = key.second ^ 0x646f72616e646f6d,
      .v2 = key.first ^ 0x6c7967656e657261,
      .v3 = key.second ^ 0x7465646279746573,
  };
  std::uint64_t words[2];
  static_assert(sizeof(words) == sizeof(IpAddress::Bytes));
  std::memcpy(words, destination.bytes().data(), sizeof(words));
  state.absorb(words[0]);
  state.absorb(words[1]);
  // The last word of SipHash holds the rest and, in its highest byte, the length of the message.
  state.absorb(std::uint64_t{18} << 56 | sequence);
  state.v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

}  // namespace cw::probe
