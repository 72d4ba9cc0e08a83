#pragma once

// The IP packets of a capture in testdata/captures, for tests: classic pcap with Ethernet (link type 1) or raw IP
// (101). SOURCES.md there says where the captures come from. Only tests include this.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "codec/byte_reader.hpp"

namespace cw::codec {

using Packet = std::vector<std::uint8_t>;

inline std::vector<std::uint8_t> read_capture_file(std::string_view name) {
  const auto path = std::filesystem::path(CW_SOURCE_DIR) / "testdata/captures" / (std::string(name) + ".pcap");
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  if (bytes.empty()) throw std::runtime_error("no capture " + path.string());
  return {bytes.begin(), bytes.end()};
}

// The file is little-endian, as the machines are that wrote it.
inline std::uint32_t read_little_endian(ByteReader& in) { return __builtin_bswap32(in.u32()); }

// Every packet of the capture from its IP header on, in order.
inline std::vector<Packet> captured_packets(std::string_view name) {
  constexpr std::uint32_t magic = 0xa1b2c3d4;
  constexpr std::uint32_t ethernet = 1;
  constexpr std::size_t ethernet_header_size = 14;
  const auto file = read_capture_file(name);
  ByteReader in(file);
  const bool known = read_little_endian(in) == magic;
  in.skip(16);
  const auto link_header_size = read_little_endian(in) == ethernet ? ethernet_header_size : 0;
  std::vector<Packet> packets;
  while (in.ok() && in.remaining() > 0) {
    in.skip(8);
    const auto size = read_little_endian(in);
    in.skip(4);
    const auto frame = in.take(size);
    if (frame.size() > link_header_size)
      packets.emplace_back(frame.begin() + static_cast<std::ptrdiff_t>(link_header_size), frame.end());
  }
  if (!known || !in.ok() || packets.empty()) throw std::runtime_error(std::string(name) + " is not a whole capture");
  return packets;
}

}  // namespace cw::codec
