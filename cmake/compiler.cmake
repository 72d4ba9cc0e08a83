# Language, warnings, hardening, sanitizers: the same for every target of the project.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS ON)  # TRY is a statement expression
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers are cached only with these said (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${CCACHE})
endif()

add_library(cw_flags INTERFACE)
target_compile_options(cw_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
                       -Wno-missing-field-initializers -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(cw_flags INTERFACE -Wno-missing-designated-field-initializers "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(cw_flags INTERFACE -fuse-ld=lld)
else()
  # g++ 12 warns falsely here: GCC PR 105562 (maybe-uninitialized), 105329 and 105651 (restrict).
  target_compile_options(cw_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
                         -Wno-stringop-overread)
endif()
target_compile_options(cw_flags INTERFACE -fstack-protector-strong $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
target_compile_definitions(cw_flags INTERFACE _GLIBCXX_ASSERTIONS BOOST_ASIO_NO_DEPRECATED)
target_link_options(cw_flags INTERFACE -Wl,-z,relro,-z,now)
# assert states what our own code guarantees; it stays on in release builds.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g")

foreach(sanitizer IN LISTS CW_SANITIZE)
  target_compile_options(cw_flags INTERFACE -fsanitize=${sanitizer} -fno-omit-frame-pointer)
  target_link_options(cw_flags INTERFACE -fsanitize=${sanitizer})
endforeach()
if("undefined" IN_LIST CW_SANITIZE)
  target_compile_options(cw_flags INTERFACE -fno-sanitize-recover=undefined)
endif()
if(CW_COVERAGE)
  target_compile_options(cw_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
  target_link_options(cw_flags INTERFACE -fprofile-instr-generate)
endif()
set_property(GLOBAL PROPERTY JOB_POOLS link=1)
set(CMAKE_JOB_POOL_LINK link)
