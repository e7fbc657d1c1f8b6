# SPDX-License-Identifier: MIT
#
# Calendars.

pkgplugin_LTLIBRARIES += plugins/input/ics/input-ics.la
plugins_input_ics_input_ics_la_SOURCES = \
	plugins/input/ics/ics.c plugins/input/ics/ics.h plugins/input/ics/pool.c \
	plugins/input/ics/days.c plugins/input/ics/lines.c plugins/input/ics/zone.c \
	plugins/input/ics/find.c plugins/input/ics/event.c plugins/input/ics/series.c plugins/input/ics/rows.c
plugins_input_ics_input_ics_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_ics_input_ics_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_ics_input_ics_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_ics_input_ics_la_LIBADD = $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/ics/voc-input-ics.7

# Calendars of each program, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_ics).
EXTRA_DIST += plugins/input/ics/samples plugins/input/ics/expected
