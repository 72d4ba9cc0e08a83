#pragma once

// The connections that a SYN began and nothing has ended: every simulated host's, so that a test can ask whether a
// measurement leaves any behind.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "core/ip_address.hpp"

namespace cw::lab {

class HalfOpenConnections {
 public:
  // Beyond that hosts answer without keeping anything, as with SYN cookies (RFC 4987, section 3.6).
  static constexpr std::size_t most = 65'536;

  struct Ends {
    IpAddress client;
    IpAddress server;
    std::uint16_t client_port = 0;
    std::uint16_t server_port = 0;
    friend auto operator<=>(const Ends&, const Ends&) = default;
  };

  [[nodiscard]] std::size_t size() const { return begun_.size(); }
  // The sequence number that the client began with.
  [[nodiscard]] std::optional<std::uint32_t> find(const Ends& ends) const {
    const auto found = begun_.find(ends);
    return found == begun_.end() ? std::nullopt : std::optional(found->second);
  }
  void begin(const Ends& ends, std::uint32_t sequence) {
    if (begun_.size() < most) begun_.emplace(ends, sequence);
  }
  void end(const Ends& ends) { begun_.erase(ends); }

 private:
  std::map<Ends, std::uint32_t> begun_;
};

}  // namespace cw::lab
