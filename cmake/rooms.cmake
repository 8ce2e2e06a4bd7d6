# SPDX-License-Identifier: Apache-2.0

# tinyml_room(<name> [DEPS <room>...] [LINK <library>...] [PRIVATE_HEADERS <header>...])
# One static library tinyml_<name> of every .cpp in the calling folder, installed as tinyml::<name> with its
# headers. DEPS are rooms and public; LINK are third-party libraries and private; PRIVATE_HEADERS and *-inl.h
# include third-party headers and are not installed.
function(tinyml_room name)
  cmake_parse_arguments(ARG "" "" "DEPS;LINK;PRIVATE_HEADERS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(tinyml_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(tinyml_${name} PRIVATE ${ARG_LINK})
  else()
    add_library(tinyml_${name} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(tinyml_${name} INTERFACE ${ARG_LINK})
  endif()
  target_include_directories(tinyml_${name} ${scope} $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                     $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(dep ${ARG_DEPS})
    target_link_libraries(tinyml_${name} ${scope} tinyml_${dep})
  endforeach()

  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  list(FILTER headers EXCLUDE REGEX "-inl\\.h$")
  foreach(header ${ARG_PRIVATE_HEADERS})
    list(REMOVE_ITEM headers ${header})
  endforeach()
  set_target_properties(tinyml_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS tinyml_${name} EXPORT tinyml ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
  install(FILES ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tinyml/${name} COMPONENT library)
endfunction()

# tinyml_test(<name> [DEPS <room>...] [LINK <library>...] [EXTERNAL <filter>])
# One GoogleTest program <name>_test of every .cpp in tests/<name>/, a dependency of the target `tests`. The tests
# that EXTERNAL (a GoogleTest filter) chooses mostly run other programs, and are labelled `external`.
function(tinyml_test name)
  cmake_parse_arguments(ARG "" "EXTERNAL" "DEPS;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name}_test PRIVATE TINYML_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                                  TINYML_BINARY_DIR="${CMAKE_BINARY_DIR}")
  foreach(dep ${ARG_DEPS})
    target_link_libraries(${name}_test PRIVATE tinyml_${dep})
  endforeach()
  target_link_libraries(${name}_test PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  add_dependencies(tests ${name}_test)
  set(common DISCOVERY_TIMEOUT 60)
  if(ARG_EXTERNAL)
    gtest_discover_tests(${name}_test ${common} TEST_FILTER ${ARG_EXTERNAL} PROPERTIES TIMEOUT 600 LABELS external)
    list(APPEND common TEST_FILTER -${ARG_EXTERNAL})
  endif()
  gtest_discover_tests(${name}_test ${common} PROPERTIES TIMEOUT 600)
endfunction()
