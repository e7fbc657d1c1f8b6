# SPDX-License-Identifier: MIT
#
# The ways customers take, whole.
pkgplugin_LTLIBRARIES += plugins/analysis/variants/analysis-variants.la
plugins_analysis_variants_analysis_variants_la_SOURCES = plugins/analysis/variants/variants.c plugins/analysis/variants/variants.h plugins/analysis/variants/bucket.c plugins/analysis/variants/count.c plugins/analysis/variants/table.c
plugins_analysis_variants_analysis_variants_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_variants_analysis_variants_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_variants_analysis_variants_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_variants_analysis_variants_la_LIBADD = $(PLUGIN_COMMON)
