#pragma once

// What scamper says on its control socket once `attach format json` was sent (scamper(1), CONTROL SOCKET and ATTACH
// MODE): lines, and results that a line announces by their length. Bytes in, messages out; no sockets here.
//
//   OK, OK halted 3, …     done
//   OK id-3                a command is accepted, and has that number
//   ERR …                  refused
//   MORE                   one more command may come
//   DATA 915               a result of that many bytes follows (20211212)
//   DATA 915 id-3 inprog   the same with its command's number, and that more of it will come (since 20230224)

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace cw::probe {

struct ControlDone {
  std::string text;  // behind "OK"
  friend bool operator==(const ControlDone&, const ControlDone&) = default;
};
struct ControlAccepted {
  std::uint32_t id = 0;
  friend bool operator==(const ControlAccepted&, const ControlAccepted&) = default;
};
struct ControlRefused {
  std::string reason;
  friend bool operator==(const ControlRefused&, const ControlRefused&) = default;
};
struct ControlReady {
  friend bool operator==(const ControlReady&, const ControlReady&) = default;
};
struct ControlData {
  std::optional<std::uint32_t> id;
  bool in_progress = false;
  std::string payload;
  friend bool operator==(const ControlData&, const ControlData&) = default;
};
using ControlMessage = std::variant<ControlDone, ControlAccepted, ControlRefused, ControlReady, ControlData>;

class ControlParser {
 public:
  static constexpr std::size_t most_line_bytes = 4096;
  static constexpr std::size_t most_data_bytes = std::size_t{16} << 20;

  // The messages that are whole with these bytes; the rest is kept. `invalid`: nobody who speaks the protocol says
  // that, or it is larger than the bounds. Then the connection is of no use any more.
  Result<std::vector<ControlMessage>> take(std::string_view bytes);

 private:
  // The next message, taken off `buffer_`; nothing while it is not whole.
  Result<std::optional<ControlMessage>> next();
  Result<std::optional<ControlMessage>> read_line(std::string_view line);

  std::string buffer_;
  std::size_t read_ = 0;  // what of it is used up
  std::optional<ControlData> announced_;
  std::size_t announced_bytes_ = 0;
};

}  // namespace cw::probe
