#pragma once

// Lists in pages: `limit` and `cursor` in, `{items, next_cursor}` and a Link out.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "formats/json_writer.hpp"
#include "platform/http_server.hpp"

namespace cw::api {

struct Page {
  int limit = 50;
  std::string cursor;  // empty: from the start
};

std::expected<Page, Problem> read_page(const platform::HttpRequest& request);

// The value of a query parameter; empty where it is not given.
std::string_view query_value(const platform::HttpRequest& request, std::string_view name);
// A query parameter is wrong.
std::unexpected<Problem> refuse_parameter(std::string_view name, const std::string& detail);

// Writes {"items":[…],"next_cursor":…}: begin, the items, end.
class ListWriter {
 public:
  ListWriter();
  formats::JsonWriter& items() { return json_; }
  // `next_cursor` is empty on the last page.
  platform::HttpResponse finish(const platform::HttpRequest& request, std::string_view next_cursor);

 private:
  formats::JsonWriter json_;
};

platform::HttpResponse json_response(std::string body, int status = 200);

}  // namespace cw::api
