# SPDX-License-Identifier: MIT
#
# Unit tests of core/host, and the modules that they load: one that reads a small format, and one for each promise of
# plugin.h that a plugin may break (all from one source). An -rpath makes libtool build shared objects of what is not installed.
EXTRA_DIST += tests/unit/host/modules.h tests/unit/host/coded.h

MODULE_LDFLAGS = -module -avoid-version -shared -rpath /nowhere -Wl,-z,nodelete
MODULE_CFLAGS = $(AM_CFLAGS) -fvisibility=hidden

check_LTLIBRARIES += tests/unit/host/modules/input-tiny.la
tests_unit_host_modules_input_tiny_la_SOURCES = tests/unit/host/modules/tiny.c
tests_unit_host_modules_input_tiny_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
tests_unit_host_modules_input_tiny_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_tiny_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-other-name.la
tests_unit_host_modules_input_other_name_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_other_name_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"other-name"' -DDESC_NAME='"another"'
tests_unit_host_modules_input_other_name_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_other_name_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-other-kind.la
tests_unit_host_modules_input_other_kind_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_other_kind_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"other-kind"' -DDESC_KIND=VOC_KIND_OUTPUT
tests_unit_host_modules_input_other_kind_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_other_kind_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-no-ops.la
tests_unit_host_modules_input_no_ops_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_no_ops_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"no-ops"' -DWITHOUT_OPS
tests_unit_host_modules_input_no_ops_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_no_ops_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-no-lines.la
tests_unit_host_modules_input_no_lines_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_no_lines_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"no-lines"' -DWITHOUT_LINES
tests_unit_host_modules_input_no_lines_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_no_lines_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-both-framings.la
tests_unit_host_modules_input_both_framings_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_both_framings_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"both-framings"' -DWITH_RUN
tests_unit_host_modules_input_both_framings_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_both_framings_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-no-framing.la
tests_unit_host_modules_input_no_framing_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_no_framing_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"no-framing"' -DFRAMING=7
tests_unit_host_modules_input_no_framing_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_no_framing_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-other-abi.la
tests_unit_host_modules_input_other_abi_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_other_abi_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"other-abi"' -DNOTE_ABI='"9.1"'
tests_unit_host_modules_input_other_abi_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_other_abi_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-no-descriptor.la
tests_unit_host_modules_input_no_descriptor_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_no_descriptor_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"no-descriptor"' -DNO_DESCRIPTOR
tests_unit_host_modules_input_no_descriptor_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_no_descriptor_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-small.la
tests_unit_host_modules_input_small_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_small_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"small"' '-DDESC_SIZE=offsetof(voc_plugin,ops)'
tests_unit_host_modules_input_small_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_small_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-later.la
tests_unit_host_modules_input_later_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_later_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"later"'
tests_unit_host_modules_input_later_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_later_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-short-ops.la
tests_unit_host_modules_input_short_ops_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_short_ops_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"short-ops"' '-DOPS_SIZE=offsetof(voc_input_ops,describe)'
tests_unit_host_modules_input_short_ops_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_short_ops_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-mute-option.la
tests_unit_host_modules_input_mute_option_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_mute_option_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"mute-option"' -DOPTION_WITHOUT_HELP
tests_unit_host_modules_input_mute_option_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_mute_option_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-odd-option.la
tests_unit_host_modules_input_odd_option_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_odd_option_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"odd-option"' -DOPTION_NAME='"Whose"'
tests_unit_host_modules_input_odd_option_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_odd_option_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-twice-option.la
tests_unit_host_modules_input_twice_option_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_twice_option_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"twice-option"' -DOPTION_NAME='"depth"'
tests_unit_host_modules_input_twice_option_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_twice_option_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-no-choices.la
tests_unit_host_modules_input_no_choices_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_no_choices_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"no-choices"' -DOPTION_WITHOUT_CHOICES
tests_unit_host_modules_input_no_choices_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_no_choices_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-narrow-option.la
tests_unit_host_modules_input_narrow_option_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_narrow_option_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"narrow-option"' -DOPTION_STRIDE=8
tests_unit_host_modules_input_narrow_option_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_narrow_option_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-undefined.la
tests_unit_host_modules_input_undefined_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_undefined_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"undefined"' -DUNDEFINED
tests_unit_host_modules_input_undefined_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_undefined_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/input-no-query.la
tests_unit_host_modules_input_no_query_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_input_no_query_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"no-query"' -DWITHOUT_QUERY
tests_unit_host_modules_input_no_query_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_input_no_query_la_LDFLAGS = $(MODULE_LDFLAGS)

check_LTLIBRARIES += tests/unit/host/modules/analysis-import.la
tests_unit_host_modules_analysis_import_la_SOURCES = tests/unit/host/modules/faulty.c
tests_unit_host_modules_analysis_import_la_CPPFLAGS = $(PLUGIN_CPPFLAGS) -DNOTE_NAME='"import"' -DNOTE_KIND='"analysis"' -DDESC_KIND=VOC_KIND_ANALYSIS
tests_unit_host_modules_analysis_import_la_CFLAGS = $(MODULE_CFLAGS)
tests_unit_host_modules_analysis_import_la_LDFLAGS = $(MODULE_LDFLAGS)

check_PROGRAMS += tests/unit/host/test_options
tests_unit_host_test_options_SOURCES = tests/unit/host/test_options.c
tests_unit_host_test_options_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_options_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_note
tests_unit_host_test_note_SOURCES = tests/unit/host/test_note.c
tests_unit_host_test_note_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_note_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_trust
tests_unit_host_test_trust_SOURCES = tests/unit/host/test_trust.c
tests_unit_host_test_trust_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_trust_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_sandbox
tests_unit_host_test_sandbox_SOURCES = tests/unit/host/test_sandbox.c
tests_unit_host_test_sandbox_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_sandbox_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_sandbox_plugins
tests_unit_host_test_sandbox_plugins_SOURCES = tests/unit/host/test_sandbox_plugins.c
tests_unit_host_test_sandbox_plugins_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_sandbox_plugins_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_mock_host
tests_unit_host_test_mock_host_SOURCES = tests/unit/host/test_mock_host.c
tests_unit_host_test_mock_host_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_mock_host_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_plugin
tests_unit_host_test_plugin_SOURCES = tests/unit/host/test_plugin.c
tests_unit_host_test_plugin_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_plugin_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_trays
tests_unit_host_test_trays_SOURCES = tests/unit/host/test_trays.c
tests_unit_host_test_trays_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_trays_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_wire
tests_unit_host_test_wire_SOURCES = tests/unit/host/test_wire.c
tests_unit_host_test_wire_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_wire_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_alike
tests_unit_host_test_alike_SOURCES = tests/unit/host/test_alike.c
tests_unit_host_test_alike_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_alike_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_attrs_met
tests_unit_host_test_attrs_met_SOURCES = tests/unit/host/test_attrs_met.c
tests_unit_host_test_attrs_met_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_attrs_met_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_encode
tests_unit_host_test_encode_SOURCES = tests/unit/host/test_encode.c
tests_unit_host_test_encode_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_encode_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_leave_out
tests_unit_host_test_leave_out_SOURCES = tests/unit/host/test_leave_out.c
tests_unit_host_test_leave_out_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_leave_out_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_pipeline
tests_unit_host_test_pipeline_SOURCES = tests/unit/host/test_pipeline.c
tests_unit_host_test_pipeline_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_pipeline_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_swap
tests_unit_host_test_swap_SOURCES = tests/unit/host/test_swap.c
tests_unit_host_test_swap_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_swap_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_spool
tests_unit_host_test_spool_SOURCES = tests/unit/host/test_spool.c
tests_unit_host_test_spool_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_spool_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_fold
tests_unit_host_test_fold_SOURCES = tests/unit/host/test_fold.c
tests_unit_host_test_fold_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_fold_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_import
tests_unit_host_test_import_SOURCES = tests/unit/host/test_import.c
tests_unit_host_test_import_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_import_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_shard
tests_unit_host_test_shard_SOURCES = tests/unit/host/test_shard.c tests/unit/host/part.h $(JOURNEY_WORLD)
tests_unit_host_test_shard_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_shard_LDADD = $(UNIT_LDADD)

check_PROGRAMS += tests/unit/host/test_parts
tests_unit_host_test_parts_SOURCES = tests/unit/host/test_parts.c
tests_unit_host_test_parts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_host_test_parts_LDADD = $(UNIT_LDADD)
