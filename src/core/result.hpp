#pragma once

// A value or an error that a caller can act on. Below `app`, every function that can fail returns
// `Result<T>`; `fail` makes the failure and `TRY` passes it on. The one macro of the project lives here.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace cw {

// What a caller can do about it, not where it came from.
enum class ErrorKind : std::uint8_t {
  invalid,      // the input is wrong: change it
  not_found,    // there is no such thing
  conflict,     // somebody else holds it, or it exists already
  forbidden,    // the target policy or the owner says no
  exhausted,    // a stated bound is reached: try later
  unavailable,  // a back end or privilege is missing
  unsupported,  // this build or back end cannot do it
  cancelled,    // the caller asked to stop
  internal,     // ours or the system's fault
};

std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // one line, for people, saying what to do
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error{kind, std::move(message)});
}

// The same error with more said in front of it: "cannot open the store: disk is full".
[[nodiscard]] inline std::unexpected<Error> fail(std::string_view context, Error error) {
  error.message.insert(0, std::string(context) + ": ");
  return std::unexpected(std::move(error));
}

}  // namespace cw

// The value of a Result, or return its error from the enclosing function. Not to be nested.
#define TRY(expression)                                                     \
  ({                                                                        \
    auto try_result = (expression);                                         \
    if (!try_result) return std::unexpected(std::move(try_result).error()); \
    *std::move(try_result);                                                 \
  })
