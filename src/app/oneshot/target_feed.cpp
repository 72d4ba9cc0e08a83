#include "app/oneshot/target_feed.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/text.hpp"
#include "platform/resolver.hpp"

namespace cw::app {
namespace {

// Longer than any host name with a comment behind it.
constexpr std::size_t kMostLine = 1024;

std::string_view family_name(Family family) { return family == Family::v4 ? "IPv4" : "IPv6"; }

// Reads a line of any length and keeps its beginning; false at the end.
bool read_line(std::istream& in, std::string& line, bool& is_too_long) {
  line.clear();
  is_too_long = false;
  auto* buffer = in.rdbuf();
  for (int c = buffer->sbumpc(); c != std::char_traits<char>::eof(); c = buffer->sbumpc()) {
    if (c == '\n') return true;
    if (line.size() < kMostLine)
      line += static_cast<char>(c);
    else
      is_too_long = true;
  }
  return !line.empty();
}

}  // namespace

Result<NamedTarget> resolve_target(const std::string& text, std::optional<Family> family) {
  if (const auto address = IpAddress::parse(text)) {
    if (!family || address->family() == *family) return NamedTarget{text, *address};
    return fail(ErrorKind::not_found, fmt::format("{} is no {} address", text, family_name(*family)));
  }
  auto found = platform::resolve(text, family);
  if (!found) return fail(ErrorKind::not_found, std::move(found).error().message);
  return NamedTarget{text, found->front()};
}

std::optional<Result<std::string>> next_entry(std::istream& in) {
  std::string line;
  bool is_too_long = false;
  while (read_line(in, line, is_too_long)) {
    const auto entry = trim(std::string_view(line).substr(0, line.find('#')));
    if (is_too_long && entry.size() == line.size())
      return fail(ErrorKind::invalid, fmt::format("\"{}…\" is no target: the line is too long", printable(line, 40)));
    if (!entry.empty()) return std::string(entry);
  }
  return std::nullopt;
}

Result<TargetFeed> TargetFeed::open(std::vector<std::string> arguments, const std::optional<std::string>& list,
                                    std::optional<Family> family) {
  TargetFeed feed(std::move(arguments), family);
  if (!list) return feed;
  feed.list_name_ = *list == "-" ? "stdin" : *list;
  if (*list == "-") {
    std::ios::sync_with_stdio(false);
    feed.list_ = &std::cin;
    return feed;
  }
  auto file = std::make_unique<std::ifstream>(*list, std::ios::binary);
  std::error_code error;
  if (!*file || std::filesystem::is_directory(*list, error))
    return fail(ErrorKind::not_found, fmt::format("cannot read the list {}", printable(*list)));
  feed.file_ = std::move(file);
  feed.list_ = feed.file_.get();
  return feed;
}

std::optional<Result<NamedTarget>> TargetFeed::next() {
  if (next_argument_ < arguments_.size()) return resolve_target(arguments_[next_argument_++], family_);
  if (list_ == nullptr) return std::nullopt;
  auto entry = next_entry(*list_);
  if (!entry) return std::nullopt;
  if (!*entry) return std::unexpected(std::move(*entry).error());
  return resolve_target(**entry, family_);
}

}  // namespace cw::app
