# SPDX-License-Identifier: MIT
#
# Writes a text file as a C file with journey_schema(): one string a line, put together by the compiler.

BEGIN {
    print "// SPDX-License-Identifier: MIT"
    print "// Made by core/journey/embed.awk from journeys/journey.rng."
    print "#include \"journey/journey.h\"\n"
    print "static const char text[] ="
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    print "    \"" $0 "\\n\""
}
END {
    print "    ;\n"
    print "voc_str journey_schema(void)\n{\n    return str_mk(text, sizeof text - 1);\n}"
}
