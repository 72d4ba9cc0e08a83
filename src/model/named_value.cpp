#include "model/named_value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cw {

Error unknown_name(std::string_view what, std::string_view text, std::span<const std::string_view> names) {
  const auto nearest = nearest_name(text, names);
  const auto hint = nearest ? fmt::format("did you mean {}? ", *nearest) : std::string();
  return Error{
      .kind = ErrorKind::invalid,
      .message = fmt::format("\"{}\" is not a {}: {}({})", printable(text, 40), what, hint, fmt::join(names, ", "))};
}

}  // namespace cw
