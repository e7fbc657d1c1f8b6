#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Rules that are read from the text of the files: the licence line, banned functions, paths of one machine, scripts that parse.

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

sources=$(c_files core plugins tests bench)

# without_line N PATTERN: of the files whose names come in, those without such a line among their first N. One awk reads all of
# them: a process for each of some thousand files takes longer than all that is looked for.
without_line() {
    names=$(cat)
    awk -v lines="$1" -v pattern="$2" '
        BEGIN {
            for (i = 1; i < ARGC; i++) {
                found = 0
                for (n = 0; n < lines && (getline line < ARGV[i]) > 0; n++) if (line ~ pattern) found = 1
                close(ARGV[i])
                if (!found) print ARGV[i] ":1: no SPDX line"
            }
        }' $names
}

rule "every C file begins with its SPDX line" "$(printf '%s\n' $sources |
    without_line 1 '^(// SPDX-License-Identifier: MIT$|/[*] SPDX-License-Identifier: MIT)')"

rule "scripts, make files and man pages have an SPDX line within their first three lines" "$(
    { find core plugins tests journeys docs bench m4 -type f \( -name '*.sh' -o -name '*.mk' -o -name '*.rng' \)
      echo GNUmakefile; echo Makefile.am; echo configure.ac; echo autogen.sh; echo m4/voc.m4
      test -f .ci/run && echo .ci/run; } | without_line 3 'SPDX-License-Identifier: MIT')"

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
rule "no path of one machine is in what people wrote" "$(text_files |
    tr "\n" "\0" | xargs -0 grep -nE '(^|[^A-Za-z0-9_.)}$*-])/(w[o]rk|r[o]ot)/|/t[m]p/(build-|brief)' /dev/null)"

tab=$(printf '\t')
rule "no trailing blanks in C and in scripts, and no tabs" "$({ printf '%s\n' $sources; find core plugins tests docs bench -name '*.sh'; } |
    tr "\n" "\0" | xargs -0 grep -n -e "[ $tab]\$" -e "$tab" /dev/null | cut -c 1-200)"

rule "shell scripts parse" "$({ find core plugins tests journeys docs bench -name '*.sh' -type f
        find tests/cli -name cmd -type f; echo autogen.sh; } | while read -r f; do
    sh -n "$f" 2>&1 || echo "$f: does not parse"
done)"

finish
