// `cyberwatch import`: measurements of other programs, as our own JSON or into the node's store.

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "app/commands/commands.hpp"
#include "app/node/node_client.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/text.hpp"
#include "formats/import.hpp"
#include "formats/measurement_json.hpp"
#include "platform/system_clock.hpp"
#include "ports/probe/scamper/warts_reader.hpp"

namespace cw::app {
namespace {

// Of a request's body; the API takes a megabyte.
constexpr std::size_t kMostBody = std::size_t{512} * 1024;
// An array, or a value over several lines, has to be read as a whole.
constexpr std::size_t kMostWholeText = std::size_t{256} << 20;
constexpr int kMostTold = 100;

// Where measurements go: stdout, or the node in requests of many lines.
class Destination {
 public:
  explicit Destination(std::unique_ptr<NodeClient> node) : node_(std::move(node)) {}

  Result<> add(const Measurement& measurement) {
    ++count_;
    if (node_ != nullptr) waiting_ += waiting_.empty() ? "[" : ",";
    waiting_ += formats::to_json(measurement) + "\n";
    return waiting_.size() < kMostBody ? Result<>{} : flush();
  }
  Result<> flush() {
    auto body = std::exchange(waiting_, {});
    if (body.empty()) return {};
    if (node_ == nullptr) {
      if (!write_out(body)) return fail(ErrorKind::cancelled, "nobody reads any more");
      return {};
    }
    TRY(node_->call("POST", "/api/v1/measurements/import", body += "]"));
    return {};
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::unique_ptr<NodeClient> node_;
  std::string waiting_;
  std::size_t count_ = 0;
};

class Importer {
 public:
  Importer(std::string name, Destination& destination) : name_(std::move(name)), destination_(destination) {}

  Result<> take(std::size_t line, const Result<Measurement>& measurement) {
    if (measurement) return destination_.add(*measurement);
    if (++refused_ <= kMostTold) say_error(fmt::format("{}:{}: {}", name_, line, measurement.error().message));
    return {};
  }

  // A first line that is no whole object begins an array or a value over several lines.
  Result<> read(std::istream& in) {
    std::string line;
    std::size_t number = 0;
    while (TRY(read_line(in, line))) {
      ++number;
      const auto trimmed = trim(line);
      if (trimmed.empty()) continue;
      if (number == 1 && (trimmed.front() == '[' || trimmed.back() != '}')) return read_whole(line, in);
      if (const auto item = formats::import_line(trimmed)) TRY(take(number, *item));
    }
    return {};
  }

  [[nodiscard]] int refused() const { return refused_; }

 private:
  // False at the end. Only so much of a line is held as of a whole value.
  Result<bool> read_line(std::istream& in, std::string& line) const {
    line.clear();
    auto* buffer = in.rdbuf();
    for (int c = buffer->sbumpc(); c != std::char_traits<char>::eof(); c = buffer->sbumpc()) {
      if (c == '\n') return true;
      if (line.size() >= kMostWholeText) return too_large();
      line += static_cast<char>(c);
    }
    return !line.empty();
  }
  [[nodiscard]] std::unexpected<Error> too_large() const {
    return fail(ErrorKind::exhausted, fmt::format("{} has one value of more than {} MiB: write one result a line",
                                                  name_, kMostWholeText >> 20));
  }
  Result<> read_whole(const std::string& first_line, std::istream& in) {
    auto text = first_line + "\n";
    std::string line;
    while (TRY(read_line(in, line))) {
      text += line + "\n";
      if (text.size() > kMostWholeText) return too_large();
    }
    Result<> outcome;
    formats::import_measurements(text, [&](const formats::ImportedItem& item) {
      if (outcome) outcome = take(item.line, item.measurement);
    });
    return outcome;
  }

  std::string name_;
  Destination& destination_;
  int refused_ = 0;
};

// The first two bytes of every warts object; a JSON text begins otherwise.
bool is_warts(std::istream& in) {
  const bool is = in.peek() == 0x12;
  in.clear();
  return is;
}

Result<int> import_file(const std::string& file, Destination& destination) {
  Importer importer(file == "-" ? "stdin" : file, destination);
  if (file == "-") {
    TRY(importer.read(std::cin));
    return importer.refused();
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorKind::not_found, fmt::format("{} cannot be read", printable(file, 200)));
  if (!is_warts(in)) {
    TRY(importer.read(in));
    return importer.refused();
  }
  const platform::SystemClock clock;
  TRY(probe::read_warts(file, clock, {}, [&](const Measurement& measurement) { return destination.add(measurement); }));
  return importer.refused();
}

}  // namespace

Result<ExitCode> run(const ImportCommand& command) {
  std::unique_ptr<NodeClient> node;
  if (command.store) {
    const auto settings =
        TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
    node = TRY(NodeClient::open(settings, StoreUse::write));
  }
  Destination destination(std::move(node));
  int refused = 0;
  for (const auto& file : command.files) refused += TRY(import_file(file, destination));
  TRY(destination.flush());
  if (command.store) write_out(fmt::format("{} measurements imported, {} refused\n", destination.count(), refused));
  return refused == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
