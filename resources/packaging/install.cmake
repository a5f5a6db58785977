# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed where, and the Debian package (cpack -G DEB). The folders are fixed: the program looks for its helper in
# ../lib/rivereto from where it is.
set(here ${CMAKE_SOURCE_DIR}/resources/packaging)
set(made ${CMAKE_BINARY_DIR}/packaging)
set(id org.rivereto.Rivereto)

# Icons and manual pages are made when everything is built, from the one picture and from what --help says.
add_executable(rivereto-rendericons ${here}/rendericons.cpp)
target_link_libraries(rivereto-rendericons PRIVATE Qt6::Gui Qt6::Svg)
add_custom_command(OUTPUT ${made}/icons.stamp
    COMMAND rivereto-rendericons ${CMAKE_SOURCE_DIR}/resources/icons/rivereto.svg ${made}/icons ${id} 16 22 24 32 48 64 128 256 512
    COMMAND ${CMAKE_COMMAND} -E touch ${made}/icons.stamp
    DEPENDS rivereto-rendericons ${CMAKE_SOURCE_DIR}/resources/icons/rivereto.svg VERBATIM)
add_custom_command(OUTPUT ${made}/man.stamp
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:rivereto> -DWRITTEN=${here}/man -DFOLDER=${made}/man1 -P ${here}/makeman.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${made}/man.stamp
    DEPENDS rivereto ${here}/makeman.cmake ${here}/man/rivereto.man ${here}/man/command.man VERBATIM)
add_custom_target(rivereto_packaging ALL DEPENDS ${made}/icons.stamp ${made}/man.stamp)
if(TARGET app_test_install)
    add_dependencies(app_test_install rivereto_packaging)
endif()

install(TARGETS rivereto DESTINATION bin)
install(TARGETS rivereto-capture DESTINATION lib/rivereto)
install(FILES ${here}/${id}.desktop DESTINATION share/applications)
install(FILES ${here}/${id}.mime.xml DESTINATION share/mime/packages RENAME ${id}.xml)
install(FILES ${here}/${id}.metainfo.xml DESTINATION share/metainfo)
install(FILES ${CMAKE_SOURCE_DIR}/resources/icons/rivereto.svg DESTINATION share/icons/hicolor/scalable/apps RENAME ${id}.svg)
install(DIRECTORY ${made}/icons/ DESTINATION share/icons/hicolor)
install(DIRECTORY ${made}/man1 DESTINATION share/man)
install(FILES ${here}/rivereto.bash DESTINATION share/bash-completion/completions RENAME rivereto)
install(FILES ${here}/_rivereto DESTINATION share/zsh/site-functions)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${here}/copyright ${here}/changelog DESTINATION share/doc/rivereto)

set(CPACK_PACKAGE_NAME rivereto)
set(CPACK_PACKAGE_VENDOR "The Rivereto authors")
set(CPACK_PACKAGE_CONTACT "The Rivereto authors <maintainers@rivereto.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "native desktop analyzer for network flows")
set(CPACK_PACKAGE_DESCRIPTION "Rivereto reads captures with NetFlow, IPFIX or sFlow and files of nfdump
and IPFIX, listens on ports, and meters the packets of interfaces. It shows
who uses the bandwidth, where it goes, and what changed: in a window or in
a terminal, on one machine and without a server.")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${here}/debian.cmake)
set(CPACK_GENERATOR DEB)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded while it runs, so unseen by shlibdeps: the platforms of Qt; the fonts are those the window is designed with.
set(CPACK_DEBIAN_PACKAGE_DEPENDS qt6-qpa-plugins)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "wireshark, fonts-inter, fonts-jetbrains-mono, qt6-wayland")
# Maintainer scripts are not needed: mime types, desktop entries, icons and manual pages are taken in by dpkg's triggers, and
# the right to capture is the administrator's to give.
include(CPack)
