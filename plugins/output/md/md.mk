# SPDX-License-Identifier: MIT
#
# Tables as Markdown.

pkgplugin_LTLIBRARIES += plugins/output/md/output-md.la
plugins_output_md_output_md_la_SOURCES = plugins/output/md/md.c
plugins_output_md_output_md_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_output_md_output_md_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_output_md_output_md_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_output_md_output_md_la_LIBADD = $(PLUGIN_COMMON) -lm
