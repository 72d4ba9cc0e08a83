#include "platform/http_event_stream.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cw::platform {
namespace {

void append_field(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ");
  std::ranges::copy_if(value, std::back_inserter(text), [](char c) { return c != '\r' && c != '\n' && c != '\0'; });
  text.push_back('\n');
}

}  // namespace

std::string event_text(std::string_view id, std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(id.size() + event.size() + data.size() + 24);
  if (!id.empty()) append_field(text, "id", id);
  if (!event.empty()) append_field(text, "event", event);
  for (const auto line : split(data, '\n')) append_field(text, "data", line);
  text.push_back('\n');
  return text;
}

QueuedEventStream::QueuedEventStream(std::size_t most_bytes, std::function<void()> wake)
    : most_bytes_(most_bytes), state_(State{.text = {}, .open = true, .wake = std::move(wake)}) {}

void QueuedEventStream::send(std::string_view id, std::string_view event, std::string_view data) {
  const auto text = event_text(id, event, data);
  state_.with([&](State& state) {
    if (!state.open) return;
    const bool fits = text.size() <= most_bytes_ && state.text.size() <= most_bytes_ - text.size();
    const bool was_empty = state.text.empty();
    if (fits) state.text.append(text);
    if (!fits) state.open = false;
    if ((was_empty || !fits) && state.wake) state.wake();
  });
}

void QueuedEventStream::close() {
  state_.with([](State& state) {
    if (!std::exchange(state.open, false)) return;
    if (state.wake) state.wake();
  });
}

bool QueuedEventStream::is_open() const {
  return state_.with([](const State& state) { return state.open; });
}

QueuedEventStream::Waiting QueuedEventStream::take() {
  return state_.with([](State& state) { return Waiting{.text = std::exchange(state.text, {}), .last = !state.open}; });
}

void QueuedEventStream::abandon() {
  state_.with([](State& state) {
    state.open = false;
    state.text.clear();
    state.wake = nullptr;
  });
}

}  // namespace cw::platform
