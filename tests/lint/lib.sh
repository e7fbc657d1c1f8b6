# SPDX-License-Identifier: MIT
#
# What the lint scripts share; they read it with `.`. Each script runs from the top of the sources and says one TAP line
# for each rule. A rule's finder prints one line for each offence, `file:line: what`, and nothing where all is well.

cd "${VOC_TEST_SRCDIR:-.}" || exit 99

count=0
failed=0

# rule TEXT OFFENCES: one result.
rule() {
    count=$((count + 1))
    if test -z "$2"; then
        echo "ok $count - $1"
    else
        failed=$((failed + 1))
        echo "not ok $count - $1"
        printf '%s\n' "$2" | sed 's/^/# /'
    fi
}

# skip TEXT REASON
skip() {
    count=$((count + 1))
    echo "ok $count # SKIP $1: $2"
}

finish() {
    echo "1..$count"
    exit 0
}

# c_files FOLDER...: every C source and header under the folders.
c_files() {
    find "$@" \( -name '*.c' -o -name '*.h' \) -type f | LC_ALL=C sort
}

# text_files: everything that people wrote, by name; data, samples and expectations are not among them.
text_files() {
    {
        find core plugins tests journeys docs bench m4 -type f \( -name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.mk' \
            -o -name '*.m4' -o -name '*.in' -o -name '*.awk' -o -name '*.md' -o -name '*.xml' -o -name '*.rng' -o -name '*.[1-9]' \
            -o -name cmd \) ! -path '*/samples/*' ! -path '*/in/*' \
            ! -name 'libtool.m4' ! -name 'lt*.m4'
        for f in GNUmakefile Makefile.am configure.ac autogen.sh voc-plugin.pc.in .ci/run .gitignore README.md \
            ARCHITECTURE.md NEWS; do
            test -f "$f" && echo "$f"
        done
    } | LC_ALL=C sort
}
