# SPDX-License-Identifier: MIT
#
# What customers do next.
pkgplugin_LTLIBRARIES += plugins/analysis/flow/analysis-flow.la
plugins_analysis_flow_analysis_flow_la_SOURCES = plugins/analysis/flow/flow.c plugins/analysis/flow/flow.h plugins/analysis/flow/table.c plugins/analysis/flow/connect.c
plugins_analysis_flow_analysis_flow_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_flow_analysis_flow_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_flow_analysis_flow_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_flow_analysis_flow_la_LIBADD = $(PLUGIN_COMMON) -lm
