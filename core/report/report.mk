# SPDX-License-Identifier: MIT
#
core_libvoc_a_SOURCES += \
	core/report/cell.c \
	core/report/delimited.c \
	core/report/json.c \
	core/report/render.h \
	core/report/table.c core/report/table.h \
	core/report/text.c
