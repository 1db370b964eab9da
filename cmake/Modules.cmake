# SPDX-License-Identifier: MIT
# Modules: parts with heavy libraries, as shared objects that src/core/module.c loads when they are
# first needed. Offers
#   ppo_module(<name> <list> <is there> <file>... [SHARES <file>...])
#       builds NAME.so from these files of src/, with the libraries of the target
#       ppo_NAME_dependencies (cmake/Dependencies.cmake); they are taken out of the list, all but
#       those that it shares
#   ppo_modules  a target that builds them all
# In the build tree they lie where an installed tree has them: LIBDIR/ppo.

# Nix gives full paths; what counts here is where one folder lies from another.
set(ppo_libdir ${CMAKE_INSTALL_LIBDIR})
if(IS_ABSOLUTE ${ppo_libdir})
    file(RELATIVE_PATH ppo_libdir ${CMAKE_INSTALL_PREFIX} ${ppo_libdir})
endif()
set(PPO_BUILD_LIBDIR ${ppo_libdir})                          # for build_info.h
set(PPO_BUILD_MODULE_DIR ${CMAKE_INSTALL_FULL_LIBDIR}/ppo)   # likewise
set(ppo_module_dir ${PROJECT_BINARY_DIR}/${ppo_libdir}/ppo)
set(ppo_module_map ${PROJECT_SOURCE_DIR}/cmake/module.map)

add_custom_target(ppo_modules)

function(ppo_module name list is_there)
    cmake_parse_arguments(PARSE_ARGV 3 module "" "" SHARES)
    set(files ${module_UNPARSED_ARGUMENTS})
    list(TRANSFORM files PREPEND ${PROJECT_SOURCE_DIR}/src/)
    list(TRANSFORM module_SHARES PREPEND ${PROJECT_SOURCE_DIR}/src/)
    set(rest ${${list}})
    list(REMOVE_ITEM rest ${files})
    set(${list} ${rest} PARENT_SCOPE)
    if(NOT is_there)
        file(REMOVE ${ppo_module_dir}/${name}.so) # of an earlier configuration
        return()
    endif()
    set(target ppo_module_${name})
    add_library(${target} MODULE ${files} ${module_SHARES})
    target_include_directories(${target} PRIVATE
        ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src ${generated})
    target_link_libraries(${target} PRIVATE ppo_flags ppo_${name}_dependencies m)
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${name} PREFIX "" SUFFIX .so LIBRARY_OUTPUT_DIRECTORY ${ppo_module_dir}
        LINK_DEPENDS ${ppo_module_map})
    # Its table is all that it shows, and what it calls is its own or its libraries'.
    target_link_options(${target} PRIVATE -Wl,--version-script=${ppo_module_map} -Wl,--as-needed)
    if(NOT PPO_SANITIZE AND NOT PPO_FUZZ)
        target_link_options(${target} PRIVATE -Wl,--no-undefined)
    endif()
    add_dependencies(ppo_modules ${target})
    install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/ppo)
endfunction()
