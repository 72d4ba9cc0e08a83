#pragma once

// A trace as it runs, for a terminal: lines stay once they and all before them are known; below them, the ones
// still open are drawn anew with every event. Says what to write; writes nothing itself.

#include <cstddef>
#include <string>

#include "app/text/event_log.hpp"
#include "app/text/trace_text.hpp"

namespace cw::app {

struct TerminalSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

class LiveTrace {
 public:
  LiveTrace(const MeasurementRequest& request, TextStyle style, TerminalSize size);

  [[nodiscard]] std::string begin() const;
  std::string on_event(const probe::ProbeEvent& event);
  // The rest of the hops as the result has them, and the summary.
  std::string finish(const Measurement& measurement, const std::optional<AsPath>& as_path);
  // Takes the open lines away: for an end without a result.
  std::string erase();

 private:
  std::string settled_lines();
  [[nodiscard]] std::string open_lines() const;

  MeasurementRequest request_;
  TextStyle style_;
  TerminalSize size_;
  EventLog log_;
  int next_;          // the first TTL whose line is not there to stay
  std::string open_;  // the open lines as they are on the screen
};

}  // namespace cw::app
