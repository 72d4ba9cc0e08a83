# Run by cw_migrations at build time: writes OUTPUT, a C++ file that holds the SQL FILES as raw strings.
list(SORT FILES)
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+\\.sql$")
    message(FATAL_ERROR "${file}: a migration is named like 0001_targets.sql")
  endif()
  string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
  file(READ ${file} sql)
  string(APPEND entries "    {.version = ${version}, .name = \"${name}\", .sql = R\"sql(${sql})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"platform/migrations.hpp\"

namespace cw::${NAMESPACE} {
namespace {
constexpr platform::Migration all[] = {
${entries}};
}  // namespace

std::span<const platform::Migration> ${FUNCTION}();
std::span<const platform::Migration> ${FUNCTION}() { return all; }
}  // namespace cw::${NAMESPACE}
")
