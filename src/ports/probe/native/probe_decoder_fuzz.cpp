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
  demand(!rebuilt->quoted_ttl && !rebuilt->quote);
  demand(reply->method != cw::Method::tcp_ack);
  demand(reply->quote.has_value() == reply->quoted_ttl.has_value());
  if (reply->tcp_flags) {
    demand(reply->method == cw::Method::tcp && reply->probed == reply->from && reply->cookie.has_value());
    demand(!reply->quoted_ttl && !reply->next_hop_mtu && reply->mpls.empty() && reply->icmp_type == 0);
    demand((*reply->tcp_flags & 0x04) != 0 || *reply->tcp_flags == 0x12 || *reply->tcp_flags == 0x13);
    demand(reply->source_port >= lowest_source_port);
  } else if (reply->message == cw::codec::IcmpMessage::echo_reply) {
    demand(reply->probed == reply->from && reply->cookie.has_value() && !reply->quoted_ttl);
  } else {
    demand(reply->message != cw::codec::IcmpMessage::echo_request && reply->quoted_ttl.has_value());
  }
  demand(reply->method == cw::Method::udp || !reply->other_sequence);

  // No reply may be taken for one of a flow of another protocol, and all questions have an answer.
  for (const auto method : {cw::Method::icmp, cw::Method::udp, cw::Method::tcp, cw::Method::tcp_ack}) {
    const auto flow = make_flow({.address = reply->probed, .method = method}, reply->from, identity);
    if (may_be_about(*reply, flow)) demand(is_tcp(method) ? is_tcp(reply->method) : reply->method == method);
    static_cast<void>(is_rewritten(*reply, flow, identity.cookie_key, 77));
  }

  // Another engine would not have taken it, UDP and TCP apart, where ports are all there is.
  const ProbeIdentity other{.icmp_identifier_v4 = 0x1235, .icmp_identifier_v6 = 0x4322, .cookie_key = {3, 4}};
  const auto foreign = decode_reply(packet, PacketOrigin::received, other);
  if (reply->method != cw::Method::icmp)
    demand(foreign.has_value());
  else if (foreign)  // it has the other's identifier, and was ours by its cookie
    demand(reply->quote && reply->quote->identifier != identity.icmp_identifier(reply->probed.family()));
  return 0;
}
