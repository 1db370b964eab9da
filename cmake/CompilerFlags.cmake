# SPDX-License-Identifier: MIT
# How the project's own code is compiled. Offers
#   ppo_flags                 interface library: warnings, instruction set, sanitisers
#   ppo_flags_link            the part of it that a link needs
#   ppo_folder_flags(folder ...)  sets the floating-point rules of a folder's sources
#   ppo_large_function_flags(file)  for the processor's loop, a function of 100 KB with a jump to all of it
#                             at the end of each instruction
#   ppo_find_cxx()            sets CMAKE_CXX_COMPILER to the C compiler's sister, if there is one
#   ppo_cxx_flags()           how the few C++ sources are compiled, once that language is enabled
#   PPO_COMPILER, PPO_ISA_TEXT  for build_info.h and the summary
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

# Optimised with the asserts alive.
# (project() has made the entry already, empty: without FORCE this would change nothing.)
if(NOT CMAKE_C_FLAGS_RELASSERT)
    set(CMAKE_C_FLAGS_RELASSERT "-O3 -g" CACHE STRING "Flags of the RelAssert build type" FORCE)
endif()
set(CMAKE_EXE_LINKER_FLAGS_RELASSERT "" CACHE STRING "Link flags of the RelAssert build type")
set(CMAKE_SHARED_LINKER_FLAGS_RELASSERT "" CACHE STRING "Link flags of the RelAssert build type")
mark_as_advanced(CMAKE_C_FLAGS_RELASSERT CMAKE_EXE_LINKER_FLAGS_RELASSERT
    CMAKE_SHARED_LINKER_FLAGS_RELASSERT)

add_library(ppo_flags_link INTERFACE)
add_library(ppo_flags INTERFACE)
target_link_libraries(ppo_flags INTERFACE ppo_flags_link)

target_compile_definitions(ppo_flags INTERFACE _GNU_SOURCE)
set(ppo_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
    -Wmissing-prototypes -Wdouble-promotion -Wvla)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # Messages are cut to their buffer on purpose, and what gcc sees of it depends on its version and
    # on what it inlined.
    # Vectors wider than the machine's are passed between inlined functions only, so it does not
    # matter how they would be passed otherwise.
    list(APPEND ppo_warnings -Wno-format-truncation -Wno-psabi)
else()
    # Named constants are enumerators here, also where they meet a float.
    list(APPEND ppo_warnings -Wno-enum-float-conversion)
endif()
if(PPO_WERROR)
    list(APPEND ppo_warnings -Werror)
endif()
target_compile_options(ppo_flags INTERFACE "$<$<COMPILE_LANGUAGE:C>:${ppo_warnings}>")

# --- instruction set -------------------------------------------------------------------------
set(ppo_is_x86 OFF)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
    set(ppo_is_x86 ON)
endif()

set(ppo_wide_vectors "")
if(PPO_ISA STREQUAL "native" AND CMAKE_CROSSCOMPILING)
    message(FATAL_ERROR "PPO_ISA=native is this machine, and this build is for another "
        "(${CMAKE_SYSTEM_PROCESSOR}): give -DPPO_ISA=baseline or a value of -march")
elseif(PPO_ISA STREQUAL "native")
    if(ppo_is_x86)
        set(ppo_isa_flag -march=native)
        # Both compilers prefer 256-bit vectors on many AVX-512 machines, out of care for the clock
        # of the first such chips. The kernels of nn and rl run for long enough to want all 512.
        check_c_compiler_flag(-mprefer-vector-width=512 PPO_HAVE_PREFER_512)
        if(PPO_HAVE_PREFER_512)
            set(ppo_wide_vectors -mprefer-vector-width=512)
        endif()
    else()
        set(ppo_isa_flag -mcpu=native) # on Arm this sets the architecture and the tuning
    endif()
elseif(PPO_ISA STREQUAL "baseline")
    set(ppo_isa_flag "")
else()
    set(ppo_isa_flag -march=${PPO_ISA})
endif()
if(ppo_isa_flag)
    # A variable per flag, because the answer is kept and PPO_ISA may change.
    string(MAKE_C_IDENTIFIER "PPO_HAVE_${ppo_isa_flag}" ppo_isa_checked)
    check_c_compiler_flag(${ppo_isa_flag} ${ppo_isa_checked})
    if(NOT ${ppo_isa_checked})
        message(FATAL_ERROR "PPO_ISA=${PPO_ISA}: the compiler does not take ${ppo_isa_flag}; "
            "use native, baseline or a value of -march")
    endif()
    target_compile_options(ppo_flags INTERFACE ${ppo_isa_flag})
endif()

# --- floating point --------------------------------------------------------------------------
# Nowhere -ffast-math: it assumes NaN away, and every NaN has to be found.
#
# Contraction (a*b+c in one rounding) is off except where arithmetic is the work: environments are
# held against Gymnasium's doubles, and schedules or statistics should not move with the compiler.
# nn and rl contract and drop errno and traps, which lets sqrtf and selections be vectorised; their
# results are pinned per build by the same-bits tests.
#
# Environments also go without superword vectorisation: gcc turns rotation-like pairs (a*b - c*d
# beside a*d + c*b) into a fused multiply-add-subtract there, even under -ffp-contract=off. So does
# its vectoriser of loops in bodies, which is full of rotations and has vectors of its own.
set(ppo_fp_strict -ffp-contract=off)
set(ppo_fp_kernels -ffp-contract=fast -fno-math-errno -fno-trapping-math ${ppo_wide_vectors})
if(CMAKE_C_COMPILER_ID MATCHES "Clang")
    set(ppo_fp_env ${ppo_fp_strict} -fno-slp-vectorize)
    set(ppo_fp_bodies ${ppo_fp_env} -fno-vectorize)
else()
    # Tuned for Zen 2 to 4, gcc takes a sum's fused multiply-adds apart where it is the only one of a
    # loop: a row of a product, alone in its tile, would get other bits than among others.
    check_c_compiler_flag(--param=avoid-fma-max-bits=0 PPO_HAVE_FMA_CHAINS)
    if(PPO_HAVE_FMA_CHAINS)
        list(APPEND ppo_fp_kernels --param=avoid-fma-max-bits=0)
    endif()
    set(ppo_fp_env ${ppo_fp_strict} -fno-tree-slp-vectorize)
    set(ppo_fp_bodies ${ppo_fp_env} -fno-tree-vectorize)
endif()

function(ppo_folder_flags folder)
    if(folder MATCHES "^(nn|agent|rl)$")
        set(flags ${ppo_fp_kernels})
    elseif(folder MATCHES "^(env|check|draw)$")
        set(flags ${ppo_fp_env})
    elseif(folder STREQUAL "bodies")
        set(flags ${ppo_fp_bodies})
    else()
        set(flags ${ppo_fp_strict})
    endif()
    if(folder STREQUAL "tests")
        list(APPEND flags -Wno-double-promotion) # a test compares in double
    endif()
    if(ARGN)
        set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${flags}")
    endif()
endfunction()

function(ppo_large_function_flags file)
    if(CMAKE_C_COMPILER_ID STREQUAL GNU)
        # gcc moves what a few instructions have in common in front of the jump to all.
        set(flags -fno-tree-pre)
    else()
        # Two passes take clang 45 seconds of 95 on a processor with AVX-512, and find nothing.
        set(CMAKE_REQUIRED_FLAGS "-mllvm -disable-x86-domain-reassignment")
        check_c_source_compiles("int main(void) { return 0; }" PPO_HAVE_DOMAIN_REASSIGNMENT)
        set(flags -fno-slp-vectorize)
        if(PPO_HAVE_DOMAIN_REASSIGNMENT)
            list(APPEND flags -mllvm -disable-x86-domain-reassignment)
        endif()
    endif()
    set_property(SOURCE ${file} APPEND PROPERTY COMPILE_OPTIONS ${flags})
endfunction()

# --- C++ -------------------------------------------------------------------------------------
# One program of bench/ needs it, compiled like the C around it: the same compiler, so that what one
# sanitises the other can link.
macro(ppo_find_cxx)
    if(NOT CMAKE_CXX_COMPILER)
        get_filename_component(ppo_compiler_dir ${CMAKE_C_COMPILER} DIRECTORY)
        get_filename_component(ppo_compiler_name ${CMAKE_C_COMPILER} NAME)
        # With what may stand before and after: x86_64-linux-gnu-gcc-12, clang-14.
        if(ppo_compiler_name MATCHES "^(.*-)?(clang|gcc|cc)(-[0-9.]+)?$")
            set(ppo_sister_clang clang++)
            set(ppo_sister_gcc g++)
            set(ppo_sister_cc c++)
            set(ppo_sister
                "${CMAKE_MATCH_1}${ppo_sister_${CMAKE_MATCH_2}}${CMAKE_MATCH_3}")
            if(EXISTS ${ppo_compiler_dir}/${ppo_sister})
                set(CMAKE_CXX_COMPILER ${ppo_compiler_dir}/${ppo_sister})
            endif()
        endif()
    endif()
endmacro()

macro(ppo_cxx_flags)
    set(CMAKE_CXX_STANDARD 17)
    set(CMAKE_CXX_STANDARD_REQUIRED ON)
    set(CMAKE_CXX_EXTENSIONS OFF)
    set(CMAKE_CXX_VISIBILITY_PRESET hidden)
    foreach(ppo_type DEBUG RELEASE RELASSERT)
        set(CMAKE_CXX_FLAGS_${ppo_type} "${CMAKE_C_FLAGS_${ppo_type}}")
    endforeach()
    set(ppo_cxx_options ${ppo_warnings})
    list(REMOVE_ITEM ppo_cxx_options -Wstrict-prototypes -Wmissing-prototypes)
    list(APPEND ppo_cxx_options -Wmissing-declarations -fno-exceptions -fno-rtti)
    if(PPO_SANITIZE MATCHES "undefined")
        list(APPEND ppo_cxx_options -fno-sanitize=vptr) # which would need the run-time types
    endif()
    target_compile_options(ppo_flags INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${ppo_cxx_options}>")
endmacro()

# --- sanitisers, coverage, fuzzing -----------------------------------------------------------
if(PPO_SANITIZE)
    target_compile_options(ppo_flags INTERFACE
        -fsanitize=${PPO_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(ppo_flags_link INTERFACE -fsanitize=${PPO_SANITIZE})
    if(ppo_is_x86 AND PPO_SANITIZE MATCHES "address" AND PPO_ISA STREQUAL "native")
        # gcc up to 13.2 aligns the stack frames that it watches after their end to 32 bytes, not to
        # the 64 of AVX-512 (its bug 110027). So this build is also the one that tests AVX2.
        target_compile_options(ppo_flags INTERFACE -mno-avx512f)
    endif()
endif()
if(PPO_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "PPO_FUZZ needs clang (its libFuzzer): use the preset `fuzz`")
    endif()
    target_compile_options(ppo_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(PPO_COVERAGE)
    target_compile_options(ppo_flags INTERFACE --coverage)
    target_link_options(ppo_flags_link INTERFACE --coverage)
endif()

# --- what is reported ------------------------------------------------------------------------
set(PPO_COMPILER "${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}")
set(PPO_ISA_TEXT "${PPO_ISA}")
if(PPO_ISA STREQUAL "native")
    # What native means here, from the command that the driver would run: gcc resolves the flag
    # itself, clang passes -target-cpu.
    execute_process(COMMAND ${CMAKE_C_COMPILER} ${ppo_isa_flag} "-###" -E -x c /dev/null
        OUTPUT_QUIET ERROR_VARIABLE ppo_driver_command)
    if(ppo_driver_command MATCHES "[\" ]-(target-cpu\" \"|march=|mcpu=)([a-z][a-z0-9.-]+)")
        set(PPO_ISA_TEXT "native (${CMAKE_MATCH_2})")
    endif()
endif()
