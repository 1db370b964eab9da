# SPDX-License-Identifier: MIT
# What `cmake --install` lays down: libraries, headers, command, pkg-config file, CMake package, and
# the man page and completions, which the program writes from its own option table.
include(CMakePackageConfigHelpers)

install(TARGETS ppo_shared ppo_static EXPORT ppoTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ppo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# Pure Python: found by PYTHONPATH, or installed further by pip (docs/python.md).
install(DIRECTORY python/ppo DESTINATION ${CMAKE_INSTALL_DATADIR}/ppo/python
    FILES_MATCHING PATTERN "*.py" PATTERN __pycache__ EXCLUDE)
install(FILES python/pyproject.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/ppo/python)

# What people read: licence, documentation, example programs.
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md"
    PATTERN "pictures" EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR}
    FILES_MATCHING PATTERN "*.c" PATTERN "CMakeLists.txt" PATTERN "Makefile")

set(ppo_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ppo)
install(EXPORT ppoTargets NAMESPACE ppo:: DESTINATION ${ppo_package_dir})
configure_package_config_file(cmake/ppoConfig.cmake.in ${generated}/ppoConfig.cmake
    INSTALL_DESTINATION ${ppo_package_dir})
# Below 1.0 a minor version may break its users.
write_basic_package_version_file(${generated}/ppoConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${generated}/ppoConfig.cmake ${generated}/ppoConfigVersion.cmake
    DESTINATION ${ppo_package_dir})

# Found from where the file lies, so that the tree may be moved or staged below DESTDIR.
file(RELATIVE_PATH PPO_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" PPO_PC_PREFIX "${PPO_PC_PREFIX}")
list(TRANSFORM PPO_PRIVATE_LIBS PREPEND "-l" OUTPUT_VARIABLE PPO_PC_LIBS)
string(REPLACE ";" " " PPO_PC_LIBS "${PPO_PC_LIBS} -lm -pthread")
configure_file(cmake/ppo.pc.in ${generated}/ppo.pc @ONLY)
install(FILES ${generated}/ppo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(TARGETS ppo RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# All that is installed, without tests and examples: what `make` builds.
add_custom_target(ppo_product DEPENDS ppo ppo_shared ppo_static ppo_modules)
# A program for another machine cannot be run here.
if(CMAKE_CROSSCOMPILING)
    return()
endif()

set(ppo_help_files "")
# ppo_help_file(<file> <where> <option...>): the output of `ppo help <option...>`, whole or not at all
function(ppo_help_file file where)
    add_custom_command(OUTPUT ${generated}/${file}
        COMMAND ppo help ${ARGN} > ${generated}/${file}.tmp
        COMMAND ${CMAKE_COMMAND} -E rename ${generated}/${file}.tmp ${generated}/${file}
        DEPENDS ppo
        COMMENT "Asking ppo for ${file}"
        VERBATIM)
    install(FILES ${generated}/${file} DESTINATION ${where})
    set(ppo_help_files ${ppo_help_files} ${generated}/${file} PARENT_SCOPE)
endfunction()
file(MAKE_DIRECTORY ${generated}/bash) # there the file is called as the command
ppo_help_file(ppo.1 ${CMAKE_INSTALL_MANDIR}/man1 --man)
ppo_help_file(bash/ppo ${CMAKE_INSTALL_DATADIR}/bash-completion/completions --completion bash)
ppo_help_file(_ppo ${CMAKE_INSTALL_DATADIR}/zsh/site-functions --completion zsh)
ppo_help_file(ppo.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d --completion fish)
add_custom_target(ppo_help ALL DEPENDS ${ppo_help_files})
add_dependencies(ppo_product ppo_help)
