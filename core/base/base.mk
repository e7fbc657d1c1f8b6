# SPDX-License-Identifier: MIT
#
# Memory, text, time, diagnostics, patterns, XML.
core_libvoc_a_SOURCES += \
	core/base/arena.c \
	core/base/buf.c core/base/buf.h \
	core/base/cancel.c core/base/cancel.h \
	core/base/diag.c core/base/diag.h \
	core/base/dict.c \
	core/base/hash.c core/base/hash.h \
	core/base/hash_wide.c core/base/hash_wide.h \
	core/base/mem.c core/base/mem.h \
	core/base/regex.c core/base/regex.h \
	core/base/sanitized.h \
	core/base/scan.c core/base/scan.h \
	core/base/str.c core/base/str.h \
	core/base/text.c core/base/text.h \
	core/base/text_charset.c core/base/text_memory.c \
	core/base/time.c core/base/time.h \
	core/base/time_format.c \
	core/base/time_guess.c \
	core/base/time_iso.c \
	core/base/time_named.c \
	core/base/time_pattern.c \
	core/base/time_zone.c \
	core/base/xml.c core/base/xml.h \
	core/base/xml_library.c core/base/xml_library.h \
	core/base/xml_marks.c core/base/xml_marks.h \
	core/base/xml_quick.c core/base/xml_quick.h \
	core/base/time_internal.h \
	core/base/utf8.h
