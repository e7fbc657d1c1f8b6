# SPDX-License-Identifier: MIT
#
# Access logs of web servers.

pkgplugin_LTLIBRARIES += plugins/input/weblog/input-weblog.la
plugins_input_weblog_input_weblog_la_SOURCES = \
	plugins/input/weblog/weblog.c plugins/input/weblog/weblog.h plugins/input/weblog/bytes.h \
	plugins/input/weblog/guess.c plugins/input/weblog/probe.c plugins/input/weblog/site.c \
	plugins/input/weblog/layout.c plugins/input/weblog/w3c.c plugins/input/weblog/json.c \
	plugins/input/weblog/times.c plugins/input/weblog/met.c plugins/input/weblog/request.c plugins/input/weblog/page.c \
	plugins/input/weblog/visitor.c plugins/input/weblog/robots.c plugins/input/weblog/rules.c
nodist_plugins_input_weblog_input_weblog_la_SOURCES = plugins/input/weblog/robots_list.c
plugins_input_weblog_input_weblog_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_weblog_input_weblog_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_weblog_input_weblog_la_LDFLAGS = $(PLUGIN_LDFLAGS)

dist_man_MANS += plugins/input/weblog/voc-input-weblog.7

# The list of robots is compiled in, and installed to be read.
plugins/input/weblog/robots_list.c: plugins/input/weblog/robots.list plugins/input/weblog/embed.awk
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(AWK) -f $(srcdir)/plugins/input/weblog/embed.awk $(srcdir)/plugins/input/weblog/robots.list >$@.new && mv $@.new $@
BUILT_SOURCES += plugins/input/weblog/robots_list.c
CLEANFILES += plugins/input/weblog/robots_list.c plugins/input/weblog/robots_list.c.new
dist_pkgdata_DATA = plugins/input/weblog/robots.list
EXTRA_DIST += plugins/input/weblog/embed.awk

# Small logs of each form, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_weblog_forms).
EXTRA_DIST += plugins/input/weblog/samples plugins/input/weblog/expected
