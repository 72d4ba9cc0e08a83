#pragma once

// A packet socket without anything around it: what the wires are measured against.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platform/file_descriptor.hpp"

namespace cw::bench {

class BareSocket {
 public:
  explicit BareSocket(const std::string& interface);
  // In batches of 64, again and again until the kernel has taken them all.
  void send(std::span<const std::vector<std::uint8_t>> packets);

 private:
  platform::FileDescriptor socket_;
  int interface_;
};

}  // namespace cw::bench
