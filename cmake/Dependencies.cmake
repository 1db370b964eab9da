# SPDX-License-Identifier: MIT
# What the library needs, found on the system and never downloaded. `scripts/setup --all` installs it all
# on Debian and Ubuntu. Offers
#   ppo_dependencies     interface library: headers and libraries of every part that was found
#   ppo_NAME_dependencies
#                        the same for parts that are modules (cmake/Modules.cmake)
#   PPO_PRIVATE_LIBS     the library's, by name, for those who link the static one
#   PPO_HAVE_CHAFA       whether `ppo watch` knows terminals' graphics
#   PPO_HAVE_WINDOW      whether there are windows
#   PPO_HAVE_ROMS        whether the cartridges of roms/ can be assembled, and PPO_DASM, with what
#   PPO_HAVE_OPENCL  whether networks can compute on a graphics processor
#   PPO_HAVE_ONEDNN, DNNL_VERSION  whether networks can compute in bf16, and with what
#   PPO_HAVE_OPENMPI, PPO_HAVE_MPICH  whether several processes can share a training
#   PPO_HAVE_CANVAS, PPO_HAVE_FILM, PPO_HAVE_PLOT  whether environments draw themselves, and films
#                        and learning curves can be made,
#   PPO_HAVE_TENSORBOARD, PPO_PROTOC_C  whether event files can be written, and what compiles their
#                        messages, and
#   ppo_leave_out(<list> <is there> <file> <file that stands in>), which drops one of the two
#   ppo_print_summary()  the table of what was found
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

set(ppo_summary "" CACHE INTERNAL "rows of the summary: part|what was found")
function(ppo_summary_add part text)
    set(ppo_summary "${ppo_summary};${part}|${text}" CACHE INTERNAL "")
endfunction()

add_library(ppo_dependencies INTERFACE)
foreach(module canvas chafa film mpich onednn opencl openmpi plot window)
    add_library(ppo_${module}_dependencies INTERFACE)
endforeach()
set(PPO_PRIVATE_LIBS "")
set(ppo_missing "")

# oneDNN by its header and library: its CMake and pkg-config files come and go between versions.
set(PPO_HAVE_ONEDNN OFF)
set(DNNL_VERSION "absent: built without oneDNN") # for build_info.h
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h)
find_library(DNNL_LIBRARY dnnl)
mark_as_advanced(DNNL_INCLUDE_DIR DNNL_LIBRARY)
if(PPO_ONEDNN STREQUAL "OFF")
    ppo_summary_add("bf16" "OFF")
elseif(DNNL_INCLUDE_DIR AND DNNL_LIBRARY)
    file(STRINGS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h dnnl_lines
        REGEX "#define DNNL_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
    string(REGEX REPLACE "[^0-9;]" "" DNNL_VERSION "${dnnl_lines}")
    string(REPLACE ";" "." DNNL_VERSION "${DNNL_VERSION}")
    target_include_directories(ppo_onednn_dependencies SYSTEM INTERFACE ${DNNL_INCLUDE_DIR})
    target_link_libraries(ppo_onednn_dependencies INTERFACE ${DNNL_LIBRARY} ${CMAKE_DL_LIBS})
    set(PPO_HAVE_ONEDNN ON)
    ppo_summary_add("bf16" "oneDNN ${DNNL_VERSION}")
elseif(PPO_ONEDNN STREQUAL "ON")
    message(FATAL_ERROR "PPO_ONEDNN is ON and oneDNN is missing; on Debian and Ubuntu "
        "scripts/setup --all installs it: libdnnl-dev")
else()
    ppo_summary_add("bf16" "absent: oneDNN is missing (scripts/setup --all installs it)")
endif()

# ppo_need(<name> <pkg-config module> <link name> <Debian package>)
function(ppo_need name module link_name package)
    string(MAKE_C_IDENTIFIER "${name}" id)
    pkg_check_modules(${id} QUIET IMPORTED_TARGET ${module})
    if(${id}_FOUND)
        target_link_libraries(ppo_dependencies INTERFACE PkgConfig::${id})
        set(PPO_PRIVATE_LIBS ${PPO_PRIVATE_LIBS} ${link_name} PARENT_SCOPE)
        ppo_summary_add("${name}" "${${id}_VERSION}")
    else()
        set(ppo_missing ${ppo_missing} ${package} PARENT_SCOPE)
    endif()
endfunction()
ppo_need(libyaml yaml-0.1 yaml libyaml-dev)
ppo_need(cJSON libcjson cjson libcjson-dev)
ppo_need(xxHash libxxhash xxhash libxxhash-dev)
ppo_need(libmd libmd md libmd-dev)
if(PPO_TESTS)
    pkg_check_modules(cmocka QUIET IMPORTED_TARGET cmocka)
    if(cmocka_FOUND)
        ppo_summary_add("cmocka" "${cmocka_VERSION}")
    else()
        set(PPO_TESTS OFF) # not in the cache: the next configuration looks again
        ppo_summary_add("cmocka" "absent: no tests (scripts/setup --all installs it)")
    endif()
endif()

if(ppo_missing)
    string(REPLACE ";" " " ppo_missing "${ppo_missing}")
    message(FATAL_ERROR "Missing, by the names of Debian's packages: ${ppo_missing}\n"
        "On Debian and Ubuntu scripts/setup installs them.")
endif()

# ppo_optional(<name> <option> <variable> <Debian packages> <module:link name>...): sets the variable
# to ON, and defines it, if the option is not OFF and all pkg-config modules are there. A module may
# ask for a version, as pkg-config does: "box2d>=2.4".
# The part's libraries are the library's, unless PPO_PART_OF names another of the targets above.
function(ppo_optional name option variable packages)
    set(target ppo_dependencies)
    if(PPO_PART_OF)
        set(target ${PPO_PART_OF})
    endif()
    set(${variable} OFF PARENT_SCOPE)
    if("${${option}}" STREQUAL "OFF")
        ppo_summary_add("${name}" "OFF")
        return()
    endif()
    set(versions "")
    foreach(pair IN LISTS ARGN)
        string(REGEX REPLACE ":.*" "" module ${pair})
        string(MAKE_C_IDENTIFIER "PPO_PART_${module}" id)
        pkg_check_modules(${id} QUIET IMPORTED_TARGET ${module})
        if(NOT ${id}_FOUND)
            if("${${option}}" STREQUAL "ON")
                message(FATAL_ERROR "${option} is ON and ${module} is missing; on Debian and Ubuntu "
                    "scripts/setup --all installs it: ${packages}")
            endif()
            ppo_summary_add("${name}" "absent: ${module} is missing (scripts/setup --all installs it)")
            return()
        endif()
        string(REGEX REPLACE "[<>=].*" "" module ${module})
        list(APPEND versions "${module} ${${id}_VERSION}")
    endforeach()
    foreach(pair IN LISTS ARGN)
        string(REPLACE ":" ";" pair ${pair})
        list(GET pair 0 module)
        list(GET pair 1 link_name)
        string(MAKE_C_IDENTIFIER "PPO_PART_${module}" id)
        target_link_libraries(${target} INTERFACE PkgConfig::${id})
        if(target STREQUAL "ppo_dependencies")
            list(APPEND PPO_PRIVATE_LIBS ${link_name})
        endif()
    endforeach()
    list(REMOVE_DUPLICATES PPO_PRIVATE_LIBS)
    target_compile_definitions(ppo_dependencies INTERFACE ${variable}=1)
    set(PPO_PRIVATE_LIBS ${PPO_PRIVATE_LIBS} PARENT_SCOPE)
    set(${variable} ON PARENT_SCOPE)
    string(REPLACE ";" ", " versions "${versions}")
    set(${variable}_VERSIONS "${versions}" PARENT_SCOPE)
    ppo_summary_add("${name}" "${versions}")
endfunction()
set(PPO_PART_OF ppo_canvas_dependencies)
ppo_optional("pictures" PPO_CANVAS PPO_HAVE_CANVAS "libcairo2-dev" cairo:cairo)
set(PPO_PART_OF ppo_film_dependencies)
ppo_optional("films" PPO_FILM PPO_HAVE_FILM "libavformat-dev libavcodec-dev libavutil-dev"
    libavformat:avformat libavcodec:avcodec libavutil:avutil)
set(PPO_PART_OF ppo_plot_dependencies)
ppo_optional("learning curves" PPO_PLOT PPO_HAVE_PLOT "libcairo2-dev libpng-dev" cairo:cairo
    libpng:png)
set(PPO_PART_OF ppo_window_dependencies)
ppo_optional("windows" PPO_WINDOW PPO_HAVE_WINDOW "libsdl2-dev" sdl2:SDL2)
set(PPO_PART_OF ppo_chafa_dependencies)
ppo_optional("terminal graphics" PPO_CHAFA PPO_HAVE_CHAFA "libchafa-dev" chafa:chafa)
set(PPO_PART_OF ppo_openmpi_dependencies)
ppo_optional("Open MPI" PPO_MPI PPO_HAVE_OPENMPI "libopenmpi-dev" ompi-c:mpi)
set(PPO_PART_OF ppo_mpich_dependencies)
ppo_optional("MPICH" PPO_MPI PPO_HAVE_MPICH "libmpich-dev" mpich:mpich)
set(PPO_PART_OF ppo_opencl_dependencies)
ppo_optional("graphics chip" PPO_OPENCL PPO_HAVE_OPENCL "ocl-icd-opencl-dev opencl-headers"
    OpenCL:OpenCL)
unset(PPO_PART_OF)
foreach(mpi openmpi mpich)
    string(TOUPPER PPO_HAVE_${mpi}_VERSIONS versions)
    string(REPLACE "ompi-c" "Open MPI" library "${${versions}}")
    string(REPLACE "mpich" "MPICH" library "${library}")
    target_compile_definitions(ppo_${mpi}_dependencies INTERFACE PPO_MPI_LIBRARY="${library}")
endforeach()

# TensorBoard's messages are compiled to C by protoc-c.
find_program(PPO_PROTOC_C protoc-c DOC "Compiler of protobuf messages to C")
mark_as_advanced(PPO_PROTOC_C)
set(PPO_HAVE_TENSORBOARD OFF)
if(PPO_PROTOC_C OR PPO_TENSORBOARD STREQUAL "OFF")
    ppo_optional("TensorBoard" PPO_TENSORBOARD PPO_HAVE_TENSORBOARD
        "libprotobuf-c-dev protobuf-c-compiler" libprotobuf-c:protobuf-c)
elseif(PPO_TENSORBOARD STREQUAL "ON")
    message(FATAL_ERROR "PPO_TENSORBOARD is ON and protoc-c is missing; on Debian and Ubuntu "
        "scripts/setup --all installs it: protobuf-c-compiler")
else()
    ppo_summary_add("TensorBoard" "absent: protoc-c is missing (scripts/setup --all installs it)")
endif()

function(ppo_leave_out list is_there file stand_in)
    set(sources ${${list}})
    if(is_there)
        list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/${stand_in})
    else()
        list(REMOVE_ITEM sources ${PROJECT_SOURCE_DIR}/${file})
    endif()
    set(${list} ${sources} PARENT_SCOPE)
endfunction()

# The two free Atari games are assembled here. Without dasm the library is whole but for them.
set(PPO_HAVE_ROMS OFF)
if(PPO_ROMS)
    find_program(PPO_DASM dasm DOC "6502 assembler")
    mark_as_advanced(PPO_DASM)
    if(PPO_DASM)
        set(PPO_HAVE_ROMS ON)
        target_compile_definitions(ppo_dependencies INTERFACE PPO_HAVE_ROMS=1)
        ppo_summary_add("free cartridges" "${PPO_DASM}")
    else()
        ppo_summary_add("free cartridges" "absent: dasm is missing (scripts/setup installs it)")
    endif()
else()
    ppo_summary_add("free cartridges" "OFF")
endif()

target_link_libraries(ppo_dependencies INTERFACE Threads::Threads m ${CMAKE_DL_LIBS})

function(ppo_print_summary)
    message(STATUS "libppo ${PROJECT_VERSION}")
    set(rows
        "build type|${CMAKE_BUILD_TYPE}"
        "compiler|${PPO_COMPILER}"
        "instruction set|${PPO_ISA_TEXT}"
        ${ppo_summary}
        "tests|${PPO_TESTS}"
        "examples|${PPO_EXAMPLES}")
    if(PPO_SANITIZE)
        list(APPEND rows "sanitisers|${PPO_SANITIZE}")
    endif()
    foreach(row IN LISTS rows)
        if(row MATCHES "^([^|]+)[|](.*)$")
            string(SUBSTRING "${CMAKE_MATCH_1}                    " 0 18 part)
            message(STATUS "  ${part}${CMAKE_MATCH_2}")
        endif()
    endforeach()
endfunction()
