# SPDX-License-Identifier: MIT
#
# Who delivers to each step, what is done there, what comes out of it and for whom.
pkgplugin_LTLIBRARIES += plugins/analysis/sipoc/analysis-sipoc.la
plugins_analysis_sipoc_analysis_sipoc_la_SOURCES = plugins/analysis/sipoc/sipoc.c plugins/analysis/sipoc/sipoc.h plugins/analysis/sipoc/rows.h plugins/analysis/sipoc/sections.c plugins/analysis/sipoc/sheet.c plugins/analysis/sipoc/names.c plugins/analysis/sipoc/walk.c plugins/analysis/sipoc/parts.c plugins/analysis/sipoc/write.c
plugins_analysis_sipoc_analysis_sipoc_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_sipoc_analysis_sipoc_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_sipoc_analysis_sipoc_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_sipoc_analysis_sipoc_la_LIBADD = $(PLUGIN_COMMON) -lm
