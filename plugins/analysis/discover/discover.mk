# SPDX-License-Identifier: MIT
#
# The typical journey of each kind of customer, where it breaks, how long its stages take, what changed.
pkgplugin_LTLIBRARIES += plugins/analysis/discover/analysis-discover.la
plugins_analysis_discover_analysis_discover_la_SOURCES = plugins/analysis/discover/discover.h plugins/analysis/discover/discover.c \
	plugins/analysis/discover/gather.c plugins/analysis/discover/load.c plugins/analysis/discover/ways.c \
	plugins/analysis/discover/typical.c plugins/analysis/discover/dwell.c \
	plugins/analysis/discover/breaks.c plugins/analysis/discover/compare.c plugins/analysis/discover/map.c plugins/analysis/discover/conform.c plugins/analysis/discover/trends.c
plugins_analysis_discover_analysis_discover_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_discover_analysis_discover_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_discover_analysis_discover_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_discover_analysis_discover_la_LIBADD = $(PLUGIN_COMMON)
