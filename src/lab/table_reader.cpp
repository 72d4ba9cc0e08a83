#include "lab/table_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cw::lab {
namespace {

constexpr double most_milliseconds = 600'000;
constexpr double most_seconds = 366.0 * 86'400;

std::optional<double> as_number(const TomlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value.value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value.value)) return *real;
  return std::nullopt;
}

Duration from_seconds(double seconds) { return Duration{static_cast<std::int64_t>(std::llround(seconds * 1e9))}; }
double to_seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

}  // namespace

TableReader::TableReader(const TomlTable& table, std::string_view document, std::string_view what)
    : table_(table), document_(document), what_(what) {}

const TomlValue* TableReader::find(std::string_view key) {
  asked_.push_back(key);
  return table_.find(key);
}

bool TableReader::has(std::string_view key) { return find(key) != nullptr; }

std::string TableReader::text(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(&value->value)) return *text;
  refuse(key, "must be a text");
  return {};
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  if (const auto* text = std::get_if<std::string>(&value->value)) return {*text};
  std::vector<std::string> texts;
  if (const auto* list = std::get_if<TomlArray>(&value->value)) {
    for (const auto& item : *list)
      if (const auto* text = std::get_if<std::string>(&item.value)) texts.push_back(*text);
    if (texts.size() == list->size()) return texts;
  }
  refuse(key, "must be a text or a list of texts");
  return {};
}

bool TableReader::flag(std::string_view key, bool otherwise) {
  const auto* value = find(key);
  if (value == nullptr) return otherwise;
  if (const auto* flag = std::get_if<bool>(&value->value)) return *flag;
  refuse(key, "must be true or false");
  return otherwise;
}

double TableReader::number(std::string_view key, double otherwise, double least, double most) {
  const auto* value = find(key);
  if (value == nullptr) return otherwise;
  const auto number = as_number(*value);
  if (number && *number >= least && *number <= most) return *number;
  refuse(key, fmt::format("must be a number from {} to {}", least, most));
  return otherwise;
}

std::int64_t TableReader::integer(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const auto* value = find(key);
  if (value == nullptr) return otherwise;
  const auto* integer = std::get_if<std::int64_t>(&value->value);
  if (integer != nullptr && *integer >= least && *integer <= most) return *integer;
  refuse(key, fmt::format("must be a whole number from {} to {}", least, most));
  return otherwise;
}

std::vector<std::int64_t> TableReader::integers(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  std::vector<std::int64_t> integers;
  if (const auto* list = std::get_if<TomlArray>(&value->value)) {
    for (const auto& item : *list) {
      const auto* integer = std::get_if<std::int64_t>(&item.value);
      if (integer != nullptr && *integer >= least && *integer <= most) integers.push_back(*integer);
    }
    if (integers.size() == list->size()) return integers;
  }
  refuse(key, fmt::format("must be a list of whole numbers from {} to {}", least, most));
  return {};
}

std::pair<double, double> TableReader::range(std::string_view key, std::pair<double, double> otherwise, double least,
                                             double most) {
  const auto* value = find(key);
  if (value == nullptr) return otherwise;
  const auto* list = std::get_if<TomlArray>(&value->value);
  if (list != nullptr && list->size() == 2) {
    const auto low = as_number(list->front());
    const auto high = as_number(list->back());
    if (low && high && *low >= least && *low <= *high && *high <= most) return {*low, *high};
  }
  refuse(key, fmt::format("must be two numbers, least and most, from {} to {}", least, most));
  return otherwise;
}

Duration TableReader::milliseconds(std::string_view key, Duration otherwise) {
  return from_seconds(number(key, to_seconds(otherwise) * 1e3, 0, most_milliseconds) / 1e3);
}

Duration TableReader::seconds(std::string_view key, Duration otherwise) {
  return from_seconds(number(key, to_seconds(otherwise), 0, most_seconds));
}

std::optional<Asn> TableReader::asn(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* integer = std::get_if<std::int64_t>(&value->value)) {
    if (*integer >= 0 && *integer <= 0xffff'ffff) return Asn{static_cast<std::uint32_t>(*integer)};
  } else if (const auto* text = std::get_if<std::string>(&value->value)) {
    if (auto parsed = Asn::parse(*text)) return *parsed;
  }
  refuse(key, "must be an AS number such as 64500 or \"AS64500\"");
  return std::nullopt;
}

std::optional<IpAddress> TableReader::any_address(std::string_view key) {
  if (find(key) == nullptr) return std::nullopt;
  auto parsed = IpAddress::parse(text(key));
  if (parsed) return *parsed;
  refuse(key, parsed.error().message);
  return std::nullopt;
}

IpAddress TableReader::address(std::string_view key, Family family) {
  const auto address = any_address(key);
  if (!address) return {};
  if (address->family() == family) return *address;
  refuse(key, family == Family::v4 ? "must be an IPv4 address" : "must be an IPv6 address");
  return {};
}

std::optional<Prefix> TableReader::prefix(std::string_view key) {
  if (find(key) == nullptr) return std::nullopt;
  auto parsed = Prefix::parse(text(key));
  if (parsed) return *parsed;
  refuse(key, parsed.error().message);
  return std::nullopt;
}

std::size_t TableReader::choice(std::string_view key, std::size_t otherwise, std::span<const std::string_view> names) {
  if (find(key) == nullptr) return otherwise;
  const auto wanted = text(key);
  if (const auto found = std::ranges::find(names, wanted); found != names.end())
    return static_cast<std::size_t>(found - names.begin());
  refuse(key, fmt::format("must be one of {}", fmt::join(names, ", ")));
  return otherwise;
}

void TableReader::refuse(std::string_view key, std::string_view why) {
  const auto* value = table_.find(key);
  refuse_line(value != nullptr ? value->line : table_.line, fmt::format("{}: {} {}", what_, key, why));
}

void TableReader::refuse_line(std::uint32_t line, std::string_view why) {
  if (!error_) error_ = Error{ErrorKind::invalid, fmt::format("{}:{}: {}", document_, line, printable(why, 300))};
}

Result<> TableReader::finish() {
  for (const auto& entry : table_.entries) {
    if (std::ranges::find(asked_, entry.key) != asked_.end()) continue;
    const auto nearest = nearest_name(entry.key, asked_);
    refuse_line(entry.value.line, fmt::format("{}: unknown key \"{}\"{}", what_, entry.key,
                                              nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
  }
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace cw::lab
