// Prints what one thread sends and receives per second, side by side in one run: a bare packet socket, the wires, the
// engine. Everything happens on a TUN device in a network namespace of its own. Sending is measured with nobody
// reading the device, so that the driver drops what its queue has no room for and no other thread takes part;
// receiving with another thread that writes ICMP errors into it.
//
// A round measures every way once, one after the other, so that whatever else the machine does meets them all.

#include <fmt/format.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bare_socket.hpp"
#include "codec/byte_writer.hpp"
#include "codec/ip.hpp"
#include "codec/udp.hpp"
#include "core/random.hpp"
#include "lab/private_network.hpp"
#include "platform/raw_wire.hpp"
#include "platform/ring_wire.hpp"
#include "ports/probe/native/engine.hpp"

namespace cw::bench {
namespace {

constexpr auto vantage = IpAddress::v4(0xc000020a);  // 192.0.2.10
constexpr std::size_t packet_count = 200'000;
constexpr std::size_t batch = 64;
constexpr std::uint32_t destinations = 10'000;

using Packet = std::vector<std::uint8_t>;

IpAddress destination(std::size_t index) { return IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(index)); }

// UDP probes of 40 bytes, a new destination every one: the order of a large job.
std::vector<Packet> make_probes() {
  std::vector<Packet> probes;
  const std::array<std::uint8_t, 12> payload{};
  for (std::size_t i = 0; i < packet_count; ++i) {
    std::array<std::uint8_t, 40> buffer{};
    codec::ByteWriter out(buffer);
    const auto to = destination(i * 7919 % destinations);
    codec::write_ip(out,
                    {.source = vantage,
                     .destination = to,
                     .protocol = codec::protocol_udp,
                     .ttl = static_cast<std::uint8_t>(1 + i % 16),
                     .identification = static_cast<std::uint16_t>(1 + i % 0xfffe)},
                    20);
    codec::write_udp(out, 40'000, 33'434, payload, vantage, to);
    probes.emplace_back(buffer.begin(), buffer.end());
  }
  return probes;
}

// What a router says to the first of them.
Packet make_error(const Packet& probe) {
  Packet packet(20 + 8 + probe.size());
  codec::ByteWriter out(packet);
  const auto router = IpAddress::v4(0xc6336401);
  codec::write_ip(out, {.source = router, .destination = vantage, .protocol = codec::protocol_icmp, .ttl = 250},
                  8 + probe.size());
  packet[20] = 11;
  std::ranges::copy(probe, packet.begin() + 28);
  std::uint32_t sum = 0;
  for (std::size_t i = 20; i < packet.size(); i += 2) sum += static_cast<std::uint32_t>(packet[i] << 8 | packet[i + 1]);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  packet[22] = static_cast<std::uint8_t>(~sum >> 8);
  packet[23] = static_cast<std::uint8_t>(~sum);
  return packet;
}

double seconds_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Sample {
  double wall = 0;  // seconds per packet
  double cpu = 0;   // of this thread
  double packets = 0;
};

Sample measure(const std::function<std::size_t()>& work) {
  const auto wall = seconds_of(CLOCK_MONOTONIC);
  const auto cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  const auto count = static_cast<double>(std::max<std::size_t>(1, work()));
  return {.wall = (seconds_of(CLOCK_MONOTONIC) - wall) / count,
          .cpu = (seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu) / count,
          .packets = count};
}

// ---- out

std::size_t send_all(platform::Wire& wire, const std::vector<Packet>& probes) {
  std::vector<platform::OutgoingPacket> packets;
  std::vector<std::size_t> refused;
  std::size_t sent = 0;
  while (sent < probes.size()) {
    packets.clear();
    for (std::size_t i = sent; i < std::min(sent + batch, probes.size()); ++i) {
      const auto& bytes = probes[i];
      const std::uint32_t to =
          std::uint32_t{bytes[16]} << 24 | std::uint32_t{bytes[17]} << 16 | std::uint32_t{bytes[18]} << 8 | bytes[19];
      packets.push_back({.destination = IpAddress::v4(to), .bytes = bytes});
    }
    sent += wire.send(packets, refused).value_or(probes.size());
  }
  return sent;
}

// Traces that nobody answers: everything the engine does to send, and to give up.
std::size_t run_engine(platform::Wire& wire) {
  const auto before = wire.counters().packets_sent;
  probe::Engine engine(wire, {.packets_per_second = 0, .seed = 7});
  Random random(7);
  for (std::uint32_t i = 0; i < destinations; ++i)
    engine.start({.id = Uuid::make_v7(wire.now(), random),
                  .address = destination(i),
                  .kind = Kind::trace,
                  .method = Method::udp,
                  .timeout = std::chrono::milliseconds(20)},
                 {.on_finished = [](const Result<Measurement>&) {}});
  while (!engine.is_idle())
    if (!engine.turn(wire.now() + std::chrono::milliseconds(50))) std::abort();
  return wire.counters().packets_sent - before;
}

// ---- in

// Another thread writes errors into the device; counts what this one gets, until nothing more comes.
std::size_t receive_all(platform::Wire& wire, int device, const Packet& error) {
  std::vector<platform::IncomingPacket> packets(128);
  const std::jthread router([&] {
    for (std::size_t i = 0; i < packet_count; ++i)
      if (::write(device, error.data(), error.size()) < 0) return;
  });
  std::size_t received = 0;
  while (received < packet_count) {
    const auto count = wire.receive(packets, wire.now() + std::chrono::milliseconds(200)).value_or(0);
    if (count == 0) break;
    received += count;
  }
  return received;
}

// ---- the table

struct Row {
  std::string name;
  std::function<std::size_t()> work;
  std::vector<Sample> samples = {};
};

double median(std::vector<Sample> samples, double Sample::* field) {
  std::ranges::sort(samples, {}, field);
  return samples[samples.size() / 2].*field;
}

void print(std::string_view title, const std::vector<Row>& rows) {
  const auto first = median(rows.front().samples, &Sample::cpu);
  fmt::print("\n{:<40}{:>12}{:>15}{:>14}{:>14}\n", title, "packets/s", "CPU us/packet", "of the first", "packets");
  for (const auto& row : rows) {
    const auto cpu = median(row.samples, &Sample::cpu);
    fmt::print("{:<40}{:>12.0f}{:>15.3f}{:>12.0f} %{:>14.0f}\n", row.name, 1 / median(row.samples, &Sample::wall),
               cpu * 1e6, 100 * first / cpu, median(row.samples, &Sample::packets));
  }
}

void print_machine(std::size_t rounds) {
  utsname system{};
  ::uname(&system);
  std::string model;
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);)
    if (line.starts_with("model name")) model = line.substr(line.find(':') + 2);
  fmt::print("{}, {} threads, Linux {}; medians of {} rounds of {} packets; ratios are of CPU time\n", model,
             std::thread::hardware_concurrency(), system.release, rounds, packet_count);
}

int give_up(const Error& error) {
  fmt::print(stderr, "{}\n", error.message);
  return 3;
}

void measure(std::vector<Row>& rows, std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round)
    for (auto& row : rows) row.samples.push_back(measure(row.work));
}

// Each wire is open only while it is measured: an open one has its share of every packet that comes in.
template <class Wire>
std::size_t receive_with(int device, const Packet& error) {
  const auto wire = Wire::open();
  return wire && (*wire)->source_for(destination(0)) ? receive_all(**wire, device, error) : 0;
}

int run(std::size_t rounds) {
  if (const auto entered = lab::enter_private_network(); !entered) return give_up(entered.error());
  lab::Vantage own;
  own.v4 = vantage;
  const auto device = lab::open_tun(own);
  if (!device) return give_up(device.error());
  auto ring = platform::RingWire::open();
  auto raw = platform::RawWire::open();
  if (!ring) return give_up(ring.error());
  if (!raw) return give_up(raw.error());

  print_machine(rounds);
  const auto probes = make_probes();
  BareSocket bare{std::string(lab::tun_name)};
  std::vector<Row> out{{"bare AF_PACKET sendmmsg(64)",
                        [&] {
                          bare.send(probes);
                          return probes.size();
                        }},
                       {"ring wire", [&] { return send_all(**ring, probes); }},
                       {"raw wire", [&] { return send_all(**raw, probes); }},
                       {"engine over the ring wire, unanswered", [&] { return run_engine(**ring); }}};
  measure(out, rounds);
  print("sending", out);
  ring->reset();
  raw->reset();

  const auto error = make_error(probes.front());
  std::vector<Row> in{{"raw wire", [&] { return receive_with<platform::RawWire>(device->descriptor(), error); }},
                      {"ring wire", [&] { return receive_with<platform::RingWire>(device->descriptor(), error); }}};
  measure(in, rounds);
  print("receiving", in);
  return 0;
}

}  // namespace
}  // namespace cw::bench

int main(int count, char** arguments) {
  const auto rounds = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 9;
  return cw::bench::run(std::max<std::size_t>(1, rounds));
}
