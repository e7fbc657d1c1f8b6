# SPDX-License-Identifier: MIT
#
# Delimited event logs.

pkgplugin_LTLIBRARIES += plugins/input/events/input-events.la
plugins_input_events_input_events_la_SOURCES = plugins/input/events/events.c
plugins_input_events_input_events_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_events_input_events_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_events_input_events_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_events_input_events_la_LIBADD = $(PLUGIN_TABLE) $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/events/voc-input-events.7

# Small tables of each form, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_events).
EXTRA_DIST += plugins/input/events/samples plugins/input/events/expected
