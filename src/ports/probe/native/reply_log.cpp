#include "ports/probe/native/reply_log.hpp"

#include <algorithm>
#include <utility>

namespace cw::probe {
namespace {

// A network that repeats packets without end must not fill our memory.
constexpr int most_uncounted = 64;
// RFC 4950 sets no bound; real stacks have a handful.
constexpr std::size_t most_labels = 16;
// Room is made for so many at first: a trace has about twice as many.
constexpr std::size_t few_entries = 8;

MplsLabel to_label(const codec::MplsEntry& entry) {
  return {.label = entry.label, .traffic_class = entry.traffic_class, .bottom = entry.bottom, .ttl = entry.ttl};
}

std::uint64_t bit_of(const IpAddress& address) { return std::uint64_t{1} << (std::hash<IpAddress>{}(address) & 63); }

}  // namespace

Reply to_reply(const Answer& answer, Timeliness timeliness) {
  Reply reply{
      .from = answer.from,
      .rtt = answer.rtt,
      .icmp_type = answer.icmp_type,
      .icmp_code = answer.icmp_code,
      .reply_ttl = answer.reply_ttl,
      .quoted_ttl = answer.quoted_ttl,
      .quoted_tos = answer.quoted_tos,
      .tcp_flags = answer.tcp_flags,
      .next_hop_mtu = answer.next_hop_mtu,
      .attempt = answer.tag.attempt,
      .late = timeliness == Timeliness::late,
      .duplicate = answer.duplicate,
      .rewritten = answer.rewritten,
  };
  for (const auto& entry : answer.mpls.first(std::min(answer.mpls.size(), most_labels)))
    reply.mpls.push_back(to_label(entry));
  return reply;
}

bool ReplyLog::add(const Answer& answer, Timeliness timeliness) {
  const bool late = timeliness == Timeliness::late;
  if ((late || answer.duplicate) && uncounted_++ >= most_uncounted) return false;
  const auto labels = answer.mpls.first(std::min(answer.mpls.size(), most_labels));
  if (entries_.size() == entries_.capacity())
    entries_.reserve(entries_.size() + std::max(few_entries, entries_.size() / 2));
  entries_.push_back(Entry{
      .from = answer.from,
      .rtt = answer.rtt,
      .attempt = answer.tag.attempt,
      .next_hop_mtu = answer.next_hop_mtu.value_or(0),
      .ttl = answer.tag.ttl,
      .label_count = static_cast<std::uint8_t>(labels.size()),
      .icmp_type = answer.icmp_type,
      .icmp_code = answer.icmp_code,
      .reply_ttl = answer.reply_ttl.value_or(0),
      .quoted_ttl = answer.quoted_ttl.value_or(0),
      .quoted_tos = answer.quoted_tos.value_or(0),
      .tcp_flags = answer.tcp_flags.value_or(0),
      .has_reply_ttl = answer.reply_ttl.has_value(),
      .has_quoted_ttl = answer.quoted_ttl.has_value(),
      .has_quoted_tos = answer.quoted_tos.has_value(),
      .has_tcp_flags = answer.tcp_flags.has_value(),
      .has_mtu = answer.next_hop_mtu.has_value(),
      .late = late,
      .duplicate = answer.duplicate,
      .rewritten = answer.rewritten,
  });
  for (const auto& entry : labels) labels_.push_back(to_label(entry));
  addresses_ |= bit_of(answer.from);
  return true;
}

const IpAddress* ReplyLog::address_at(Ttl ttl) const {
  for (const auto& entry : entries_)
    if (entry.ttl == ttl && !entry.late && !entry.duplicate) return &entry.from;
  return nullptr;
}

bool ReplyLog::answered_elsewhere(const IpAddress& address, Ttl ttl) const {
  if ((addresses_ & bit_of(address)) == 0) return false;
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.ttl != ttl && entry.from == address; });
}

template <class Wanted>
std::vector<Reply> ReplyLog::replies_where(Wanted wanted) const {
  std::vector<Reply> replies;
  std::span labels(labels_);
  for (const auto& entry : entries_) {
    if (wanted(entry)) replies.push_back(reply(entry, labels.first(entry.label_count)));
    labels = labels.subspan(entry.label_count);
  }
  return replies;
}

std::vector<Reply> ReplyLog::replies_at(Ttl ttl) const {
  return replies_where([&](const Entry& entry) { return entry.ttl == ttl; });
}

std::vector<Reply> ReplyLog::all() const {
  return replies_where([](const Entry&) { return true; });
}

void ReplyLog::drop_above(Ttl ttl, std::uint16_t attempt) {
  std::vector<MplsLabel> labels_kept;
  auto labels = labels_.begin();
  std::size_t kept = 0;
  for (const auto& entry : entries_) {
    const auto first = labels;
    labels += entry.label_count;
    if (entry.ttl > ttl && entry.attempt == attempt) continue;
    labels_kept.insert(labels_kept.end(), first, labels);
    entries_[kept++] = entry;
  }
  entries_.resize(kept);
  labels_ = std::move(labels_kept);
}

Reply ReplyLog::reply(const Entry& entry, std::span<const MplsLabel> labels) {
  Reply reply{
      .from = entry.from,
      .rtt = entry.rtt,
      .icmp_type = entry.icmp_type,
      .icmp_code = entry.icmp_code,
      .reply_ttl = entry.has_reply_ttl ? std::optional(entry.reply_ttl) : std::nullopt,
      .quoted_ttl = entry.has_quoted_ttl ? std::optional(entry.quoted_ttl) : std::nullopt,
      .quoted_tos = entry.has_quoted_tos ? std::optional(entry.quoted_tos) : std::nullopt,
      .tcp_flags = entry.has_tcp_flags ? std::optional(entry.tcp_flags) : std::nullopt,
      .next_hop_mtu = entry.has_mtu ? std::optional(entry.next_hop_mtu) : std::nullopt,
      .attempt = entry.attempt,
      .late = entry.late,
      .duplicate = entry.duplicate,
      .rewritten = entry.rewritten,
  };
  reply.mpls.assign(labels.begin(), labels.end());
  return reply;
}

}  // namespace cw::probe
