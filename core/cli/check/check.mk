# SPDX-License-Identifier: MIT
#
# voc plugin check.

core_cli_voc_SOURCES += core/cli/check/check.c core/cli/check/check.h \
	core/cli/check/analysis.c \
	core/cli/check/exports.c \
	core/cli/check/input.c \
	core/cli/check/rows.c \
	core/cli/check/trial.c
