#pragma once

// The bounded queue of events between whoever produces them and one client's connection, in the text form of
// server-sent events (WHATWG HTML, section 9.2).

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "core/guarded.hpp"
#include "platform/http_server.hpp"

namespace cw::platform {

// "id: 7\nevent: hop.reply\ndata: {…}\n\n"; an empty id or event is left out. Line breaks cannot leave the data.
std::string event_text(std::string_view id, std::string_view event, std::string_view data);

class QueuedEventStream final : public EventStream {
 public:
  // `wake` is called, from any thread, when the connection has something to take or to end.
  QueuedEventStream(std::size_t most_bytes, std::function<void()> wake);

  // An event that no longer fits ends the stream after those before it, so that Last-Event-ID resumes there.
  void send(std::string_view id, std::string_view event, std::string_view data) override;
  void close() override;
  [[nodiscard]] bool is_open() const override;

  struct Waiting {
    std::string text;
    bool last = false;  // nothing follows: the connection can be ended
  };
  Waiting take();
  // The connection is gone: what is sent from now on goes nowhere, and nobody is woken.
  void abandon();

 private:
  struct State {
    std::string text;
    bool open = true;
    std::function<void()> wake;
  };

  const std::size_t most_bytes_;
  Guarded<State> state_;
};

}  // namespace cw::platform
