// Arbitrary packets before the decoder: none is accepted without being about a probe of this engine's identity.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "ports/probe/native/probe_decoder.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cw::probe;
  const ProbeIdentity identity{.icmp_identifier_v4 = 0x1234, .icmp_identifier_v6 = 0x4321, .cookie_key = {1, 2}};
  const std::span packet(data, size);
  const auto reply = decode_reply(packet, PacketOrigin::received, identity);
  const auto rebuilt = decode_reply(packet, PacketOrigin::reconstructed, identity);
  demand(reply.has_value() == rebuilt.has_value());
  if (!reply) {
    demand(reply.error() == rebuilt.error());
    return 0;
  }
  demand(reply->probed.family() == reply->from.family());
  demand(!rebuilt->quoted_ttl);
  demand(reply->method != cw::Method::tcp);
  if (reply->message == cw::codec::IcmpMessage::echo_reply) {
    demand(reply->probed == reply->from && reply->cookie.has_value() && !reply->quoted_ttl);
  } else {
    demand(reply->message != cw::codec::IcmpMessage::echo_request && reply->quoted_ttl.has_value());
  }
  demand(reply->method == cw::Method::udp || !reply->other_sequence);

  // Another engine would not have taken it, UDP apart, where ports are all there is.
  const ProbeIdentity other{.icmp_identifier_v4 = 0x1235, .icmp_identifier_v6 = 0x4322, .cookie_key = {1, 2}};
  const auto foreign = decode_reply(packet, PacketOrigin::received, other);
  demand(foreign.has_value() == (reply->method == cw::Method::udp));
  return 0;
}
