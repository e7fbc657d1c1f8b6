# SPDX-License-Identifier: MIT
#
# Touchpoints scored by the customer actions that follow.

# The arithmetic, apart from the host: the plugin and its unit tests link it.
noinst_LTLIBRARIES += plugins/analysis/score/libtrial.la
plugins_analysis_score_libtrial_la_SOURCES = \
	plugins/analysis/score/size.c plugins/analysis/score/size.h plugins/analysis/score/verdict.c plugins/analysis/score/verdict.h \
	plugins/analysis/score/trial/trial.c plugins/analysis/score/trial/trial.h plugins/analysis/score/trial/trial_add.c \
	plugins/analysis/score/trial/trial_block.c plugins/analysis/score/trial/trial_block.h plugins/analysis/score/trial/trial_find.c \
	plugins/analysis/score/trial/trial_find.h plugins/analysis/score/trial/trial_frame.c plugins/analysis/score/trial/trial_internal.h \
	plugins/analysis/score/trial/trial_judge.c plugins/analysis/score/trial/trial_level.c plugins/analysis/score/trial/trial_local.c \
	plugins/analysis/score/trial/trial_local.h plugins/analysis/score/trial/trial_match.c plugins/analysis/score/trial/trial_now.c \
	plugins/analysis/score/trial/trial_outward.c plugins/analysis/score/trial/trial_put.c plugins/analysis/score/trial/trial_random.c \
	plugins/analysis/score/trial/trial_record.h plugins/analysis/score/trial/trial_solve.c plugins/analysis/score/trial/trial_sweep.c \
	plugins/analysis/score/trial/trial_work.h
plugins_analysis_score_libtrial_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_score_libtrial_la_CFLAGS = $(PLUGIN_CFLAGS)

pkgplugin_LTLIBRARIES += plugins/analysis/score/analysis-score.la
plugins_analysis_score_analysis_score_la_SOURCES = \
	plugins/analysis/score/balance.c plugins/analysis/score/codes.c plugins/analysis/score/examples.c plugins/analysis/score/gather.c \
	plugins/analysis/score/group.c plugins/analysis/score/holdouts.c plugins/analysis/score/judge.c plugins/analysis/score/links.c \
	plugins/analysis/score/page.h plugins/analysis/score/parts.c plugins/analysis/score/pull.c plugins/analysis/score/sample.c \
	plugins/analysis/score/say.c plugins/analysis/score/sceptic.c plugins/analysis/score/score.c plugins/analysis/score/score.h \
	plugins/analysis/score/series.c plugins/analysis/score/sets.c plugins/analysis/score/settle.c plugins/analysis/score/study.c \
	plugins/analysis/score/study_holdout.c plugins/analysis/score/summary.c plugins/analysis/score/tables.c plugins/analysis/score/traits.c \
	plugins/analysis/score/traits.h
plugins_analysis_score_analysis_score_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
plugins_analysis_score_analysis_score_la_CFLAGS = $(PLUGIN_CFLAGS)
plugins_analysis_score_analysis_score_la_LDFLAGS = $(PLUGIN_LDFLAGS)
plugins_analysis_score_analysis_score_la_LIBADD = plugins/analysis/score/libtrial.la $(PLUGIN_COMMON) -lm
