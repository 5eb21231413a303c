# The COM server: odo_com are its objects, which the tests in tests/com link; dosvc is the DLL.
set(com_floors server script job download network calls wine object)
list(TRANSFORM com_floors PREPEND com/)
odo_sources_of(com_sources ${com_floors})
add_library(odo_com OBJECT ${com_sources} ${odo_proxy_sources})
target_include_directories(odo_com PUBLIC ${PROJECT_SOURCE_DIR}/src)
# Nothing in this room is busy enough for speed to pay; the DLL is to stay small.
target_compile_options(odo_com PRIVATE $<$<CONFIG:Release>:-Os>)
target_compile_definitions(odo_com PRIVATE ODO_VERSION="${PROJECT_VERSION}")
# The server is built from the IDL alone, whatever of BITS the toolchain has.
target_compile_definitions(odo_com PUBLIC DELIVERYOPTIMIZATION_OWN_BITS)
target_link_libraries(odo_com
    PUBLIC odo_interface odo_engine ole32 oleaut32 rpcrt4 uuid advapi32 user32 iphlpapi winhttp
    PRIVATE odo_warnings odo_system_headers)

# The texts of our codes, as a message table in whatever odo_com is linked into.
enable_language(RC)
find_program(ODO_WINDMC NAMES ${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32-windmc windmc REQUIRED)
set(messages_folder ${PROJECT_BINARY_DIR}/generated)
add_custom_command(OUTPUT ${messages_folder}/messages.rc ${messages_folder}/messages_english.bin
    COMMAND ${ODO_WINDMC} -h ${messages_folder} -r ${messages_folder}
            ${PROJECT_SOURCE_DIR}/src/com/server/messages.mc
    DEPENDS ${PROJECT_SOURCE_DIR}/src/com/server/messages.mc
    BYPRODUCTS ${messages_folder}/messages.h
    VERBATIM)
set_source_files_properties(${messages_folder}/messages.rc PROPERTIES
    COMPILE_OPTIONS "-I;${messages_folder}"
    OBJECT_DEPENDS ${messages_folder}/messages_english.bin)
target_sources(odo_com PRIVATE ${messages_folder}/messages.rc)

# The type library for scripts, which odo_com reads from whatever it is linked into.
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/com/script/automation.rc PROPERTIES
    COMPILE_OPTIONS "-I;${PROJECT_BINARY_DIR}/generated"
    OBJECT_DEPENDS ${odo_script_type_library})
target_sources(odo_com PRIVATE ${PROJECT_SOURCE_DIR}/src/com/script/automation.rc)

if(CMAKE_SIZEOF_VOID_P EQUAL 4)
    set(ole32_more ${PROJECT_BINARY_DIR}/libole32_more.a)
    add_custom_command(OUTPUT ${ole32_more}
        COMMAND ${CMAKE_DLLTOOL} --kill-at
                --input-def ${CMAKE_CURRENT_LIST_DIR}/ole32_more.def --output-lib ${ole32_more}
        DEPENDS ${CMAKE_CURRENT_LIST_DIR}/ole32_more.def
        VERBATIM)
    add_custom_target(odo_ole32_more DEPENDS ${ole32_more})
    add_dependencies(odo_com odo_ole32_more)
    target_link_libraries(odo_com PUBLIC ${ole32_more})
endif()

add_library(dosvc SHARED
    ${PROJECT_SOURCE_DIR}/src/com/server/server.c
    ${PROJECT_SOURCE_DIR}/src/com/server/server.def
    ${PROJECT_SOURCE_DIR}/src/com/server/server.rc)
set_target_properties(dosvc PROPERTIES PREFIX "" OUTPUT_NAME dosvc)
target_link_libraries(dosvc PRIVATE
    odo_com odo_warnings odo_system_headers)

# The resource script names the type library as plain DeliveryOptimization.tlb.
string(REPLACE "." "," version_numbers ${PROJECT_VERSION})
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/com/server/server.rc PROPERTIES
    COMPILE_OPTIONS "-I;${PROJECT_BINARY_DIR}/generated"
    COMPILE_DEFINITIONS
        "ODO_VERSION_NUMBERS=${version_numbers},0;ODO_VERSION=\\\"${PROJECT_VERSION}\\\""
    OBJECT_DEPENDS ${odo_type_library})

# System DLLs only, and addresses that an attacker cannot know. Clients on 32 bits ask for the
# exports by their plain names.
target_link_options(dosvc PRIVATE
    -static-libgcc -Wl,--no-undefined -Wl,--dynamicbase -Wl,--nxcompat -Wl,--gc-sections
    $<$<CONFIG:Release>:-s>)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    target_link_options(dosvc PRIVATE -Wl,--high-entropy-va)
else()
    target_link_options(dosvc PRIVATE -Wl,--kill-at -Wl,--enable-stdcall-fixup)
endif()

# The local server: the same objects as a program without a window or console. It lies beside the
# DLL, where registration looks for it.
add_executable(dosvc-host WIN32
    ${PROJECT_SOURCE_DIR}/src/com/server/host_main.c
    ${PROJECT_SOURCE_DIR}/src/com/server/host.rc)
set_source_files_properties(${PROJECT_SOURCE_DIR}/src/com/server/host.rc PROPERTIES COMPILE_DEFINITIONS
    "ODO_VERSION_NUMBERS=${version_numbers},0;ODO_VERSION=\\\"${PROJECT_VERSION}\\\"")
target_link_libraries(dosvc-host PRIVATE odo_com odo_warnings odo_system_headers)
target_link_options(dosvc-host PRIVATE
    -static-libgcc -Wl,--dynamicbase -Wl,--nxcompat -Wl,--gc-sections
    $<$<CONFIG:Release>:-s>)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    target_link_options(dosvc-host PRIVATE -Wl,--high-entropy-va)
endif()

# For a host that calls the exports itself: an import library that has them, which the linker's own
# has not, for there they are private, as COM wants it. Some linkers look for dosvc.lib; it is the
# same archive.
set(import_list ${PROJECT_BINARY_DIR}/dosvc_import.def)
file(READ ${CMAKE_CURRENT_LIST_DIR}/dosvc_import.def import_text)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    string(REGEX REPLACE "@[0-9]+" "" import_text "${import_text}")
endif()
file(CONFIGURE OUTPUT ${import_list} CONTENT "${import_text}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_LIST_DIR}/dosvc_import.def)
add_custom_command(TARGET dosvc POST_BUILD
    COMMAND ${CMAKE_DLLTOOL} --kill-at --input-def ${import_list}
            --output-lib $<TARGET_LINKER_FILE:dosvc>
    COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_LINKER_FILE:dosvc>
            $<TARGET_FILE_DIR:dosvc>/dosvc.lib
    BYPRODUCTS ${PROJECT_BINARY_DIR}/dosvc.lib
    VERBATIM)

# The classes for programs that use them without registration; it lies beside the DLL.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
    set(odo_manifest_processor arm64)
elseif(CMAKE_SIZEOF_VOID_P EQUAL 8)
    set(odo_manifest_processor amd64)
else()
    set(odo_manifest_processor x86)
endif()
set(odo_manifest ${PROJECT_BINARY_DIR}/OpenDO.manifest)
configure_file(${PROJECT_SOURCE_DIR}/tools/manifest/OpenDO.manifest.in ${odo_manifest} @ONLY)
