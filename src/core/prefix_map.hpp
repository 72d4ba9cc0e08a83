#pragma once

// Values under prefixes, found by the longest prefix around an address: a path-compressed binary trie (after
// D. R. Morrison's PATRICIA, 1968) whose nodes lie in one array and name each other by index. A node is 32 bytes,
// and there are at most two nodes to an entry.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"

namespace cw {

template <class T>
class PrefixMap {
 public:
  struct Entry {
    Prefix prefix;
    T value;
  };

  // Adds, or replaces the value of the same prefix. Pointers given out before are no longer good.
  void insert(const Prefix& prefix, T value);

  // The entry of the longest prefix around the address; nullptr where there is none.
  [[nodiscard]] const Entry* longest_match(const IpAddress& address) const;
  // The entry of this very prefix; nullptr where there is none.
  [[nodiscard]] const Entry* exact(const Prefix& prefix) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  // Every entry: IPv4 first, then by address, a wider prefix before the narrower ones inside it.
  template <class Use>
  void for_each(Use&& use) const {
    for (const Index root : roots_) visit(root, use);
  }

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0xffff'ffff;

  // Both families are 128 bits here (IPv4 v4-mapped), each with a root of its own: ::/0 is not around IPv4.
  struct Bits {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Bits&, const Bits&) = default;
  };
  struct Node {
    Bits bits;  // zero after `length`
    std::array<Index, 2> children{kNone, kNone};
    Index entry = kNone;
    std::uint8_t length = 0;
  };
  // Where an index is kept: a child of a node, or a root (parent kNone).
  struct Slot {
    Index parent = kNone;
    std::size_t side = 0;
  };

  static Bits bits_of(const IpAddress& address) {
    Bits bits;
    for (std::size_t i = 0; i < 8; ++i) bits.high = (bits.high << 8) | address.bytes()[i];
    for (std::size_t i = 8; i < 16; ++i) bits.low = (bits.low << 8) | address.bytes()[i];
    return bits;
  }
  static std::uint8_t length_of(const Prefix& prefix) {
    return static_cast<std::uint8_t>(prefix.family() == Family::v4 ? prefix.length() + 96 : prefix.length());
  }
  static std::size_t root_of(Family family) { return family == Family::v4 ? 0 : 1; }

  static std::size_t bit(const Bits& bits, int position) {
    const std::uint64_t word = position < 64 ? bits.high : bits.low;
    return static_cast<std::size_t>((word >> (63 - position % 64)) & 1);
  }
  static int common_length(const Bits& a, const Bits& b) {
    if (a.high != b.high) return std::countl_zero(a.high ^ b.high);
    return 64 + std::countl_zero(a.low ^ b.low);
  }
  static Bits cut(const Bits& bits, int length) {
    if (length == 0) return {};
    if (length <= 64) return {bits.high & (~std::uint64_t{0} << (64 - length)), 0};
    return {bits.high, length == 128 ? bits.low : bits.low & (~std::uint64_t{0} << (128 - length))};
  }

  Index& at(const Slot& slot) {
    return slot.parent == kNone ? roots_[slot.side] : nodes_[slot.parent].children[slot.side];
  }
  Index add_node(const Bits& bits, int length) {
    nodes_.push_back(Node{.bits = cut(bits, length), .length = static_cast<std::uint8_t>(length)});
    return static_cast<Index>(nodes_.size() - 1);
  }
  // The node of that prefix, made where it is missing.
  Index node_for(std::size_t root, const Bits& bits, int length);

  template <class Use>
  void visit(Index index, Use& use) const {
    if (index == kNone) return;
    const Node& node = nodes_[index];
    if (node.entry != kNone) use(entries_[node.entry]);
    visit(node.children[0], use);
    visit(node.children[1], use);
  }

  std::array<Index, 2> roots_{kNone, kNone};
  std::vector<Node> nodes_;
  std::vector<Entry> entries_;
};

template <class T>
void PrefixMap<T>::insert(const Prefix& prefix, T value) {
  const Index index = node_for(root_of(prefix.family()), bits_of(prefix.address()), length_of(prefix));
  if (nodes_[index].entry != kNone) {
    entries_[nodes_[index].entry].value = std::move(value);
    return;
  }
  nodes_[index].entry = static_cast<Index>(entries_.size());
  entries_.push_back(Entry{prefix, std::move(value)});
}

template <class T>
auto PrefixMap<T>::node_for(std::size_t root, const Bits& bits, int length) -> Index {
  Slot slot{kNone, root};
  while (at(slot) != kNone) {
    const Index current = at(slot);
    const int node_length = nodes_[current].length;
    const int common = std::min({common_length(nodes_[current].bits, bits), node_length, length});
    if (common < node_length) {
      // The ways part inside this node: a shorter one takes its place and has it as a child.
      const Index shorter = add_node(bits, common);
      nodes_[shorter].children[bit(nodes_[current].bits, common)] = current;
      at(slot) = shorter;
      if (common == length) return shorter;
      slot = {shorter, bit(bits, common)};
      break;
    }
    if (common == length) return current;
    slot = {current, bit(bits, common)};
  }
  const Index leaf = add_node(bits, length);
  at(slot) = leaf;
  return leaf;
}

template <class T>
auto PrefixMap<T>::longest_match(const IpAddress& address) const -> const Entry* {
  const Bits bits = bits_of(address);
  const Entry* best = nullptr;
  Index index = roots_[root_of(address.family())];
  while (index != kNone) {
    const Node& node = nodes_[index];
    if (cut(bits, node.length) != node.bits) break;
    if (node.entry != kNone) best = &entries_[node.entry];
    if (node.length == 128) break;
    index = node.children[bit(bits, node.length)];
  }
  return best;
}

template <class T>
auto PrefixMap<T>::exact(const Prefix& prefix) const -> const Entry* {
  const Bits bits = bits_of(prefix.address());
  const int length = length_of(prefix);
  Index index = roots_[root_of(prefix.family())];
  while (index != kNone && nodes_[index].length < length)
    index = nodes_[index].children[bit(bits, nodes_[index].length)];
  if (index == kNone || nodes_[index].length != length || nodes_[index].bits != bits) return nullptr;
  return nodes_[index].entry == kNone ? nullptr : &entries_[nodes_[index].entry];
}

}  // namespace cw
