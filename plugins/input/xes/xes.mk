# SPDX-License-Identifier: MIT
#
# XES event logs (IEEE 1849).

pkgplugin_LTLIBRARIES += plugins/input/xes/input-xes.la
plugins_input_xes_input_xes_la_SOURCES = plugins/input/xes/xes.c plugins/input/xes/xes.h \
	plugins/input/xes/xes_read.c \
	plugins/input/xes/bag.c plugins/input/xes/bag.h
plugins_input_xes_input_xes_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_xes_input_xes_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_xes_input_xes_la_LDFLAGS = $(PLUGIN_LDFLAGS)

dist_man_MANS += plugins/input/xes/voc-input-xes.7

# A log of each kind, for voc plugin check.
EXTRA_DIST += plugins/input/xes/samples
