# SPDX-License-Identifier: MIT
#
# What customers do after touches.

pkgplugin_LTLIBRARIES += plugins/analysis/response/analysis-response.la
plugins_analysis_response_analysis_response_la_SOURCES = \
	plugins/analysis/response/response.c plugins/analysis/response/response.h \
	plugins/analysis/response/walk.c \
	plugins/analysis/response/write.c
plugins_analysis_response_analysis_response_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_response_analysis_response_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_response_analysis_response_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_response_analysis_response_la_LIBADD = $(PLUGIN_COMMON)
