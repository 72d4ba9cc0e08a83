#pragma once

// Errors as the API says them: problem+json (RFC 9457), each of a type from one table.

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "formats/json_writer.hpp"
#include "platform/http_server.hpp"

namespace cw::api {

enum class ProblemType : std::uint8_t {
  bad_request,
  validation_failed,
  target_unresolvable,
  target_forbidden,
  not_found,
  method_not_allowed,
  conflict,
  precondition_failed,
  precondition_required,
  unsupported_media_type,
  foreign_origin,
  misdirected_request,
  budget_exhausted,
  unsupported,
  unavailable,
  internal,
};

struct ProblemRow {
  ProblemType type;
  std::string_view name;  // last part of its URI
  int status;
  std::string_view title;
};

std::span<const ProblemRow> problem_table();
const ProblemRow& row_of(ProblemType type);
// "/problems/target-forbidden"
std::string type_uri(ProblemType type);

// Which part of the request is to blame.
struct BlamedPart {
  std::string pointer;    // JSON pointer into the body, or
  std::string parameter;  // name of a path, query or header parameter
  std::string detail;
};

struct Problem {
  // NOLINTNEXTLINE(google-explicit-constructor): lets TRY pass an Error on as the problem that it is here
  Problem(const Error& error);
  Problem(ProblemType problem_type, std::string problem_detail, std::vector<BlamedPart> parts = {})
      : type(problem_type), detail(std::move(problem_detail)), errors(std::move(parts)) {}

  ProblemType type;
  std::string detail;
  std::vector<BlamedPart> errors;
  std::vector<std::pair<std::string, std::string>> headers;  // Allow, Retry-After
  std::string unsaid;                                        // what the log may know but the client may not
};

// What a route answers.
using Answer = std::expected<platform::HttpResponse, Problem>;

std::unexpected<Problem> refuse(ProblemType type, std::string detail, std::vector<BlamedPart> errors = {});

// type, title, status, detail: the members that a run's problem has too.
void write_problem(formats::JsonWriter& json, ProblemType type, std::string_view detail);

platform::HttpResponse problem_response(const Problem& problem, const platform::HttpRequest& request);

}  // namespace cw::api
