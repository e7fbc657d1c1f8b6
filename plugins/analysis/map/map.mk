# SPDX-License-Identifier: MIT
#
# The journey map: stages by what customers do, say and want, what meets them, and how long it takes.
pkgplugin_LTLIBRARIES += plugins/analysis/map/analysis-map.la
plugins_analysis_map_analysis_map_la_SOURCES = plugins/analysis/map/map.c plugins/analysis/map/map.h plugins/analysis/map/verdicts.c plugins/analysis/map/walk.c plugins/analysis/map/write.c
plugins_analysis_map_analysis_map_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_map_analysis_map_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_map_analysis_map_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_map_analysis_map_la_LIBADD = $(PLUGIN_COMMON) -lm
