# SPDX-License-Identifier: MIT
#
# Events as JSON: lines or an array.

pkgplugin_LTLIBRARIES += plugins/input/json/input-json.la
plugins_input_json_input_json_la_SOURCES = \
	plugins/input/json/json.c plugins/input/json/json.h \
	plugins/input/json/paths.c plugins/input/json/reader.c plugins/input/json/presets.c \
	plugins/input/json/whole.c plugins/input/json/own.c plugins/input/json/segment.c plugins/input/json/tsv.c
plugins_input_json_input_json_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_json_input_json_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_json_input_json_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_json_input_json_la_LIBADD = $(PLUGIN_EVENTS) $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/json/voc-input-json.7

# A record of each shape, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_json).
EXTRA_DIST += plugins/input/json/samples plugins/input/json/expected
