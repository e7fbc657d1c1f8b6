# SPDX-License-Identifier: MIT
#
# Touchpoints scored by the customer actions that follow.

# The arithmetic, apart from the host: the plugin and its unit tests link it.
noinst_LTLIBRARIES += plugins/analysis/score/libtrial.la
plugins_analysis_score_libtrial_la_SOURCES = \
	plugins/analysis/score/trial.c plugins/analysis/score/trial.h plugins/analysis/score/trial_internal.h \
	plugins/analysis/score/trial_frame.c plugins/analysis/score/trial_match.c plugins/analysis/score/trial_add.c \
	plugins/analysis/score/trial_level.c plugins/analysis/score/trial_solve.c plugins/analysis/score/trial_random.c \
	plugins/analysis/score/verdict.c plugins/analysis/score/verdict.h
plugins_analysis_score_libtrial_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_score_libtrial_la_CFLAGS = $(PLUGIN_CFLAGS)
