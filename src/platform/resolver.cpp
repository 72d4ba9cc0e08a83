#include "platform/resolver.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>

#include "core/text.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t kMostName = 253;
constexpr std::size_t kMostLabel = 63;

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kMostLabel || label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_'; });
}

// Also "0x1f", which getaddrinfo reads as a number.
bool is_number(std::string_view label) {
  if (label.starts_with("0x") || label.starts_with("0X")) return true;
  return std::ranges::all_of(label, [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string_view reason_of(int error) {
  switch (error) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return "it has no such address; check the spelling";
    case EAI_AGAIN:
      return "the resolver does not answer; check /etc/resolv.conf and the network";
    default:
      return ::gai_strerror(error);
  }
}

std::optional<IpAddress> address_of(const addrinfo& info) {
  if (info.ai_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, info.ai_addr, sizeof address);
    return IpAddress::v4(ntohl(address.sin_addr.s_addr));
  }
  if (info.ai_family == AF_INET6) {
    sockaddr_in6 address{};
    std::memcpy(&address, info.ai_addr, sizeof address);
    IpAddress::Bytes bytes{};
    std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
    return IpAddress::v6(bytes);
  }
  return std::nullopt;
}

}  // namespace

bool is_host_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > kMostName) return false;
  const auto labels = split(text, '.');
  return std::ranges::all_of(labels, is_label) && !is_number(labels.back());
}

Result<std::vector<IpAddress>> resolve(const std::string& name, std::optional<Family> family) {
  if (!is_host_name(name))
    return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither an address nor a host name", printable(name, 80)));
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_family = !family ? AF_UNSPEC : *family == Family::v4 ? AF_INET : AF_INET6;
  addrinfo* answers = nullptr;
  if (const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &answers); error != 0)
    return fail(ErrorKind::not_found, fmt::format("cannot resolve {}: {}", name, reason_of(error)));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(answers, &::freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const auto* info = answers; info != nullptr; info = info->ai_next)
    if (const auto address = address_of(*info); address && std::ranges::find(addresses, *address) == addresses.end())
      addresses.push_back(*address);
  if (addresses.empty()) return fail(ErrorKind::not_found, fmt::format("cannot resolve {}: it has no address", name));
  return addresses;
}

}  // namespace cw::platform
