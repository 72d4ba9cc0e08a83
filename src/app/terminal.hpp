#pragma once

// The terminal that the program may be talking to.

#include <termios.h>

#include <optional>
#include <string_view>

#include "app/text/live_trace.hpp"
#include "app/text/paint.hpp"
#include "core/result.hpp"

namespace cw::app {

bool stdout_is_terminal();

// None on a pipe, with NO_COLOR set (https://no-color.org), or on a terminal that says it is dumb.
Colour wanted_colour();

TerminalSize terminal_size();

// Writes all of it to stdout at once. False when nobody reads any more.
bool write_out(std::string_view text);
// One line to stderr: "cyberwatch: TEXT".
void say_error(std::string_view text);

// Keys come one by one and unseen for as long as this lives; nothing where stdin is no terminal.
class KeyReader {
 public:
  KeyReader();
  ~KeyReader();
  KeyReader(const KeyReader&) = delete;
  KeyReader& operator=(const KeyReader&) = delete;

  // A key that was pressed; never waits.
  [[nodiscard]] std::optional<char> poll() const;

 private:
  std::optional<termios> before_;
};

}  // namespace cw::app
