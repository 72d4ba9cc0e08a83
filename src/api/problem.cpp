#include "api/problem.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace cw::api {
namespace {

constexpr std::array kProblems{
    ProblemRow{ProblemType::bad_request, "bad-request", 400, "Request cannot be read"},
    ProblemRow{ProblemType::validation_failed, "validation-failed", 422, "A value is wrong"},
    ProblemRow{ProblemType::target_unresolvable, "target-unresolvable", 422, "Target cannot be resolved"},
    ProblemRow{ProblemType::target_forbidden, "target-forbidden", 422, "Target may not be measured"},
    ProblemRow{ProblemType::not_found, "not-found", 404, "No such thing"},
    ProblemRow{ProblemType::method_not_allowed, "method-not-allowed", 405, "Method is not allowed here"},
    ProblemRow{ProblemType::conflict, "conflict", 409, "Somebody else holds it"},
    ProblemRow{ProblemType::precondition_failed, "precondition-failed", 412, "Changed since it was read"},
    ProblemRow{ProblemType::precondition_required, "precondition-required", 428, "If-Match is missing"},
    ProblemRow{ProblemType::unsupported_media_type, "unsupported-media-type", 415, "Body is not JSON"},
    ProblemRow{ProblemType::foreign_origin, "foreign-origin", 403, "Request comes from another site"},
    ProblemRow{ProblemType::misdirected_request, "misdirected-request", 421, "Host is not this node"},
    ProblemRow{ProblemType::budget_exhausted, "budget-exhausted", 429, "Too much at once"},
    ProblemRow{ProblemType::unsupported, "unsupported", 422, "This node cannot do that"},
    ProblemRow{ProblemType::unavailable, "unavailable", 503, "A part of the node is unavailable"},
    ProblemRow{ProblemType::internal, "internal", 500, "The node failed"},
};

ProblemType type_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid:
      return ProblemType::validation_failed;
    case ErrorKind::not_found:
      return ProblemType::not_found;
    case ErrorKind::conflict:
      return ProblemType::conflict;
    case ErrorKind::forbidden:
      return ProblemType::target_forbidden;
    case ErrorKind::unsupported:
      return ProblemType::unsupported;
    case ErrorKind::exhausted:  // of the disk or the memory; budgets are refused by who keeps them
    case ErrorKind::unavailable:
    case ErrorKind::cancelled:
      return ProblemType::unavailable;
    case ErrorKind::internal:
      return ProblemType::internal;
  }
  return ProblemType::internal;
}

void write_errors(formats::JsonWriter& json, const std::vector<BlamedPart>& errors) {
  json.key("errors").begin_array();
  for (const auto& [pointer, parameter, detail] : errors) {
    json.begin_object().key("source").begin_object();
    if (parameter.empty()) {
      json.key("pointer").string(pointer);
    } else {
      json.key("parameter").string(parameter);
    }
    json.end_object().key("detail").string(detail).end_object();
  }
  json.end_array();
}

}  // namespace

std::span<const ProblemRow> problem_table() { return kProblems; }

const ProblemRow& row_of(ProblemType type) {
  const auto* row = std::ranges::find(kProblems, type, &ProblemRow::type);
  assert(row != kProblems.end());
  return *row;
}

std::string type_uri(ProblemType type) { return "/problems/" + std::string(row_of(type).name); }

// What the node's own parts say may name files and statements: that is for the log.
Problem::Problem(const Error& error) : type(type_of(error.kind)), detail(error.message) {
  if (type != ProblemType::internal && type != ProblemType::unavailable) return;
  unsaid = error.message;
  detail = error.kind == ErrorKind::exhausted ? "the node's disk or memory is full: make room, nothing stored is lost"
           : type == ProblemType::unavailable ? "a part of the node does not answer; its log says why"
                                              : "the node failed to do this; its log says why";
}

std::unexpected<Problem> refuse(ProblemType type, std::string detail, std::vector<BlamedPart> errors) {
  return std::unexpected(Problem(type, std::move(detail), std::move(errors)));
}

void write_problem(formats::JsonWriter& json, ProblemType type, std::string_view detail) {
  const auto& row = row_of(type);
  json.key("type").string(type_uri(type));
  json.key("title").string(row.title);
  json.key("status").integer(row.status);
  json.key("detail").string(detail);
}

platform::HttpResponse problem_response(const Problem& problem, const platform::HttpRequest& request) {
  formats::JsonWriter json;
  json.begin_object();
  write_problem(json, problem.type, problem.detail);
  json.key("instance").string(request.path);
  json.key("request_id").string(request.request_id);
  if (!problem.errors.empty()) write_errors(json, problem.errors);
  json.end_object();
  platform::HttpResponse response{
      .status = row_of(problem.type).status, .headers = problem.headers, .body = json.take(), .on_stream = nullptr};
  response.headers.emplace_back("Content-Type", "application/problem+json");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace cw::api
