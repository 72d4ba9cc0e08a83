#pragma once

// Reads the keys of one TOML table with their bounds. Its error is sticky: list the keys, then ask `finish`
// once; it tells the first fault, or the first key that nobody asked for with the name that was probably meant.

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "lab/toml_document.hpp"

namespace cw::lab {

class TableReader {
 public:
  // `document` and `what` ("[[link]]") stand in error messages. All three outlive the reader.
  TableReader(const TomlTable& table, std::string_view document, std::string_view what);

  bool has(std::string_view key);

  std::string text(std::string_view key);
  std::vector<std::string> texts(std::string_view key);  // one text or a list of them
  bool flag(std::string_view key, bool otherwise);
  double number(std::string_view key, double otherwise, double least, double most);
  std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
  std::vector<std::int64_t> integers(std::string_view key, std::int64_t least, std::int64_t most);
  // Two numbers, the first not above the second.
  std::pair<double, double> range(std::string_view key, std::pair<double, double> otherwise, double least, double most);
  double probability(std::string_view key, double otherwise) { return number(key, otherwise, 0, 1); }
  // At most ten minutes.
  Duration milliseconds(std::string_view key, Duration otherwise);
  Duration seconds(std::string_view key, Duration otherwise);
  // A number from 0 to 2^32 - 1 or "AS64500".
  std::optional<Asn> asn(std::string_view key);
  // Unspecified where the key is absent.
  IpAddress address(std::string_view key, Family family);
  std::optional<IpAddress> any_address(std::string_view key);
  std::optional<Prefix> prefix(std::string_view key);
  // The position of the text among `names`.
  std::size_t choice(std::string_view key, std::size_t otherwise, std::span<const std::string_view> names);

  // The reading of a key as given, or nothing where it is absent: for partial changes.
  template <class Read>
  auto if_given(std::string_view key, Read read) -> std::optional<decltype(read())> {
    if (!has(key)) return std::nullopt;
    return read();
  }

  // Makes this the fault, unless there is one already.
  void refuse(std::string_view key, std::string_view why);
  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  Result<> finish();

 private:
  const TomlValue* find(std::string_view key);
  void refuse_line(std::uint32_t line, std::string_view why);

  const TomlTable& table_;
  std::string_view document_;
  std::string_view what_;
  std::vector<std::string_view> asked_;
  std::optional<Error> error_;
};

}  // namespace cw::lab
