# SPDX-License-Identifier: MIT
#
# Visits of customers.

pkgplugin_LTLIBRARIES += plugins/analysis/sessions/analysis-sessions.la
plugins_analysis_sessions_analysis_sessions_la_SOURCES = \
	plugins/analysis/sessions/sessions.c plugins/analysis/sessions/sessions.h \
	plugins/analysis/sessions/write.c
plugins_analysis_sessions_analysis_sessions_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_sessions_analysis_sessions_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_sessions_analysis_sessions_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_sessions_analysis_sessions_la_LIBADD = $(PLUGIN_COMMON)
