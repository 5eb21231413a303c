# What widl makes of idl/DeliveryOptimization.idl, in generated/ under the build folder:
#   odo_interface  the header deliveryoptimization.h and a small library of the IIDs and CLSIDs
#   ${odo_proxy_sources}  the proxies, whose entry points are named ProxyDllGetClassObject and so on
# and the type library ${odo_type_library}.
# And of idl/OpenDO.idl, for scripts: the header opendo.h, with its IIDs and CLSIDs in odo_interface
# too, and the type library ${odo_script_type_library}. Their proxies are Automation's.
set(idl ${PROJECT_SOURCE_DIR}/idl/DeliveryOptimization.idl)
set(generated ${PROJECT_BINARY_DIR}/generated)
set(odo_type_library ${generated}/DeliveryOptimization.tlb)
set(script_idl ${PROJECT_SOURCE_DIR}/idl/OpenDO.idl)
set(odo_script_type_library ${generated}/OpenDO.tlb)
file(MAKE_DIRECTORY ${generated})

# A cross widl is named for its compiler; in MSYS2 it is plainly widl.
find_program(WIDL NAMES ${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32-widl widl REQUIRED)
find_path(WIDL_BASE_IDL oaidl.idl
    PATHS /usr/include/wine/wine/windows /usr/include/wine/windows
    NO_CMAKE_FIND_ROOT_PATH REQUIRED)
find_path(WIDL_TYPE_LIBRARIES stdole2.tlb
    PATHS /usr/lib/x86_64-linux-gnu/wine/x86_64-windows /usr/lib64/wine/x86_64-windows
          /usr/lib/wine/x86_64-windows $ENV{SystemRoot}/System32
    NO_CMAKE_FIND_ROOT_PATH REQUIRED)

set(widl ${WIDL} -I ${WIDL_BASE_IDL} -L ${WIDL_TYPE_LIBRARIES} -Oicf -H deliveryoptimization.h)
if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    list(APPEND widl --win64)
else()
    list(APPEND widl --win32)
endif()

set(header ${generated}/deliveryoptimization.h)
set(uuids ${generated}/deliveryoptimization_i.c)
set(proxies ${generated}/deliveryoptimization_p.c)
set(proxy_list ${generated}/dlldata.c)
add_custom_command(
    OUTPUT ${header} ${uuids} ${proxies} ${proxy_list} ${odo_type_library}
    COMMAND ${widl} -h -o ${header} ${idl}
    COMMAND ${widl} -u -o ${uuids} ${idl}
    COMMAND ${widl} -D ODO_PROXIES -p -o ${proxies} ${idl}
    COMMAND ${widl} --dlldata-only -o ${proxy_list} deliveryoptimization
    COMMAND ${widl} -t -o ${odo_type_library} ${idl}
    DEPENDS ${idl}
    WORKING_DIRECTORY ${generated}
    COMMENT "widl DeliveryOptimization.idl"
    VERBATIM)

set(script_widl ${widl})
list(TRANSFORM script_widl REPLACE deliveryoptimization.h opendo.h)
set(script_header ${generated}/opendo.h)
set(script_uuids ${generated}/opendo_i.c)
add_custom_command(
    OUTPUT ${script_header} ${script_uuids} ${odo_script_type_library}
    COMMAND ${script_widl} -h -o ${script_header} ${script_idl}
    COMMAND ${script_widl} -u -o ${script_uuids} ${script_idl}
    COMMAND ${script_widl} -t -o ${odo_script_type_library} ${script_idl}
    DEPENDS ${script_idl}
    WORKING_DIRECTORY ${generated}
    COMMENT "widl OpenDO.idl"
    VERBATIM)

add_library(odo_interface STATIC
    ${uuids} ${header} ${odo_type_library}
    ${script_uuids} ${script_header} ${odo_script_type_library})
set_target_properties(odo_interface PROPERTIES OUTPUT_NAME dosvc_uuid)
target_include_directories(odo_interface SYSTEM INTERFACE $<BUILD_INTERFACE:${generated}>)
target_include_directories(odo_interface INTERFACE
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

# Which odo_com takes in. Whoever writes them as C code meets what MinGW-w64's headers lack.
set(odo_proxy_sources ${proxies} ${proxy_list})
set_source_files_properties(${odo_proxy_sources} PROPERTIES
    COMPILE_DEFINITIONS "PROXY_DELEGATION;ENTRY_PREFIX=Proxy;DELIVERYOPTIMIZATION_OWN_BITS"
    COMPILE_OPTIONS "-w;-include;${CMAKE_CURRENT_LIST_DIR}/proxy_declarations.h")
