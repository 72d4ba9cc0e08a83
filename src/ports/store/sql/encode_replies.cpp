#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "ports/store/sql/expected_reply.hpp"
#include "ports/store/sql/stored_replies.hpp"

namespace cw::store {
namespace {

std::int64_t microseconds(Duration duration) { return std::chrono::round<std::chrono::microseconds>(duration).count(); }

// One member of the object, an array of entries; nothing is written of an empty one.
class Column {
 public:
  void add(std::string_view entry) {
    text_ += count_++ == 0 ? "" : ",";
    text_ += entry;
    if (entry != "null") kept_ = text_.size();
  }

  // Entries that say nothing at the end are cut.
  void write(std::string_view name, std::string& object) const {
    if (kept_ == 0) return;
    object += object.size() > 1 ? "," : "";
    fmt::format_to(std::back_inserter(object), "\"{}\":[{}]", name, std::string_view(text_).substr(0, kept_));
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
  std::size_t kept_ = 0;
};

std::string mpls_entry(std::size_t index, const std::vector<MplsLabel>& stack) {
  auto entry = fmt::format("[{}", index);
  for (const auto& label : stack)
    fmt::format_to(std::back_inserter(entry), ",[{},{},{},{}]", label.label, label.traffic_class, label.bottom ? 1 : 0,
                   label.ttl);
  return entry + "]";
}

struct Columns {
  Column from, rtt, reply_ttl, icmp, quoted_ttl, mtu, mpls, tos, tcp, late, duplicate, rewritten;
  std::size_t count = 0;

  void add(const Reply& reply, const Measurement& measurement, const std::optional<IpAddress>& expected_from,
           const std::optional<std::int64_t>& expected_rtt) {
    const auto index = count++;
    const auto rtt_us = microseconds(reply.rtt);
    from.add(expected_from == reply.from ? "null" : fmt::format("\"{}\"", reply.from.to_string()));
    rtt.add(expected_rtt == rtt_us ? "null" : fmt::format("{}", rtt_us));
    reply_ttl.add(reply.reply_ttl ? fmt::format("{}", *reply.reply_ttl) : "null");
    add_rare(reply, measurement, index);
  }

  void add_rare(const Reply& reply, const Measurement& measurement, std::size_t index) {
    const IcmpKind kind{reply.icmp_type, reply.icmp_code};
    if (kind != expected_icmp(reply.from, measurement.address, measurement.method))
      icmp.add(fmt::format("[{},{},{}]", index, kind.type, kind.code));
    if (reply.quoted_ttl != expected_quoted_ttl(reply.from, measurement.address))
      quoted_ttl.add(fmt::format("[{},{}]", index, reply.quoted_ttl ? int{*reply.quoted_ttl} : -1));
    if (reply.next_hop_mtu) mtu.add(fmt::format("[{},{}]", index, *reply.next_hop_mtu));
    if (!reply.mpls.empty()) mpls.add(mpls_entry(index, reply.mpls));
    if (reply.quoted_tos) tos.add(fmt::format("[{},{}]", index, *reply.quoted_tos));
    if (reply.tcp_flags) tcp.add(fmt::format("[{},{}]", index, *reply.tcp_flags));
    if (reply.rewritten) rewritten.add(fmt::format("{}", index));
    if (reply.late) late.add(fmt::format("{}", index));
    if (reply.duplicate) duplicate.add(fmt::format("{}", index));
  }

  void write(std::string& object) const {
    from.write("from", object);
    rtt.write("rtt", object);
    reply_ttl.write("reply_ttl", object);
    icmp.write("icmp", object);
    quoted_ttl.write("quoted_ttl", object);
    mtu.write("mtu", object);
    mpls.write("mpls", object);
    tos.write("tos", object);
    tcp.write("tcp", object);
    late.write("late", object);
    duplicate.write("duplicate", object);
    rewritten.write("rewritten", object);
  }
};

bool answered_once(const Hop& hop) {
  if (hop.answer() == nullptr) return hop.replies.empty();
  return hop.replies.size() == 1 && hop.replies.front().attempt == 1;
}

std::string attempts_entry(const Hop& hop) {
  std::string entry = "[";
  for (const auto& reply : hop.replies)
    fmt::format_to(std::back_inserter(entry), "{}{}", entry.size() > 1 ? "," : "", reply.attempt);
  return entry + "]";
}

void write_counts(const Measurement& measurement, std::string& object) {
  Column sent;
  Column attempts;
  Column inferred;
  for (std::size_t i = 0; i < measurement.hops.size(); ++i) {
    const auto& hop = measurement.hops[i];
    if (hop.sent != (hop.inferred ? 0 : 1)) sent.add(fmt::format("[{},{}]", i, hop.sent));
    if (hop.inferred)
      inferred.add(fmt::format("[{},{}]", i, microseconds(hop.inferred->verified_at.time_since_epoch())));
    attempts.add(attempts_entry(hop));
  }
  inferred.write("inferred", object);
  sent.write("sent", object);
  if (!std::ranges::all_of(measurement.hops, answered_once)) attempts.write("attempts", object);
}

bool has_negative_count(const Hop& hop) {
  return hop.sent < 0 || std::ranges::any_of(hop.replies, [](const Reply& reply) { return reply.attempt < 0; });
}

Result<> check_hops(const Measurement& measurement) {
  const auto& hops = measurement.hops;
  for (std::size_t i = 1; i < hops.size(); ++i)
    if (int{hops[i].ttl.value} != int{hops[i - 1].ttl.value} + 1)
      return fail(ErrorKind::invalid, "the hops of a measurement must be at consecutive TTLs");
  if (std::ranges::any_of(hops, has_negative_count))
    return fail(ErrorKind::invalid, "a hop of a measurement has a negative count");
  if (std::ranges::any_of(hops, [](const Hop& hop) { return hop.inferred && !hop.replies.empty(); }))
    return fail(ErrorKind::invalid, "an inferred hop was not probed and has no replies");
  if (measurement.kind == Kind::ping && std::ranges::any_of(hops, [](const Hop& hop) { return !!hop.inferred; }))
    return fail(ErrorKind::invalid, "a ping has no inferred hop");
  return {};
}

}  // namespace

Result<StoredReplies> encode_replies(const Measurement& measurement) {
  TRY(check_hops(measurement));
  const bool has_path = measurement.kind != Kind::ping;
  StoredReplies stored{.rtts = "[", .detail = "{"};
  if (!has_path && !measurement.hops.empty())
    fmt::format_to(std::back_inserter(stored.detail), "\"ttl\":{}", measurement.hops.front().ttl.value);
  write_counts(measurement, stored.detail);

  Columns columns;
  for (const auto& hop : measurement.hops) {
    const auto* const answer = hop.answer();
    std::optional<IpAddress> expected_from;
    std::optional<std::int64_t> expected_rtt;
    if (answer != nullptr) {
      expected_from = has_path ? answer->from : measurement.address;
      expected_rtt = microseconds(answer->rtt);
    }
    stored.rtts += stored.rtts.size() > 1 ? "," : "";
    stored.rtts += expected_rtt ? fmt::format("{}", *expected_rtt) : "null";
    for (const auto& reply : hop.replies) columns.add(reply, measurement, expected_from, expected_rtt);
  }
  stored.rtts += "]";
  columns.write(stored.detail);
  stored.detail += "}";
  return stored;
}

}  // namespace cw::store
