#pragma once

// A trace, and then the largest packet that its path carries. Long probes are not allowed to be fragmented; what
// becomes of each tells PathMtuFinder. Where packets get lost without a word, long probes with smaller TTLs show
// how far they come.
//
// Silence has two causes, and only one of them is the size. Linux answers one sender with six ICMP errors at once and
// then with one a second (net.ipv4.icmp_ratelimit), and others are stricter (RFC 1812, section 4.3.2.8; RFC 4443,
// section 2.4 f). So a silent probe is sent again with a control at its heels: a packet of a size that has passed.
// Where the control is answered, there was an answer left for the probe before it. Where it is not, answers are
// scarce: from then on we wait for as long as one takes to become due before each probe, and longer if that is not
// enough. Whoever does not limit answers is not asked slowly.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/path_mtu_finder.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

class MtuTask final : public Task {
 public:
  // `trace` is a task for the same request.
  MtuTask(MeasurementRequest request, std::unique_ptr<Task> trace);

  Step next(Instant now, Events* events) override;
  void on_sent(ProbeTag tag, Instant at) override;
  void on_refused(ProbeTag tag, Instant at) override;
  void on_answer(const Answer& answer, Events* events) override;
  Measurement take_result(Instant now) override;

 private:
  struct Probe {
    std::uint16_t size = 0;
    Ttl ttl;
    friend auto operator<=>(const Probe&, const Probe&) = default;
  };
  // In rounds: a probe alone, then probes with controls.
  struct Tries {
    int sent = 0;  // without the controls
    Instant sent_at;
    bool answered = false;
    bool waiting = false;                // for the end of a round
    std::optional<std::size_t> control;  // of this round; its place in `sent_`
    Instant heard_at;                    // the last answer before that control
    int vouched = 0;                     // the control was answered, the probe was not
    int doubtful = 0;                    // neither was, so many times in a row
    int apart = 0;                       // vouched for by a control that came later, so many times in a row
    Duration rest{};                     // that these ask for
  };
  enum class Verdict : std::uint8_t { none, answered, too_big, answers_ended };
  struct Sent {
    Probe probe;
    Probe judged;  // another one: `probe` is its control
    Instant at{};
    bool answered = false;
  };
  // How slowly somebody wants to be asked.
  struct Pace {
    Duration between_answers{};
    Instant free_at;
    Instant heard_at;  // when the last probe was sent that was answered
  };
  // How far lost packets come: up to the TTL in the first place, short of the one in the second.
  struct Bracket {
    std::vector<Ttl> hops;  // that answered the trace
    std::size_t reached = 0;
    std::size_t missed = 0;  // places in `hops`, counted from 1
    bool some_unheard = false;
  };

  Step next_size(Instant now);
  Step next_of_bracket(Instant now);
  // Sends the probe or its control or waits for them, or says with nothing that there is a verdict.
  std::optional<Step> ask(const Probe& probe, Instant now);
  [[nodiscard]] Verdict verdict(const Probe& probe) const;
  [[nodiscard]] bool is_known_to_answer(const Probe& probe) const;
  void end_round(const Probe& probe, Instant now);
  void note_vouched(Tries& tries);
  Step send(const Probe& probe, const Probe& judged, Instant now);
  Step send_alone(const Probe& probe, Instant now) { return send(probe, probe, now); }
  void begin_search(Instant now);
  void begin_bracket();
  void note_answer(const Answer& answer, Sent& sent);
  [[nodiscard]] Ttl distance_of(const Answer& answer) const;

  std::unique_ptr<Task> trace_;        // until it is done
  std::optional<Measurement> result_;  // from then on
  PathMtuFinder finder_;
  std::optional<Bracket> bracket_;
  std::map<Probe, Tries> tries_;
  std::map<Ttl, Pace> paces_;  // of whom packets with that TTL come to
  std::vector<Sent> sent_;     // by attempt
  Sent wanted_;                // the last wish to send
  Duration patience_{};
  Instant began_at_;
  Instant last_sent_;
  int probes_sent_ = 0;
};

}  // namespace cw::probe
