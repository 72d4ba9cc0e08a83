// Bodies that anybody may send. Whatever comes, each member is either taken within its bounds or noted, and a
// body that is taken had nothing unknown in it.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/request_body.hpp"
#include "model/measurement_request.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const cw::platform::HttpRequest request{.method = "POST",
                                          .body = std::string(reinterpret_cast<const char*>(data), size)};
  auto body = cw::api::RequestBody::parse(request);
  if (!body) {
    must(body.error().type == cw::api::ProblemType::bad_request);
    return 0;
  }
  const auto text = body->text("target", 20);
  const auto number = body->whole_number("count", 1, 100);
  const auto texts = body->texts("labels", 3, 10);
  const auto kind = body->word("kind", cw::parse_kind);
  must(!text || text->size() <= 20);
  must(!number || (*number >= 1 && *number <= 100));
  must(!texts || texts->size() <= 3);
  const bool all_taken = body->has("target") == text.has_value() && body->has("count") == number.has_value() &&
                         body->has("labels") == texts.has_value() && body->has("kind") == kind.has_value();
  const auto finished = body->finish();
  must(!finished || all_taken);
  if (finished) return 0;
  must(!finished.error().errors.empty());
  const auto answer = cw::api::problem_response(finished.error(), request);
  must(answer.status == 422 && answer.body.find('\n') == std::string::npos);
  return 0;
}
