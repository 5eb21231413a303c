# odo_list_sources(<folder> <file>...)
#
# Sets sources_<folder> to the files of a folder beside the list. A file that ends in _windows.c or
# _posix.c belongs to that system only. tools/check_sources.py sees that no file is forgotten.
function(odo_list_sources folder)
    set(sources ${ARGN})
    if(WIN32)
        list(FILTER sources EXCLUDE REGEX "_posix\\.c$")
    else()
        list(FILTER sources EXCLUDE REGEX "_windows\\.c$")
    endif()
    list(TRANSFORM sources PREPEND ${CMAKE_CURRENT_LIST_DIR}/${folder}/)
    set(sources_${folder} ${sources} PARENT_SCOPE)
endfunction()

# odo_sources_of(<variable> <folder>...): the files of several such lists.
function(odo_sources_of variable)
    set(sources)
    foreach(folder IN LISTS ARGN)
        if(NOT DEFINED sources_${folder})
            message(FATAL_ERROR "no list of sources has ${folder}")
        endif()
        list(APPEND sources ${sources_${folder}})
    endforeach()
    set(${variable} ${sources} PARENT_SCOPE)
endfunction()
