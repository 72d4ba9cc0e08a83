#include "app/node/target_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <optional>

#include "app/presets.hpp"
#include "core/ip_address.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

// Of one request: as many names as the API resolves, a number of lines that it stores in a moment.
constexpr std::size_t kNamesAtOnce = 200;
constexpr std::size_t kLinesAtOnce = 5000;
constexpr std::size_t kBytesAtOnce = std::size_t{256} * 1024;
constexpr std::size_t kMostLine = 300;

// Lines of a file that go in one request.
struct Piece {
  std::vector<std::string> lines;
  std::size_t names = 0;
  std::size_t bytes = 0;
  std::size_t before = 0;  // lines of the pieces that went already

  void add(std::string line) {
    const auto said = trim(std::string_view(line).substr(0, line.find('#')));
    if (!said.empty() && !IpAddress::parse(said)) ++names;
    bytes += line.size();
    lines.push_back(std::move(line));
  }
  [[nodiscard]] bool is_full() const {
    return names >= kNamesAtOnce || lines.size() >= kLinesAtOnce || bytes >= kBytesAtOnce;
  }
};

void put_options(boost::json::object& body, const TargetOptions& options) {
  if (!options.labels.empty()) body["labels"] = boost::json::array(options.labels.begin(), options.labels.end());
  if (options.interval_seconds) body["interval_s"] = *options.interval_seconds;
  if (options.priority) body["priority"] = *options.priority;
  body["kind"] = options.kind;
  if (!options.prober.empty()) body["prober"] = options.prober;
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
    Piece piece;
    while (auto line = read_line(in)) {
      piece.add(*std::move(line));
      if (piece.is_full()) TRY(send(piece, path));
    }
    // A folder opens like a file and reads like none.
    if (in.bad()) return unknown_source(path);
    return piece.lines.empty() ? Result<>{} : send(piece, path);
  }

  void tell_the_rest() const {
    if (result_.refused <= kMostRefusedTold) return;
    std::vector<std::string> counts;
    for (const auto& [problem, count] : untold_) counts.push_back(fmt::format("{} {}", problem, count));
    ports_.on_refused(fmt::format("… and {} lines more are refused: {}", result_.refused - kMostRefusedTold,
                                  fmt::join(counts, ", ")));
  }

  [[nodiscard]] const ImportResult& result() const { return result_; }

 private:
  static Result<> unknown_source(const std::string& path) {
    std::vector<std::string_view> names;
    for (const auto& preset : presets()) names.push_back(preset.name);
    return fail(ErrorKind::not_found, fmt::format("\"{}\" is neither a file that can be read nor a preset ({})",
                                                  printable(path, 80), fmt::join(names, ", ")));
  }

  // One line without its end; of a line that is too long to be a target, its beginning. Nothing at the end of the file.
  static std::optional<std::string> read_line(std::istream& in) {
    std::string line;
    for (char c = 0; in.get(c);) {
      if (c == '\n') return line;
      if (line.size() < kMostLine) line.push_back(c);
    }
    if (line.empty()) return std::nullopt;
    return line;
  }

  Result<> send(Piece& piece, const std::string& path) {
    boost::json::object body{{"lines", boost::json::array(piece.lines.begin(), piece.lines.end())}};
    TRY(send(std::move(body), path, piece.before));
    piece = {.before = piece.before + piece.lines.size()};
    return {};
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
    auto problem = text_member(line, "type");
    problem = problem.substr(problem.rfind('/') + 1);
    ++result_.refused_by[problem];
    if (++result_.refused > kMostRefusedTold) {
      ++untold_[problem];
      return;
    }
    const auto number = number_member(line, "line") + static_cast<std::int64_t>(before);
    ports_.on_refused(fmt::format("{}:{}: {}", printable(source), number, printable(text_member(line, "detail"), 300)));
  }

  const TargetOptions& options_;
  const ImportPorts& ports_;
  ImportResult result_;
  std::map<std::string, std::int64_t> untold_;
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
  importer.tell_the_rest();
  return importer.result();
}

}  // namespace cw::app
