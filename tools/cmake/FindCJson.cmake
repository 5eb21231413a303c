# cJSON, whose own CMake package differs between a system's and a built one.
# Gives CJson::cjson; its header is <cjson/cJSON.h>.
find_path(CJson_INCLUDE_DIR cjson/cJSON.h)
find_library(CJson_LIBRARY NAMES cjson)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CJson REQUIRED_VARS CJson_LIBRARY CJson_INCLUDE_DIR)
if(CJson_FOUND AND NOT TARGET CJson::cjson)
    add_library(CJson::cjson UNKNOWN IMPORTED)
    set_target_properties(CJson::cjson PROPERTIES
        IMPORTED_LOCATION ${CJson_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES ${CJson_INCLUDE_DIR})
endif()
mark_as_advanced(CJson_INCLUDE_DIR CJson_LIBRARY)
