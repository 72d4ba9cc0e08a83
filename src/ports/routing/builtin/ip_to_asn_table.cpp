#include "ports/routing/builtin/ip_to_asn_table.hpp"

#include <fmt/format.h>

#include <utility>

#include "platform/mapped_file.hpp"
#include "ports/routing/builtin/ip_to_asn_view.hpp"

namespace cw::routing {
namespace {

class IpToAsnTable final : public RouteTable {
 public:
  IpToAsnTable(platform::MappedFile file, const IpToAsnView& view) : file_(std::move(file)), view_(view) {}

  [[nodiscard]] std::optional<Origin> origin(const IpAddress& address) const override { return view_.origin(address); }
  [[nodiscard]] std::string_view org_name(Asn asn) const override { return view_.org_name(asn); }
  [[nodiscard]] TableInfo info() const override { return view_.info(); }
  [[nodiscard]] Result<> verify() const override { return view_.verify(); }

 private:
  platform::MappedFile file_;
  IpToAsnView view_;  // of the bytes of file_, which stay where they are when it moves
};

}  // namespace

Result<std::shared_ptr<const RouteTable>> open_ip_to_asn_table(const std::string& path) {
  auto file = platform::MappedFile::open(path);
  if (!file && file.error().kind == ErrorKind::not_found)
    return fail(ErrorKind::not_found,
                fmt::format("there is no IP-to-ASN table at {}; script/setup and script/build make it", path));
  if (!file) return std::unexpected(std::move(file).error());
  const auto view = IpToAsnView::over(file->bytes());
  if (!view) return fail(fmt::format("cannot use the IP-to-ASN table {}", path), view.error());
  return std::make_shared<const IpToAsnTable>(*std::move(file), *view);
}

}  // namespace cw::routing
