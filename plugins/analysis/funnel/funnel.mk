# SPDX-License-Identifier: MIT
#
# How many come how far, through stages or named steps.

pkgplugin_LTLIBRARIES += plugins/analysis/funnel/analysis-funnel.la
plugins_analysis_funnel_analysis_funnel_la_SOURCES = \
	plugins/analysis/funnel/funnel.c plugins/analysis/funnel/funnel.h \
	plugins/analysis/funnel/ask.c plugins/analysis/funnel/walk.c plugins/analysis/funnel/windows.c \
	plugins/analysis/funnel/any.c plugins/analysis/funnel/write.c
plugins_analysis_funnel_analysis_funnel_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_funnel_analysis_funnel_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_funnel_analysis_funnel_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_funnel_analysis_funnel_la_LIBADD = $(PLUGIN_COMMON)
