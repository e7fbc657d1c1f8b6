#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs one unit test program and passes its TAP on. cmocka writes a skipped test as "not ok N # SKIP", which the driver
# would count as a failure, and one plan for each group of a program: both are put right here. The exit status is the
# program's own, so a crash or a leak found at exit is an error even when every line said ok.

CMOCKA_MESSAGE_OUTPUT=TAP
export CMOCKA_MESSAGE_OUTPUT

{ "$@"; printf '\nexit %s\n' $?; } | awk '
    /^1\.\.[0-9]+/          { sub(/^1\.\./, ""); planned += $1; next }
    /^not ok [0-9]+ # SKIP/ { count++; sub(/^not ok [0-9]+/, "ok " count); print; next }
    /^ok [0-9]+/            { count++; sub(/^ok [0-9]+/, "ok " count); print; next }
    /^not ok [0-9]+/        { count++; sub(/^not ok [0-9]+/, "not ok " count); print; next }
    /^exit [0-9]+$/         { status = $2; next }
    /./                     { print }
    END                     { print "1.." planned + 0; exit status }
'
