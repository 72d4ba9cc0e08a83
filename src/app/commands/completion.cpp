// `cyberwatch completion SHELL`: made from the command line's own declarations, so it cannot fall behind them.

#include <fmt/format.h>

#include <set>

#include "app/commands/commands.hpp"
#include "app/presets.hpp"
#include "app/terminal.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }
std::string_view rest(std::string_view name) {
  const auto space = name.find(' ');
  return space == std::string_view::npos ? std::string_view() : name.substr(space + 1);
}

std::string first_words(const std::vector<CommandOutline>& commands) {
  std::string words;
  std::set<std::string_view> seen;
  for (const auto& command : commands)
    if (seen.insert(first_word(command.name)).second)
      words += fmt::format("{}{}", words.empty() ? "" : " ", first_word(command.name));
  return words;
}

std::string second_words(const std::vector<CommandOutline>& commands, std::string_view first) {
  std::vector<std::string_view> words;
  for (const auto& command : commands)
    if (first_word(command.name) == first && !rest(command.name).empty()) words.push_back(rest(command.name));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string preset_names() {
  std::vector<std::string_view> names;
  for (const auto& preset : presets()) names.push_back(preset.name);
  return fmt::format("{}", fmt::join(names, " "));
}

std::string bash(const std::vector<CommandOutline>& commands) {
  std::string cases;
  std::set<std::string_view> groups;
  for (const auto& command : commands) {
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", command.name, fmt::join(command.options, " "));
    if (!rest(command.name).empty()) groups.insert(first_word(command.name));
  }
  for (const auto group : groups)
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", group, second_words(commands, group));
  return fmt::format(R"script(# bash completion for cyberwatch
_cyberwatch() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}} command=${{COMP_WORDS[1]}} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{}" -- "$current"))
    return
  fi
  case " {} " in
    *" $command "*) [ "$COMP_CWORD" -gt 2 ] && command="$command ${{COMP_WORDS[2]}}" ;;
  esac
  case "$command" in
{}  esac
  case "$command $previous" in
    *" --targets" | "target import"*) words="$words {}" ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$(printf '%s\n' $words | grep -v '^-')" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}}
complete -o filenames -F _cyberwatch cyberwatch
)script",
                     first_words(commands), fmt::join(groups, " "), cases, preset_names());
}

// zsh runs bash's completion functions, so there is one to keep right.
std::string zsh(const std::vector<CommandOutline>& commands) {
  return "#compdef cyberwatch\nautoload -U +X bashcompinit && bashcompinit\n" + bash(commands);
}

std::string fish_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "\\'" : std::string(1, c);
  return quoted + "'";
}

std::string fish(const std::vector<CommandOutline>& commands) {
  std::string lines = "# fish completion for cyberwatch\n";
  for (const auto& command : commands) {
    const auto first = first_word(command.name);
    const auto second = rest(command.name);
    const auto word = second.empty() ? first : second;
    const auto condition =
        second.empty() ? std::string("__fish_use_subcommand") : fmt::format("__fish_seen_subcommand_from {}", first);
    lines += fmt::format("complete -c cyberwatch -f -n '{}' -a {} -d {}\n", condition, word,
                         fish_quoted(command.description));
    for (const auto& option : command.options) {
      const bool is_long = option.starts_with("--");
      lines += fmt::format("complete -c cyberwatch -n '__fish_seen_subcommand_from {}' {} {}\n", word,
                           is_long ? "-l" : "-s", option.substr(is_long ? 2 : 1));
    }
  }
  std::set<std::string_view> groups;
  for (const auto& command : commands)
    if (!rest(command.name).empty()) groups.insert(first_word(command.name));
  for (const auto group : groups)
    lines += fmt::format("complete -c cyberwatch -f -n '__fish_use_subcommand' -a {}\n", group);
  return lines;
}

}  // namespace

Result<ExitCode> run(const CompletionCommand& command) {
  const auto commands = outline_commands();
  std::string script;
  switch (command.shell) {
    case Shell::bash:
      script = bash(commands);
      break;
    case Shell::zsh:
      script = zsh(commands);
      break;
    case Shell::fish:
      script = fish(commands);
      break;
  }
  return write_out(script) ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
