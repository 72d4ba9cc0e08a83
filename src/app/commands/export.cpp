// `cyberwatch export`: a measurement of the node in the format of another program.

#include "app/commands/commands.hpp"
#include "app/node/node_client.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/uuid.hpp"
#include "formats/export_format.hpp"

namespace cw::app {

Result<ExitCode> run(const ExportCommand& command) {
  const auto format = TRY(formats::parse_export_format(command.format));
  const auto id = TRY(Uuid::parse(command.measurement));
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const auto node = TRY(NodeClient::open(settings, StoreUse::read));
  const auto path = "/api/v1/measurements/" + id.to_string() + "/export?format=";
  const auto text = TRY(node->call("GET", path + std::string(formats::to_string(format))));
  return write_out(text + "\n") ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
