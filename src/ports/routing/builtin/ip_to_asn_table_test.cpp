#include "ports/routing/builtin/ip_to_asn_table.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/random.hpp"
#include "core/text.hpp"
#include "platform/mapped_file.hpp"
#include "ports/routing/builtin/ip_to_asn_builder.hpp"
#include "ports/routing/builtin/ip_to_asn_convert.hpp"
#include "ports/routing/route_table_conformance.hpp"

namespace cw::routing {
namespace {

namespace fs = std::filesystem;

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

// A folder of the test's own, gone with it.
class Folder {
 public:
  Folder()
      : path_(fs::temp_directory_path() /
              ("cyberwatch_ip_to_asn_" + std::to_string(::getpid()) + "_" + std::to_string(++made_))) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] std::string file(std::string_view name) const { return path_ / name; }

 private:
  static inline int made_ = 0;
  fs::path path_;
};

void write(const std::string& path, std::string_view text) {
  ASSERT_TRUE(platform::write_file_atomically(path, std::as_bytes(std::span(text))));
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::shared_ptr<const RouteTable> table_of(const IpToAsnBuilder& builder) {
  const Folder folder;  // the mapping outlives the file
  const auto description = describe_asn_package("2.3.2026061719").value();
  EXPECT_TRUE(platform::write_file_atomically(folder.file("table"), builder.build(description)));
  return open_ip_to_asn_table(folder.file("table")).value();
}

std::shared_ptr<const RouteTable> table_of(const std::vector<AsnRow>& rows) {
  IpToAsnBuilder builder;
  for (const AsnRow& row : rows) builder.add(row);
  return table_of(builder);
}

std::shared_ptr<const RouteTable> make_table(const std::vector<ConformanceRoute>& routes) {
  std::vector<AsnRow> rows;
  for (const auto& [prefix, asn, org_name] : routes) rows.push_back({prefix.address(), prefix.last(), asn, org_name});
  return table_of(rows);
}

INSTANTIATE_TEST_SUITE_P(Builtin, RouteTableConformance, testing::Values(&make_table));

std::uint32_t asn_of(const RouteTable& table, const IpAddress& wanted) {
  const auto origin = table.origin(wanted);
  return origin ? origin->asn.value : 0;
}

TEST(IpToAsnTable, of_overlapping_rows_the_later_one_wins) {
  const auto table = table_of({{address("214.95.0.0"), address("215.0.255.255"), Asn{749}, "first"},
                               {address("215.0.0.0"), address("215.1.3.255"), Asn{721}, "second"}});
  EXPECT_EQ(asn_of(*table, address("214.255.255.255")), 749u);
  EXPECT_EQ(asn_of(*table, address("215.0.0.0")), 721u);
  EXPECT_EQ(asn_of(*table, address("215.1.3.255")), 721u);
  EXPECT_EQ(asn_of(*table, address("215.1.4.0")), 0u);
}

TEST(IpToAsnTable, a_breakpoint_inside_a_64_is_kept_to_the_address) {
  const auto table = table_of({{address("2a00:1::"), address("2a00:1:0:1::7"), Asn{1}, "a"},
                               {address("2a00:1:0:1::8"), address("2a00:1:0:1::f"), Asn{2}, "b"},
                               {address("2a00:1:0:2::1"), address("2a00:1:0:2::1"), Asn{3}, "c"}});
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:0:ffff::")), 1u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:1::7")), 1u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:1::8")), 2u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:1::f")), 2u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:1::10")), 0u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:2::")), 0u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:2::1")), 3u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:2::2")), 0u);
  EXPECT_EQ(asn_of(*table, address("2a00:1:0:3::")), 0u);
}

IpAddress random_address(Random& random, Family family) {
  if (family == Family::v4) return IpAddress::v4(static_cast<std::uint32_t>(0x0800'0000 + random.below(1 << 20)));
  IpAddress::Bytes bytes{0x2a};
  bytes[2] = static_cast<std::uint8_t>(random.below(2) << 6);  // two buckets of the first level
  bytes[7] = static_cast<std::uint8_t>(random.below(6));
  bytes[15] = static_cast<std::uint8_t>(random.below(3) == 0 ? random.below(8) : random.below(2) * 255);
  if (bytes[15] == 255) std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{255});
  return IpAddress::v6(bytes);
}

TEST(IpToAsnTable, a_linear_scan_finds_the_same_origins) {
  Random random(16);
  for (const Family family : {Family::v4, Family::v6}) {
    for (const int count : {1, 3, 30}) {
      std::vector<AsnRow> rows;
      for (int i = 0; i < count; ++i) {
        const auto [first, last] = std::minmax({random_address(random, family), random_address(random, family)});
        rows.push_back({first, last, Asn{1000 + static_cast<std::uint32_t>(random.below(5))}, "name"});
      }
      const auto table = table_of(rows);
      for (int i = 0; i < 2000; ++i) {
        const IpAddress wanted = random_address(random, family);
        std::uint32_t expected = 0;
        for (const AsnRow& row : rows)
          if (row.first <= wanted && wanted <= row.last) expected = row.asn.value;
        ASSERT_EQ(asn_of(*table, wanted), expected) << wanted.to_string();
      }
    }
  }
}

TEST(IpToAsnTable, it_says_its_licence_and_attribution) {
  const TableInfo info = table_of(std::vector<AsnRow>{})->info();
  EXPECT_EQ(info.source, "builtin");
  EXPECT_EQ(info.version, "2.3.2026061719");
  EXPECT_EQ(info.as_of, parse_rfc3339("2026-06-17T19:00:00Z").value());
  EXPECT_EQ(info.licence, "CC BY 4.0");
  for (const auto* name : {"RouteViews", "NRO", "DB-IP"})
    EXPECT_NE(info.attribution.find(name), std::string::npos) << name;
  EXPECT_EQ(info.attribution_url, "https://db-ip.com");
}

TEST(IpToAsnTable, a_missing_file_says_how_to_make_it) {
  const auto opened = open_ip_to_asn_table("no/such/table");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::not_found);
  EXPECT_NE(opened.error().message.find("script/setup"), std::string::npos);
}

class DamagedTable : public testing::Test {
 protected:
  DamagedTable() {
    IpToAsnBuilder builder;
    builder.add({address("9.0.0.0"), address("9.255.255.255"), Asn{9}, "Nine"});
    builder.add({address("2a00::"), address("2a00::7"), Asn{10}, "Ten"});
    const auto bytes = builder.build(describe_asn_package("2.3.2026061719").value());
    whole_.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  [[nodiscard]] auto open(std::string_view bytes) const {
    write(folder_.file("table"), bytes);
    return open_ip_to_asn_table(folder_.file("table"));
  }

  Folder folder_;
  std::string whole_;
};

TEST_F(DamagedTable, a_file_cut_short_is_refused) {
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{7}, std::size_t{100}, whole_.size() / 2, whole_.size() - 1}) {
    const auto opened = open(whole_.substr(0, size));
    ASSERT_FALSE(opened) << size;
    EXPECT_EQ(opened.error().kind, ErrorKind::invalid);
  }
  EXPECT_FALSE(open(whole_ + "x"));
}

TEST_F(DamagedTable, another_kind_of_file_is_refused) {
  EXPECT_FALSE(open(std::string(whole_.size(), '\0')));
  EXPECT_FALSE(open("1.0.0.0,1.0.0.255,13335,\"Cloudflare, Inc.\"\n" + std::string(1000, ' ')));
}

TEST_F(DamagedTable, a_changed_byte_anywhere_is_found_by_verify) {
  ASSERT_TRUE((*open(whole_))->verify());
  for (std::size_t at = 0; at < whole_.size(); at += whole_.size() / 40) {
    std::string damaged = whole_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto opened = open(damaged);
    EXPECT_TRUE(!opened || !(*opened)->verify()) << at;
  }
}

TEST(IpToAsnConversion, csv_files_become_a_table) {
  const Folder folder;
  write(folder.file("v4.csv"), "9.0.0.0,9.0.255.255,3333,\"RIPE \"\"NCC\"\"\"\n");
  write(folder.file("v6.csv"), "2a00::,2a00::ffff,3333,\n2a00:1::,2a00:1::ffff,65002,Private\n");
  ASSERT_TRUE(
      convert_ip_to_asn({folder.file("v4.csv"), folder.file("v6.csv"), folder.file("table"), "2.3.2026061719"}));
  const auto table = open_ip_to_asn_table(folder.file("table")).value();
  EXPECT_EQ(table->origin(address("9.0.1.2"))->org_name, "RIPE \"NCC\"");
  EXPECT_EQ(table->origin(address("2a00::1"))->org_name, "RIPE \"NCC\"");
  EXPECT_EQ(table->origin(address("2a00:1::1")), std::nullopt);
  EXPECT_EQ(table->info().v4_ranges, 1u);
  EXPECT_EQ(table->info().v6_ranges, 2u);
}

TEST(IpToAsnConversion, broken_input_names_file_and_line_and_leaves_the_old_table) {
  const Folder folder;
  write(folder.file("v4.csv"), "9.0.0.0,9.0.255.255,3333,RIPE\n9.1.0.0,oops,1,x\n");
  write(folder.file("v6.csv"), "2a00::,2a00::ffff,3333,\n");
  write(folder.file("table"), "old");
  const auto converted =
      convert_ip_to_asn({folder.file("v4.csv"), folder.file("v6.csv"), folder.file("table"), "2.3.2026061719"});
  ASSERT_FALSE(converted);
  EXPECT_NE(converted.error().message.find("v4.csv: line 2"), std::string::npos) << converted.error().message;
  EXPECT_EQ(read(folder.file("table")), "old");
}

TEST(IpToAsnConversion, a_version_without_a_date_is_refused) {
  for (const auto* version : {"", "2.3", "2.3.1", "2.3.2026131719", "2.3.abcdefghij"})
    EXPECT_FALSE(describe_asn_package(version)) << version;
}

TEST(IpToAsnSample, every_look_up_of_the_sample_gives_the_expected_origin) {
  const std::string fixtures = CW_SOURCE_DIR "/../shared/fixtures/ipasn/";
  if (!fs::exists(fixtures + "asn-ipv4-sample.csv")) GTEST_SKIP() << "no sample of the ASN data beside the source";
  const Folder folder;
  ASSERT_TRUE(convert_ip_to_asn(
      {fixtures + "asn-ipv4-sample.csv", fixtures + "asn-ipv6-sample.csv", folder.file("table"), "2.3.2026061719"}));
  const auto table = open_ip_to_asn_table(folder.file("table")).value();
  std::ifstream lookups(fixtures + "lookups.tsv");
  int tried = 0;
  for (std::string line; std::getline(lookups, line);) {
    if (line.starts_with('#')) continue;
    const auto fields = split(line, '\t');
    const auto expected = fields[1] == "-" ? Asn{0} : Asn{parse_number<std::uint32_t>(fields[1]).value()};
    EXPECT_EQ(asn_of(*table, address(fields[0])), expected.value) << line;
    ++tried;
  }
  EXPECT_EQ(tried, 1538);
}

#ifdef CW_IP_TO_ASN_TABLE
TEST(IpToAsnData, the_real_table_names_well_known_addresses_rightly) {
  const auto opened = open_ip_to_asn_table(CW_IP_TO_ASN_TABLE);
  ASSERT_TRUE(opened) << opened.error().message;
  const RouteTable& table = **opened;
  EXPECT_EQ(asn_of(table, address("1.1.1.1")), 13335u);
  EXPECT_EQ(asn_of(table, address("8.8.8.8")), 15169u);
  EXPECT_EQ(asn_of(table, address("193.0.6.139")), 3333u);
  EXPECT_EQ(asn_of(table, address("2606:4700:4700::1111")), 13335u);
  EXPECT_EQ(table.org_name(Asn{13335}), "Cloudflare, Inc.");
  EXPECT_TRUE(table.verify());
  EXPECT_LT(table.info().resident_bytes, 20'000'000u);
}
#else
TEST(IpToAsnData, the_real_table_names_well_known_addresses_rightly) {
  GTEST_SKIP() << "the data package is not installed; run script/setup";
}
#endif

}  // namespace
}  // namespace cw::routing
