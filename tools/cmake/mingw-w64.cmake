# Builds for Windows with MinGW-w64 on another system, and runs what was built under Wine.
# ODO_ARCH is x86_64 (the default) or i686. On Windows itself it leaves everything as it is, so that
# the same preset builds with the MinGW-w64 on PATH, such as MSYS2's, and with its libraries.
if(CMAKE_HOST_WIN32)
    return()
endif()
if(NOT ODO_ARCH)
    set(ODO_ARCH x86_64)
endif()
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ODO_ARCH CMAKE_PREFIX_PATH)

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_VERSION 10.0)
set(CMAKE_SYSTEM_PROCESSOR ${ODO_ARCH})
set(triple ${ODO_ARCH}-w64-mingw32)

# The -win32 threads flavour where there is one: the other needs a DLL of the compiler's.
find_program(ODO_MINGW_GCC NAMES ${triple}-gcc-win32 ${triple}-gcc REQUIRED)
set(CMAKE_C_COMPILER ${ODO_MINGW_GCC})
set(CMAKE_RC_COMPILER ${triple}-windres)

# The libraries' own prefix first, then the compiler's; never the build machine's.
set(CMAKE_FIND_ROOT_PATH ${CMAKE_PREFIX_PATH} /usr/${triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/run_in_wine ${ODO_ARCH})
