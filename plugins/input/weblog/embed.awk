# SPDX-License-Identifier: MIT
#
# Writes the list of robots as a C file, one string a line, put together by the compiler.

BEGIN {
    print "// SPDX-License-Identifier: MIT"
    print "// Made by plugins/input/weblog/embed.awk from robots.list."
    print "#include \"plugins/input/weblog/weblog.h\"\n"
    print "const char wl_robots_list[] ="
}
/^#/ || /^$/ { next }
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    print "    \"" $0 "\\n\""
}
END { print "    ;" }
