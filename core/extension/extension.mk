# SPDX-License-Identifier: MIT
#
# vocstream.so, which gives event, journey and unit to any SQLite that loads extensions. The store is compiled once more, to
# call SQLite by the table of functions that its host hands over; the rest is that of the program. It is linked like a program
# (libtool knows no shared object of a static library), -z defs proves that it needs no SQLite of its own.
extensiondir = $(pkglibdir)
extension_PROGRAMS = core/extension/vocstream.so
core_extension_vocstream_so_SOURCES = core/extension/extension.c core/store/sql/guest.c $(store_sources)
core_extension_vocstream_so_CPPFLAGS = -DVOC_GUEST $(AM_CPPFLAGS)
core_extension_vocstream_so_CFLAGS = $(core_libvoc_a_CFLAGS)
core_extension_vocstream_so_LINK = $(CC) $(core_extension_vocstream_so_CFLAGS) $(CFLAGS) -shared $(VOC_NO_UNDEFINED) -Wl,-z,nodelete $(LDFLAGS) -o $@
core_extension_vocstream_so_LDADD = core/libvoc.a $(GUEST_LIBS) -lm
# It is no program that answers --version.
AM_INSTALLCHECK_STD_OPTIONS_EXEMPT = core/extension/vocstream.so
