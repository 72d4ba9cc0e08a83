#include "platform/reply_filter.hpp"

#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <netinet/in.h>

#include <optional>
#include <vector>

#include "platform/packet_assembly.hpp"

namespace cw::platform {
namespace {

using Packet = std::vector<std::uint8_t>;

// The instructions that the programs use, as the kernel runs them (networking/filter.rst). A load outside the packet
// ends the program with 0.
class Machine {
 public:
  Machine(const FilterProgram& program, const Packet& packet, std::uint32_t packet_type)
      : program_(program), packet_(packet), packet_type_(packet_type) {}

  std::uint32_t run() {
    for (std::size_t at = 0; at < program_.size(); ++at) {
      const auto& code = program_[at];
      switch (BPF_CLASS(code.code)) {
        case BPF_LD:
          if (!load(code)) return 0;
          break;
        case BPF_LDX:
          if (!load_x(code)) return 0;
          break;
        case BPF_ALU:
          calculate(code);
          break;
        case BPF_MISC:
          x_ = a_;
          break;
        case BPF_JMP:
          at += holds(code) ? code.jt : code.jf;
          break;
        case BPF_RET:
          return code.k;
        default:
          ADD_FAILURE() << "unknown instruction " << code.code;
          return 0;
      }
    }
    ADD_FAILURE() << "the program ends without a verdict";
    return 0;
  }

 private:
  bool load(const sock_filter& code) {
    if (code.k == static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE)) {
      a_ = packet_type_;
      return true;
    }
    const std::size_t from = code.k + (BPF_MODE(code.code) == BPF_IND ? x_ : 0);
    const std::size_t size = BPF_SIZE(code.code) == BPF_B ? 1 : 2;
    if (from + size > packet_.size()) return false;
    a_ = size == 1 ? packet_[from] : static_cast<std::uint32_t>(packet_[from] << 8 | packet_[from + 1]);
    return true;
  }
  bool load_x(const sock_filter& code) {
    if (BPF_MODE(code.code) == BPF_MSH && code.k >= packet_.size()) return false;
    x_ = BPF_MODE(code.code) == BPF_MSH ? 4u * (packet_[code.k] & 0x0f) : code.k;
    return true;
  }
  void calculate(const sock_filter& code) {
    switch (BPF_OP(code.code)) {
      case BPF_ADD:
        a_ += code.k;
        break;
      case BPF_MUL:
        a_ *= code.k;
        break;
      case BPF_AND:
        a_ &= code.k;
        break;
      default:
        ADD_FAILURE() << "unknown operation " << code.code;
    }
  }
  [[nodiscard]] bool holds(const sock_filter& code) const {
    switch (BPF_OP(code.code)) {
      case BPF_JEQ:
        return a_ == code.k;
      case BPF_JGE:
        return a_ >= code.k;
      default:
        return (a_ & code.k) != 0;
    }
  }

  const FilterProgram& program_;
  const Packet& packet_;
  std::uint32_t packet_type_;
  std::uint32_t a_ = 0;
  std::uint32_t x_ = 0;
};

bool passes(FilterPlace place, const Packet& packet, std::uint32_t packet_type = PACKET_HOST) {
  const auto program = reply_filter(place);
  return Machine(program, packet, packet_type).run() != 0;
}

Packet packet_of(Family family, std::uint8_t protocol, const Packet& payload) {
  const bool is_v4 = family == Family::v4;
  Packet packet;
  append_ip_header(packet,
                   {.source = *IpAddress::parse(is_v4 ? "192.0.2.1" : "2001:db8::1"),
                    .destination = *IpAddress::parse(is_v4 ? "192.0.2.2" : "2001:db8::2"),
                    .protocol = protocol,
                    .ttl = 9},
                   payload.size());
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

Packet icmp(std::uint8_t type) { return {type, 0, 0, 0, 0, 0, 0, 0}; }

Packet tcp(std::uint16_t port, std::uint8_t flags) {
  Packet segment(20);
  segment[1] = 80;
  segment[2] = static_cast<std::uint8_t>(port >> 8);
  segment[3] = static_cast<std::uint8_t>(port);
  segment[13] = flags;
  return segment;
}

constexpr std::uint8_t syn = 0x02;
constexpr std::uint8_t rst = 0x04;
constexpr std::uint8_t ack = 0x10;

bool passes_v4(std::uint8_t protocol, const Packet& payload) {
  return passes(FilterPlace::ipv4_header, packet_of(Family::v4, protocol, payload));
}
bool passes_v6(std::uint8_t protocol, const Packet& payload) {
  return passes(FilterPlace::ipv6_header, packet_of(Family::v6, protocol, payload));
}

TEST(ReplyFilter, of_icmp_only_what_answers_a_probe_passes) {
  std::vector<int> v4;
  std::vector<int> v6;
  for (int type = 0; type < 256; ++type) {
    if (passes_v4(IPPROTO_ICMP, icmp(static_cast<std::uint8_t>(type)))) v4.push_back(type);
    if (passes_v6(IPPROTO_ICMPV6, icmp(static_cast<std::uint8_t>(type)))) v6.push_back(type);
  }
  EXPECT_EQ(v4, (std::vector{0, 3, 11, 12}));
  EXPECT_EQ(v6, (std::vector{1, 2, 3, 4, 129}));
}

TEST(ReplyFilter, of_tcp_only_answers_to_our_ports_pass) {
  for (const auto passes_tcp : {+[](const Packet& segment) { return passes_v4(IPPROTO_TCP, segment); },
                                +[](const Packet& segment) { return passes_v6(IPPROTO_TCP, segment); },
                                +[](const Packet& segment) { return passes(FilterPlace::tcp_header, segment); }}) {
    EXPECT_TRUE(passes_tcp(tcp(32768, syn | ack)));
    EXPECT_TRUE(passes_tcp(tcp(65535, rst)));
    EXPECT_TRUE(passes_tcp(tcp(40000, rst | ack)));
    EXPECT_FALSE(passes_tcp(tcp(32767, syn | ack)));
    EXPECT_FALSE(passes_tcp(tcp(443, rst)));
    EXPECT_FALSE(passes_tcp(tcp(40000, syn)));
    EXPECT_FALSE(passes_tcp(tcp(40000, ack)));
    EXPECT_FALSE(passes_tcp(tcp(40000, 0x18)));
  }
}

TEST(ReplyFilter, other_protocols_are_dropped) {
  EXPECT_FALSE(passes_v4(IPPROTO_UDP, tcp(40000, rst)));
  EXPECT_FALSE(passes_v6(IPPROTO_UDP, tcp(40000, rst)));
  EXPECT_FALSE(passes_v6(IPPROTO_FRAGMENT, icmp(3)));
}

TEST(ReplyFilter, ipv4_options_are_looked_behind) {
  auto packet = packet_of(Family::v4, IPPROTO_ICMP, icmp(11));
  packet.insert(packet.begin() + 20, {8, 8, 8, 8});
  packet[0] = 0x46;
  EXPECT_TRUE(passes(FilterPlace::ipv4_header, packet));
  packet[24] = 8;
  EXPECT_FALSE(passes(FilterPlace::ipv4_header, packet));
}

TEST(ReplyFilter, one_ipv6_extension_header_is_looked_behind) {
  for (const std::uint8_t extension : {IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING}) {
    Packet payload{IPPROTO_ICMPV6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    payload.push_back(3);
    EXPECT_TRUE(passes_v6(extension, payload));
    payload.back() = 128;
    EXPECT_FALSE(passes_v6(extension, payload));
    payload[0] = IPPROTO_UDP;
    EXPECT_FALSE(passes_v6(extension, payload));
  }
}

TEST(ReplyFilter, only_the_first_fragment_passes) {
  auto packet = packet_of(Family::v4, IPPROTO_ICMP, icmp(11));
  packet[6] = 0x20;
  EXPECT_TRUE(passes(FilterPlace::ipv4_header, packet));
  packet[7] = 1;
  EXPECT_FALSE(passes(FilterPlace::ipv4_header, packet));
}

TEST(ReplyFilter, what_is_overheard_or_sent_is_dropped) {
  const auto packet = packet_of(Family::v4, IPPROTO_ICMP, icmp(11));
  for (const auto type : {PACKET_OUTGOING, PACKET_OTHERHOST, PACKET_BROADCAST, PACKET_MULTICAST})
    EXPECT_FALSE(passes(FilterPlace::ipv4_header, packet, static_cast<std::uint32_t>(type)));
}

TEST(ReplyFilter, packets_that_are_cut_short_are_dropped) {
  for (const auto place : {FilterPlace::ipv4_header, FilterPlace::ipv6_header, FilterPlace::tcp_header})
    for (std::size_t size = 0; size < 20; ++size) EXPECT_FALSE(passes(place, Packet(size == 14 ? 13 : size, 0x40)));
}

}  // namespace
}  // namespace cw::platform
