# SPDX-License-Identifier: MIT
#
# Answers to surveys.

pkgplugin_LTLIBRARIES += plugins/input/survey/input-survey.la
plugins_input_survey_input_survey_la_SOURCES = \
	plugins/input/survey/survey.c plugins/input/survey/survey.h \
	plugins/input/survey/frame.c plugins/input/survey/names.c plugins/input/survey/questions.c \
	plugins/input/survey/plan.c plugins/input/survey/answers.c plugins/input/survey/report.c \
	plugins/input/survey/structure.c plugins/input/survey/qsf.c plugins/input/survey/lss.c \
	plugins/input/survey/sss.c plugins/input/survey/fixed.c plugins/input/survey/hierarchy.c
plugins_input_survey_input_survey_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_input_survey_input_survey_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_input_survey_input_survey_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_input_survey_input_survey_la_LIBADD = $(PLUGIN_TABLE) $(PLUGIN_COMMON)

dist_man_MANS += plugins/input/survey/voc-input-survey.7

# Small exports of each form, and what they give (made anew by VOC_UPDATE_GOLDEN=1 tests/unit/plugins/test_survey).
EXTRA_DIST += plugins/input/survey/samples plugins/input/survey/structures plugins/input/survey/expected
