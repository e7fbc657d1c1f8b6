#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes `configure` and its helpers from configure.ac, as is needed once after a clone.
#   autogen.sh              the whole of it
#   autogen.sh --deps       install the system packages that are missing; does nothing where none is
#   autogen.sh --configure  only `configure` (the generated Makefile calls this when configure.ac has changed)

set -eu
cd "$(dirname "$0")"

# What the build needs, and the package that gives it:
#   probe                 apt (Debian, Ubuntu)  dnf (Fedora)        pacman (Arch)   brew (macOS)
# A probe is cmd:PROGRAM, pc:PKG-CONFIG-MODULE, cc (a C compiler that links) or file:PATH; one that ends in "?" is only for
# tests, and the build goes on without it where it cannot be installed. "-" means: comes with another package.
needs='
cc                      gcc,libc6-dev         gcc                 gcc             -
cmd:c++?                g++                   gcc-c++             gcc             -
cmd:make                make                  make                make            make
cmd:autoconf            autoconf              autoconf            autoconf        autoconf
cmd:automake            automake              automake            automake        automake
cmd:libtoolize          libtool               libtool             libtool         libtool
cmd:pkg-config          pkg-config            pkgconf-pkg-config  pkgconf         pkg-config
pc:sqlite3              libsqlite3-dev        sqlite-devel        sqlite          sqlite
pc:libxml-2.0           libxml2-dev           libxml2-devel       libxml2         libxml2
pc:libpcre2-8           libpcre2-dev          pcre2-devel         pcre2           pcre2
pc:libarchive           libarchive-dev        libarchive-devel    libarchive      libarchive
pc:icu-i18n             libicu-dev            libicu-devel        icu             icu4c
pc:libzstd              libzstd-dev           libzstd-devel       zstd            zstd
pc:libxxhash            libxxhash-dev         xxhash-devel        xxhash          xxhash
pc:libsodium            libsodium-dev         libsodium-devel     libsodium       libsodium
pc:libseccomp           libseccomp-dev        libseccomp-devel    libseccomp      -
pc:gmime-3.0?           libgmime-3.0-dev      gmime30-devel       gmime3          gmime
pc:libgvc?              libgraphviz-dev       graphviz-devel      graphviz        graphviz
pc:cmocka?              libcmocka-dev         libcmocka-devel     cmocka          cmocka
pc:jansson?             libjansson-dev        jansson-devel       jansson         jansson
cmd:sqlite3?            sqlite3               sqlite              sqlite          sqlite
cmd:python3?            python3               python3             python          python3
cmd:man?                man-db                man-db              man-db          -
file:/usr/share/zoneinfo/Europe/Berlin? tzdata tzdata             tzdata          -
'

has() {
    set -- "${1%\?}"
    case $1 in
    cc) scratch=$(mktemp -d)
        printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' >"$scratch/t.c"
        if ${CC:-cc} -o "$scratch/t" "$scratch/t.c" >/dev/null 2>&1; then found=0; else found=1; fi
        rm -rf "$scratch"
        return $found ;;
    cmd:libtoolize) command -v libtoolize >/dev/null 2>&1 || command -v glibtoolize >/dev/null 2>&1 ;;
    cmd:*) command -v "${1#cmd:}" >/dev/null 2>&1 ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    file:*) test -e "${1#file:}" ;;
    esac
}

# cannot SENTENCE: says what is missing and why it stays so. Only what the build itself needs is worth stopping for.
cannot() {
    echo "autogen.sh: missing:$missing" >&2
    echo "autogen.sh: $1" >&2
    test -z "$packages" || echo "    $packages" >&2
    for probe in $missing; do
        case $probe in
        *\?) ;;
        *) exit 1 ;;
        esac
    done
    echo "autogen.sh: going on without: some tests will be skipped" >&2
}

install_missing() {
    manager= column=
    if   command -v apt-get >/dev/null 2>&1; then manager=apt;    column=2
    elif command -v dnf     >/dev/null 2>&1; then manager=dnf;    column=3
    elif command -v pacman  >/dev/null 2>&1; then manager=pacman; column=4
    elif command -v brew    >/dev/null 2>&1; then manager=brew;   column=5
    fi

    missing= packages=
    while read -r probe apt dnf pacman brew; do
        test -n "$probe" || continue
        has "$probe" && continue
        missing="$missing $probe"
        case $column in
        2) name=$apt ;; 3) name=$dnf ;; 4) name=$pacman ;; 5) name=$brew ;; *) name=$apt ;;
        esac
        test "$name" = - || packages="$packages $(echo "$name" | tr , ' ')"
    done <<EOF
$needs
EOF
    test -n "$missing" || return 0
    packages=$(echo $packages)

    if test -z "$manager"; then
        cannot "no package manager that this script knows (apt, dnf, pacman, brew). Install what Debian calls:"
        return 0
    fi
    if test -z "$packages"; then
        cannot "$manager has no package for it. Install it by hand, then run this again."
        return 0
    fi

    sudo=
    if test "$manager" != brew && test "$(id -u)" -ne 0; then
        if ! command -v sudo >/dev/null 2>&1; then
            cannot "installing these packages needs root, and there is no sudo here:"
            return 0
        fi
        sudo=sudo
    fi

    echo "autogen.sh: installing with $manager: $packages"
    # The lists are made of our own words: unquoted on purpose.
    case $manager in
    apt)
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages ;;
    dnf)    $sudo dnf install -y $packages ;;
    pacman) $sudo pacman -S --needed --noconfirm $packages ;;
    brew)   brew install $packages ;;
    esac || cannot "$manager could not install them. What is needed:"
}

# The top folder `core` has the name that Autoconf gives to a core dump: `configure` tries `rm -f core ...` after each
# probe, complains that it is a directory, and its exit trap then leaves confdefs.h behind. Drop that one word.
make_configure() {
    ${REAL_AUTOCONF:-autoconf} "$@"
    sed -e 's/rm -f core \*\.core/rm -f *.core/' \
        -e 's/rm -f -r core \*\.core/rm -f -r *.core/' \
        -e 's/^\( *\)rm -f core /\1rm -f /' configure >configure.tmp
    cat configure.tmp >configure
    rm -f configure.tmp
    chmod +x configure
}

case ${1-} in
--deps)
    install_missing ;;
--configure)
    shift
    make_configure "$@" ;;
'')
    for tool in autoconf automake aclocal; do
        command -v $tool >/dev/null 2>&1 || {
            echo "autogen.sh: $tool is missing; ./autogen.sh --deps installs what the build needs" >&2
            exit 1
        }
    done
    mkdir -p m4 build-aux
    autoreconf --force --install
    make_configure ;;
*)
    echo "usage: ./autogen.sh [--deps | --configure]" >&2
    exit 2 ;;
esac
