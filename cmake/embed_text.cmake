# cw_embed_text(TARGET FILE NAMESPACE FUNCTION): the text FILE as a `std::string_view cw::NAMESPACE::FUNCTION()` of
# the target. Run as a script at build time, it writes OUTPUT.
if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${FILE} text)
  file(WRITE ${OUTPUT} "#include <string_view>

namespace cw::${NAMESPACE} {
std::string_view ${FUNCTION}();
std::string_view ${FUNCTION}() { return R\"embedded(${text})embedded\"; }
}  // namespace cw::${NAMESPACE}
")
  return()
endif()

function(cw_embed_text target file namespace function)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFILE=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DNAMESPACE=${namespace}
            -DFUNCTION=${function} -P ${script}
    DEPENDS ${file} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
