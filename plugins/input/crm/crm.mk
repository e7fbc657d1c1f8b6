# SPDX-License-Identifier: MIT
#
# Tables of CRM systems and marketing automation.

pkgplugin_LTLIBRARIES += plugins/input/crm/input-crm.la
plugins_input_crm_input_crm_la_SOURCES = \
	plugins/input/crm/crm.c plugins/input/crm/crm.h plugins/input/crm/shapes.c plugins/input/crm/vendors.c \
	plugins/input/crm/words.c plugins/input/crm/give.c plugins/input/crm/acts.c
plugins_input_crm_input_crm_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_crm_input_crm_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_crm_input_crm_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_crm_input_crm_la_LIBADD = $(PLUGIN_TABLE) $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/crm/voc-input-crm.7

# Small tables of each kind, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_crm).
EXTRA_DIST += plugins/input/crm/samples plugins/input/crm/expected
