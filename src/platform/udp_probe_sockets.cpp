#include "platform/udp_probe_sockets.hpp"

#include <netinet/in.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>

#include "platform/queued_error.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t udp_header = 8;
constexpr std::size_t flows_at_once = 16;

std::uint16_t u16_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
  return static_cast<std::uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

std::uint32_t key_of(Family family, std::uint16_t source_port) {
  return (family == Family::v4 ? 0u : 1u) << 16 | source_port;
}

SentProbe remember(const OutgoingPacket& packet, std::span<const std::uint8_t> transport, Instant now) {
  SentProbe probe{.destination = packet.destination,
                  .source_port = u16_at(transport, 0),
                  .destination_port = u16_at(transport, 2),
                  .identification = packet.destination.is_v4() ? u16_at(packet.bytes, 4) : std::uint16_t{0},
                  .head_size = std::min(transport.size(), SentProbe::most_head),
                  .sent_at = now};
  std::ranges::copy(transport.first(probe.head_size), probe.head.begin());
  return probe;
}

}  // namespace

Result<UdpProbeSockets> UdpProbeSockets::open(const WireOptions& options) {
  UdpProbeSockets sockets(options);
  sockets.poll_ = FileDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!sockets.poll_.is_open()) return fail(ErrorKind::internal, "cannot make an epoll descriptor");
  return sockets;
}

std::uint64_t UdpProbeSockets::drops() const {
  auto drops = drops_of_closed_;
  for (const auto& [key, flow] : flows_) drops += flow.drops.total();
  return drops;
}

// ---- flows

Result<FileDescriptor> UdpProbeSockets::open_flow(Family family, std::uint16_t source_port) const {
  auto socket = TRY(open_datagram_socket(family, IPPROTO_UDP));
  TRY(bind_to_interface(socket, options_.interface));
  const auto any = family == Family::v4 ? IpAddress::v4(0) : IpAddress{};
  if (!bind_to(socket, options_.source(family).value_or(any), source_port))
    return fail(ErrorKind::conflict, "another program holds that port");
  return socket;
}

void UdpProbeSockets::give_up_oldest() {
  const auto oldest = std::ranges::min_element(flows_, {}, [](const auto& entry) { return entry.second.last_used; });
  drops_of_closed_ += oldest->second.drops.total();
  flows_.erase(oldest);
}

UdpProbeSockets::Flow* UdpProbeSockets::flow_for(Family family, std::uint16_t source_port) {
  const auto key = key_of(family, source_port);
  auto found = flows_.find(key);
  if (found == flows_.end()) {
    auto socket = open_flow(family, source_port);
    epoll_event event{.events = EPOLLIN, .data = {.u32 = key}};
    if (!socket || ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, socket->get(), &event) != 0) return nullptr;
    if (flows_.size() >= most_sockets) give_up_oldest();
    found = flows_.emplace(key, Flow{.socket = *std::move(socket)}).first;
  }
  found->second.last_used = ++uses_;
  return &found->second;
}

// ---- out

SendOutcome UdpProbeSockets::send(const OutgoingPacket& packet) {
  const auto offset = transport_offset(packet.destination);
  if (packet.bytes.size() < offset + udp_header) return SendOutcome::refused;
  const auto transport = packet.bytes.subspan(offset);
  const auto* flow = flow_for(packet.destination.family(), u16_at(transport, 0));
  if (flow == nullptr) return SendOutcome::refused;
  const auto outcome = send_datagram(flow->socket, packet, offset + udp_header, u16_at(transport, 2));
  if (outcome == SendOutcome::sent) sent_.add(remember(packet, transport, wall_clock_now()));
  return outcome;
}

// ---- in

bool UdpProbeSockets::take_error(const MessageBatch& batch, std::size_t index, std::uint16_t source_port,
                                 std::vector<std::uint8_t>& packet) {
  const auto notes = batch.notes(index);
  if (!is_from_network(notes)) return false;
  const auto payload = batch.bytes(index);
  const auto extensions_at = extensions_offset(notes, payload.size());
  const auto* probe = sent_.answer({.destination = batch.address(index),
                                    .source_port = source_port,
                                    .destination_port = batch.port(index),
                                    .payload = payload.first(extensions_at)},
                                   notes.received_at);
  if (probe == nullptr) return false;
  // What is known of the probe stands for what the kernel kept back.
  const auto head = probe->bytes();
  std::vector<std::uint8_t> quoted(head.begin(), head.end());
  const auto known = head.size() - udp_header;
  if (payload.size() > known)
    quoted.insert(quoted.end(), payload.begin() + static_cast<std::ptrdiff_t>(known), payload.end());
  packet.clear();
  append_error(packet, {.notes = notes,
                        .probed = probe->destination,
                        .protocol = IPPROTO_UDP,
                        .identification = probe->identification,
                        .quoted = quoted,
                        .extensions_at = std::min(extensions_at + udp_header, quoted.size())});
  return true;
}

std::size_t UdpProbeSockets::read(MessageBatch& batch, std::span<IncomingPacket> packets, std::size_t first,
                                  std::span<std::vector<std::uint8_t>> assembled) {
  std::array<epoll_event, flows_at_once> events;
  const int ready = flows_.empty() ? 0 : ::epoll_wait(poll_.get(), events.data(), flows_at_once, 0);
  auto place = first;
  for (int event = 0; event < ready; ++event) {
    const auto key = events[static_cast<std::size_t>(event)].data.u32;
    const auto found = flows_.find(key);
    if (found == flows_.end()) continue;
    auto& flow = found->second;
    const auto start = place;
    const auto count = batch.receive(flow.socket, start, packets.size() - start, MSG_ERRQUEUE);
    for (std::size_t i = start; i < start + count; ++i) {
      flow.drops.saw(batch.notes(i).drops);
      if (!take_error(batch, i, static_cast<std::uint16_t>(key), assembled[place])) continue;
      packets[place] = {.bytes = assembled[place], .received_at = batch.notes(i).received_at, .reconstructed = true};
      ++place;
    }
    // What a destination says over UDP answers no trace; it is only taken away.
    batch.receive(flow.socket, place, MessageBatch::most_messages, 0);
  }
  return place - first;
}

}  // namespace cw::platform
