# SPDX-License-Identifier: MIT
#
# Aliases, individuals, accounts.
core_libvoc_a_SOURCES += core/identity/identity.c core/identity/identity.h
