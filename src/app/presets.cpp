#include "app/presets.hpp"

#include <algorithm>
#include <array>

namespace cw::app {
namespace {

constexpr std::array kResolvers{
    PresetTarget{"1.1.1.1", "Cloudflare"},
    PresetTarget{"1.0.0.1", "Cloudflare"},
    PresetTarget{"2606:4700:4700::1111", "Cloudflare"},
    PresetTarget{"2606:4700:4700::1001", "Cloudflare"},
    PresetTarget{"8.8.8.8", "Google"},
    PresetTarget{"8.8.4.4", "Google"},
    PresetTarget{"2001:4860:4860::8888", "Google"},
    PresetTarget{"2001:4860:4860::8844", "Google"},
    PresetTarget{"9.9.9.9", "Quad9"},
    PresetTarget{"149.112.112.112", "Quad9"},
    PresetTarget{"2620:fe::fe", "Quad9"},
    PresetTarget{"2620:fe::9", "Quad9"},
    PresetTarget{"208.67.222.222", "OpenDNS"},
    PresetTarget{"208.67.220.220", "OpenDNS"},
    PresetTarget{"2620:119:35::35", "OpenDNS"},
    PresetTarget{"2620:119:53::53", "OpenDNS"},
    PresetTarget{"94.140.14.14", "AdGuard"},
    PresetTarget{"2a10:50c0::ad1:ff", "AdGuard"},
    PresetTarget{"185.228.168.9", "CleanBrowsing"},
    PresetTarget{"2a0d:2a00:1::2", "CleanBrowsing"},
    PresetTarget{"194.242.2.2", "Mullvad"},
    PresetTarget{"2a07:e340::2", "Mullvad"},
    PresetTarget{"74.82.42.42", "Hurricane Electric"},
    PresetTarget{"2001:470:20::2", "Hurricane Electric"},
};

// https://www.iana.org/domains/root/servers
constexpr std::array kRootServers{
    PresetTarget{"198.41.0.4", "a.root-servers.net"},     PresetTarget{"2001:503:ba3e::2:30", "a.root-servers.net"},
    PresetTarget{"170.247.170.2", "b.root-servers.net"},  PresetTarget{"2801:1b8:10::b", "b.root-servers.net"},
    PresetTarget{"192.33.4.12", "c.root-servers.net"},    PresetTarget{"2001:500:2::c", "c.root-servers.net"},
    PresetTarget{"199.7.91.13", "d.root-servers.net"},    PresetTarget{"2001:500:2d::d", "d.root-servers.net"},
    PresetTarget{"192.203.230.10", "e.root-servers.net"}, PresetTarget{"2001:500:a8::e", "e.root-servers.net"},
    PresetTarget{"192.5.5.241", "f.root-servers.net"},    PresetTarget{"2001:500:2f::f", "f.root-servers.net"},
    PresetTarget{"192.112.36.4", "g.root-servers.net"},   PresetTarget{"2001:500:12::d0d", "g.root-servers.net"},
    PresetTarget{"198.97.190.53", "h.root-servers.net"},  PresetTarget{"2001:500:1::53", "h.root-servers.net"},
    PresetTarget{"192.36.148.17", "i.root-servers.net"},  PresetTarget{"2001:7fe::53", "i.root-servers.net"},
    PresetTarget{"192.58.128.30", "j.root-servers.net"},  PresetTarget{"2001:503:c27::2:30", "j.root-servers.net"},
    PresetTarget{"193.0.14.129", "k.root-servers.net"},   PresetTarget{"2001:7fd::1", "k.root-servers.net"},
    PresetTarget{"199.7.83.42", "l.root-servers.net"},    PresetTarget{"2001:500:9f::42", "l.root-servers.net"},
    PresetTarget{"202.12.27.33", "m.root-servers.net"},   PresetTarget{"2001:dc3::35", "m.root-servers.net"},
};

constexpr std::array kLargeNetworks{
    PresetTarget{"104.16.132.229", "Cloudflare"},
    PresetTarget{"216.239.32.10", "Google"},
    PresetTarget{"205.251.192.1", "Amazon"},
    PresetTarget{"13.107.21.200", "Microsoft"},
    PresetTarget{"129.134.30.12", "Meta"},
    PresetTarget{"2a03:2880:f0fc:c:face:b00c:0:35", "Meta"},
    PresetTarget{"17.253.144.10", "Apple"},
    PresetTarget{"151.101.1.69", "Fastly"},
    PresetTarget{"2a04:4e42::81", "Fastly"},
    PresetTarget{"208.80.154.224", "Wikimedia"},
    PresetTarget{"2620:0:861:ed1a::1", "Wikimedia"},
    PresetTarget{"140.82.121.4", "GitHub"},
    PresetTarget{"216.218.186.2", "Hurricane Electric"},
    PresetTarget{"193.0.6.139", "RIPE NCC"},
    PresetTarget{"213.186.33.5", "OVH"},
    PresetTarget{"213.239.242.238", "Hetzner"},
    PresetTarget{"4.2.2.2", "Lumen"},
    PresetTarget{"194.25.0.60", "Deutsche Telekom"},
    PresetTarget{"129.250.35.250", "NTT"},
    PresetTarget{"66.28.0.45", "Cogent"},
    PresetTarget{"75.75.75.75", "Comcast"},
    PresetTarget{"68.94.156.1", "AT&T"},
    PresetTarget{"77.88.8.8", "Yandex"},
    PresetTarget{"223.5.5.5", "Alibaba"},
    PresetTarget{"119.29.29.29", "Tencent"},
};

constexpr std::array kPresets{
    Preset{"resolvers", "Public resolvers", "Open DNS resolvers that answer from the nearest of many places",
           kResolvers},
    Preset{"root-servers", "Root servers", "The thirteen root name servers of the DNS, over IPv4 and IPv6",
           kRootServers},
    Preset{"large-networks", "Large networks", "Well-known addresses of clouds, content networks and carriers",
           kLargeNetworks},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

const Preset* find_preset(std::string_view name) {
  const auto found = std::ranges::find(kPresets, name, &Preset::name);
  return found == kPresets.end() ? nullptr : found;
}

}  // namespace cw::app
