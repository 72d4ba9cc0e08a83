#pragma once

// A survey at work: sends the probes of a plan over a wire and hands over every reply, without keeping anything for
// a probe. What a reply belongs to stands in it: the TTL and the batch in sixteen bits that routers quote, the
// destination in the quote or, as an echo reply quotes nothing, by its address; a keyed cookie proves it.
//
// A host answers one SYN of a flow at a time: until our RST is there it only acknowledges the first once more, which
// is counted as foreign. So a survey by SYN may see a destination at a higher TTL than its own.
//
// Kept are: a byte for each destination (no TTL beyond it is probed), when each of the last 2,047 batches left, and
// for each TTL whether all destinations share that hop (then only one probe in sixteen still asks).

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"
#include "platform/wire.hpp"
#include "ports/probe/native/pacer.hpp"
#include "ports/probe/native/probe_decoder.hpp"
#include "ports/probe/native/probe_encoder.hpp"
#include "ports/probe/native/probe_flow.hpp"
#include "ports/probe/native/tcp_resets.hpp"
#include "ports/probe/survey/survey_plan.hpp"

namespace cw::probe {

// One answer to one probe.
struct SurveyReply {
  IpAddress destination;
  Ttl ttl;
  Reply reply;
  // The cookie came back. Routers that quote eight bytes of a packet leave none; the rest of the quote fits.
  bool verified = true;
};

struct SurveyOptions {
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;  // of UDP and TCP; else the one that traces have
  std::uint8_t dscp = 0;
  std::uint32_t packets_per_second = 1000;       // 0: as fast as the kernel takes them
  std::uint64_t seed = 0;                        // of the cookies and the ICMP identifier
  std::string identity_text;                     // in every probe
  Duration last_wait = std::chrono::seconds(2);  // for answers after the last probe
  // The target policy; what it refuses is left out and counted.
  std::function<bool(const IpAddress&)> may_probe;
  std::function<void(const SurveyReply&)> on_reply;
};

struct SurveyProgress {
  std::uint64_t position = 0;  // in the plan
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;    // by this machine: no route
  std::uint64_t forbidden = 0;  // by the policy, probes
  std::uint64_t beyond = 0;     // not sent: the destination is nearer
  std::uint64_t shared = 0;     // not sent: every path begins with that hop
  std::uint64_t replies = 0;
  std::uint64_t unverified = 0;  // of the replies
  std::uint64_t resets = 0;      // sent to who accepted a TCP connection
  std::uint64_t foreign = 0;     // no answer to a probe of this survey, forged ones included
  std::uint64_t receive_drops = 0;
};

// A hop that every destination asked so far has in common.
struct SharedHop {
  Ttl ttl;
  IpAddress address;
  friend bool operator==(const SharedHop&, const SharedHop&) = default;
};

class Survey {
 public:
  // The wire and the plan outlive the survey.
  Survey(platform::Wire& wire, const SurveyPlan& plan, SurveyOptions options);

  // Goes on at a position, knowing what was replied before: call `recall` for each reply of the earlier run first.
  void recall(const SurveyReply& reply);
  void resume_at(std::uint64_t position) { progress_.position = position; }

  // One turn: a batch out, answers in. An error is the wire's.
  Result<> turn();
  [[nodiscard]] bool is_done() const;
  // Stops sending; `is_done` once the last answers had their time.
  void stop() { stopped_ = true; }

  [[nodiscard]] const SurveyProgress& progress() const { return progress_; }
  // Where a later run has to go on, so that no answer is missed: what was sent longer than `last_wait` ago.
  [[nodiscard]] std::uint64_t safe_position() const;
  [[nodiscard]] std::vector<SharedHop> shared_hops() const;

 private:
  static constexpr std::size_t send_batch = 64;
  static constexpr std::size_t receive_batch = 128;
  static constexpr std::uint16_t slot_count = 2047;

  struct HopSeen {
    std::optional<IpAddress> only;  // nothing yet
    bool differs = false;
    std::uint32_t answers = 0;
  };
  struct Slot {
    Instant sent_at;
    std::uint64_t position = 0;
    bool used = false;
  };

  [[nodiscard]] bool has_more() const { return !stopped_ && progress_.position < plan_.probe_count(); }
  [[nodiscard]] bool is_worth_sending(const SurveyProbe& probe);
  [[nodiscard]] bool is_shared(Ttl ttl) const;
  void fill_batch(Instant now);
  Result<> flush_batch();
  void take_slot(Instant now, std::uint64_t position);
  Result<> receive(Instant until);
  Result<> take_back_connections();
  [[nodiscard]] bool is_mine(const ProbeReply& reply, Instant received_at) const;
  void take_in(const platform::IncomingPacket& packet);
  void note(std::uint32_t destination, const SurveyReply& reply);

  platform::Wire& wire_;
  const SurveyPlan& plan_;
  SurveyOptions options_;
  ProbeIdentity identity_;
  MeasurementRequest request_;  // what a flow is made from
  ProbeFlow any_flow_;          // to no destination: ports and traffic class are those of all
  Pacer pacer_;
  TcpResets resets_;
  SurveyProgress progress_;
  bool stopped_ = false;

  std::vector<std::uint8_t> reach_;  // by destination: the highest TTL worth asking; 0: nothing known
  std::array<HopSeen, SurveyPlan::highest_ttl + 1> seen_;
  std::array<Slot, slot_count> slots_;
  std::uint16_t slot_ = 0;
  std::optional<Instant> last_sent_at_;

  struct Outgoing {
    IpAddress destination;
    ProbeBuffer bytes{};
    std::size_t size = 0;
  };
  std::array<Outgoing, send_batch> batch_;
  std::size_t batch_size_ = 0;
  std::vector<platform::OutgoingPacket> packets_out_;
  std::vector<std::size_t> refused_;
  std::vector<platform::IncomingPacket> packets_in_;
};

}  // namespace cw::probe
