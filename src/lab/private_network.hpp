#pragma once

// A network namespace of our own whose only way out is a TUN device: whoever runs inside sees the simulated
// Internet and can reach nothing else. Root is not needed where the kernel allows user namespaces.

#include <string>
#include <utility>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

// An open TUN device. Reading gives whole IP packets that the kernel sends, writing hands it those that arrive.
class TunDevice {
 public:
  explicit TunDevice(int descriptor) : descriptor_(descriptor) {}
  TunDevice(TunDevice&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  TunDevice& operator=(TunDevice&&) = delete;
  ~TunDevice();

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

inline constexpr std::string_view tun_name = "lab0";
inline constexpr int tun_mtu = 1500;

// Moves this process into new namespaces, where it is root. Only before other threads are started.
// `unavailable` where the kernel refuses, with what would mend it.
Result<> enter_private_network();
// Makes the TUN device in the namespace that we are in, with the vantage's addresses and the default routes.
Result<TunDevice> open_tun(const Vantage& vantage);

}  // namespace cw::lab
