# SPDX-License-Identifier: MIT
#
# Mails. GMime reads MIME; without it this plugin alone is left out.

if PLUGIN_EMAIL
pkgplugin_LTLIBRARIES += plugins/input/email/input-email.la
plugins_input_email_input_email_la_SOURCES = \
	plugins/input/email/email.c plugins/input/email/email.h \
	plugins/input/email/text.c plugins/input/email/mbox.c plugins/input/email/message.c plugins/input/email/shown.c \
	plugins/input/email/html.c plugins/input/email/quote.c plugins/input/email/kind.c \
	plugins/input/email/party.c plugins/input/email/thread.c plugins/input/email/rows.c
plugins_input_email_input_email_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) $(PLUGIN_EMAIL_CFLAGS)
plugins_input_email_input_email_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_email_input_email_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_email_input_email_la_LIBADD = $(PLUGIN_COMMON) $(PLUGIN_EMAIL_LIBS)
endif

dist_man_MANS += plugins/input/email/voc-input-email.7

# Mails of each kind, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_email).
EXTRA_DIST += plugins/input/email/samples plugins/input/email/expected
