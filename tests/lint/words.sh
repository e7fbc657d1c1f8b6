#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Rules that are read from the text of the files: the licence line, banned functions, paths of one machine, scripts that parse.

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

sources=$(c_files core plugins tests bench)

rule "every C file begins with its SPDX line" "$(for f in $sources; do
    case $(head -n 1 "$f") in
    "// SPDX-License-Identifier: MIT" | "/* SPDX-License-Identifier: MIT"*) ;;
    *) echo "$f:1: no SPDX line" ;;
    esac
done)"

rule "scripts, make files and man pages have an SPDX line within their first three lines" "$(
    { find core plugins tests journeys docs bench m4 -type f \( -name '*.sh' -o -name '*.mk' -o -name '*.rng' \)
      echo GNUmakefile; echo Makefile.am; echo configure.ac; echo autogen.sh; echo m4/voc.m4
      test -f .ci/run && echo .ci/run; } |
    while read -r f; do
        head -n 3 "$f" | grep -q 'SPDX-License-Identifier: MIT' || echo "$f:1: no SPDX line"
    done)"

# code FILE...: the C text without comments and without what stands in strings, as "file:line text".
code() {
    awk '
        FNR == 1 { inside = 0 }
        {
            out = ""
            n = length($0)
            for (i = 1; i <= n; i++) {
                c = substr($0, i, 1); two = substr($0, i, 2)
                if (inside) { if (two == "*/") { inside = 0; i++ }; continue }
                if (two == "/*") { inside = 1; i++; continue }
                if (two == "//") break
                if (c == "\"" || c == "\047") {
                    quote = c
                    for (i++; i <= n; i++) {
                        c = substr($0, i, 1)
                        if (c == "\\") { i++; continue }
                        if (c == quote) break
                    }
                    out = out quote quote
                    continue
                }
                out = out c
            }
            if (out ~ /[^ \t]/) print FILENAME ":" FNR " " out
        }' "$@"
}

plain=$(code $sources)
banned='strcpy|strcat|sprintf|vsprintf|gets|strtok|strncpy|atoi|atol|atof|scanf|sscanf|fscanf|localtime|gmtime|setlocale|system|popen|alloca'
rule "no banned function is called ($(echo "$banned" | tr '|' ' '))" "$(printf '%s\n' "$plain" |
    grep -E "(^|[^A-Za-z0-9_.>])($banned)[ ]*\(" | sed 's/ /: /')"

# The engine's memory comes from one file, so that tests can make it fail; a plugin's comes from the host table. Tests of that
# file and of plugins may call the allocator themselves. free is not in the list: scandir and its like give memory of libc.
rule "malloc, calloc, realloc and strdup are called in core/base/mem.c and the mock host only" "$(printf '%s\n' "$plain" |
    grep -E '^(core|plugins)/' | grep -vE '^core/(base/mem\.c|include/voc/mock_host\.h):' |
    grep -E '(^|[^A-Za-z0-9_.>])(malloc|calloc|realloc|reallocarray|strdup|strndup|asprintf|vasprintf)[ ]*\(' | sed 's/ /: /')"

rule "the engine below the command line does not print, exit or abort" "$(printf '%s\n' "$plain" |
    grep -E '^(core/(base|io|store|identity|journey|report)|plugins)/' |
    grep -E '(^|[^A-Za-z0-9_.>])(printf|puts|putchar|perror|exit|_exit|abort)[ ]*\(' | sed 's/ /: /')"

# Written so that this file does not offend its own rule.
rule "no path of one machine is in what people wrote" "$(text_files | while read -r f; do
    grep -nE '(^|[^A-Za-z0-9_.)}$*-])/(w[o]rk|r[o]ot)/|/t[m]p/(build-|brief)' "$f" | sed "s|^|$f:|"
done)"

tab=$(printf '\t')
rule "no trailing blanks in C and in scripts, and no tabs" "$({ printf '%s\n' $sources; find core plugins tests docs bench -name '*.sh'; } |
    while read -r f; do
        grep -n -e "[ $tab]\$" -e "$tab" "$f" | sed "s|^|$f:|" | cut -c 1-100
    done)"

rule "shell scripts parse" "$({ find core plugins tests journeys docs bench -name '*.sh' -type f
        find tests/cli -name cmd -type f; echo autogen.sh; } | while read -r f; do
    sh -n "$f" 2>&1 || echo "$f: does not parse"
done)"

finish
