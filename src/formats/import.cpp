#include "formats/import.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "formats/atlas_json.hpp"
#include "formats/json_reading.hpp"
#include "formats/measurement_json.hpp"
#include "formats/scamper_json.hpp"

namespace cw::formats {
namespace {

using boost::json::object;
using boost::json::value;

std::string_view text_member(const object& json, std::string_view name) {
  const auto* member = json.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string()) : std::string_view();
}

// 1. Ours has `kind`.
// 2. Atlas has `type` with msm_id, prb_id or fw.
// 3. scamper has `type` with `version` or `method`, and cycles around its measurements; M-Lab puts a line with a `UUID`
//    before them.
Result<ImportFormat> format_of(const value& line) {
  if (!line.is_object()) return fail(ErrorKind::invalid, "a measurement is a JSON object");
  const object& json = line.get_object();
  const std::string_view type = text_member(json, "type");
  if (!text_member(json, "kind").empty()) return ImportFormat::json;
  if (!type.empty() && (json.contains("msm_id") || json.contains("prb_id") || json.contains("fw")))
    return ImportFormat::atlas;
  if (!type.empty() && (json.contains("version") || json.contains("method"))) return ImportFormat::scamper;
  if (type.starts_with("cycle-") || json.contains("UUID")) return ImportFormat::scamper;
  return fail(ErrorKind::invalid, "this is no measurement of cyberWatch (json), RIPE Atlas (atlas) or scamper");
}

// A trace that was cut short says nothing about the path behind its last hop.
std::optional<Result<Measurement>> read_scamper(std::string_view text) {
  auto record = read_scamper_line(text);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::nullopt;
  if ((*record)->state != ScamperState::finished)
    return fail(ErrorKind::invalid, "the measurement had not ended when it was written");
  return std::move((*record)->measurement);
}

std::optional<Result<Measurement>> read_as(ImportFormat format, std::string_view text) {
  switch (format) {
    case ImportFormat::json:
      return measurement_from_json(text);
    case ImportFormat::atlas:
      return measurement_from_atlas_json(text);
    case ImportFormat::scamper:
      return read_scamper(text);
  }
  return measurement_from_json(text);
}

std::optional<Result<Measurement>> read(const value& line, std::string_view text) {
  const auto format = format_of(line);
  if (!format) return std::unexpected(format.error());
  auto measurement = read_as(*format, text);
  if (measurement && !*measurement) return fail(to_string(*format), measurement->error());
  return measurement;
}

using Take = std::function<void(ImportedItem)>;

void import_array(const boost::json::array& items, std::size_t line, const Take& take) {
  for (std::size_t i = 0; i < items.size(); ++i)
    if (auto measurement = read(items[i], boost::json::serialize(items[i])))
      take({.line = line, .item = i + 1, .measurement = *std::move(measurement)});
}

// One JSON value over the whole text; false where it is none.
bool import_whole(std::string_view text, std::size_t line, const Take& take) {
  const auto whole = parse_json(text);
  if (!whole) return false;
  if (whole->is_array())
    import_array(whole->get_array(), line, take);
  else if (auto measurement = read(*whole, text))
    take({.line = line, .measurement = *std::move(measurement)});
  return true;
}

std::string_view first_line(std::string_view text) { return trim(text.substr(0, text.find('\n'))); }

// Only a text whose first line is no JSON by itself can be one value over several lines.
bool spans_lines(std::string_view text) {
  const std::string_view first = first_line(text);
  return first.size() < text.size() && !is_json(first);
}

}  // namespace

std::string_view to_string(ImportFormat format) {
  switch (format) {
    case ImportFormat::json:
      return "json";
    case ImportFormat::atlas:
      return "atlas";
    case ImportFormat::scamper:
      return "scamper";
  }
  return "json";
}

Result<ImportFormat> detect_import_format(std::string_view line) { return format_of(TRY(parse_json(line))); }

std::optional<Result<Measurement>> import_line(std::string_view line) {
  if (trim(line).empty()) return std::nullopt;
  const auto json = parse_json(line);
  if (!json) return std::unexpected(json.error());
  return read(*json, line);
}

void import_measurements(std::string_view text, const std::function<void(ImportedItem)>& take) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return;
  const auto line_of_begin = static_cast<std::size_t>(std::ranges::count(text.substr(0, begin), '\n')) + 1;
  const std::string_view rest = text.substr(begin);
  if ((rest.starts_with('[') || spans_lines(rest)) && import_whole(rest, line_of_begin, take)) return;
  std::size_t number = line_of_begin;
  for (const std::string_view line : split(rest, '\n')) {
    if (auto measurement = import_line(line)) take({.line = number, .measurement = *std::move(measurement)});
    ++number;
  }
}

}  // namespace cw::formats
