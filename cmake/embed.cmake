# SPDX-License-Identifier: Apache-2.0

# tinyml_embed(<room> <function> <file>...)
# Adds `std::span<const EmbeddedFile> tinyml::<room>::<function>()` with the text of the files, named relative
# to the calling folder, to the room's library. The generated source follows the files at build time.
function(tinyml_embed room function)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DROOM=${room} -DFUNCTION=${function} -DOUTPUT=${output}
            -DFOLDER=${CMAKE_CURRENT_SOURCE_DIR} "-DFILES=${ARGN}"
            -P ${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake
    VERBATIM)
  target_sources(tinyml_${room} PRIVATE ${output})
endfunction()
