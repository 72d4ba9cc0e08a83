#include "app/node/target_list.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>

#include "app/presets.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

// As many names as the API resolves in one request; lists of addresses go in larger pieces.
constexpr std::size_t kLinesAtOnce = 200;
constexpr std::size_t kMostLine = 300;

void put_options(boost::json::object& body, const TargetOptions& options) {
  if (!options.labels.empty()) body["labels"] = boost::json::array(options.labels.begin(), options.labels.end());
  if (options.interval_seconds) body["interval_s"] = *options.interval_seconds;
  if (options.priority) body["priority"] = *options.priority;
}

std::int64_t number_member(const boost::json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_int64() ? member->as_int64() : 0;
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
}

class Importer {
 public:
  Importer(const TargetOptions& options, const ImportPorts& ports) : options_(options), ports_(ports) {}

  Result<> preset(std::string_view name) {
    boost::json::object body{{"preset", name}};
    return send(std::move(body), name, 0);
  }

  Result<> file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return unknown_source(path);
    std::vector<std::string> lines;
    std::size_t before = 0;  // lines of the pieces that went already
    for (std::string line; std::getline(in, line);) {
      lines.push_back(line.substr(0, kMostLine));
      if (lines.size() < kLinesAtOnce) continue;
      TRY(send_lines(lines, path, before));
      before += lines.size();
      lines.clear();
    }
    // A folder opens like a file and reads like none.
    if (in.bad()) return unknown_source(path);
    return lines.empty() ? Result<>{} : send_lines(lines, path, before);
  }

  [[nodiscard]] const ImportResult& result() const { return result_; }

 private:
  static Result<> unknown_source(const std::string& path) {
    std::vector<std::string_view> names;
    for (const auto& preset : presets()) names.push_back(preset.name);
    return fail(ErrorKind::not_found, fmt::format("\"{}\" is neither a file that can be read nor a preset ({})",
                                                  printable(path, 80), fmt::join(names, ", ")));
  }

  Result<> send_lines(const std::vector<std::string>& lines, const std::string& path, std::size_t before) {
    boost::json::object body{{"lines", boost::json::array(lines.begin(), lines.end())}};
    return send(std::move(body), path, before);
  }

  Result<> send(boost::json::object body, std::string_view source, std::size_t before) {
    put_options(body, options_);
    const auto answer = TRY(ports_.import(boost::json::serialize(body)));
    boost::system::error_code error;
    const auto value = boost::json::parse(answer, error);
    if (error || !value.is_object()) return fail(ErrorKind::unavailable, "what answers for the node is no cyberwatch");
    result_.added += number_member(value.as_object(), "added");
    result_.joined += number_member(value.as_object(), "joined");
    const auto* refused = value.as_object().if_contains("refused");
    if (refused == nullptr || !refused->is_array()) return {};
    for (const auto& line : refused->as_array())
      if (line.is_object()) tell(line.as_object(), source, before);
    return {};
  }

  void tell(const boost::json::object& line, std::string_view source, std::size_t before) {
    ++result_.refused;
    const auto number = number_member(line, "line") + static_cast<std::int64_t>(before);
    ports_.on_refused(fmt::format("{}:{}: {}", printable(source), number, printable(text_member(line, "detail"), 300)));
  }

  const TargetOptions& options_;
  const ImportPorts& ports_;
  ImportResult result_;
};

}  // namespace

Result<ImportResult> import_targets(const std::vector<std::string>& sources, const TargetOptions& options,
                                    const ImportPorts& ports) {
  Importer importer(options, ports);
  for (const auto& source : sources) {
    if (find_preset(source) != nullptr)
      TRY(importer.preset(source));
    else
      TRY(importer.file(source));
  }
  return importer.result();
}

}  // namespace cw::app
