# SPDX-License-Identifier: MIT
#
# What several plugins share, linked into each of them privately.

noinst_LTLIBRARIES += plugins/common/libplugincommon.la
plugins_common_libplugincommon_la_SOURCES =
plugins_common_libplugincommon_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_common_libplugincommon_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_common_libplugincommon_la_LIBADD = -lm
