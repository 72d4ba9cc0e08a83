#include "ports/probe/scamper/scamper_control.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/text.hpp"

namespace cw::probe {
namespace {

std::unexpected<Error> nonsense(std::string_view line) {
  return fail(ErrorKind::invalid, fmt::format("scamper's control socket said \"{}\"", printable(line, 80)));
}

std::optional<std::uint32_t> parse_id(std::string_view word) {
  if (!word.starts_with("id-")) return std::nullopt;
  return parse_number<std::uint32_t>(word.substr(3));
}

struct Announcement {
  std::size_t bytes = 0;
  ControlData data;
};

// "915", "915 id-3", "915 id-3 inprog". Further words are for later versions to know.
std::optional<Announcement> parse_announcement(std::string_view text) {
  const auto words = split(text, ' ');
  const auto bytes = parse_number<std::size_t>(words.front());
  if (!bytes) return std::nullopt;
  Announcement announcement{.bytes = *bytes, .data = {}};
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (const auto id = parse_id(words[i])) announcement.data.id = id;
    if (words[i] == "inprog") announcement.data.in_progress = true;
  }
  return announcement;
}

}  // namespace

Result<std::vector<ControlMessage>> ControlParser::take(std::string_view bytes) {
  buffer_ += bytes;
  std::vector<ControlMessage> messages;
  for (;;) {
    auto message = TRY(next());
    if (!message) break;
    messages.push_back(*std::move(message));
  }
  buffer_.erase(0, std::exchange(read_, 0));
  return messages;
}

Result<std::optional<ControlMessage>> ControlParser::next() {
  for (;;) {
    const auto rest = std::string_view(buffer_).substr(read_);
    if (announced_) {
      if (rest.size() < announced_bytes_) return std::nullopt;
      announced_->payload = rest.substr(0, announced_bytes_);
      read_ += announced_bytes_;
      return *std::exchange(announced_, std::nullopt);
    }
    const auto end = rest.find('\n');
    if (end == std::string_view::npos ? rest.size() > most_line_bytes : end > most_line_bytes)
      return nonsense(rest.substr(0, 80));
    if (end == std::string_view::npos) return std::nullopt;
    read_ += end + 1;
    auto message = TRY(read_line(rest.substr(0, end)));
    if (message) return message;
  }
}

Result<std::optional<ControlMessage>> ControlParser::read_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return std::nullopt;
  if (line == "MORE") return ControlReady{};
  if (line == "OK") return ControlDone{};
  if (line == "ERR") return ControlRefused{};
  if (line.starts_with("ERR ")) return ControlRefused{.reason = std::string(line.substr(4))};
  if (line.starts_with("OK ")) {
    if (const auto id = parse_id(line.substr(3))) return ControlAccepted{.id = *id};
    return ControlDone{.text = std::string(line.substr(3))};
  }
  if (!line.starts_with("DATA ")) return nonsense(line);
  auto announcement = parse_announcement(line.substr(5));
  if (!announcement || announcement->bytes > most_data_bytes) return nonsense(line);
  announced_ = std::move(announcement->data);
  announced_bytes_ = announcement->bytes;
  return std::nullopt;
}

}  // namespace cw::probe
