# SPDX-FileCopyrightText: The Assay authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes assay-cli's manual page from what the program says of itself: cmake -D PROGRAM=… -D OUT=… -P this file.

function(ask result)
    execute_process(COMMAND ${PROGRAM} ${ARGN} OUTPUT_VARIABLE said RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${PROGRAM} ${ARGN} ended with ${status}")
    endif()
    set(${result} "${said}" PARENT_SCOPE)
endfunction()

# As it stands, in roff: backslashes and hyphens escaped, no line taken for a request.
function(verbatim result text)
    string(REPLACE "\\" "\\e" text "${text}")
    string(REPLACE "-" "\\-" text "${text}")
    string(REGEX REPLACE "(^|\n)([.'])" "\\1\\\\&\\2" text "${text}")
    string(STRIP "${text}" text)
    set(${result} ".nf\n${text}\n.fi\n" PARENT_SCOPE)
endfunction()

ask(overview --help)
ask(version --version)
string(STRIP "${version}" version)
string(REGEX MATCH "\nSubcommands:\n(.*)\n\nExit status" found "${overview}")
string(REGEX MATCHALL "(^|\n)  [a-z-]+ " names "${CMAKE_MATCH_1}")

set(page ".\\\" Made from assay-cli --help.\n.TH ASSAY-CLI 1 \"\" \"${version}\" \"User Commands\"\n")
string(APPEND page ".SH NAME\nassay\\-cli \\- find and mend wrong image labels, without a window\n")
string(APPEND page ".SH SYNOPSIS\n.B assay\\-cli\n.I COMMAND\n.RI [ OPTIONS ]\n")
string(APPEND page ".SH DESCRIPTION\n")
verbatim(text "${overview}")
string(APPEND page "${text}.SH COMMANDS\n")
foreach(name IN LISTS names)
    string(STRIP "${name}" name)
    ask(help ${name} --help)
    verbatim(text "${help}")
    string(APPEND page ".SS ${name}\n${text}")
endforeach()
string(APPEND page ".SH SEE ALSO\n.BR assay (1)\n")
file(WRITE ${OUT} "${page}")
