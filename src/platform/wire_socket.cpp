#include "platform/wire_socket.hpp"

#include <fmt/format.h>
#include <linux/errqueue.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace cw::platform {
namespace {

constexpr int receive_buffer_bytes = 8 << 20;
// Routes change; what the kernel said is believed for so long.
constexpr Duration source_is_good_for = std::chrono::seconds(5);
constexpr std::size_t most_known_sources = 16'384;

Instant to_instant(const timespec& time) {
  return Instant(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

timespec to_timespec(Duration duration) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

std::string error_text(int error) { return std::error_code(error, std::generic_category()).message(); }

template <class T>
T read_as(const void* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

IpAddress to_v6_address(const in6_addr& address) {
  IpAddress::Bytes bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  return IpAddress::v6(bytes);
}

void read_note(const cmsghdr& header, const void* data, MessageNotes& notes) {
  if (header.cmsg_level == SOL_SOCKET) {
    if (header.cmsg_type == SCM_TIMESTAMPNS) notes.received_at = to_instant(read_as<timespec>(data));
    if (header.cmsg_type == SO_RXQ_OVFL) notes.drops = read_as<std::uint32_t>(data);
  }
  const bool is_v4 = header.cmsg_level == IPPROTO_IP;
  const bool is_v6 = header.cmsg_level == IPPROTO_IPV6;
  if ((is_v4 && header.cmsg_type == IP_TTL) || (is_v6 && header.cmsg_type == IPV6_HOPLIMIT))
    notes.ttl = static_cast<std::uint8_t>(read_as<int>(data));
  if (is_v4 && header.cmsg_type == IP_PKTINFO)
    notes.destination = IpAddress::v4(ntohl(read_as<in_pktinfo>(data).ipi_addr.s_addr));
  if (is_v6 && header.cmsg_type == IPV6_PKTINFO)
    notes.destination = to_v6_address(read_as<in6_pktinfo>(data).ipi6_addr);
  if ((is_v4 && header.cmsg_type == IP_RECVERR) || (is_v6 && header.cmsg_type == IPV6_RECVERR)) {
    notes.error = static_cast<const sock_extended_err*>(data);
    notes.offender = to_ip_address(SO_EE_OFFENDER(notes.error));
  }
}

}  // namespace

Instant wall_clock_now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return to_instant(time);
}

SocketAddress to_socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_v4()) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    in.sin_addr.s_addr = htonl(address.v4_value());
    std::memcpy(&result.storage, &in, sizeof(in));
    result.length = sizeof(in);
  } else {
    sockaddr_in6 in{};
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::memcpy(&in.sin6_addr, address.bytes().data(), sizeof(in.sin6_addr));
    std::memcpy(&result.storage, &in, sizeof(in));
    result.length = sizeof(in);
  }
  return result;
}

IpAddress to_ip_address(const sockaddr* address) {
  if (address->sa_family == AF_INET) return IpAddress::v4(ntohl(read_as<sockaddr_in>(address).sin_addr.s_addr));
  if (address->sa_family == AF_INET6) return to_v6_address(read_as<sockaddr_in6>(address).sin6_addr);
  return {};
}

std::uint16_t port_of(const sockaddr_storage& address) {
  return ntohs(
      read_as<std::uint16_t>(reinterpret_cast<const std::uint8_t*>(&address) + offsetof(sockaddr_in, sin_port)));
}

Result<FileDescriptor> open_socket(int family, int type, int protocol) {
  FileDescriptor socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
  if (socket.is_open()) return socket;
  const int error = errno;
  const auto text = error_text(error);
  if (error == EPERM || error == EACCES) return fail(ErrorKind::unavailable, text);
  if (error == EAFNOSUPPORT || error == EPROTONOSUPPORT) return fail(ErrorKind::unsupported, text);
  return fail(ErrorKind::internal, "cannot open a socket: " + text);
}

bool set_option(const FileDescriptor& socket, int level, int name, int value) {
  return ::setsockopt(socket.get(), level, name, &value, sizeof(value)) == 0;
}

bool bind_to(const FileDescriptor& socket, const IpAddress& address, std::uint16_t port) {
  const auto local = to_socket_address(address, port);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&local.storage), local.length) == 0;
}

Result<> bind_to_interface(const FileDescriptor& socket, const std::string& name) {
  const auto size = static_cast<socklen_t>(name.size());
  if (name.empty() || ::setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, name.data(), size) == 0) return {};
  return fail(ErrorKind::unavailable, fmt::format("cannot send through {}: {}", name, error_text(errno)));
}

Result<> apply(const WireOptions& options, Family family, const FileDescriptor& socket) {
  TRY(bind_to_interface(socket, options.interface));
  if (const auto& source = options.source(family); source && !bind_to(socket, *source))
    return fail(ErrorKind::unavailable, fmt::format("cannot send from {}: {}", source->to_string(), error_text(errno)));
  return {};
}

bool buffer_is_full(int error) { return error == EAGAIN || error == ENOBUFS || error == EINTR; }

int family_number(Family family) { return family == Family::v4 ? AF_INET : AF_INET6; }

std::span<const std::uint8_t> zero_bytes(std::size_t count) {
  // Never written, so that the kernel backs it with its one page of zeros.
  static std::array<std::uint8_t, 0xffff> zeros;
  assert(count <= zeros.size());
  return std::span(zeros).first(count);
}

void prepare_for_receiving(const FileDescriptor& socket) {
  // The first needs CAP_NET_ADMIN; the second is cut to net.core.rmem_max.
  if (!set_option(socket, SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer_bytes))
    set_option(socket, SOL_SOCKET, SO_RCVBUF, receive_buffer_bytes);
  set_option(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1);
  set_option(socket, SOL_SOCKET, SO_RXQ_OVFL, 1);
}

// ---- batches

MessageBatch::MessageBatch() : rooms_(std::make_unique_for_overwrite<Room[]>(most_messages)), headers_(most_messages) {
  for (std::size_t i = 0; i < most_messages; ++i) {
    auto& room = rooms_[i];
    room.vector = {.iov_base = room.bytes.data(), .iov_len = room.bytes.size()};
    headers_[i].msg_hdr = {.msg_name = &room.address,
                           .msg_namelen = sizeof(room.address),
                           .msg_iov = &room.vector,
                           .msg_iovlen = 1,
                           .msg_control = room.control.data(),
                           .msg_controllen = room.control.size(),
                           .msg_flags = 0};
  }
}

std::size_t MessageBatch::receive(const FileDescriptor& socket, std::size_t first, std::size_t most, int flags) {
  first = std::min(first, most_messages);
  most = std::min(most, most_messages - first);
  if (most == 0 || !socket.is_open()) return 0;
  for (std::size_t i = first; i < first + most; ++i) {
    headers_[i].msg_hdr.msg_namelen = sizeof(Room::address);
    headers_[i].msg_hdr.msg_controllen = control_size;
  }
  const int count =
      ::recvmmsg(socket.get(), &headers_[first], static_cast<unsigned>(most), flags | MSG_DONTWAIT, nullptr);
  if (count > 0) read_at_ = wall_clock_now();
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::span<const std::uint8_t> MessageBatch::bytes(std::size_t index) const {
  return std::span(rooms_[index].bytes).first(headers_[index].msg_len);
}

IpAddress MessageBatch::address(std::size_t index) const {
  return to_ip_address(static_cast<const sockaddr*>(headers_[index].msg_hdr.msg_name));
}

std::uint16_t MessageBatch::port(std::size_t index) const { return port_of(rooms_[index].address); }

MessageNotes MessageBatch::notes(std::size_t index) const {
  MessageNotes notes;
  notes.received_at = read_at_;
  auto header = headers_[index].msg_hdr;
  for (auto* note = CMSG_FIRSTHDR(&header); note != nullptr; note = CMSG_NXTHDR(&header, note))
    read_note(*note, CMSG_DATA(note), notes);
  return notes;
}

void DropCount::saw(std::optional<std::uint32_t> drops) {
  if (!drops) return;
  // The kernel's count may wrap around; unsigned subtraction does not mind.
  total_ += *drops - last_;
  last_ = *drops;
}

// ---- waiting

Result<WakeableWait> WakeableWait::open() {
  WakeableWait wait;
  wait.event_ = FileDescriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wait.event_.is_open()) return fail(ErrorKind::internal, "cannot make an event descriptor");
  return wait;
}

WakeableWait::Outcome WakeableWait::wait(std::span<const int> sockets, Instant until) {
  assert(sockets.size() <= most_sockets);
  std::array<pollfd, most_sockets + 1> polled{};
  for (std::size_t i = 0; i < sockets.size(); ++i) polled[i] = {.fd = sockets[i], .events = POLLIN, .revents = 0};
  polled[sockets.size()] = {.fd = event_.get(), .events = POLLIN, .revents = 0};
  const auto timeout = to_timespec(std::max(until - wall_clock_now(), Duration{}));
  Outcome outcome;
  if (::ppoll(polled.data(), sockets.size() + 1, &timeout, nullptr) <= 0) return outcome;
  for (std::size_t i = 0; i < sockets.size(); ++i) outcome.readable[i] = polled[i].revents != 0;
  std::uint64_t ignored = 0;
  outcome.woken =
      polled[sockets.size()].revents != 0 && ::read(event_.get(), &ignored, sizeof(ignored)) == sizeof(ignored);
  return outcome;
}

void WakeableWait::wake() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the waiter wakes anyway.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof(one));
}

// ---- routes

Result<IpAddress> SourceFinder::find(const IpAddress& destination) {
  const auto now = wall_clock_now();
  if (const auto found = known_.find(destination);
      found != known_.end() && now - found->second.asked_at < source_is_good_for)
    return found->second.source;
  auto& socket = destination.is_v4() ? v4_ : v6_;
  const auto family = destination.family();
  if (!socket.is_open()) {
    auto opened = TRY(open_socket(family_number(family), SOCK_DGRAM, 0));
    TRY(apply(options_, family, opened));
    socket = std::move(opened);
  }
  // Without this the socket keeps the source of the destination before. It forgets the interface with it.
  const sockaddr disconnect{.sa_family = AF_UNSPEC, .sa_data = {}};
  if (::connect(socket.get(), &disconnect, sizeof(disconnect)) != 0)
    return fail(ErrorKind::unavailable, fmt::format("a socket cannot be used again: {}", error_text(errno)));
  TRY(bind_to_interface(socket, options_.interface));
  const auto address = to_socket_address(destination, 33434);
  SocketAddress local;
  local.length = sizeof(local.storage);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local.storage), &local.length) != 0)
    return fail(ErrorKind::unavailable, fmt::format("no route to {}: {}", destination.to_string(), error_text(errno)));
  if (known_.size() >= most_known_sources) known_.clear();
  const auto source = to_ip_address(reinterpret_cast<const sockaddr*>(&local.storage));
  known_.insert_or_assign(destination, Known{.source = source, .asked_at = now});
  return source;
}

}  // namespace cw::platform
