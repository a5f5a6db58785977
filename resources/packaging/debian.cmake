# SPDX-License-Identifier: GPL-3.0-or-later
# Run by CPack between installing and packing: puts what is installed the way Debian's policy wants it.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX})

# The text of the licence is on every Debian system, and the file "copyright" says where.
file(REMOVE ${root}/share/doc/rivereto/LICENSE)

# Debian's zsh looks here for what packages bring.
file(RENAME ${root}/share/zsh/site-functions ${root}/share/zsh/vendor-completions)

# gzip without name and time.
file(GLOB pages ${root}/share/man/man1/*.1)
foreach(page ${pages} ${root}/share/doc/rivereto/changelog)
    file(ARCHIVE_CREATE OUTPUT ${page}.gz PATHS ${page} FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9)
    file(CHMOD ${page}.gz PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
    file(REMOVE ${page})
endforeach()
