#include "platform/resolver.hpp"

#include <gtest/gtest.h>

namespace cw::platform {
namespace {

TEST(Resolver, host_names_are_told_from_mistyped_addresses) {
  for (const auto* name : {"localhost", "www.example.net", "www.example.net.", "a-b.example", "_dns.example",
                           "3com.com", "xn--bcher-kva.example"})
    EXPECT_TRUE(is_host_name(name)) << name;
  for (const auto* text :
       {"", ".", "1.2.3", "1.2.3.256", "10", "0x7f.1", "1.2.3.0x4", "a..b", "-a.example", "a-.example", "exa mple",
        "http://example.net", "example.net/", "2001:db8::zz", "a\nb", "bücher.example"})
    EXPECT_FALSE(is_host_name(text)) << text;
  EXPECT_FALSE(is_host_name(std::string(64, 'a') + ".example"));
  EXPECT_FALSE(is_host_name(std::string(254, 'a')));
}

TEST(Resolver, what_is_no_host_name_is_never_asked_for) {
  const auto refused = resolve("1.2.3", std::nullopt);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_EQ(refused.error().message, "\"1.2.3\" is neither an address nor a host name");
}

// From /etc/hosts: no network is asked.
TEST(Resolver, a_name_of_the_hosts_file_is_found_in_the_family_asked_for) {
  const auto found = resolve("localhost", Family::v4);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->front().to_string(), "127.0.0.1");
}

}  // namespace
}  // namespace cw::platform
