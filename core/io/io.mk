# SPDX-License-Identifier: MIT
#
# Bytes in and out.
core_libvoc_a_SOURCES += \
	core/io/in.c core/io/in.h core/io/in_state.h \
	core/io/in_again.c \
	core/io/in_archive.c \
	core/io/in_book.c core/io/in_book.h \
	core/io/in_book_cell.c \
	core/io/in_book_part.c \
	core/io/in_book_sheet.c \
	core/io/in_folder.c \
	core/io/in_gzip.c \
	core/io/in_internal.h \
	core/io/in_list.c core/io/in_members.c \
	core/io/in_name.c \
	core/io/in_source.c
core_libvoc_a_SOURCES += core/io/lines.c core/io/lines.h
core_libvoc_a_SOURCES += core/io/out.c core/io/out.h
