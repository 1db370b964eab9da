# SPDX-License-Identifier: MIT
# Assembles one 6502 source with dasm: silent when all is well, and no output file is left when not.
# What the source includes is looked for beside it, then in INCLUDE.
#
# Run in script mode:
#   cmake -DDASM=<dasm> -DIN=<file.asm> -DOUT=<file.bin> -DINCLUDE=<folder> -P cmake/assemble.cmake
get_filename_component(to "${OUT}" DIRECTORY)
file(MAKE_DIRECTORY "${to}")
get_filename_component(from "${IN}" DIRECTORY)
execute_process(
    COMMAND "${DASM}" "${IN}" -f3 "-o${OUT}" "-I${INCLUDE}"
    WORKING_DIRECTORY "${from}"
    RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
if(NOT result EQUAL 0)
    file(REMOVE "${OUT}")
    message(FATAL_ERROR "dasm doesn't take ${IN}:\n${text}")
endif()
