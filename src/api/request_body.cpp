#include "api/request_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "core/text.hpp"

namespace cw::api {

std::expected<RequestBody, Problem> RequestBody::parse(const platform::HttpRequest& request) {
  boost::system::error_code error;
  auto value = boost::json::parse(request.body, error);
  if (error) return refuse(ProblemType::bad_request, "the body is not JSON: " + error.message());
  if (!value.is_object()) return refuse(ProblemType::bad_request, "the body must be a JSON object");
  return RequestBody(std::move(value.as_object()));
}

const boost::json::value* RequestBody::find(std::string_view name) {
  known_.push_back(name);
  return members_.if_contains(name);
}

void RequestBody::note(std::string_view name, std::string detail) {
  errors_.push_back({.pointer = name.empty() ? std::string() : fmt::format("/{}", name),
                     .parameter = {},
                     .detail = std::move(detail)});
}

std::optional<std::string> RequestBody::text(std::string_view name, std::size_t most_bytes) {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (!member->is_string()) {
    note(name, fmt::format("{} must be a text", name));
    return std::nullopt;
  }
  const auto& text = member->as_string();
  if (text.size() > most_bytes) {
    note(name, fmt::format("{} may have {} bytes at most", name, most_bytes));
    return std::nullopt;
  }
  return std::string(text);
}

std::optional<std::int64_t> RequestBody::whole_number(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto number = member->is_number() ? member->to_number<std::int64_t>(error) : least;
  if (!member->is_number() || error || number < least || number > most) {
    note(name, fmt::format("{} must be a whole number from {} to {}", name, least, most));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> RequestBody::boolean(std::string_view name) {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_bool()) return member->get_bool();
  note(name, fmt::format("{} must be true or false", name));
  return std::nullopt;
}

std::optional<std::vector<std::string>> RequestBody::texts(std::string_view name, std::size_t most_items,
                                                           std::size_t most_bytes) {
  const auto* member = find(name);
  if (member == nullptr) return std::nullopt;
  const auto fits = [&](const boost::json::value& item) {
    return item.is_string() && item.as_string().size() <= most_bytes;
  };
  if (!member->is_array() || member->as_array().size() > most_items || !std::ranges::all_of(member->as_array(), fits)) {
    note(name, fmt::format("{} must be a list of at most {} texts of at most {} bytes", name, most_items, most_bytes));
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (const auto& item : member->as_array()) texts.emplace_back(item.as_string());
  return texts;
}

void RequestBody::note_unknown_members() {
  for (const auto& member : members_) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::ranges::find(known_, name) != known_.end()) continue;
    const auto nearest = nearest_name(name, known_);
    note("", nearest ? fmt::format("\"{}\" is unknown: did you mean {}?", printable(name, 40), *nearest)
                     : fmt::format("\"{}\" is unknown: leave it out", printable(name, 40)));
  }
}

std::expected<void, Problem> RequestBody::finish() {
  note_unknown_members();
  if (errors_.empty()) return {};
  auto detail = errors_.front().detail;
  return refuse(ProblemType::validation_failed, std::move(detail), std::move(errors_));
}

}  // namespace cw::api
