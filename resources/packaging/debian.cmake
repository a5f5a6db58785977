# SPDX-License-Identifier: GPL-3.0-or-later
# Run by CPack between installing and packing: puts what is installed the way Debian's policy wants it.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}${CPACK_PACKAGING_INSTALL_PREFIX})

# The text of the licence is on every Debian system, and the file "copyright" says where.
file(REMOVE ${root}/share/doc/rivereto/LICENSE)

# Debian's zsh looks here for what packages bring.
file(RENAME ${root}/share/zsh/site-functions ${root}/share/zsh/vendor-completions)

# Without the time of packing, so that the same source makes the same package; gzip is part of every Debian system.
file(GLOB pages ${root}/share/man/man1/*.1)
execute_process(COMMAND gzip -9n ${pages} ${root}/share/doc/rivereto/changelog COMMAND_ERROR_IS_FATAL ANY)
