#pragma once

// Remembers the UDP probes that were sent through sockets, because the error queue hands out of a quoted probe only
// what follows its UDP header, and many routers quote no more than that header (RFC 792 asks for no more).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"

namespace cw::platform {

struct SentProbe {
  static constexpr std::size_t most_head = 32;

  IpAddress destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t identification = 0;
  std::array<std::uint8_t, most_head> head{};  // from the UDP header on
  std::size_t head_size = 0;
  Instant sent_at;
  bool is_answered = false;

  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return std::span(head).first(head_size); }
};

struct QuotedProbe {
  IpAddress destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::span<const std::uint8_t> payload;  // behind the UDP header, as far as it was quoted
};

class SentProbes {
 public:
  // The latest so many are remembered.
  static constexpr std::size_t most_probes = 4096;

  void add(const SentProbe& probe);

  // The probe that was quoted, which is then answered.
  // 1. Where the whole start of its payload was quoted, it is the one with that payload.
  // 2. Where less was, it is the one that fits, if it is the only one without an answer. Of several none is chosen:
  //    a guess would put an address at the wrong hop.
  const SentProbe* answer(const QuotedProbe& quoted, Instant now);

 private:
  std::vector<SentProbe> probes_;
  std::size_t next_ = 0;  // where the next one goes once all places are taken
};

}  // namespace cw::platform
