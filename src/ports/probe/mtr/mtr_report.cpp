#include "ports/probe/mtr/mtr_report.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

constexpr std::uint32_t largest_label = (1U << 20) - 1;

class RawReader {
 public:
  Result<> read(std::string_view line) {
    const auto words = words_of(line);
    if (words.empty()) return {};
    const auto ttl = words.size() > 1 ? parse_number<std::uint8_t>(words[1]) : std::nullopt;
    if (words[0].size() != 1 || !ttl || *ttl == std::numeric_limits<std::uint8_t>::max()) return nonsense(line);
    const std::span<const std::string_view> values(words.begin() + 2, words.end());
    if (!read_line(words[0][0], *ttl, values)) return nonsense(line);
    return {};
  }
  std::vector<MtrProbe> take() { return std::move(probes_); }

 private:
  struct Place {
    std::optional<IpAddress> address;
    std::vector<MplsLabel> mpls;
  };

  static std::unexpected<Error> nonsense(std::string_view line) {
    return fail(ErrorKind::invalid, fmt::format("mtr --raw has no line \"{}\"", printable(line, 40)));
  }

  bool read_line(char kind, std::uint8_t index, std::span<const std::string_view> values) {
    switch (kind) {
      case 'x':
        return values.size() == 1 && sent(index, values[0]);
      case 'h':
        return values.size() == 1 && announced(index, values[0]);
      case 'm':
        return values.size() == 4 && labelled(index, values);
      case 'p':
        return values.size() == 2 && answered(index, values[0], values[1]);
      case 'd':
      case 't':  // a new address family or test, in some versions
        return true;
      default:
        return false;
    }
  }

  bool sent(std::uint8_t index, std::string_view sequence) {
    const auto number = parse_number<int>(sequence);
    if (!number) return false;
    if (last_index_ && index <= *last_index_) ++round_;
    last_index_ = index;
    by_sequence_[*number] = probes_.size();
    probes_.push_back({.ttl = Ttl{static_cast<std::uint8_t>(index + 1)}, .round = round_});
    return true;
  }

  bool announced(std::uint8_t index, std::string_view address) {
    places_[index] = {.address = parse_printed_address(address)};
    return places_[index].address.has_value();
  }

  bool labelled(std::uint8_t index, std::span<const std::string_view> values) {
    const auto label = parse_number<std::uint32_t>(values[0]);
    const auto traffic_class = parse_number<std::uint8_t>(values[1]);
    const auto bottom = parse_number<std::uint8_t>(values[2]);
    const auto ttl = parse_number<std::uint8_t>(values[3]);
    if (!label || *label > largest_label || !traffic_class || *traffic_class > 7 || !bottom || *bottom > 1 || !ttl)
      return false;
    places_[index].mpls.push_back(
        {.label = *label, .traffic_class = *traffic_class, .bottom = *bottom == 1, .ttl = *ttl});
    return places_[index].mpls.size() <= most_labels;
  }

  bool answered(std::uint8_t index, std::string_view microseconds, std::string_view sequence) {
    const auto rtt = parse_number<std::uint32_t>(microseconds);
    const auto number = parse_number<int>(sequence);
    if (!rtt || !number || !places_[index].address) return false;
    const auto found = by_sequence_.find(*number);
    if (found == by_sequence_.end()) return false;
    auto& probe = probes_[found->second];
    if (probe.ttl.value != index + 1) return false;
    probe.from = places_[index].address;
    probe.mpls = places_[index].mpls;
    probe.rtt = std::chrono::microseconds(*rtt);
    by_sequence_.erase(found);
    return true;
  }

  static constexpr std::size_t most_labels = 8;  // as many as mtr keeps

  std::vector<MtrProbe> probes_;
  std::unordered_map<int, std::size_t> by_sequence_;  // what is not answered; mtr uses numbers again
  std::array<Place, std::numeric_limits<std::uint8_t>::max()> places_;
  std::optional<std::uint8_t> last_index_;
  int round_ = 1;
};

}  // namespace

Result<std::vector<MtrProbe>> parse_mtr_raw(std::string_view text) {
  RawReader reader;
  for (const auto line : lines_of(text)) TRY(reader.read(line));
  auto probes = reader.take();
  if (probes.empty()) return fail(ErrorKind::invalid, "mtr says nothing of any probe");
  return probes;
}

}  // namespace cw::probe
