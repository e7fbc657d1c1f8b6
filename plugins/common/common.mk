# SPDX-License-Identifier: MIT
#
# What several plugins share, linked into each of them privately.

noinst_LTLIBRARIES += plugins/common/libplugincommon.la
plugins_common_libplugincommon_la_SOURCES = \
	plugins/common/csv.c plugins/common/csv.h \
	plugins/common/format.c plugins/common/format.h \
	plugins/common/gaps.c plugins/common/gaps.h \
	plugins/common/walk.c plugins/common/walk.h \
	plugins/common/gathered.h \
	plugins/common/stats.h plugins/common/special.c plugins/common/intervals.c \
	plugins/common/linear.c plugins/common/linear.h \
	plugins/common/near.c plugins/common/near.h \
	plugins/common/splitmix.c plugins/common/splitmix.h \
	plugins/common/xxh64.c plugins/common/xxh64.h
plugins_common_libplugincommon_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_common_libplugincommon_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_common_libplugincommon_la_LIBADD = -lm
