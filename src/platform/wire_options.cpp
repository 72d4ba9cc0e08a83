#include "platform/wire_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <memory>
#include <vector>

#include "platform/wire_socket.hpp"

namespace cw::platform {
namespace {

std::vector<std::string> interface_names() {
  std::vector<std::string> names;
  const std::unique_ptr<struct if_nameindex, decltype(&::if_freenameindex)> list(::if_nameindex(), &::if_freenameindex);
  for (const auto* entry = list.get(); entry != nullptr && entry->if_index != 0; ++entry)
    names.emplace_back(entry->if_name);
  return names;
}

std::vector<std::string> own_addresses(Family family) {
  std::vector<std::string> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> list(first, &::freeifaddrs);
  for (const auto* entry = first; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const auto address = to_ip_address(entry->ifa_addr);
    if (!address.is_unspecified() && address.family() == family) addresses.push_back(address.to_string());
  }
  return addresses;
}

Result<> check_source(const IpAddress& source, Family family) {
  const std::string_view name = family == Family::v4 ? "IPv4" : "IPv6";
  if (source.family() != family || source.is_unspecified())
    return fail(ErrorKind::invalid, fmt::format("{} is not an {} source address", source.to_string(), name));
  const auto socket = TRY(open_socket(family_number(family), SOCK_DGRAM, 0));
  if (bind_to(socket, source)) return {};
  return fail(ErrorKind::invalid, fmt::format("{} is no address of this machine, whose {} addresses are: {}",
                                              source.to_string(), name, fmt::join(own_addresses(family), ", ")));
}

}  // namespace

Result<> check(const WireOptions& options) {
  if (!options.interface.empty() && ::if_nametoindex(options.interface.c_str()) == 0)
    return fail(ErrorKind::invalid, fmt::format("there is no interface {}; there are: {}", options.interface,
                                                fmt::join(interface_names(), ", ")));
  for (const auto family : {Family::v4, Family::v6})
    if (const auto& source = options.source(family)) TRY(check_source(*source, family));
  return {};
}

}  // namespace cw::platform
