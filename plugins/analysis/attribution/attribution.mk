# SPDX-License-Identifier: MIT
#
# Who gets the credit for conversions, by six models.

pkgplugin_LTLIBRARIES += plugins/analysis/attribution/analysis-attribution.la
plugins_analysis_attribution_analysis_attribution_la_SOURCES = \
	plugins/analysis/attribution/attribution.c plugins/analysis/attribution/attribution.h \
	plugins/analysis/attribution/models.c plugins/analysis/attribution/models.h \
	plugins/analysis/attribution/walk.c \
	plugins/analysis/attribution/ways.c plugins/analysis/attribution/ways.h \
	plugins/analysis/attribution/write.c
plugins_analysis_attribution_analysis_attribution_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_attribution_analysis_attribution_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_attribution_analysis_attribution_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_attribution_analysis_attribution_la_LIBADD = $(PLUGIN_COMMON)
