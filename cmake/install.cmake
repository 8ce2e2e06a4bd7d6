# SPDX-License-Identifier: Apache-2.0
# What find_package(tinyml) finds: every room as tinyml::<room>, all of them together as tinyml::tinyml.
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tinyml)

add_library(tinyml INTERFACE)
target_compile_features(tinyml INTERFACE cxx_std_20)
target_link_libraries(tinyml INTERFACE tinyml_project)
set_target_properties(tinyml_device PROPERTIES EXPORT_NAME device)
install(TARGETS tinyml tinyml_device EXPORT tinyml COMPONENT library)
install(EXPORT tinyml NAMESPACE tinyml:: FILE tinymlTargets.cmake DESTINATION ${package_dir} COMPONENT library)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/device/tinyml/device DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tinyml
        COMPONENT library FILES_MATCHING PATTERN "*.h")

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tinymlConfig.cmake.in ${PROJECT_BINARY_DIR}/tinymlConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tinymlConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tinymlConfig.cmake ${PROJECT_BINARY_DIR}/tinymlConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT library)
