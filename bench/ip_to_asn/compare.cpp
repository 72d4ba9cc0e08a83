// Look-ups a second of the built-in table and of libmaxminddb, over the same addresses in the same process, round
// after round in turn; every answer of the two is compared first.
//
// ip_to_asn_compare TABLE MMDB asn-ipv6.csv

#include <arpa/inet.h>
#include <fmt/format.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/special_asn.hpp"
#include "platform/mapped_file.hpp"
#include "ports/routing/builtin/asn_csv.hpp"
#include "ports/routing/builtin/ip_to_asn_table.hpp"

namespace {

using cw::Asn;
using cw::Family;
using cw::IpAddress;
using cw::routing::RouteTable;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kAddresses = 1'000'000;
constexpr int kRounds = 11;
constexpr std::uint64_t kSeed = 20260617;

// Answers go here, so that no look-up is left out.
volatile std::uint64_t sink = 0;

template <class T>
T must(cw::Result<T> result) {
  if (result) return *std::move(result);
  fmt::print(stderr, "ip_to_asn_compare: {}\n", result.error().message);
  std::exit(1);
}

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

class Mmdb {
 public:
  explicit Mmdb(const char* path) {
    if (MMDB_open(path, MMDB_MODE_MMAP, &db_) != MMDB_SUCCESS) {
      fmt::print(stderr, "ip_to_asn_compare: cannot open {}\n", path);
      std::exit(1);
    }
  }
  Mmdb(const Mmdb&) = delete;
  Mmdb& operator=(const Mmdb&) = delete;
  ~Mmdb() { MMDB_close(&db_); }

  [[nodiscard]] MMDB_entry_s find(const sockaddr* address) const {
    int error = 0;
    auto found = MMDB_lookup_sockaddr(&db_, address, &error);
    return error == MMDB_SUCCESS && found.found_entry ? found.entry : MMDB_entry_s{};
  }
  // The same two facts that the built-in table gives for a look-up.
  [[nodiscard]] std::uint32_t asn_and_name(const sockaddr* address, std::string_view& name) const {
    MMDB_entry_s entry = find(address);
    if (entry.mmdb == nullptr) return 0;
    MMDB_entry_data_s data{};
    std::uint32_t asn = 0;
    if (MMDB_get_value(&entry, &data, "autonomous_system_number", nullptr) == MMDB_SUCCESS && data.has_data)
      asn = data.uint32;
    if (MMDB_get_value(&entry, &data, "autonomous_system_organization", nullptr) == MMDB_SUCCESS && data.has_data)
      name = {data.utf8_string, data.data_size};
    return asn;
  }

 private:
  MMDB_s db_{};
};

struct Question {
  IpAddress address;
  sockaddr_in6 socket_address{};  // of either family, as libmaxminddb wants it
  [[nodiscard]] const sockaddr* as_sockaddr() const { return reinterpret_cast<const sockaddr*>(&socket_address); }
};

Question question(const IpAddress& address) {
  Question made{.address = address};
  if (address.is_v4()) {
    sockaddr_in v4{.sin_family = AF_INET};
    v4.sin_addr.s_addr = htonl(address.v4_value());
    std::memcpy(&made.socket_address, &v4, sizeof v4);
  } else {
    made.socket_address.sin6_family = AF_INET6;
    std::memcpy(&made.socket_address.sin6_addr, address.bytes().data(), 16);
  }
  return made;
}

// IPv4: anywhere in unicast space. IPv6: inside the rows of the data, for nearly all other space is empty.
std::vector<Question> v4_questions(cw::Random& random) {
  std::vector<Question> questions;
  for (std::size_t i = 0; i < kAddresses; ++i)
    questions.push_back(question(IpAddress::v4(static_cast<std::uint32_t>(0x0100'0000 + random.below(0xdf00'0000)))));
  return questions;
}

std::vector<cw::routing::AsnRow> read_rows(const char* path) {
  const auto file = must(cw::platform::MappedFile::open(path));
  cw::routing::AsnCsvReader reader({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()});
  std::vector<cw::routing::AsnRow> rows;
  while (auto row = must(reader.next())) rows.push_back(*std::move(row));
  return rows;
}

std::vector<Question> v6_questions(cw::Random& random, const char* csv) {
  const auto rows = read_rows(csv);
  std::vector<Question> questions;
  for (std::size_t i = 0; i < kAddresses; ++i) {
    const auto& row = rows[random.below(rows.size())];
    // The bytes that first and last share, then random ones: inside the row, or near it.
    auto bytes = row.first.bytes();
    std::size_t shared = 0;
    while (shared < 15 && bytes[shared] == row.last.bytes()[shared]) ++shared;
    for (std::size_t byte = shared + 1; byte < 16; ++byte) bytes[byte] = static_cast<std::uint8_t>(random.next());
    questions.push_back(question(IpAddress::v6(bytes)));
  }
  return questions;
}

// How many of the questions the two answer differently; reserved AS numbers are no origin for the built-in table.
std::size_t disagreements(const RouteTable& table, const Mmdb& mmdb, const std::vector<Question>& questions) {
  std::size_t different = 0;
  for (const Question& asked : questions) {
    std::string_view name;
    std::uint32_t expected = mmdb.asn_and_name(asked.as_sockaddr(), name);
    if (cw::special_asn(Asn{expected}) != nullptr) expected = 0;
    const auto origin = table.origin(asked.address);
    const bool same = expected == 0 ? !origin : origin && origin->asn == Asn{expected} && origin->org_name == name;
    if (!same) ++different;
  }
  return different;
}

struct Contender {
  std::string name;
  std::function<std::uint64_t(const std::vector<Question>&)> ask_all;
  std::vector<double> rates{};  // millions a second, one a round
};

std::vector<Contender> contenders(const RouteTable& table, const Mmdb& mmdb) {
  return {
      {"built-in, ASN and organisation",
       [&table](const auto& questions) {
         std::uint64_t sum = 0;
         for (const Question& asked : questions)
           if (const auto origin = table.origin(asked.address)) sum += origin->asn.value + origin->org_name.size();
         return sum;
       }},
      {"libmaxminddb, ASN and organisation",
       [&mmdb](const auto& questions) {
         std::uint64_t sum = 0;
         for (const Question& asked : questions) {
           std::string_view name;
           sum += mmdb.asn_and_name(asked.as_sockaddr(), name);
           sum += name.size();
         }
         return sum;
       }},
      {"libmaxminddb, tree only",
       [&mmdb](const auto& questions) {
         std::uint64_t sum = 0;
         for (const Question& asked : questions) sum += mmdb.find(asked.as_sockaddr()).offset;
         return sum;
       }},
  };
}

void compare_rates(const char* family, const RouteTable& table, const Mmdb& mmdb,
                   const std::vector<Question>& questions) {
  fmt::print("{}: {} answers, {} differ\n", family, questions.size(), disagreements(table, mmdb, questions));
  auto all = contenders(table, mmdb);
  for (int round = 0; round < kRounds; ++round) {
    for (Contender& contender : all) {
      const auto start = SteadyClock::now();
      sink = contender.ask_all(questions);
      contender.rates.push_back(static_cast<double>(questions.size()) / seconds_since(start) / 1e6);
    }
  }
  const double ours = median(all.front().rates);
  for (const Contender& contender : all) {
    const auto [slowest, fastest] = std::ranges::minmax(contender.rates);
    fmt::print("  {:36} {:6.1f} M/s ({:.1f} to {:.1f}){}\n", contender.name, median(contender.rates), slowest, fastest,
               &contender == &all.front() ? "" : fmt::format(", ratio {:.1f}", ours / median(contender.rates)));
  }
}

long resident_kilobytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  return 0;
}

struct Cost {
  double ready = 0;  // seconds to the first answer
  long kilobytes = 0;
};

// What a process of its own pays for opening the table and asking everything.
template <class Use>
void print_cost(const char* name, Use use) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const long before = resident_kilobytes();
    const Cost cost = use();
    fmt::print("  {:14} first answer after {:.2f} ms, {:.1f} MB resident after all look-ups\n", name, cost.ready * 1e3,
               static_cast<double>(cost.kilobytes - before) / 1024);
    std::fflush(stdout);
    std::_Exit(0);
  }
  ::waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: ip_to_asn_compare TABLE MMDB asn-ipv6.csv\n", stderr);
    return 2;
  }
  cw::Random random(kSeed);
  const auto v4 = v4_questions(random);
  const auto v6 = v6_questions(random, argv[3]);

  fmt::print("opening, the file in the page cache:\n");
  print_cost("built-in", [&] {
    const auto start = SteadyClock::now();
    const auto table = must(cw::routing::open_ip_to_asn_table(argv[1]));
    sink = table->origin(v4.front().address).has_value();
    const double ready = seconds_since(start);
    for (const auto* questions : {&v4, &v6})
      for (const Question& asked : *questions)
        if (const auto origin = table->origin(asked.address); origin && !origin->org_name.empty())
          sink = static_cast<std::uint64_t>(origin->org_name.front());
    return Cost{ready, resident_kilobytes()};
  });
  print_cost("libmaxminddb", [&] {
    const auto start = SteadyClock::now();
    const Mmdb mmdb(argv[2]);
    std::string_view name;
    sink = mmdb.asn_and_name(v4.front().as_sockaddr(), name);
    const double ready = seconds_since(start);
    for (const auto* questions : {&v4, &v6})
      for (const Question& asked : *questions) {
        name = {};
        sink = mmdb.asn_and_name(asked.as_sockaddr(), name);
        if (!name.empty()) sink = static_cast<std::uint64_t>(name.front());
      }
    return Cost{ready, resident_kilobytes()};
  });

  const auto table = must(cw::routing::open_ip_to_asn_table(argv[1]));
  const Mmdb mmdb(argv[2]);
  fmt::print("look-ups, one thread, median of {} rounds in turn:\n", kRounds);
  compare_rates("IPv4", *table, mmdb, v4);
  compare_rates("IPv6", *table, mmdb, v6);
  return 0;
}
