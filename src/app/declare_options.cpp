#include "app/declare_options.hpp"

namespace cw::app {

void declare_json(CLI::App& app, bool& json) { app.add_flag("--json", json, "JSON Lines on stdout and nothing else"); }

void declare_family(CLI::App& app, bool& only_v4, bool& only_v6) {
  auto* v4 = app.add_flag("-4", only_v4, "IPv4 only");
  app.add_flag("-6", only_v6, "IPv6 only")->excludes(v4);
}

void declare_settings(CLI::App& app, SettingArguments& settings) {
  app.add_option("--config", settings.config, "Settings file (default /etc/cyberwatch/cyberwatch.toml)")
      ->type_name("FILE");
  const auto set_store = [&settings](const std::string& url) { settings.overrides.push_back({"store.url", url}); };
  app.add_option_function<std::string>("--store", set_store, "Where measurements are kept")->type_name("FILE|URL");
  const auto set_any = [&settings](const std::vector<std::string>& assignments) {
    for (const auto& assignment : assignments) {
      const auto equals = assignment.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--set", "KEY=VALUE is wanted, not " + assignment);
      settings.overrides.push_back({assignment.substr(0, equals), assignment.substr(equals + 1)});
    }
  };
  app.add_option_function<std::vector<std::string>>("--set", set_any, "A setting for this run")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

}  // namespace cw::app
