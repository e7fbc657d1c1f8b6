#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The public header stands alone: it compiles as C11 and as C++17, strictly and without a feature macro, and every other
# header compiles without something included before it.

. "${VOC_TEST_SRCDIR:-.}/tests/lint/lib.sh"

cc=${VOC_TEST_CC:-cc}
cxx=${VOC_TEST_CXX:-none}
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

printf '#include <voc/plugin.h>\n#include <voc/plugin.h>\nextern int unused;\n' >"$scratch/alone.c"
cp "$scratch/alone.c" "$scratch/alone.cc"

# Sanitizer flags and the like may stand in $CC; nothing here is linked.
rule "plugin.h alone compiles as C11" "$($cc -std=c11 -pedantic-errors -Wall -Wextra -Werror -Icore/include \
    -fsyntax-only "$scratch/alone.c" 2>&1)"

printf '#include <voc/mock_host.h>\n#include <voc/mock_host.h>\nextern int unused;\n' >"$scratch/mock.c"
rule "mock_host.h alone compiles as C11" "$($cc -std=c11 -pedantic-errors -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Werror -Icore/include \
    -fsyntax-only "$scratch/mock.c" 2>&1)"

if command -v "$cxx" >/dev/null 2>&1; then
    rule "plugin.h alone compiles as C++17" "$($cxx -std=c++17 -pedantic-errors -Wall -Wextra -Werror -Icore/include \
        -fsyntax-only "$scratch/alone.cc" 2>&1)"
else
    skip "plugin.h alone compiles as C++17" "there is no C++ compiler"
fi

rule "plugin.h includes nothing but C standard headers" "$(grep -nE '^[ ]*#[ ]*include' core/include/voc/plugin.h |
    grep -vE '<(std(arg|bool|def|int|alignas)|assert|limits|string)\.h>')"

rule "every header of the engine compiles on its own" "$(find core plugins -name '*.h' | LC_ALL=C sort | while read -r h; do
    printf '#include "%s"\nextern int unused;\n' "$h" >"$scratch/one.c"
    $cc -std=c17 -D_GNU_SOURCE -Icore/include -Icore -I. -fsyntax-only "$scratch/one.c" 2>&1 | head -n 3
done)"

finish
