#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The floors of core/, the one file for each library, and what a plugin may include, read from the #include lines.

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

# includes FOLDER...: "file:line floor included" for each include; quoted ones with their quotes taken off, angle ones as <x>.
includes() {
    c_files "$@" | while read -r file; do
        awk -v file="$file" '
            /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
                name = $0
                sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
                if (substr(name, 1, 1) == "<") sub(/>.*/, ">", name)
                else { sub(/^"/, "", name); sub(/".*/, "", name) }
                print file ":" FNR, name
            }' "$file"
    done
}

core=$(includes core)
plugins=$(includes plugins)

rule "an include in core/ points to the same floor or a lower one" "$(echo "$core" | awk '
    BEGIN {
        n = split("base io store identity journey report host cli extension", order, " ")
        for (i = 1; i <= n; i++) floor[order[i]] = i
    }
    NF == 2 && $2 !~ /^</ && $2 !~ /^plugins\// {
        split($1, path, "/")
        from = path[2]
        to = $2; sub(/^core\//, "", to)
        if (index(to, "/") == 0) next          # a neighbour in the same folder
        sub(/\/.*/, "", to)
        if (!(to in floor)) print $1 ": includes \"" $2 "\", which is on no floor"
        else if (from == "include") print $1 ": the public header includes \"" $2 "\""
        else if (floor[to] > floor[from]) print $1 ": " from " includes \"" $2 "\", which is above it"
    }')"

rule "every folder of core/ is a floor or the public header" "$(find core -mindepth 1 -maxdepth 1 -type d ! -name '.*' |
    grep -vE '^core/(include|base|io|store|identity|journey|report|host|cli|extension)$')"

# only PATTERN-OF-THE-HEADER PATTERN-OF-THE-FILES: offences in core/.
only() {
    echo "$core" | awk -v header="$1" -v files="$2" '
        NF == 2 && $2 ~ header && $1 !~ files { print $1 ": includes " $2 }'
}

rule "only core/store includes SQLite"               "$(only '^<sqlite3(ext)?\.h>' '^core/store/')"
rule "only core/store includes zstd"                 "$(only '^<zstd.*\.h>' '^core/store/')"
rule "only core/base/regex.c includes PCRE2"         "$(only '^<pcre2.*>' '^core/base/regex\.c:')"
rule "only core/base/xml.c and xml_library.c include libxml2" "$(only '^<libxml/' '^core/base/xml(_library)?\.c:')"
rule "only core/io includes libarchive"              "$(only '^<archive(_entry)?\.h>' '^core/io/')"
rule "only core/base text*.c and time*.c include ICU" "$(only '^<unicode/' '^core/base/(text|time)[a-z0-9_]*\.c:')"
rule "only core/base includes libsodium and xxHash"  "$(only '^<(sodium|xxhash)' '^core/base/')"
rule "only core/host/worker/sandbox.c includes libseccomp"  "$(only '^<seccomp\.h>' '^core/host/worker/sandbox\.c:')"
rule "only core/host opens shared objects"           "$(only '^<dlfcn\.h>' '^core/host/')"
rule "core/ includes nothing of plugins/"            "$(echo "$core" | awk '$2 ~ /^plugins\// { print $1 ": includes " $2 }')"

rule "only plugins/input/email includes GMime"       "$(only '^<gmime/' '^plugins/input/email/message\.c:')"

rule "only plugins/common/figure/map_layout.c includes Graphviz" "$(only '^<(gvc|cgraph|cdt|gvcext|graphviz/.*)[.]h>' '^plugins/common/figure/map_layout\.c:')"
rule "plugins include <voc/plugin.h>, C standard headers, what they share and their own headers" "$(echo "$plugins" | awk '
    BEGIN {
        n = split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign " \
                  "stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar " \
                  "wchar wctype", names, " ")
        for (i = 1; i <= n; i++) standard["<" names[i] ".h>"] = 1
    }
    NF == 2 {
        if ($2 == "<voc/plugin.h>" || ($2 in standard)) next
        if ($2 ~ /^<(gmime\/|gvc.h>)/) next                   # a library of one file: see above
        if ($2 ~ /^</) { print $1 ": includes " $2; next }
        if ($2 ~ /^plugins\/common\// || index($2, "/") == 0) next
        match($1, /^plugins\/[^\/]+\/[^\/]+\//)
        own = substr($1, 1, RLENGTH)                         # the folder of the plugin, with its rooms
        if (index($2, own) == 1) next
        print $1 ": includes \"" $2 "\""
    }')"

finish
