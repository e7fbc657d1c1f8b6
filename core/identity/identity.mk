# SPDX-License-Identifier: MIT
#
# Aliases, individuals, accounts.
core_libvoc_a_SOURCES += core/identity/evidence.c core/identity/identity.c core/identity/identity.h core/identity/linking.c \
	core/identity/linking.h core/identity/linking_in.h core/identity/linking_list.c core/identity/linking_solve.c
