#include "platform/reply_filter.hpp"

#include <linux/if_packet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>

#include <array>
#include <cassert>

namespace cw::platform {
namespace {

constexpr std::uint32_t whole_packet = 0xffff'ffff;

// Jumps in BPF are counted in instructions. Here they name a label, and are counted when the program is finished.
class FilterWriter {
 public:
  enum class Label : std::uint8_t { next, icmp, tcp, extension, accept, drop };

  void load_byte(std::uint32_t offset) { add(BPF_LD | BPF_B | BPF_ABS, offset); }
  void load_half(std::uint32_t offset) { add(BPF_LD | BPF_H | BPF_ABS, offset); }
  void load_byte_behind_x(std::uint32_t offset) { add(BPF_LD | BPF_B | BPF_IND, offset); }
  void load_half_behind_x(std::uint32_t offset) { add(BPF_LD | BPF_H | BPF_IND, offset); }
  void load_x(std::uint32_t value) { add(BPF_LDX | BPF_IMM, value); }
  // X becomes the length of the IPv4 header there.
  void load_x_header_length(std::uint32_t offset) { add(BPF_LDX | BPF_B | BPF_MSH, offset); }
  void calculate(std::uint16_t operation, std::uint32_t value) {
    add(static_cast<std::uint16_t>(BPF_ALU | operation | BPF_K), value);
  }
  void a_to_x() { add(BPF_MISC | BPF_TAX, 0); }
  void if_equal(std::uint32_t value, Label then, Label otherwise = Label::next) {
    jump(BPF_JEQ, value, then, otherwise);
  }
  void if_at_least(std::uint32_t value, Label then, Label otherwise = Label::next) {
    jump(BPF_JGE, value, then, otherwise);
  }
  void if_any_bit(std::uint32_t bits, Label then, Label otherwise = Label::next) {
    jump(BPF_JSET, bits, then, otherwise);
  }
  void place(Label label) { places_[index(label)] = instructions_.size(); }
  void give(std::uint32_t bytes) { add(BPF_RET | BPF_K, bytes); }

  FilterProgram finish() {
    place(Label::accept);
    give(whole_packet);
    place(Label::drop);
    give(0);
    FilterProgram program;
    for (std::size_t i = 0; i < instructions_.size(); ++i) {
      auto code = instructions_[i].code;
      code.jt = distance(i, instructions_[i].then);
      code.jf = distance(i, instructions_[i].otherwise);
      program.push_back(code);
    }
    return program;
  }

 private:
  struct Instruction {
    sock_filter code;
    Label then = Label::next;
    Label otherwise = Label::next;
  };

  static std::size_t index(Label label) { return static_cast<std::size_t>(label); }
  void add(std::uint16_t code, std::uint32_t value) {
    instructions_.push_back({.code = {.code = code, .jt = 0, .jf = 0, .k = value}});
  }
  void jump(std::uint16_t condition, std::uint32_t value, Label then, Label otherwise) {
    const auto code = static_cast<std::uint16_t>(BPF_JMP | condition | BPF_K);
    instructions_.push_back(
        {.code = {.code = code, .jt = 0, .jf = 0, .k = value}, .then = then, .otherwise = otherwise});
  }
  [[nodiscard]] std::uint8_t distance(std::size_t from, Label label) const {
    if (label == Label::next) return 0;
    const auto to = places_[index(label)];
    assert(to > from && to - from - 1 <= 0xff);
    return static_cast<std::uint8_t>(to - from - 1);
  }

  std::vector<Instruction> instructions_;
  std::array<std::size_t, 6> places_{};
};

using Label = FilterWriter::Label;

// What is addressed to this machine: neither what it sends nor what it only overhears.
void write_own_packets_only(FilterWriter& writer) {
  writer.load_byte(static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE));
  writer.if_equal(PACKET_HOST, Label::next, Label::drop);
}

// X is where the ICMP header begins.
void write_icmp(FilterWriter& writer, std::initializer_list<std::uint32_t> types) {
  writer.place(Label::icmp);
  writer.load_byte_behind_x(0);
  for (const auto& type : types)
    writer.if_equal(type, Label::accept, &type == types.end() - 1 ? Label::drop : Label::next);
}

// X is where the TCP header begins (RFC 9293, section 3.1): RST, or SYN and ACK, to a port of ours.
void write_tcp(FilterWriter& writer) {
  constexpr std::uint32_t reset = 0x04;
  constexpr std::uint32_t synchronise_and_acknowledge = 0x12;
  writer.place(Label::tcp);
  writer.load_half_behind_x(2);
  writer.if_at_least(lowest_probe_port, Label::next, Label::drop);
  writer.load_byte_behind_x(13);
  writer.if_any_bit(reset, Label::accept);
  writer.calculate(BPF_AND, synchronise_and_acknowledge);
  writer.if_equal(synchronise_and_acknowledge, Label::accept, Label::drop);
}

// RFC 791, section 3.1. Only the first fragment of a packet has a header behind IP's.
void write_ipv4(FilterWriter& writer) {
  constexpr std::uint32_t fragment_offset = 0x1fff;
  writer.load_half(6);
  writer.if_any_bit(fragment_offset, Label::drop);
  writer.load_x_header_length(0);
  writer.load_byte(9);
  writer.if_equal(IPPROTO_ICMP, Label::icmp);
  writer.if_equal(IPPROTO_TCP, Label::tcp, Label::drop);
  write_icmp(writer, {ICMP_TIME_EXCEEDED, ICMP_DEST_UNREACH, ICMP_ECHOREPLY, ICMP_PARAMETERPROB});
  write_tcp(writer);
}

// RFC 8200, sections 3 and 4. One extension header is looked behind, of those that are built alike; fragments
// are dropped.
void write_ipv6(FilterWriter& writer) {
  constexpr std::uint32_t header = 40;
  writer.load_x(header);
  writer.load_byte(6);
  writer.if_equal(IPPROTO_ICMPV6, Label::icmp);
  writer.if_equal(IPPROTO_TCP, Label::tcp);
  writer.if_equal(IPPROTO_HOPOPTS, Label::extension);
  writer.if_equal(IPPROTO_DSTOPTS, Label::extension);
  writer.if_equal(IPPROTO_ROUTING, Label::extension, Label::drop);
  writer.place(Label::extension);
  writer.load_byte(header + 1);
  writer.calculate(BPF_ADD, 1);
  writer.calculate(BPF_MUL, 8);
  writer.calculate(BPF_ADD, header);
  writer.a_to_x();
  writer.load_byte(header);
  writer.if_equal(IPPROTO_ICMPV6, Label::icmp);
  writer.if_equal(IPPROTO_TCP, Label::tcp, Label::drop);
  write_icmp(writer,
             {ICMP6_TIME_EXCEEDED, ICMP6_DST_UNREACH, ICMP6_PACKET_TOO_BIG, ICMP6_PARAM_PROB, ICMP6_ECHO_REPLY});
  write_tcp(writer);
}

}  // namespace

FilterProgram reply_filter(FilterPlace place) {
  FilterWriter writer;
  switch (place) {
    case FilterPlace::ipv4_header:
      write_own_packets_only(writer);
      write_ipv4(writer);
      break;
    case FilterPlace::ipv6_header:
      write_own_packets_only(writer);
      write_ipv6(writer);
      break;
    case FilterPlace::tcp_header:
      writer.load_x(0);
      write_tcp(writer);
      break;
  }
  return writer.finish();
}

bool attach(const FilterProgram& program, const FileDescriptor& socket) {
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                          .filter = const_cast<sock_filter*>(program.data())};
  return ::setsockopt(socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

}  // namespace cw::platform
