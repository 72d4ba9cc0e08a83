// `cyberwatch export`: a measurement of the node in the format of another program.

#include "app/commands/commands.hpp"
#include "app/node/node_client.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/uuid.hpp"
#include "formats/export_format.hpp"
#include "formats/measurement_json.hpp"

namespace cw::app {

Result<ExitCode> run(const ExportCommand& command) {
  const auto format = TRY(formats::parse_export_format(command.format));
  const auto id = TRY(Uuid::parse(command.measurement));
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const auto node = TRY(NodeClient::open(settings, StoreUse::read));
  const auto body = TRY(node->call("GET", "/api/v1/measurements/" + id.to_string()));
  // The node's own JSON goes out as it came: it has the AS path too.
  if (format == formats::ExportFormat::json) return write_out(body + "\n") ? ExitCode::done : ExitCode::failed;
  const auto measurement = TRY(formats::measurement_from_json(body));
  const formats::ExportContext context{.version = std::string(version())};
  const auto text = TRY(formats::export_measurement(measurement, std::nullopt, format, context));
  return write_out(text + "\n") ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
