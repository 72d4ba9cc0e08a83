#pragma once

// Reads the members of a JSON body. What is wrong is noted member by member, so that one answer names all of it.

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "core/result.hpp"
#include "platform/http_server.hpp"

namespace cw::api {

class RequestBody {
 public:
  // Fails when it is no JSON object.
  static std::expected<RequestBody, Problem> parse(const platform::HttpRequest& request);

  [[nodiscard]] bool has(std::string_view name) const { return members_.contains(name); }

  // Each reads one member: nothing where it is absent or wrong; what is wrong is noted.
  std::optional<std::string> text(std::string_view name, std::size_t most_bytes);
  std::optional<std::int64_t> whole_number(std::string_view name, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(std::string_view name);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most_items, std::size_t most_bytes);
  // `read` is one of the model's, such as parse_kind.
  template <class Value>
  std::optional<Value> word(std::string_view name, Result<Value> (*read)(std::string_view)) {
    const auto said = text(name, kMostWordBytes);
    if (!said) return std::nullopt;
    auto value = read(*said);
    if (value) return *value;
    note(name, value.error().message);
    return std::nullopt;
  }

  // Something else is wrong with that member; an empty name is the body as a whole.
  void note(std::string_view name, std::string detail);
  // Fails when anything was noted, or a member is there that nobody read.
  std::expected<void, Problem> finish();

 private:
  static constexpr std::size_t kMostWordBytes = 40;

  explicit RequestBody(boost::json::object members) : members_(std::move(members)) {}
  const boost::json::value* find(std::string_view name);
  void note_unknown_members();

  boost::json::object members_;
  std::vector<std::string_view> known_;
  std::vector<BlamedPart> errors_;
};

}  // namespace cw::api
