# The built-in IP-to-ASN table, made from the pinned data package (data/ip_to_asn) into data/ip_to_asn.table of the
# build folder. Without the package the node builds and runs without the table, and says so.
set(package ${CMAKE_SOURCE_DIR}/data/ip_to_asn/node_modules/@ip-location-db/asn)

add_executable(ip_to_asn_convert ports/routing/builtin/ip_to_asn_convert_main.cpp)
target_link_libraries(ip_to_asn_convert PRIVATE cw_routing)

if(EXISTS ${package}/package.json)
  file(READ ${package}/package.json description)
  string(JSON version GET ${description} version)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${package}/package.json)
  set(table ${CMAKE_BINARY_DIR}/data/ip_to_asn.table)
  add_custom_command(
    OUTPUT ${table}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/data
    COMMAND ip_to_asn_convert ${package}/asn-ipv4.csv ${package}/asn-ipv6.csv ${version} ${table}
    DEPENDS ip_to_asn_convert ${package}/asn-ipv4.csv ${package}/asn-ipv6.csv
    COMMENT "Making the IP-to-ASN table of ${version}"
    VERBATIM)
  add_custom_target(ip_to_asn_table ALL DEPENDS ${table})
  add_dependencies(cyberwatch ip_to_asn_table)
  if(TARGET routing_test)
    add_dependencies(routing_test ip_to_asn_table)
    target_compile_definitions(routing_test PRIVATE CW_IP_TO_ASN_TABLE="${table}")
  endif()
else()
  message(STATUS "No IP-to-ASN data: run script/setup to install it; the node will not name networks until then")
endif()
