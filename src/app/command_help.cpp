#include "app/command_help.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace cw::app {
namespace {

constexpr std::array kCommands{
    CommandHelp{.name = "serve",
                .description = "Runs the node: page, API, scheduler, worker and grapher.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch serve                             a fresh node has no targets and sends nothing\n"
                    "  cyberwatch serve --targets resolvers         with a preset: resolvers, root-servers,\n"
                    "                                               large-networks\n"
                    "  cyberwatch serve --targets my-list.txt       with a file, one address or name a line\n"
                    "  cyberwatch serve --sample-config > cyberwatch.toml\n\n"
                    "Settings come from the file, then the environment (CYBERWATCH_LISTEN_PORT=8080), then here;\n"
                    "`cyberwatch settings list` shows each with its value and where it comes from.\n"
                    "Prints the page's address when it is ready; Ctrl-C or SIGTERM stops it."},
    CommandHelp{.name = "demo",
                .description = "Runs the node over a simulated Internet: no root, no services, no network.",
                .examples = "Examples:\n"
                            "  cyberwatch demo\n"
                            "  cyberwatch demo --port 8480 --scenario my-internet.toml"},
    CommandHelp{.name = "trace",
                .description = "Finds the routers between here and a target, and the networks they belong to.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch trace www.example.net\n"
                    "  cyberwatch trace -6 --method udp 2001:db8::1\n"
                    "  cyberwatch trace --file list.txt --json > traces.jsonl\n"
                    "  cyberwatch trace --mda www.example.net       every load-balanced path, as a graph\n"
                    "  cyberwatch trace --method tcp --port 443 www.example.net\n"
                    "  cyberwatch trace --prober scamper --raw --json 192.0.2.1\n"
                    "  generate | cyberwatch trace --file - --pps 0 --json\n\n"
                    "Several targets run at once; each is printed as it ends. A line of LIST that is no target is\n"
                    "told on stderr and the others go on. Exit code 0: every target was traced, reached or not;\n"
                    "1: at least one was not (no such name, no route); 3: no privilege for such probes."},
    CommandHelp{.name = "ping",
                .description = "Measures reachability and round-trip time of targets.",
                .examples = "Examples:\n"
                            "  cyberwatch ping www.example.net\n"
                            "  cyberwatch ping --count 20 --interval 200 192.0.2.1 2001:db8::1\n"
                            "  cyberwatch ping --file list.txt --count 1 --json\n\n"
                            "Exit code 0: every target answered; 1: at least one did not, or could not be asked."},
    CommandHelp{.name = "mtr",
                .description = "Traces a target round after round: loss and round-trip times of every hop.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch mtr www.example.net               a live table; q or Ctrl-C ends it\n"
                    "  cyberwatch mtr --count 30 www.example.net | tee report.txt\n\n"
                    "A hop that never answers says \"no answer\": that is no loss. A hop that answers less often\n"
                    "than later ones says \"limits answers\": the router is busy, your packets arrive."},
    CommandHelp{.name = "survey",
                .description = "Traces every /24 (IPv6: /48) of a list in random order, and keeps every reply.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch survey prefixes.txt --output survey.jsonl --pps 10000\n"
                    "  cyberwatch survey prefixes.txt --output survey.jsonl --resume\n"
                    "  cyberwatch survey prefixes.txt --output web.jsonl --method tcp --port 443\n\n"
                    "Keeps a byte for each destination and nothing for each probe. What the settings exclude, and\n"
                    "special-use space that they do not allow, is left out and counted. Ctrl-C stops it; --resume\n"
                    "goes on within a second of where it stopped."},
    CommandHelp{.name = "target add",
                .description = "Adds targets that the node measures at their interval.",
                .examples = "Examples:\n"
                            "  cyberwatch target add www.example.net --label web --interval 300\n"
                            "  cyberwatch target add 192.0.2.1 2001:db8::1\n\n"
                            "Talks to the running node if there is one, else to its store."},
    CommandHelp{.name = "target remove",
                .description = "Removes targets; their measurements stay.",
                .examples = "Examples:\n"
                            "  cyberwatch target remove 192.0.2.1"},
    CommandHelp{.name = "target list",
                .description = "Lists the targets.",
                .examples = "Examples:\n"
                            "  cyberwatch target list --json"},
    CommandHelp{.name = "target import",
                .description = "Adds the targets of a file or a preset.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch target import resolvers\n"
                    "  cyberwatch target import my-list.txt --label mine\n\n"
                    "Lines that are refused are told on stderr and the others are added; then the exit code is 1."},
    CommandHelp{
        .name = "why",
        .description = "Explains the probes to an address: who wanted them, what allowed them, when the next is due.",
        .examples = "Examples:\n"
                    "  cyberwatch why 192.0.2.1"},
    CommandHelp{.name = "export",
                .description = "Prints a measurement in the format of another program.",
                .examples = "Examples:\n"
                            "  cyberwatch export 0198c0de-1234-7000-8000-000000000000 --format atlas"},
    CommandHelp{.name = "import",
                .description = "Reads measurements of other programs.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch import RIPE-Atlas-measurement.json | jq .\n"
                    "  cyberwatch import --keep traces.warts\n\n"
                    "A line that cannot be read is told on stderr and the others go on; then the exit code is 1."},
    CommandHelp{.name = "queue status",
                .description = "Says how many jobs wait, are measured and died.",
                .examples = "Examples:\n"
                            "  cyberwatch queue status --json"},
    CommandHelp{.name = "queue peek",
                .description = "Shows the jobs that are next, or with --dead those that died and why.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch queue peek --most 5\n"
                    "  cyberwatch queue peek --dead --json\n\n"
                    "While a node runs, jobs that are kept in its SQLite store are its own; those on PostgreSQL and\n"
                    "Redis can be looked at any time."},
    CommandHelp{.name = "queue retry",
                .description = "Offers dead jobs again, with all their attempts before them.",
                .examples = "Examples:\n"
                            "  cyberwatch queue retry 0198c0de-1234-7000-8000-000000000000\n"
                            "  cyberwatch queue retry --all\n\n"
                            "Jobs that are kept in the store (queue.url = store:) are its node's own while that runs."},
    CommandHelp{.name = "queue drop",
                .description = "Removes waiting or dead jobs.",
                .examples = "Examples:\n"
                            "  cyberwatch queue drop 0198c0de-1234-7000-8000-000000000000\n"
                            "  cyberwatch queue drop --all                  all dead ones; waiting ones stay\n\n"
                            "Jobs that are kept in the store (queue.url = store:) are its node's own while that runs."},
    CommandHelp{.name = "settings list",
                .description = "Lists every setting with its value and where it comes from.",
                .examples = "Examples:\n"
                            "  cyberwatch settings list"},
    CommandHelp{.name = "settings get",
                .description = "Prints the value of a setting.",
                .examples = "Examples:\n"
                            "  cyberwatch settings get worker.rate_limit_per_minute"},
    CommandHelp{.name = "settings set",
                .description = "Changes a setting that may change while the node runs; it follows within seconds.",
                .examples = "Examples:\n"
                            "  cyberwatch settings set worker.rate_limit_per_minute 120"},
    CommandHelp{.name = "graph path",
                .description = "Says by which routes one network was seen to reach another.",
                .examples = "Examples:\n"
                            "  cyberwatch graph path AS64500 AS64510\n"
                            "  cyberwatch graph path 64500 64510 --any-way --json"},
    CommandHelp{.name = "graph neighbours",
                .description = "Shows the routes to and from a network, the most seen first.",
                .examples = "Examples:\n"
                            "  cyberwatch graph neighbours AS64500"},
    CommandHelp{.name = "graph status",
                .description = "Counts the networks and routes of the graph.",
                .examples = "Examples:\n"
                            "  cyberwatch graph status --json"},
    CommandHelp{.name = "graph rebuild",
                .description = "Empties the graph and makes it again from the store.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch graph rebuild\n\n"
                    "A graph that is kept in a SQLite store is its node's own while that runs. A graph on Neo4j is\n"
                    "emptied then, and the node fills it again."},
    CommandHelp{.name = "graph export",
                .description = "Prints the graph for other programs: graphml, gexf, cypher or itdk.",
                .examples = "Examples:\n"
                            "  cyberwatch graph export --format gexf > networks.gexf"},
    CommandHelp{.name = "lookup",
                .description = "Says which network an address, an AS number or a prefix belongs to.",
                .examples =
                    "Examples:\n"
                    "  cyberwatch lookup 1.1.1.1\n"
                    "  cyberwatch lookup AS13335 2606:4700::/32 --json\n\n"
                    "Answers from the local table; nothing is asked of anybody. Exit code 1: nothing is known."},
    CommandHelp{.name = "data status",
                .description = "Shows the data this program brings along: source, date, licence, attribution, sizes.",
                .examples = "Examples:\n"
                            "  cyberwatch data status"},
    CommandHelp{.name = "lab run",
                .description = "Runs a command inside a simulated Internet, in a network namespace of its own.",
                .examples = "Examples:\n"
                            "  cyberwatch lab run scenarios/demo.toml -- traceroute -n 203.0.113.1\n"
                            "  cyberwatch lab run scenarios/demo.toml                 a shell inside"},
    CommandHelp{
        .name = "doctor",
        .description = "Checks clock, privileges, buffers, store, queue, data and page, and says how to mend them.",
        .examples = "Exit code 0: all is well or nearly; 3: something must be mended."},
    CommandHelp{.name = "version", .description = "Prints the version.", .examples = ""},
    CommandHelp{.name = "completion",
                .description = "Prints shell completion.",
                .examples = "Examples:\n"
                            "  cyberwatch completion bash > /etc/bash_completion.d/cyberwatch\n"
                            "  cyberwatch completion zsh > ~/.zfunc/_cyberwatch\n"
                            "  cyberwatch completion fish > ~/.config/fish/completions/cyberwatch.fish"},
};

std::string list_of(std::string_view beginning) {
  std::string list;
  for (const auto& command : kCommands)
    if (command.name.starts_with(beginning)) list += fmt::format("  {:<15} {}\n", command.name, command.description);
  return list;
}

}  // namespace

std::span<const CommandHelp> command_helps() { return kCommands; }

const CommandHelp* find_command_help(std::string_view name) {
  const auto found = std::ranges::find(kCommands, name, &CommandHelp::name);
  return found == kCommands.end() ? nullptr : found;
}

std::string overview() {
  return "cyberWatch measures the Internet from here: paths, round-trip times, and the networks in between.\n\n"
         "Usage: cyberwatch COMMAND …        cyberwatch COMMAND --help has examples\n\n" +
         list_of("") +
         "\nTo begin with:\n"
         "  cyberwatch demo                  look at it, over a simulated Internet\n"
         "  cyberwatch trace 1.1.1.1         one trace, now\n"
         "  cyberwatch serve                 the node, with its page; cyberwatch target add NAME gives it work\n\n"
         "Exit codes: 0 done; 1 the thing asked for failed; 2 wrong usage or settings; 3 a back end or privilege\n"
         "is missing (cyberwatch doctor says how to mend it).\n";
}

Result<Command> explain_unknown_command(std::span<const std::string> arguments) {
  const auto group = arguments[0] + " ";
  const auto is_group = std::ranges::any_of(kCommands, [&](const auto& row) { return row.name.starts_with(group); });
  if (is_group && (arguments.size() == 1 || arguments[1] == "--help" || arguments[1] == "-h")) {
    if (arguments.size() > 1) return HelpCommand{list_of(group)};
    return fail(ErrorKind::invalid, fmt::format("say what: `cyberwatch {} --help` lists the commands", arguments[0]));
  }
  const auto wanted = is_group ? group + arguments[1] : arguments[0];
  std::vector<std::string_view> names;
  for (const auto& row : kCommands) names.push_back(row.name);
  const auto near = nearest_name(wanted, names);
  return fail(ErrorKind::invalid, fmt::format("there is no command \"{}\"; {}", printable(wanted, 40),
                                              near ? fmt::format("did you mean `cyberwatch {}`?", *near)
                                                   : "`cyberwatch --help` lists them"));
}

}  // namespace cw::app
