#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "ports/store/sql/expected_reply.hpp"
#include "ports/store/sql/json_reading.hpp"
#include "ports/store/sql/stored_replies.hpp"

namespace cw::store {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_microseconds = std::numeric_limits<std::int64_t>::max() / 1000;

constexpr std::array<std::string_view, 16> members{"ttl",  "sent",      "attempts",  "from",       "rtt", "reply_ttl",
                                                   "icmp", "mtu",       "mpls",      "quoted_ttl", "tos", "tcp",
                                                   "late", "duplicate", "rewritten", "inferred"};

Duration from_microseconds(std::int64_t count) { return std::chrono::microseconds(count); }

// Reads `detail` member by member into the hops; a flat list of the replies serves the columns.
class Decoder {
 public:
  Decoder(const ReplyContext& context, const json::object& detail) : context_(context), detail_(detail) {}

  Result<std::vector<Hop>> decode(const json::array& rtts) {
    TRY(check_members());
    TRY(lay_out_hops(rtts));
    TRY(read_inferred());
    TRY(read_sent());
    TRY(lay_out_replies());
    TRY(check_inferred());
    TRY(read_from());
    TRY(read_rtt());
    expect_the_usual();
    TRY(read_reply_ttl());
    TRY(read_icmp());
    TRY(read_quoted_ttl());
    TRY(read_mtu());
    TRY(read_mpls());
    TRY(read_byte("tos", "a quoted TOS", &Reply::quoted_tos));
    TRY(read_byte("tcp", "TCP flags", &Reply::tcp_flags));
    TRY(mark("rewritten", &Reply::rewritten));
    TRY(mark("late", &Reply::late));
    TRY(mark("duplicate", &Reply::duplicate));
    return std::move(hops_);
  }

 private:
  Result<> check_members() const {
    for (const auto& member : detail_)
      if (std::ranges::find(members, std::string_view(member.key().data(), member.key().size())) == members.end())
        return fail(ErrorKind::invalid, "the detail has a member that is not known");
    return {};
  }

  Result<Ttl> first_ttl() const {
    if (context_.first_ttl) return *context_.first_ttl;
    const auto* const value = detail_.if_contains("ttl");
    if (value == nullptr) return fail(ErrorKind::invalid, "the first TTL is missing");
    const auto ttl = TRY(as_integer(*value, 0, 255, "the first TTL"));
    return Ttl{static_cast<std::uint8_t>(ttl)};
  }

  // A hop per entry of `rtts`; a path has as many.
  Result<> lay_out_hops(const json::array& rtts) {
    if (context_.first_ttl && rtts.size() != context_.path_addresses.size())
      return fail(ErrorKind::invalid, "the RTTs are not as many as the hops of the path");
    if (rtts.empty()) return {};
    const int first = TRY(first_ttl()).value;
    if (rtts.size() > static_cast<std::size_t>(256 - first)) return fail(ErrorKind::invalid, "too many hops");
    for (std::size_t i = 0; i < rtts.size(); ++i) {
      hops_.push_back({.ttl = Ttl{static_cast<std::uint8_t>(first + static_cast<int>(i))}, .sent = 1, .replies = {}});
      auto& answer = answers_.emplace_back();
      if (rtts[i].is_null()) continue;
      answer.rtt = TRY(as_integer(rtts[i], -most_microseconds, most_microseconds, "an RTT"));
      answer.from = context_.first_ttl ? context_.path_addresses[i] : context_.address;
    }
    return {};
  }

  // The member's array; empty where it is absent.
  Result<const json::array*> column(std::string_view name) const {
    static const json::array none;
    const auto* const value = detail_.if_contains(name);
    if (value == nullptr) return &none;
    return as_array(*value, name);
  }

  // Stands where the path has an address and nothing was answered.
  Result<> read_inferred() {
    const auto* const entries = TRY(column("inferred"));
    const auto last_hop = static_cast<std::int64_t>(hops_.size()) - 1;
    for (const auto& value : *entries) {
      const auto* const entry = TRY(as_array(value, "an inferred hop"));
      const auto hop = static_cast<std::size_t>(TRY(integer_at(*entry, 0, 0, last_hop, "a hop")));
      const auto verified_at = TRY(integer_at(*entry, 1, -most_microseconds, most_microseconds, "an instant"));
      if (!context_.first_ttl || !context_.path_addresses[hop])
        return fail(ErrorKind::invalid, "an inferred hop has no address");
      hops_[hop].inferred = {.from = *context_.path_addresses[hop],
                             .verified_at = Instant(from_microseconds(verified_at))};
      hops_[hop].sent = 0;
    }
    return {};
  }

  Result<> check_inferred() const {
    if (std::ranges::any_of(hops_, [](const Hop& hop) { return hop.inferred && !hop.replies.empty(); }))
      return fail(ErrorKind::invalid, "an inferred hop has replies");
    return {};
  }

  Result<> read_sent() {
    const auto* const entries = TRY(column("sent"));
    const auto last_hop = static_cast<std::int64_t>(hops_.size()) - 1;
    for (const auto& value : *entries) {
      const auto* const entry = TRY(as_array(value, "the probes sent"));
      const auto hop = TRY(integer_at(*entry, 0, 0, last_hop, "a hop"));
      const auto sent = TRY(integer_at(*entry, 1, 0, std::numeric_limits<int>::max(), "a number of probes sent"));
      hops_[static_cast<std::size_t>(hop)].sent = static_cast<int>(sent);
    }
    return {};
  }

  Result<> lay_out_replies() {
    const auto* const attempts = TRY(column("attempts"));
    if (!attempts->empty() && attempts->size() != hops_.size())
      return fail(ErrorKind::invalid, "the attempts are not as many as the hops");
    for (std::size_t i = 0; i < hops_.size(); ++i) {
      if (!attempts->empty())
        TRY(add_attempts(i, (*attempts)[i]));
      else if (answers_[i].rtt)
        hops_[i].replies.emplace_back();
    }
    for (std::size_t i = 0; i < hops_.size(); ++i)
      for (auto& reply : hops_[i].replies) replies_.push_back({&reply, i});
    return {};
  }

  Result<> add_attempts(std::size_t hop, const json::value& value) {
    const auto* const attempts = TRY(as_array(value, "the attempts of a hop"));
    for (const auto& attempt : *attempts) {
      const auto number = TRY(as_integer(attempt, 0, std::numeric_limits<int>::max(), "an attempt"));
      hops_[hop].replies.emplace_back().attempt = static_cast<int>(number);
    }
    return {};
  }

  Result<> read_from() {
    const auto* const from = TRY(dense("from"));
    for (std::size_t i = 0; i < replies_.size(); ++i) {
      const auto& expected = answers_[replies_[i].hop].from;
      if (i < from->size() && !(*from)[i].is_null())
        replies_[i].reply->from = TRY(as_address((*from)[i], "the sender of a reply"));
      else if (expected)
        replies_[i].reply->from = *expected;
      else
        return fail(ErrorKind::invalid, "a reply has no sender");
    }
    return {};
  }

  Result<> read_rtt() {
    const auto* const rtt = TRY(dense("rtt"));
    for (std::size_t i = 0; i < replies_.size(); ++i) {
      const auto& expected = answers_[replies_[i].hop].rtt;
      if (i < rtt->size() && !(*rtt)[i].is_null())
        replies_[i].reply->rtt =
            from_microseconds(TRY(as_integer((*rtt)[i], -most_microseconds, most_microseconds, "an RTT")));
      else if (expected)
        replies_[i].reply->rtt = from_microseconds(*expected);
      else
        return fail(ErrorKind::invalid, "a reply has no RTT");
    }
    return {};
  }

  void expect_the_usual() {
    for (auto& [reply, hop] : replies_) {
      const auto kind = expected_icmp(reply->from, context_.address, context_.method);
      reply->icmp_type = kind.type;
      reply->icmp_code = kind.code;
      reply->quoted_ttl = expected_quoted_ttl(reply->from, context_.address);
    }
  }

  Result<> read_reply_ttl() {
    const auto* const ttl = TRY(dense("reply_ttl"));
    for (std::size_t i = 0; i < ttl->size(); ++i)
      if (!(*ttl)[i].is_null())
        replies_[i].reply->reply_ttl = static_cast<std::uint8_t>(TRY(as_integer((*ttl)[i], 0, 255, "a reply TTL")));
    return {};
  }

  // A column with an entry per reply, cut where nothing more is said.
  Result<const json::array*> dense(std::string_view name) const {
    const auto* const entries = TRY(column(name));
    if (entries->size() > replies_.size())
      return fail(ErrorKind::invalid, fmt::format("\"{}\" has more entries than there are replies", name));
    return entries;
  }

  // Calls `read(reply, entry)` for every entry of a column whose entries begin with the number of their reply.
  template <class Read>
  Result<> sparse(std::string_view name, Read&& read) {
    const auto* const entries = TRY(column(name));
    for (const auto& value : *entries) {
      const auto* const entry = TRY(as_array(value, name));
      auto* const reply = TRY(reply_at(entry->empty() ? json::value() : (*entry)[0], name));
      TRY(read(*reply, *entry));
    }
    return {};
  }

  Result<Reply*> reply_at(const json::value& index, std::string_view name) {
    const auto place = TRY(as_integer(index, 0, static_cast<std::int64_t>(replies_.size()) - 1, name));
    return replies_[static_cast<std::size_t>(place)].reply;
  }

  Result<> read_icmp() {
    return sparse("icmp", [](Reply& reply, const json::array& entry) -> Result<> {
      reply.icmp_type = static_cast<std::uint8_t>(TRY(integer_at(entry, 1, 0, 255, "an ICMP type")));
      reply.icmp_code = static_cast<std::uint8_t>(TRY(integer_at(entry, 2, 0, 255, "an ICMP code")));
      return {};
    });
  }

  Result<> read_quoted_ttl() {
    return sparse("quoted_ttl", [](Reply& reply, const json::array& entry) -> Result<> {
      const auto ttl = TRY(integer_at(entry, 1, -1, 255, "a quoted TTL"));
      reply.quoted_ttl = ttl < 0 ? std::nullopt : std::optional(static_cast<std::uint8_t>(ttl));
      return {};
    });
  }

  Result<> read_mtu() {
    return sparse("mtu", [](Reply& reply, const json::array& entry) -> Result<> {
      reply.next_hop_mtu = static_cast<std::uint16_t>(TRY(integer_at(entry, 1, 0, 65535, "a next-hop MTU")));
      return {};
    });
  }

  Result<> read_byte(std::string_view name, std::string_view what, std::optional<std::uint8_t> Reply::* field) {
    return sparse(name, [&](Reply& reply, const json::array& entry) -> Result<> {
      reply.*field = static_cast<std::uint8_t>(TRY(integer_at(entry, 1, 0, 255, what)));
      return {};
    });
  }

  Result<> read_mpls() {
    return sparse("mpls", [](Reply& reply, const json::array& entry) -> Result<> {
      for (std::size_t i = 1; i < entry.size(); ++i) {
        const auto* const label = TRY(as_array(entry[i], "an MPLS label"));
        auto& added = reply.mpls.emplace_back();
        added.label = static_cast<std::uint32_t>(TRY(integer_at(*label, 0, 0, 0xffffffff, "an MPLS label")));
        added.traffic_class = static_cast<std::uint8_t>(TRY(integer_at(*label, 1, 0, 255, "an MPLS class")));
        added.bottom = TRY(integer_at(*label, 2, 0, 1, "an MPLS bottom bit")) == 1;
        added.ttl = static_cast<std::uint8_t>(TRY(integer_at(*label, 3, 0, 255, "an MPLS TTL")));
      }
      return {};
    });
  }

  Result<> mark(std::string_view name, bool Reply::* flag) {
    const auto* const entries = TRY(column(name));
    for (const auto& index : *entries) TRY(reply_at(index, name))->*flag = true;
    return {};
  }

  struct Answer {
    std::optional<std::int64_t> rtt;  // microseconds
    std::optional<IpAddress> from;
  };
  struct Place {
    Reply* reply;
    std::size_t hop;
  };

  const ReplyContext& context_;
  const json::object& detail_;
  std::vector<Hop> hops_;
  std::vector<Answer> answers_;  // of each hop, as rtts and path have it
  std::vector<Place> replies_;
};

}  // namespace

Result<std::vector<Hop>> decode_replies(const ReplyContext& context, std::string_view rtts, std::string_view detail) {
  const auto rtts_json = TRY(parse_json(rtts));
  const auto* const rtt_array = TRY(as_array(rtts_json, "the RTTs"));
  const auto detail_json = TRY(parse_json(detail));
  const auto* const detail_object = TRY(as_object(detail_json, "the detail"));
  return Decoder(context, *detail_object).decode(*rtt_array);
}

}  // namespace cw::store
