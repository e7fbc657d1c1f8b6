# SPDX-License-Identifier: MIT
#
# Tables as one page for people.

pkgplugin_LTLIBRARIES += plugins/output/html/output-html.la
plugins_output_html_output_html_la_SOURCES = plugins/output/html/html.c plugins/output/html/html.h plugins/output/html/put.c \
	plugins/output/html/page.c plugins/output/html/table.c plugins/output/html/legend.c plugins/output/html/headline.c \
	plugins/output/html/figure.c \
	plugins/output/html/not_to_do.c plugins/output/html/style.c
plugins_output_html_output_html_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_output_html_output_html_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_output_html_output_html_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_output_html_output_html_la_LIBADD = $(PLUGIN_FIGURE) $(PLUGIN_COMMON) -lm
