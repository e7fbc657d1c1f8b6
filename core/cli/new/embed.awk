# SPDX-License-Identifier: MIT
#
# Writes the files that it is given as a C file: an array of names without folder and texts.

BEGIN {
    print "// SPDX-License-Identifier: MIT"
    print "// Made by core/cli/new/embed.awk from the files beside it."
    print "#include \"cli/new/new.h\"\n"
    print "const struct new_template new_templates[] = {"
}
FNR == 1 {
    if (NR > 1) print "    },"
    name = FILENAME
    sub(/.*\//, "", name)
    print "    {\"" name "\","
}
{
    gsub(/\\/, "&&")
    gsub(/"/, "\\\"")
    gsub(/\t/, "\\t")
    print "     \"" $0 "\\n\""
}
END {
    print "    },"
    print "    {0, 0},"
    print "};"
}
