#include "api/paging.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace cw::api {
namespace {

constexpr int kMostItems = 500;

bool needs_no_escape(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text)
    encoded += needs_no_escape(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

std::string next_link(const platform::HttpRequest& request, std::string_view next_cursor) {
  std::string query;
  for (const auto& [name, value] : request.query)
    if (name != "cursor") query += fmt::format("{}={}&", percent_encode(name), percent_encode(value));
  return fmt::format("<{}?{}cursor={}>; rel=\"next\"", request.path, query, percent_encode(next_cursor));
}

}  // namespace

std::string_view query_value(const platform::HttpRequest& request, std::string_view name) {
  const auto found = request.query.find(name);
  return found == request.query.end() ? std::string_view() : std::string_view(found->second);
}

std::unexpected<Problem> refuse_parameter(std::string_view name, const std::string& detail) {
  return refuse(ProblemType::validation_failed, detail,
                {{.pointer = {}, .parameter = std::string(name), .detail = detail}});
}

std::expected<Page, Problem> read_page(const platform::HttpRequest& request) {
  Page page{.cursor = std::string(query_value(request, "cursor"))};
  const auto limit = query_value(request, "limit");
  if (limit.empty()) return page;
  const auto number = parse_number<int>(limit);
  if (!number || *number < 1 || *number > kMostItems)
    return refuse_parameter("limit", fmt::format("limit must be from 1 to {}", kMostItems));
  page.limit = *number;
  return page;
}

ListWriter::ListWriter() { json_.begin_object().key("items").begin_array(); }

platform::HttpResponse ListWriter::finish(const platform::HttpRequest& request, std::string_view next_cursor) {
  json_.end_array().key("next_cursor").string_or_null(next_cursor).end_object();
  auto response = json_response(json_.take());
  if (!next_cursor.empty()) response.headers.emplace_back("Link", next_link(request, next_cursor));
  return response;
}

platform::HttpResponse json_response(std::string body, int status) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = std::move(body),
          .on_stream = nullptr};
}

}  // namespace cw::api
