# SPDX-License-Identifier: MIT
#
# What several plugins share, linked into each of them privately.

noinst_LTLIBRARIES += plugins/common/libplugincommon.la
plugins_common_libplugincommon_la_SOURCES = \
	plugins/common/analysis.c plugins/common/analysis.h \
	plugins/common/csv.c plugins/common/csv.h \
	plugins/common/format.c plugins/common/format.h \
	plugins/common/gaps.c plugins/common/gaps.h \
	plugins/common/walk.c plugins/common/walk.h plugins/common/walk_limits.c \
	plugins/common/gathered.h \
	plugins/common/room.h plugins/common/show.h \
	plugins/common/stats.h plugins/common/special.c plugins/common/intervals.c \
	plugins/common/json_scan.c plugins/common/json_scan.h \
	plugins/common/linear.c plugins/common/linear.h \
	plugins/common/markup.c plugins/common/markup.h \
	plugins/common/align.c plugins/common/align.h \
	plugins/common/breaks.c plugins/common/breaks.h plugins/common/periods.c plugins/common/periods.h \
	plugins/common/medoid.c plugins/common/medoid.h plugins/common/medoid_lanes.h \
	plugins/common/survival.c plugins/common/survival.h \
	plugins/common/trend.c plugins/common/trend.h \
	plugins/common/near.c plugins/common/near.h \
	plugins/common/page.c plugins/common/page.h \
	plugins/common/party.c plugins/common/party.h \
	plugins/common/splitmix.c plugins/common/splitmix.h \
	plugins/common/xxh64.c plugins/common/xxh64.h
plugins_common_libplugincommon_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_common_libplugincommon_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_common_libplugincommon_la_LIBADD = -lm

# Named cells to events, for the input plugins whose records are such.
noinst_LTLIBRARIES += plugins/common/libpluginevents.la
plugins_common_libpluginevents_la_SOURCES = \
	plugins/common/events/plan.h plugins/common/events/options.h plugins/common/events/instance.c \
	plugins/common/events/columns.c plugins/common/events/propose.c plugins/common/events/mapping.c \
	plugins/common/events/times.c plugins/common/events/joins.c plugins/common/events/numbers.c \
	plugins/common/events/rows.c plugins/common/events/alike.c plugins/common/events/totals.c \
	plugins/common/events/describe.c plugins/common/events/maps.c
plugins_common_libpluginevents_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_common_libpluginevents_la_CFLAGS = $(PLUGIN_CFLAGS)
PLUGIN_EVENTS = plugins/common/libpluginevents.la

# Delimited text to named cells.
noinst_LTLIBRARIES += plugins/common/libplugintable.la
plugins_common_libplugintable_la_SOURCES = \
	plugins/common/table/table.h plugins/common/table/options.h plugins/common/table/table.c plugins/common/table/sniff.c \
	plugins/common/table/header.c plugins/common/table/reader.c plugins/common/table/fields.c
plugins_common_libplugintable_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_common_libplugintable_la_CFLAGS = $(PLUGIN_CFLAGS)
PLUGIN_TABLE = plugins/common/libplugintable.la $(PLUGIN_EVENTS)

# Figures as SVG. Maps are laid out by Graphviz; without it the rest is drawn all the same.
noinst_LTLIBRARIES += plugins/common/libpluginfigure.la
plugins_common_libpluginfigure_la_SOURCES = \
	plugins/common/figure/figure.h plugins/common/figure/declare.h plugins/common/figure/draw.h plugins/common/figure/draw.c plugins/common/figure/pen.c \
	plugins/common/figure/text.c plugins/common/figure/parts.c plugins/common/figure/style.c \
	plugins/common/figure/funnel.c plugins/common/figure/curves.c plugins/common/figure/dots.c plugins/common/figure/heat.c plugins/common/figure/grid.c plugins/common/figure/pieces.c \
	plugins/common/figure/map.h plugins/common/figure/map.c
plugins_common_libpluginfigure_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(GRAPHVIZ_CFLAGS)
plugins_common_libpluginfigure_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_common_libpluginfigure_la_LIBADD = $(GRAPHVIZ_LIBS) -lm
if GRAPHVIZ
plugins_common_libpluginfigure_la_SOURCES += plugins/common/figure/map_layout.c
else
plugins_common_libpluginfigure_la_SOURCES += plugins/common/figure/map_without.c
endif
PLUGIN_FIGURE = plugins/common/libpluginfigure.la
