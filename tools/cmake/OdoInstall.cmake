# What `cmake --install` lays out. On Windows that is the server and all that a client needs to be
# written; elsewhere the program.
install(TARGETS odo RUNTIME)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/opendo)
if(EXISTS ${PROJECT_SOURCE_DIR}/tools/odo/odo.1)
    install(FILES ${PROJECT_SOURCE_DIR}/tools/odo/odo.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()

if(WIN32)
    include(CMakePackageConfigHelpers)
    set(package ${CMAKE_INSTALL_LIBDIR}/cmake/dosvc)

    install(TARGETS dosvc EXPORT dosvc RUNTIME ARCHIVE)
    install(TARGETS dosvc-host RUNTIME)
    # What the licences of the libraries inside the DLL ask to be handed on with it.
    foreach(notice IN ITEMS curl/COPYING nghttp2/COPYING cjson/LICENSE xxhash/LICENSE)
        get_filename_component(library ${notice} DIRECTORY)
        get_filename_component(name ${notice} NAME)
        find_file(ODO_LICENCE_${library} ${name} PATH_SUFFIXES share/licenses/${library}
            NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH
            PATHS ${CMAKE_PREFIX_PATH} ${CMAKE_SYSTEM_PREFIX_PATH})
        mark_as_advanced(ODO_LICENCE_${library})
        if(ODO_LICENCE_${library})
            install(FILES ${ODO_LICENCE_${library}} RENAME ${library}.txt
                DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/opendo/LICENSES)
        else()
            list(APPEND no_licence ${library})
        endif()
    endforeach()
    if(no_licence)
        message(WARNING "What is installed must not be handed on: the licences of these libraries "
            "were not found (ODO_LICENCE_*): ${no_licence}")
    endif()

    install(FILES ${odo_manifest} DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES $<TARGET_LINKER_FILE:dosvc> RENAME dosvc.lib
        DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(FILES
        ${generated}/deliveryoptimization.h
        ${generated}/opendo.h
        ${PROJECT_SOURCE_DIR}/include/deliveryoptimizationerrors.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(FILES ${idl} ${odo_type_library} ${script_idl} ${odo_script_type_library}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/idl)

    # A client meets the server through COM, so what it links is a library of the identifiers
    # and Windows' COM. dosvc::server is for a host that loads the DLL itself.
    install(TARGETS odo_interface EXPORT dosvc ARCHIVE)
    set_target_properties(odo_interface PROPERTIES EXPORT_NAME uuid)
    set_target_properties(dosvc PROPERTIES EXPORT_NAME server)
    install(EXPORT dosvc NAMESPACE dosvc:: FILE dosvc-targets.cmake DESTINATION ${package})
    configure_package_config_file(
        ${CMAKE_CURRENT_LIST_DIR}/dosvc-config.cmake.in
        ${PROJECT_BINARY_DIR}/dosvc-config.cmake
        INSTALL_DESTINATION ${package} PATH_VARS CMAKE_INSTALL_DATADIR)
    write_basic_package_version_file(${PROJECT_BINARY_DIR}/dosvc-config-version.cmake
        COMPATIBILITY SameMajorVersion)
    install(FILES
        ${PROJECT_BINARY_DIR}/dosvc-config.cmake
        ${PROJECT_BINARY_DIR}/dosvc-config-version.cmake
        DESTINATION ${package})

    # Relative to itself, so that the installed tree may be moved.
    configure_file(${CMAKE_CURRENT_LIST_DIR}/dosvc.pc.in ${PROJECT_BINARY_DIR}/dosvc.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/dosvc.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
