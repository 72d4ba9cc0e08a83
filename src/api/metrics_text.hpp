#pragma once

// The text format of Prometheus, version 0.0.4: for each metric its help, its type, then its samples.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace cw::api {

class MetricsText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Begins a metric; its samples follow.
  void counter(std::string_view name, std::string_view help) { begin(name, help, "counter"); }
  void gauge(std::string_view name, std::string_view help) { begin(name, help, "gauge"); }
  void sample(double value, Labels labels = {});

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void begin(std::string_view name, std::string_view help, std::string_view type);

  std::string text_;
  std::string name_;
};

}  // namespace cw::api
