# SPDX-License-Identifier: MIT
#
# One figure as a picture.

pkgplugin_LTLIBRARIES += plugins/output/svg/output-svg.la
plugins_output_svg_output_svg_la_SOURCES = plugins/output/svg/svg.c
plugins_output_svg_output_svg_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_output_svg_output_svg_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_output_svg_output_svg_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_output_svg_output_svg_la_LIBADD = $(PLUGIN_FIGURE) $(PLUGIN_COMMON) -lm
