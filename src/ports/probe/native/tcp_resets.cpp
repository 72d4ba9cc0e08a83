#include "ports/probe/native/tcp_resets.hpp"

#include <span>

namespace cw::probe {

void TcpResets::add(const ProbeReply& reply, const CookieKey& key) {
  if (waiting_.size() == most_waiting) return;
  const ProbeFlow flow{.source = reply.to,
                       .destination = reply.from,
                       .method = Method::tcp,
                       .source_port = reply.source_port,
                       .destination_port = reply.destination_port};
  const auto next_sequence = tcp_token(key, reply.probed, reply.sequence) + 1;
  auto& reset = waiting_.emplace_back();
  reset.destination = flow.destination;
  reset.size = encode_reset(flow, next_sequence, reset.bytes);
}

Result<std::size_t> TcpResets::send(platform::Wire& wire) {
  if (waiting_.empty()) return std::size_t{0};
  std::vector<platform::OutgoingPacket> packets;
  for (const auto& reset : waiting_)
    packets.push_back({.destination = reset.destination, .bytes = std::span(reset.bytes).first(reset.size)});
  std::vector<std::size_t> refused;  // counted by the wire; the host gives up by itself
  const auto taken = TRY(wire.send(packets, refused));
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(taken));
  return taken;
}

}  // namespace cw::probe
