# SPDX-License-Identifier: MIT
#
# Reference tables.

pkgplugin_LTLIBRARIES += plugins/input/reference/input-reference.la
plugins_input_reference_input_reference_la_SOURCES = \
	plugins/input/reference/reference.c plugins/input/reference/reference.h plugins/input/reference/tables.c
plugins_input_reference_input_reference_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_reference_input_reference_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_reference_input_reference_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_reference_input_reference_la_LIBADD = $(PLUGIN_TABLE) $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/reference/voc-input-reference.7

EXTRA_DIST += plugins/input/reference/samples
