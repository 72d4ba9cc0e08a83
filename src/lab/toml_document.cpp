#include "lab/toml_document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include "core/text.hpp"

namespace cw::lab {
namespace {

// Deeper nesting than any scenario has; the TOML library itself stops at 256.
constexpr int most_depth = 16;

std::uint32_t line_of(const toml::node& node) { return node.source().begin.line; }

class Converter {
 public:
  explicit Converter(std::string_view name) : name_(name) {}

  Result<TomlTable> table(const toml::table& from, int depth) {
    TomlTable to{.line = line_of(from)};
    for (const auto& [key, node] : from) {
      auto converted = TRY(value(node, depth + 1));
      to.entries.push_back({std::string(key.str()), std::move(converted)});
    }
    return to;
  }

 private:
  Result<TomlValue> value(const toml::node& from, int depth) {
    TomlValue to{.line = line_of(from)};
    if (depth > most_depth) return refuse(from, "nested too deeply");
    if (const auto* text = from.as_string()) {
      to.value = text->get();
    } else if (const auto* integer = from.as_integer()) {
      to.value = integer->get();
    } else if (const auto* real = from.as_floating_point()) {
      to.value = real->get();
    } else if (const auto* flag = from.as_boolean()) {
      to.value = flag->get();
    } else if (const auto* list = from.as_array()) {
      to.value = TRY(array(*list, depth));
    } else if (const auto* inner = from.as_table()) {
      to.value = TRY(table(*inner, depth));
    } else {
      return refuse(from, "dates and times are not used here");
    }
    return to;
  }

  Result<TomlArray> array(const toml::array& from, int depth) {
    TomlArray to;
    to.reserve(from.size());
    for (const auto& node : from) {
      auto converted = TRY(value(node, depth + 1));
      to.push_back(std::move(converted));
    }
    return to;
  }

  std::unexpected<Error> refuse(const toml::node& node, std::string_view why) {
    return fail(ErrorKind::invalid, fmt::format("{}:{}: {}", name_, line_of(node), why));
  }

  std::string_view name_;
};

}  // namespace

const TomlValue* TomlTable::find(std::string_view key) const {
  for (const auto& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

Result<TomlTable> parse_toml(std::string_view text, std::string_view name) {
  try {
    return Converter(name).table(toml::parse(text, name), 0);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::invalid,
                fmt::format("{}:{}: {}", name, error.source().begin.line, printable(error.description(), 200)));
  }
}

}  // namespace cw::lab
