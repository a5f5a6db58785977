# SPDX-License-Identifier: GPL-3.0-or-later
# Manual pages out of what the program says of itself: cmake -DPROGRAM=… -DWRITTEN=… -DFOLDER=… -P makeman.cmake
# One page a command of --help, so that a new command has its page without another line here. WRITTEN is the folder of what
# --help does not say: rivereto.man ends rivereto(1), command.man every other page.
function(ask out)
    execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen ${PROGRAM} ${ARGN}
        OUTPUT_VARIABLE said ERROR_VARIABLE error RESULT_VARIABLE exit)
    if(NOT exit EQUAL 0)
        message(FATAL_ERROR "${PROGRAM} ${ARGN} ended with ${exit}: ${error}")
    endif()
    set(${out} "${said}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
ask(help --help)
string(REGEX MATCH "Commands:\n(  [^\n]*\n)+" list "${help}")
string(REGEX MATCHALL "\n  [a-z]+" commands "${list}")
if(NOT commands)
    message(FATAL_ERROR "${PROGRAM} --help lists no commands")
endif()

file(READ ${WRITTEN}/rivereto.man written)
file(READ ${WRITTEN}/command.man ending)
set(also "")
foreach(line ${commands})
    string(STRIP "${line}" command)
    ask(page ${command} --help-man)
    file(WRITE ${FOLDER}/rivereto-${command}.1 "${page}${ending}")
    string(APPEND also ".BR rivereto\\-${command} (1),\n")
endforeach()
ask(page --help-man)
string(REPLACE "@PAGES@\n" "${also}" written "${written}")
file(WRITE ${FOLDER}/rivereto.1 "${page}${written}")
