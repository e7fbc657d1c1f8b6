# SPDX-License-Identifier: MIT
#
# Object-centric event logs (OCEL), as JSON and XML.

pkgplugin_LTLIBRARIES += plugins/input/ocel/input-ocel.la
plugins_input_ocel_input_ocel_la_SOURCES = \
	plugins/input/ocel/ocel.c plugins/input/ocel/ocel.h \
	plugins/input/ocel/model.c plugins/input/ocel/objects.c plugins/input/ocel/read_json.c plugins/input/ocel/read_xml.c plugins/input/ocel/emit.c
plugins_input_ocel_input_ocel_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_ocel_input_ocel_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_ocel_input_ocel_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_ocel_input_ocel_la_LIBADD = $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/ocel/voc-input-ocel.7

# A log of each layout and version, for voc plugin check.
EXTRA_DIST += plugins/input/ocel/samples
