# SPDX-License-Identifier: MIT
#
# Unit tests of plugins.

# Readers of expected values, for tests only.
TEST_JSON = tests/lib/json.c tests/lib/json.h tests/lib/close.h
TEST_CSV = tests/lib/csv.c tests/lib/csv.h
SCORE_LDADD = plugins/analysis/score/libtrial.la $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_stats
tests_unit_plugins_test_stats_SOURCES = tests/unit/plugins/test_stats.c $(TEST_JSON)
tests_unit_plugins_test_stats_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_attrib
tests_unit_plugins_test_attrib_SOURCES = tests/unit/plugins/test_attrib.c $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_attrib_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_verdict
tests_unit_plugins_test_verdict_SOURCES = tests/unit/plugins/test_verdict.c $(TEST_JSON)
tests_unit_plugins_test_verdict_LDADD = $(SCORE_LDADD)

check_PROGRAMS += tests/unit/plugins/test_trial
tests_unit_plugins_test_trial_SOURCES = tests/unit/plugins/test_trial.c tests/unit/plugins/world.c tests/unit/plugins/world.h \
	$(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_trial_LDADD = $(SCORE_LDADD)

# Reference inputs and expected values: ours, so they are distributed.
EXTRA_DIST += tests/truth/in tests/truth/expected

check_PROGRAMS += tests/unit/plugins/test_trial_oracle
tests_unit_plugins_test_trial_oracle_SOURCES = tests/unit/plugins/test_trial_oracle.c tests/unit/plugins/world.c \
	tests/unit/plugins/world.h tests/lib/close.h
tests_unit_plugins_test_trial_oracle_LDADD = $(SCORE_LDADD)

check_PROGRAMS += tests/unit/plugins/test_trial_traps
tests_unit_plugins_test_trial_traps_SOURCES = tests/unit/plugins/test_trial_traps.c tests/unit/plugins/world.c \
	tests/unit/plugins/world.h tests/lib/close.h
tests_unit_plugins_test_trial_traps_LDADD = $(SCORE_LDADD)

check_PROGRAMS += tests/unit/plugins/test_value_map
tests_unit_plugins_test_value_map_SOURCES = tests/unit/plugins/test_value_map.c plugins/analysis/value-map/judge.c plugins/analysis/value-map/judge.h \
	$(TEST_JSON) $(TEST_CSV) tests/lib/close.h
tests_unit_plugins_test_value_map_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_gaps
tests_unit_plugins_test_gaps_SOURCES = tests/unit/plugins/test_gaps.c
tests_unit_plugins_test_gaps_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_csv
tests_unit_plugins_test_csv_SOURCES = tests/unit/plugins/test_csv.c $(TEST_JSON)
tests_unit_plugins_test_csv_LDADD = $(UNIT_LDADD)

# The plugin's own sources are linked in: what is tested runs under the sanitizers too, and no module need be loaded.
EVENTS_RUN = tests/unit/plugins/events_run.c tests/unit/plugins/events_run.h $(plugins_common_libpluginevents_la_SOURCES) \
	$(plugins_common_libplugintable_la_SOURCES) $(plugins_input_events_input_events_la_SOURCES)

check_PROGRAMS += tests/unit/plugins/test_events
tests_unit_plugins_test_events_SOURCES = tests/unit/plugins/test_events.c $(EVENTS_RUN)
tests_unit_plugins_test_events_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_survey
tests_unit_plugins_test_survey_SOURCES = tests/unit/plugins/test_survey.c tests/unit/base/fault.h tests/unit/plugins/events_run.c tests/unit/plugins/events_run.h \
	$(plugins_common_libpluginevents_la_SOURCES) $(plugins_common_libplugintable_la_SOURCES) $(plugins_input_survey_input_survey_la_SOURCES)
tests_unit_plugins_test_survey_LDADD = $(UNIT_LDADD)

WEBLOG_RUN = tests/unit/plugins/events_run.c tests/unit/plugins/events_run.h $(plugins_input_weblog_input_weblog_la_SOURCES)

check_PROGRAMS += tests/unit/plugins/test_weblog
tests_unit_plugins_test_weblog_SOURCES = tests/unit/plugins/test_weblog.c tests/unit/base/fault.h $(WEBLOG_RUN)
nodist_tests_unit_plugins_test_weblog_SOURCES = plugins/input/weblog/robots_list.c
tests_unit_plugins_test_weblog_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_weblog_forms
tests_unit_plugins_test_weblog_forms_SOURCES = tests/unit/plugins/test_weblog_forms.c $(WEBLOG_RUN)
nodist_tests_unit_plugins_test_weblog_forms_SOURCES = plugins/input/weblog/robots_list.c
tests_unit_plugins_test_weblog_forms_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_events_values
tests_unit_plugins_test_events_values_SOURCES = tests/unit/plugins/test_events_values.c tests/unit/base/fault.h $(EVENTS_RUN)
tests_unit_plugins_test_events_values_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_events_frame
tests_unit_plugins_test_events_frame_SOURCES = tests/unit/plugins/test_events_frame.c $(EVENTS_RUN)
tests_unit_plugins_test_events_frame_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_events_times
tests_unit_plugins_test_events_times_SOURCES = tests/unit/plugins/test_events_times.c $(EVENTS_RUN)
tests_unit_plugins_test_events_times_LDADD = $(UNIT_LDADD)

CRM_RUN = tests/unit/plugins/events_run.c tests/unit/plugins/events_run.h $(plugins_common_libpluginevents_la_SOURCES) \
	$(plugins_common_libplugintable_la_SOURCES) $(plugins_input_crm_input_crm_la_SOURCES)

check_PROGRAMS += tests/unit/plugins/test_crm
tests_unit_plugins_test_crm_SOURCES = tests/unit/plugins/test_crm.c tests/unit/base/fault.h $(CRM_RUN)
tests_unit_plugins_test_crm_LDADD = $(UNIT_LDADD)

REFERENCE_RUN = tests/unit/plugins/events_run.c tests/unit/plugins/events_run.h $(plugins_common_libpluginevents_la_SOURCES) \
	$(plugins_common_libplugintable_la_SOURCES) $(plugins_input_reference_input_reference_la_SOURCES)

check_PROGRAMS += tests/unit/plugins/test_reference
tests_unit_plugins_test_reference_SOURCES = tests/unit/plugins/test_reference.c tests/unit/base/fault.h $(REFERENCE_RUN)
tests_unit_plugins_test_reference_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_json_scan
tests_unit_plugins_test_json_scan_SOURCES = tests/unit/plugins/test_json_scan.c \
	tests/unit/plugins/jansson_oracle.c tests/unit/plugins/jansson_oracle.h
tests_unit_plugins_test_json_scan_CPPFLAGS = $(UNIT_CPPFLAGS) $(JANSSON_CFLAGS)
tests_unit_plugins_test_json_scan_LDADD = $(UNIT_LDADD) $(JANSSON_LIBS)

JSON_RUN = tests/unit/plugins/events_run.c tests/unit/plugins/events_run.h $(plugins_common_libpluginevents_la_SOURCES) \
	$(plugins_input_json_input_json_la_SOURCES)

check_PROGRAMS += tests/unit/plugins/test_json
tests_unit_plugins_test_json_SOURCES = tests/unit/plugins/test_json.c tests/unit/base/fault.h $(JSON_RUN)
tests_unit_plugins_test_json_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_ocel
tests_unit_plugins_test_ocel_SOURCES = tests/unit/plugins/test_ocel.c tests/unit/base/fault.h $(plugins_input_ocel_input_ocel_la_SOURCES)
tests_unit_plugins_test_ocel_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_ocel_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_xes
tests_unit_plugins_test_xes_SOURCES = tests/unit/plugins/test_xes.c
tests_unit_plugins_test_xes_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_ics
tests_unit_plugins_test_ics_SOURCES = tests/unit/plugins/test_ics.c $(plugins_input_ics_input_ics_la_SOURCES)
tests_unit_plugins_test_ics_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_ics_LDADD = $(UNIT_LDADD)

# GMime ends the program where memory runs out, so no allocation is made to fail here.
if PLUGIN_EMAIL
check_PROGRAMS += tests/unit/plugins/test_email
tests_unit_plugins_test_email_SOURCES = tests/unit/plugins/test_email.c
tests_unit_plugins_test_email_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_email_LDADD = $(UNIT_LDADD)
endif

check_PROGRAMS += tests/unit/plugins/test_md
tests_unit_plugins_test_md_SOURCES = tests/unit/plugins/test_md.c
tests_unit_plugins_test_md_LDADD = $(UNIT_LDADD)

# The whole plugin, as built, in the host's fold.
check_PROGRAMS += tests/unit/plugins/test_score
tests_unit_plugins_test_score_SOURCES = tests/unit/plugins/test_score.c tests/unit/plugins/score_run.c \
	tests/unit/plugins/score_run.h tests/lib/close.h $(JOURNEY_WORLD)
tests_unit_plugins_test_score_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_score_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_flow_connect
tests_unit_plugins_test_flow_connect_SOURCES = tests/unit/plugins/test_flow_connect.c plugins/analysis/flow/connect.c plugins/analysis/flow/flow.h
tests_unit_plugins_test_flow_connect_LDADD = $(UNIT_LDADD)

# The page is read back as XML.
check_PROGRAMS += tests/unit/plugins/test_html
tests_unit_plugins_test_html_SOURCES = tests/unit/plugins/test_html.c tests/unit/plugins/page_host.h tests/unit/base/fault.h $(plugins_output_html_output_html_la_SOURCES)
tests_unit_plugins_test_html_LDADD = $(PLUGIN_FIGURE) $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_html_pictures
tests_unit_plugins_test_html_pictures_SOURCES = tests/unit/plugins/test_html_pictures.c tests/unit/plugins/page_host.h $(plugins_output_html_output_html_la_SOURCES)
tests_unit_plugins_test_html_pictures_LDADD = $(PLUGIN_FIGURE) $(UNIT_LDADD)

# Pictures are read back as XML: what is cut, lies outside or came from a stranger is seen.
check_PROGRAMS += tests/unit/plugins/test_figure
tests_unit_plugins_test_figure_SOURCES = tests/unit/plugins/test_figure.c tests/unit/plugins/drawn.c tests/unit/plugins/drawn.h tests/unit/base/fault.h
tests_unit_plugins_test_figure_LDADD = $(PLUGIN_FIGURE) $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_figure_dots
tests_unit_plugins_test_figure_dots_SOURCES = tests/unit/plugins/test_figure_dots.c tests/unit/plugins/drawn.c tests/unit/plugins/drawn.h tests/unit/base/fault.h
tests_unit_plugins_test_figure_dots_LDADD = $(PLUGIN_FIGURE) $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_figure_sheets
tests_unit_plugins_test_figure_sheets_SOURCES = tests/unit/plugins/test_figure_sheets.c tests/unit/plugins/drawn.c tests/unit/plugins/drawn.h tests/unit/base/fault.h
tests_unit_plugins_test_figure_sheets_LDADD = $(PLUGIN_FIGURE) $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_sceptic
tests_unit_plugins_test_sceptic_SOURCES = tests/unit/plugins/test_sceptic.c tests/unit/plugins/score_run.c \
	tests/unit/plugins/score_run.h tests/lib/close.h $(JOURNEY_WORLD)
tests_unit_plugins_test_sceptic_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_sceptic_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_sets
tests_unit_plugins_test_sets_SOURCES = tests/unit/plugins/test_sets.c tests/unit/plugins/score_run.c \
	tests/unit/plugins/score_run.h tests/lib/close.h $(JOURNEY_WORLD)
tests_unit_plugins_test_sets_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_sets_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_size
tests_unit_plugins_test_size_SOURCES = tests/unit/plugins/test_size.c
tests_unit_plugins_test_size_LDADD = $(SCORE_LDADD)

check_PROGRAMS += tests/unit/plugins/test_settle
tests_unit_plugins_test_settle_SOURCES = tests/unit/plugins/test_settle.c tests/unit/plugins/score_run.c \
	tests/unit/plugins/score_run.h tests/lib/close.h $(JOURNEY_WORLD)
tests_unit_plugins_test_settle_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_settle_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_balance
tests_unit_plugins_test_balance_SOURCES = tests/unit/plugins/test_balance.c tests/unit/plugins/score_run.c \
	tests/unit/plugins/score_run.h tests/lib/close.h $(JOURNEY_WORLD)
tests_unit_plugins_test_balance_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_balance_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_sample
tests_unit_plugins_test_sample_SOURCES = tests/unit/plugins/test_sample.c tests/unit/plugins/score_run.c \
	tests/unit/plugins/score_run.h $(JOURNEY_WORLD)
tests_unit_plugins_test_sample_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_sample_LDADD = $(UNIT_LDADD)

PATHS_RUN = tests/unit/plugins/paths_run.c tests/unit/plugins/paths_run.h $(JOURNEY_WORLD)

check_PROGRAMS += tests/unit/plugins/test_flow
tests_unit_plugins_test_flow_SOURCES = tests/unit/plugins/test_flow.c $(PATHS_RUN) $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_flow_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_flow_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_discover
tests_unit_plugins_test_discover_SOURCES = tests/unit/plugins/test_discover.c $(PATHS_RUN) $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_discover_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_discover_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_survival
tests_unit_plugins_test_survival_SOURCES = tests/unit/plugins/test_survival.c $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_survival_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_breaks
tests_unit_plugins_test_breaks_SOURCES = tests/unit/plugins/test_breaks.c $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_breaks_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_medoid
tests_unit_plugins_test_medoid_SOURCES = tests/unit/plugins/test_medoid.c tests/lib/close.h
tests_unit_plugins_test_medoid_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_variants
tests_unit_plugins_test_variants_SOURCES = tests/unit/plugins/test_variants.c $(PATHS_RUN) $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_variants_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_variants_LDADD = $(UNIT_LDADD)

# The source of the plugin, in a host that lives in the test.
check_PROGRAMS += tests/unit/plugins/test_map
tests_unit_plugins_test_map_SOURCES = tests/unit/plugins/test_map.c tests/unit/plugins/fold_mock.h $(plugins_analysis_map_analysis_map_la_SOURCES)
tests_unit_plugins_test_map_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_funnel
tests_unit_plugins_test_funnel_SOURCES = tests/unit/plugins/test_funnel.c tests/unit/plugins/fold_mock.h $(plugins_analysis_funnel_analysis_funnel_la_SOURCES)
tests_unit_plugins_test_funnel_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_funnel_steps
tests_unit_plugins_test_funnel_steps_SOURCES = tests/unit/plugins/test_funnel_steps.c tests/unit/plugins/fold_mock.h $(plugins_analysis_funnel_analysis_funnel_la_SOURCES)
tests_unit_plugins_test_funnel_steps_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_attribution
tests_unit_plugins_test_attribution_SOURCES = tests/unit/plugins/test_attribution.c tests/unit/plugins/fold_mock.h $(plugins_analysis_attribution_analysis_attribution_la_SOURCES)
tests_unit_plugins_test_attribution_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_credits
tests_unit_plugins_test_credits_SOURCES = tests/unit/plugins/test_credits.c plugins/analysis/attribution/models.c $(TEST_JSON) $(TEST_CSV)
tests_unit_plugins_test_credits_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_response
tests_unit_plugins_test_response_SOURCES = tests/unit/plugins/test_response.c tests/unit/plugins/fold_mock.h $(plugins_analysis_response_analysis_response_la_SOURCES)
tests_unit_plugins_test_response_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/plugins/test_sessions
tests_unit_plugins_test_sessions_SOURCES = tests/unit/plugins/test_sessions.c tests/unit/plugins/fold_mock.h $(plugins_analysis_sessions_analysis_sessions_la_SOURCES)
tests_unit_plugins_test_sessions_LDADD = $(UNIT_LDADD)

# The states of all of them, as parts.
check_PROGRAMS += tests/unit/plugins/test_parts
tests_unit_plugins_test_parts_SOURCES = tests/unit/plugins/test_parts.c tests/unit/host/modules.h $(JOURNEY_WORLD)
tests_unit_plugins_test_parts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_plugins_test_parts_LDADD = $(UNIT_LDADD)
