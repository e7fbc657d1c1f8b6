# SPDX-License-Identifier: MIT
#
# What each role does, says and gets, need by need.

pkgplugin_LTLIBRARIES += plugins/analysis/value-map/analysis-value-map.la
plugins_analysis_value_map_analysis_value_map_la_SOURCES = \
	plugins/analysis/value-map/value_map.c plugins/analysis/value-map/value_map.h \
	plugins/analysis/value-map/judge.c plugins/analysis/value-map/judge.h \
	plugins/analysis/value-map/walk.c plugins/analysis/value-map/tally.c \
	plugins/analysis/value-map/write.c plugins/analysis/value-map/card.c plugins/analysis/value-map/distinct.c plugins/analysis/value-map/page.h
plugins_analysis_value_map_analysis_value_map_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_value_map_analysis_value_map_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_value_map_analysis_value_map_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_value_map_analysis_value_map_la_LIBADD = $(PLUGIN_COMMON)
