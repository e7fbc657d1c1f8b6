// SPDX-License-Identifier: MIT
// Where every public field of plugin.h lies, and the number of every constant, against tests/abi/layout.txt. A plugin that
// was built yesterday must find them there tomorrow: fields are only appended, numbers only added. A change that is meant is
// written with VOC_UPDATE_GOLDEN=1 and reviewed as a diff of that file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <voc/plugin.h>

struct entry {
    const char *name;
    size_t offset, size;
};

#define STRUCT(type) {#type, SIZE_MAX, sizeof(type)}
#define FIELD(type, field) {"  " #field, offsetof(type, field), sizeof(((type *)0)->field)}
static const struct entry fields[] = {
    STRUCT(voc_str),
    FIELD(voc_str, ptr), FIELD(voc_str, len),
    STRUCT(voc_alias),
    FIELD(voc_alias, kind), FIELD(voc_alias, value), FIELD(voc_alias, strong), FIELD(voc_alias, reserved),
    STRUCT(voc_attr),
    FIELD(voc_attr, key), FIELD(voc_attr, text), FIELD(voc_attr, type), FIELD(voc_attr, entity), FIELD(voc_attr, time_us), FIELD(voc_attr, number),
    STRUCT(voc_row),
    FIELD(voc_row, kind), FIELD(voc_row, actor), FIELD(voc_row, record), FIELD(voc_row, time_us), FIELD(voc_row, resolution),
    FIELD(voc_row, ref_kind), FIELD(voc_row, ref), FIELD(voc_row, id), FIELD(voc_row, action), FIELD(voc_row, touchpoint), FIELD(voc_row, channel),
    FIELD(voc_row, campaign), FIELD(voc_row, object), FIELD(voc_row, case_id), FIELD(voc_row, role), FIELD(voc_row, owner), FIELD(voc_row, thread),
    FIELD(voc_row, text), FIELD(voc_row, language), FIELD(voc_row, minutes), FIELD(voc_row, cost), FIELD(voc_row, value), FIELD(voc_row, customer),
    FIELD(voc_row, n_customer), FIELD(voc_row, account), FIELD(voc_row, n_account), FIELD(voc_row, attrs), FIELD(voc_row, n_attrs),
    FIELD(voc_row, unit),
    STRUCT(voc_batch),
    FIELD(voc_batch, struct_size), FIELD(voc_batch, row_size), FIELD(voc_batch, rows), FIELD(voc_batch, n_rows),
    STRUCT(voc_events),
    FIELD(voc_events, struct_size), FIELD(voc_events, resolution), FIELD(voc_events, n), FIELD(voc_events, record), FIELD(voc_events, alike),
    FIELD(voc_events, time_us), FIELD(voc_events, minutes), FIELD(voc_events, cost), FIELD(voc_events, value), FIELD(voc_events, customer),
    FIELD(voc_events, account), FIELD(voc_events, customer_kind), FIELD(voc_events, account_kind), FIELD(voc_events, customer_strong),
    FIELD(voc_events, account_strong), FIELD(voc_events, id), FIELD(voc_events, case_id), FIELD(voc_events, object), FIELD(voc_events, thread),
    STRUCT(voc_option),
    FIELD(voc_option, name), FIELD(voc_option, type), FIELD(voc_option, flags), FIELD(voc_option, initial), FIELD(voc_option, min),
    FIELD(voc_option, max), FIELD(voc_option, choices), FIELD(voc_option, argument), FIELD(voc_option, help),
    STRUCT(voc_value),
    FIELD(voc_value, type), FIELD(voc_value, set), FIELD(voc_value, i), FIELD(voc_value, r), FIELD(voc_value, s), FIELD(voc_value, list),
    FIELD(voc_value, n_list), FIELD(voc_value, regex),
    STRUCT(voc_cell),
    FIELD(voc_cell, type), FIELD(voc_cell, digits), FIELD(voc_cell, i), FIELD(voc_cell, r), FIELD(voc_cell, lo), FIELD(voc_cell, hi),
    FIELD(voc_cell, s),
    STRUCT(voc_column),
    FIELD(voc_column, name), FIELD(voc_column, title), FIELD(voc_column, unit), FIELD(voc_column, help), FIELD(voc_column, type),
    FIELD(voc_column, flags),
    STRUCT(voc_group),
    FIELD(voc_group, row), FIELD(voc_group, title), FIELD(voc_group, subtitle),
    STRUCT(voc_note),
    FIELD(voc_note, kind), FIELD(voc_note, text),
    STRUCT(voc_figure_part),
    FIELD(voc_figure_part, part), FIELD(voc_figure_part, reserved), FIELD(voc_figure_part, column),
    STRUCT(voc_figure),
    FIELD(voc_figure, struct_size), FIELD(voc_figure, kind), FIELD(voc_figure, flags), FIELD(voc_figure, part_size), FIELD(voc_figure, title),
    FIELD(voc_figure, description), FIELD(voc_figure, parts), FIELD(voc_figure, n_parts), FIELD(voc_figure, detail),
    STRUCT(voc_table),
    FIELD(voc_table, struct_size), FIELD(voc_table, flags), FIELD(voc_table, column_size), FIELD(voc_table, cell_size), FIELD(voc_table, group_size),
    FIELD(voc_table, note_size), FIELD(voc_table, name), FIELD(voc_table, title), FIELD(voc_table, semantics), FIELD(voc_table, currency),
    FIELD(voc_table, columns), FIELD(voc_table, n_columns), FIELD(voc_table, cells), FIELD(voc_table, n_rows), FIELD(voc_table, groups),
    FIELD(voc_table, n_groups), FIELD(voc_table, notes), FIELD(voc_table, n_notes),
    FIELD(voc_table, figure_size), FIELD(voc_table, figures), FIELD(voc_table, n_figures),
    STRUCT(voc_meta),
    FIELD(voc_meta, struct_size), FIELD(voc_meta, input_size), FIELD(voc_meta, definition_size), FIELD(voc_meta, command), FIELD(voc_meta, program),
    FIELD(voc_meta, version), FIELD(voc_meta, inputs), FIELD(voc_meta, n_inputs), FIELD(voc_meta, definitions), FIELD(voc_meta, n_definitions),
    FIELD(voc_meta, warnings), FIELD(voc_meta, n_warnings), FIELD(voc_meta, project), FIELD(voc_meta, title), FIELD(voc_meta, about),
    FIELD(voc_meta, again), FIELD(voc_meta, assumptions), FIELD(voc_meta, n_assumptions), FIELD(voc_meta, first_us), FIELD(voc_meta, last_us),
    STRUCT(voc_def_output),
    FIELD(voc_def_output, title), FIELD(voc_def_output, owner), FIELD(voc_def_output, shown), FIELD(voc_def_output, next_stage), FIELD(voc_def_output, next_step), FIELD(voc_def_output, reserved),
    STRUCT(voc_def_leave),
    FIELD(voc_def_leave, when), FIELD(voc_def_leave, outcome), FIELD(voc_def_leave, to), FIELD(voc_def_leave, reserved),
    STRUCT(voc_def_step),
    FIELD(voc_def_step, id), FIELD(voc_def_step, title), FIELD(voc_def_step, function), FIELD(voc_def_step, owner), FIELD(voc_def_step, stage), FIELD(voc_def_step, enter), FIELD(voc_def_step, leave_size), FIELD(voc_def_step, input_size), FIELD(voc_def_step, requirement_size), FIELD(voc_def_step, output_size), FIELD(voc_def_step, leaves), FIELD(voc_def_step, n_leaves), FIELD(voc_def_step, suppliers), FIELD(voc_def_step, n_suppliers), FIELD(voc_def_step, inputs), FIELD(voc_def_step, n_inputs), FIELD(voc_def_step, requirements), FIELD(voc_def_step, n_requirements), FIELD(voc_def_step, outputs), FIELD(voc_def_step, n_outputs),
    STRUCT(voc_def_typed),
    FIELD(voc_def_typed, stage), FIELD(voc_def_typed, step), FIELD(voc_def_typed, field), FIELD(voc_def_typed, value), FIELD(voc_def_typed, author), FIELD(voc_def_typed, date),
    STRUCT(voc_def_input),
    FIELD(voc_def_input, name), FIELD(voc_def_input, present), FIELD(voc_def_input, required),
    STRUCT(voc_def_requirement),
    FIELD(voc_def_requirement, id), FIELD(voc_def_requirement, title), FIELD(voc_def_requirement, met), FIELD(voc_def_requirement, of_next),
    STRUCT(voc_def_stage),
    FIELD(voc_def_stage, id), FIELD(voc_def_stage, title), FIELD(voc_def_stage, phase), FIELD(voc_def_stage, skippable), FIELD(voc_def_stage, aim),
    FIELD(voc_def_stage, aim_value), FIELD(voc_def_stage, window_us), FIELD(voc_def_stage, referred),
    FIELD(voc_def_stage, input_size), FIELD(voc_def_stage, requirement_size), FIELD(voc_def_stage, owner), FIELD(voc_def_stage, inputs),
    FIELD(voc_def_stage, n_inputs), FIELD(voc_def_stage, requirements), FIELD(voc_def_stage, n_requirements),
    FIELD(voc_def_stage, target_us), FIELD(voc_def_stage, target_working), FIELD(voc_def_stage, reserved), FIELD(voc_def_stage, suppliers), FIELD(voc_def_stage, n_suppliers),
    FIELD(voc_def_stage, outputs), FIELD(voc_def_stage, n_outputs), FIELD(voc_def_stage, output_size), FIELD(voc_def_stage, reserved_outputs),
    STRUCT(voc_def_exit),
    FIELD(voc_def_exit, id), FIELD(voc_def_exit, title), FIELD(voc_def_exit, outcome),
    STRUCT(voc_def_touchpoint),
    FIELD(voc_def_touchpoint, id), FIELD(voc_def_touchpoint, title), FIELD(voc_def_touchpoint, group), FIELD(voc_def_touchpoint, function),
    FIELD(voc_def_touchpoint, owner), FIELD(voc_def_touchpoint, step), FIELD(voc_def_touchpoint, kind), FIELD(voc_def_touchpoint, declared),
    FIELD(voc_def_touchpoint, incidental), FIELD(voc_def_touchpoint, aim), FIELD(voc_def_touchpoint, incidental_source),
    FIELD(voc_def_touchpoint, unit_cost), FIELD(voc_def_touchpoint, minutes), FIELD(voc_def_touchpoint, aim_value),
    FIELD(voc_def_touchpoint, available_from_us), FIELD(voc_def_touchpoint, available_to_us), FIELD(voc_def_touchpoint, window_us),
    FIELD(voc_def_touchpoint, stages), FIELD(voc_def_touchpoint, n_stages), FIELD(voc_def_touchpoint, referred),
    STRUCT(voc_def_action),
    FIELD(voc_def_action, name), FIELD(voc_def_action, class_), FIELD(voc_def_action, declared), FIELD(voc_def_action, value),
    FIELD(voc_def_action, stages), FIELD(voc_def_action, n_stages),
    STRUCT(voc_def_window),
    FIELD(voc_def_window, stage), FIELD(voc_def_window, touchpoint), FIELD(voc_def_window, us),
    STRUCT(voc_def_holdout),
    FIELD(voc_def_holdout, id), FIELD(voc_def_holdout, campaign), FIELD(voc_def_holdout, touchpoint), FIELD(voc_def_holdout, treated),
    FIELD(voc_def_holdout, control), FIELD(voc_def_holdout, from_us), FIELD(voc_def_holdout, to_us),
    STRUCT(voc_definition),
    FIELD(voc_definition, struct_size), FIELD(voc_definition, stage_size), FIELD(voc_definition, exit_size), FIELD(voc_definition, touchpoint_size),
    FIELD(voc_definition, action_size), FIELD(voc_definition, holdout_size), FIELD(voc_definition, window_size), FIELD(voc_definition, unit),
    FIELD(voc_definition, evidence_declared), FIELD(voc_definition, id), FIELD(voc_definition, version), FIELD(voc_definition, hash),
    FIELD(voc_definition, title), FIELD(voc_definition, currency), FIELD(voc_definition, stages), FIELD(voc_definition, n_stages),
    FIELD(voc_definition, exits), FIELD(voc_definition, n_exits), FIELD(voc_definition, touchpoints), FIELD(voc_definition, n_touchpoints),
    FIELD(voc_definition, actions), FIELD(voc_definition, n_actions), FIELD(voc_definition, holdouts), FIELD(voc_definition, n_holdouts),
    FIELD(voc_definition, windows), FIELD(voc_definition, n_windows), FIELD(voc_definition, segments), FIELD(voc_definition, n_segments),
    FIELD(voc_definition, win_stage), FIELD(voc_definition, win_exit), FIELD(voc_definition, margin), FIELD(voc_definition, lapse_us),
    FIELD(voc_definition, window_us), FIELD(voc_definition, engagement_us), FIELD(voc_definition, placebo_lag_us), FIELD(voc_definition, recency_us),
    FIELD(voc_definition, n_recency), FIELD(voc_definition, engagement_cuts), FIELD(voc_definition, n_engagement_cuts),
    FIELD(voc_definition, comparators), FIELD(voc_definition, scan), FIELD(voc_definition, weights),
    FIELD(voc_definition, theme_size), FIELD(voc_definition, need_size), FIELD(voc_definition, role_size), FIELD(voc_definition, themes), FIELD(voc_definition, n_themes),
    FIELD(voc_definition, needs), FIELD(voc_definition, n_needs), FIELD(voc_definition, roles), FIELD(voc_definition, n_roles),
    FIELD(voc_definition, predicate_size), FIELD(voc_definition, reserved), FIELD(voc_definition, predicates), FIELD(voc_definition, n_predicates),
    FIELD(voc_definition, steps), FIELD(voc_definition, n_steps), FIELD(voc_definition, typed), FIELD(voc_definition, n_typed),
    FIELD(voc_definition, step_size), FIELD(voc_definition, typed_size),
    STRUCT(voc_def_predicate),
    FIELD(voc_def_predicate, id), FIELD(voc_def_predicate, title), FIELD(voc_def_predicate, predicate), FIELD(voc_def_predicate, reserved),
    STRUCT(voc_def_theme),
    FIELD(voc_def_theme, id), FIELD(voc_def_theme, title), FIELD(voc_def_theme, parent), FIELD(voc_def_theme, reserved),
    STRUCT(voc_def_asked),
    FIELD(voc_def_asked, importance), FIELD(voc_def_asked, satisfaction),
    STRUCT(voc_def_need),
    FIELD(voc_def_need, id), FIELD(voc_def_need, title), FIELD(voc_def_need, said), FIELD(voc_def_need, n_said), FIELD(voc_def_need, served), FIELD(voc_def_need, n_served),
    FIELD(voc_def_need, asked), FIELD(voc_def_need, n_asked), FIELD(voc_def_need, sought), FIELD(voc_def_need, reserved),
    STRUCT(voc_def_role),
    FIELD(voc_def_role, id), FIELD(voc_def_role, title),
    STRUCT(voc_mention),
    FIELD(voc_mention, theme), FIELD(voc_mention, affirmed), FIELD(voc_mention, negated), FIELD(voc_mention, reserved),
    STRUCT(voc_word),
    FIELD(voc_word, text), FIELD(voc_word, language), FIELD(voc_word, source), FIELD(voc_word, file), FIELD(voc_word, id), FIELD(voc_word, line), FIELD(voc_word, time_us),
    FIELD(voc_word, resolution), FIELD(voc_word, individual), FIELD(voc_word, event), FIELD(voc_word, undecided), FIELD(voc_word, mentions), FIELD(voc_word, n_mentions),
    STRUCT(voc_answer),
    FIELD(voc_answer, source), FIELD(voc_answer, response), FIELD(voc_answer, customer), FIELD(voc_answer, text), FIELD(voc_answer, unit), FIELD(voc_answer, number), FIELD(voc_answer, time_us),
    STRUCT(voc_stay),
    FIELD(voc_stay, in_us), FIELD(voc_stay, out_us), FIELD(voc_stay, stage), FIELD(voc_stay, episode), FIELD(voc_stay, number),
    FIELD(voc_stay, segment), FIELD(voc_stay, end), FIELD(voc_stay, exit), FIELD(voc_stay, flags), FIELD(voc_stay, individual),
    FIELD(voc_stay, first_event), FIELD(voc_stay, n_events),
    STRUCT(voc_attribute),
    FIELD(voc_attribute, key), FIELD(voc_attribute, text), FIELD(voc_attribute, from_us), FIELD(voc_attribute, entity), FIELD(voc_attribute, reserved),
    STRUCT(voc_unit),
    FIELD(voc_unit, name), FIELD(voc_unit, account), FIELD(voc_unit, flags), FIELD(voc_unit, known_from_us), FIELD(voc_unit, first_event),
    FIELD(voc_unit, n_events), FIELD(voc_unit, first_stay), FIELD(voc_unit, n_stays), FIELD(voc_unit, first_person_stay),
    FIELD(voc_unit, n_person_stays), FIELD(voc_unit, first_attribute), FIELD(voc_unit, n_attributes), FIELD(voc_unit, first_word), FIELD(voc_unit, n_words),
    STRUCT(voc_journeys),
    FIELD(voc_journeys, struct_size), FIELD(voc_journeys, unit_size), FIELD(voc_journeys, stay_size), FIELD(voc_journeys, units),
    FIELD(voc_journeys, n_units), FIELD(voc_journeys, n_events), FIELD(voc_journeys, columns), FIELD(voc_journeys, predicates),
    FIELD(voc_journeys, n_predicates), FIELD(voc_journeys, stays), FIELD(voc_journeys, n_stays), FIELD(voc_journeys, person_stays),
    FIELD(voc_journeys, n_person_stays), FIELD(voc_journeys, attribute_size), FIELD(voc_journeys, reserved), FIELD(voc_journeys, attributes),
    FIELD(voc_journeys, n_attributes), FIELD(voc_journeys, word_size), FIELD(voc_journeys, reserved_words), FIELD(voc_journeys, words), FIELD(voc_journeys, n_words), FIELD(voc_journeys, fields), FIELD(voc_journeys, n_fields),
    STRUCT(voc_run_info),
    FIELD(voc_run_info, struct_size), FIELD(voc_run_info, start_declared), FIELD(voc_run_info, start_us), FIELD(voc_run_info, end_us),
    FIELD(voc_run_info, end_source), FIELD(voc_run_info, n_units), FIELD(voc_run_info, n_events), FIELD(voc_run_info, n_set_aside),
    FIELD(voc_run_info, n_undelivered), FIELD(voc_run_info, actor_assumed), FIELD(voc_run_info, reserved), FIELD(voc_run_info, project), FIELD(voc_run_info, n_words),
    STRUCT(voc_line_rule),
    FIELD(voc_line_rule, struct_size), FIELD(voc_line_rule, separator), FIELD(voc_line_rule, quote), FIELD(voc_line_rule, n_head), FIELD(voc_line_rule, directive),
    STRUCT(voc_block),
    FIELD(voc_block, struct_size), FIELD(voc_block, reserved), FIELD(voc_block, bytes), FIELD(voc_block, n_bytes), FIELD(voc_block, start),
    FIELD(voc_block, end), FIELD(voc_block, line), FIELD(voc_block, n_records), FIELD(voc_block, first_record), FIELD(voc_block, context),
    STRUCT(voc_map),
    FIELD(voc_map, to), FIELD(voc_map, from), FIELD(voc_map, format), FIELD(voc_map, constant), FIELD(voc_map, action), FIELD(voc_map, action_from),
    FIELD(voc_map, alias_kind), FIELD(voc_map, strong), FIELD(voc_map, type), FIELD(voc_map, entity), FIELD(voc_map, line), FIELD(voc_map, reason),
    STRUCT(voc_source),
    FIELD(voc_source, struct_size), FIELD(voc_source, map_size), FIELD(voc_source, id), FIELD(voc_source, zone), FIELD(voc_source, actor),
    FIELD(voc_source, resolution), FIELD(voc_source, maps), FIELD(voc_source, n_maps), FIELD(voc_source, file_name),
    STRUCT(voc_probe),
    FIELD(voc_probe, struct_size), FIELD(voc_probe, complete), FIELD(voc_probe, name), FIELD(voc_probe, head),
    STRUCT(voc_probe_result),
    FIELD(voc_probe_result, confidence), FIELD(voc_probe_result, reason),
    STRUCT(voc_diag),
    FIELD(voc_diag, struct_size), FIELD(voc_diag, severity), FIELD(voc_diag, code), FIELD(voc_diag, line), FIELD(voc_diag, column),
    FIELD(voc_diag, message), FIELD(voc_diag, hint),
    STRUCT(voc_xml_attr),
    FIELD(voc_xml_attr, name), FIELD(voc_xml_attr, value),
    STRUCT(voc_xml_handler),
    FIELD(voc_xml_handler, struct_size), FIELD(voc_xml_handler, reserved), FIELD(voc_xml_handler, start), FIELD(voc_xml_handler, end),
    FIELD(voc_xml_handler, text),
    STRUCT(voc_host),
    FIELD(voc_host, struct_size), FIELD(voc_host, abi_major), FIELD(voc_host, abi_minor), FIELD(voc_host, reserved), FIELD(voc_host, version),
    FIELD(voc_host, alloc), FIELD(voc_host, resize), FIELD(voc_host, free), FIELD(voc_host, diag), FIELD(voc_host, cancelled),
    FIELD(voc_host, utf8_valid), FIELD(voc_host, time_format), FIELD(voc_host, time_parse), FIELD(voc_host, time_guess),
    FIELD(voc_host, regex_compile), FIELD(voc_host, regex_match), FIELD(voc_host, rows), FIELD(voc_host, reject), FIELD(voc_host, ignore),
    FIELD(voc_host, record), FIELD(voc_host, read), FIELD(voc_host, xml_parse), FIELD(voc_host, definition), FIELD(voc_host, info),
    FIELD(voc_host, want_column), FIELD(voc_host, want_predicate), FIELD(voc_host, want_person_stays), FIELD(voc_host, name),
    FIELD(voc_host, n_codes), FIELD(voc_host, parallel), FIELD(voc_host, spool_new), FIELD(voc_host, spool_add), FIELD(voc_host, spool_merge),
    FIELD(voc_host, spool_seal), FIELD(voc_host, spool_get), FIELD(voc_host, table), FIELD(voc_host, column), FIELD(voc_host, group),
    FIELD(voc_host, cell), FIELD(voc_host, note), FIELD(voc_host, semantics), FIELD(voc_host, write), FIELD(voc_host, want_attributes), FIELD(voc_host, marks),
    FIELD(voc_host, spool_empty), FIELD(voc_host, peek), FIELD(voc_host, want_words), FIELD(voc_host, answers), FIELD(voc_host, want_field),
    FIELD(voc_host, table_beside), FIELD(voc_host, keep), FIELD(voc_host, again),
    FIELD(voc_host, alike), FIELD(voc_host, share), FIELD(voc_host, events),
    STRUCT(voc_input_ops),
    FIELD(voc_input_ops, struct_size), FIELD(voc_input_ops, framing), FIELD(voc_input_ops, probe), FIELD(voc_input_ops, open),
    FIELD(voc_input_ops, close), FIELD(voc_input_ops, rule), FIELD(voc_input_ops, head), FIELD(voc_input_ops, lines), FIELD(voc_input_ops, run),
    FIELD(voc_input_ops, describe), FIELD(voc_input_ops, maps), FIELD(voc_input_ops, directive), FIELD(voc_input_ops, prepare),
    STRUCT(voc_analysis_ops),
    FIELD(voc_analysis_ops, struct_size), FIELD(voc_analysis_ops, reserved), FIELD(voc_analysis_ops, begin), FIELD(voc_analysis_ops, state_new),
    FIELD(voc_analysis_ops, batch), FIELD(voc_analysis_ops, merge), FIELD(voc_analysis_ops, save), FIELD(voc_analysis_ops, load),
    FIELD(voc_analysis_ops, finish), FIELD(voc_analysis_ops, state_free), FIELD(voc_analysis_ops, end),
    STRUCT(voc_output_ops),
    FIELD(voc_output_ops, struct_size), FIELD(voc_output_ops, reserved), FIELD(voc_output_ops, format), FIELD(voc_output_ops, extension),
    FIELD(voc_output_ops, mime), FIELD(voc_output_ops, begin), FIELD(voc_output_ops, table), FIELD(voc_output_ops, end), FIELD(voc_output_ops, close),
    STRUCT(voc_plugin),
    FIELD(voc_plugin, struct_size), FIELD(voc_plugin, abi_major), FIELD(voc_plugin, abi_minor), FIELD(voc_plugin, kind), FIELD(voc_plugin, flags),
    FIELD(voc_plugin, option_size), FIELD(voc_plugin, name), FIELD(voc_plugin, version), FIELD(voc_plugin, summary), FIELD(voc_plugin, licence),
    FIELD(voc_plugin, author), FIELD(voc_plugin, options), FIELD(voc_plugin, n_options), FIELD(voc_plugin, extensions), FIELD(voc_plugin, ops),
    FIELD(voc_plugin, about), FIELD(voc_plugin, beside), FIELD(voc_plugin, beside_option),
    STRUCT(voc_elf_note),
    FIELD(voc_elf_note, namesz), FIELD(voc_elf_note, descsz), FIELD(voc_elf_note, type), FIELD(voc_elf_note, name), FIELD(voc_elf_note, desc),
};

#define NUMBER(name) {#name, 0, (size_t)name}
static const struct entry numbers[] = {
    NUMBER(VOC_OK), NUMBER(VOC_CANCELLED), NUMBER(VOC_E_INPUT), NUMBER(VOC_E_OPTION), NUMBER(VOC_E_NOMEM), NUMBER(VOC_E_IO), NUMBER(VOC_E_LIMIT),
    NUMBER(VOC_E_BUG), NUMBER(VOC_E_POLICY), NUMBER(VOC_E_CHECK), NUMBER(VOC_E_BUSY), NUMBER(VOC_ROW_EVENT), NUMBER(VOC_ROW_WORD),
    NUMBER(VOC_ROW_LINK), NUMBER(VOC_ROW_ATTRIBUTE), NUMBER(VOC_ROW_MEASURE), NUMBER(VOC_ROW_REFERENCE), NUMBER(VOC_ACTOR_UNSET), NUMBER(VOC_ACTOR_CUSTOMER),
    NUMBER(VOC_ACTOR_COMPANY), NUMBER(VOC_ACTOR_OTHER), NUMBER(VOC_RES_US), NUMBER(VOC_RES_MS), NUMBER(VOC_RES_SECOND), NUMBER(VOC_RES_MINUTE),
    NUMBER(VOC_RES_HOUR), NUMBER(VOC_RES_DAY), NUMBER(VOC_REF_NONE), NUMBER(VOC_REF_EVENT), NUMBER(VOC_REF_TOUCHPOINT), NUMBER(VOC_REF_THREAD),
    NUMBER(VOC_REF_CASE), NUMBER(VOC_ENTITY_EVENT), NUMBER(VOC_ENTITY_INDIVIDUAL), NUMBER(VOC_ENTITY_ACCOUNT), NUMBER(VOC_ENTITY_CASE),
    NUMBER(VOC_TYPE_TEXT), NUMBER(VOC_TYPE_INT), NUMBER(VOC_TYPE_REAL), NUMBER(VOC_TYPE_BOOL), NUMBER(VOC_TYPE_TIME), NUMBER(VOC_TYPE_MONEY),
    NUMBER(VOC_OPT_BOOL), NUMBER(VOC_OPT_INT), NUMBER(VOC_OPT_REAL), NUMBER(VOC_OPT_SIZE), NUMBER(VOC_OPT_DURATION), NUMBER(VOC_OPT_STRING),
    NUMBER(VOC_OPT_ENUM), NUMBER(VOC_OPT_REGEX), NUMBER(VOC_OPT_FILE), NUMBER(VOC_OPT_ZONE), NUMBER(VOC_OPT_TIME), NUMBER(VOC_OPT_LIST),
    NUMBER(VOC_OPT_REQUIRED), NUMBER(VOC_OPT_SECRET), NUMBER(VOC_OPT_REPEAT), NUMBER(VOC_OPT_COLUMN), NUMBER(VOC_OPT_BESIDE), NUMBER(VOC_CELL_NA), NUMBER(VOC_CELL_TEXT),
    NUMBER(VOC_CELL_INT), NUMBER(VOC_CELL_REAL), NUMBER(VOC_CELL_TIME), NUMBER(VOC_CELL_DURATION), NUMBER(VOC_CELL_MONEY), NUMBER(VOC_CELL_SHARE),
    NUMBER(VOC_CELL_BOOL), NUMBER(VOC_CELL_RANGE), NUMBER(VOC_COLUMN_SIGNED), NUMBER(VOC_COLUMN_LEFT), NUMBER(VOC_COLUMN_DETAIL),
    NUMBER(VOC_COLUMN_RIGHT), NUMBER(VOC_COLUMN_MARKED), NUMBER(VOC_TABLE_BRIEF), NUMBER(VOC_TABLE_HIDDEN), NUMBER(VOC_NOTE_LEAD), NUMBER(VOC_NOTE_AFTER),
    NUMBER(VOC_NOTE_ASSUMED), NUMBER(VOC_NOTE_WARNING), NUMBER(VOC_NOTE_NEXT),
    NUMBER(VOC_FIGURE_MAP), NUMBER(VOC_FIGURE_FUNNEL), NUMBER(VOC_FIGURE_CURVES), NUMBER(VOC_FIGURE_HEAT), NUMBER(VOC_FIGURE_GRID),
    NUMBER(VOC_AS_FROM), NUMBER(VOC_AS_TO), NUMBER(VOC_AS_COUNT), NUMBER(VOC_AS_TIME), NUMBER(VOC_AS_ALWAYS), NUMBER(VOC_AS_LABEL),
    NUMBER(VOC_AS_SHARE), NUMBER(VOC_AS_X), NUMBER(VOC_AS_Y), NUMBER(VOC_AS_LO), NUMBER(VOC_AS_HI), NUMBER(VOC_AS_SERIES), NUMBER(VOC_AS_ROW),
    NUMBER(VOC_AS_COLUMN), NUMBER(VOC_AS_VALUE), NUMBER(VOC_AS_TEXT), NUMBER(VOC_AS_GRADE), NUMBER(VOC_AS_MARK), NUMBER(VOC_FIGURE_DIVERGING), NUMBER(VOC_FIGURE_BY_ROW), NUMBER(VOC_UNIT_ACCOUNT), NUMBER(VOC_UNIT_INDIVIDUAL),
    NUMBER(VOC_UNIT_CASE), NUMBER(VOC_CLASS_NEUTRAL), NUMBER(VOC_CLASS_VALUE), NUMBER(VOC_CLASS_MECHANICAL), NUMBER(VOC_CLASS_HARM),
    NUMBER(VOC_CLASS_UNDELIVERED), NUMBER(VOC_CLASS_PASSAGE), NUMBER(VOC_CLASS_TROUBLE), NUMBER(VOC_TOUCH_PUSH), NUMBER(VOC_TOUCH_PULL),
    NUMBER(VOC_TOUCH_WORK), NUMBER(VOC_REASON_NONE), NUMBER(VOC_REASON_LAW), NUMBER(VOC_REASON_SAFETY), NUMBER(VOC_REASON_BILLING),
    NUMBER(VOC_REASON_CONTRACT), NUMBER(VOC_WEIGHTS_SMR), NUMBER(VOC_WEIGHTS_MH), NUMBER(VOC_LEAVE_NEXT), NUMBER(VOC_LEAVE_WON), NUMBER(VOC_LEAVE_LOST), NUMBER(VOC_LEAVE_RETURNED),
    NUMBER(VOC_LEAVE_REJECTED), NUMBER(VOC_END_FORWARD), NUMBER(VOC_END_BACKWARD),
    NUMBER(VOC_END_EXIT), NUMBER(VOC_END_LAPSED), NUMBER(VOC_END_CENSORED), NUMBER(VOC_COL_TIME), NUMBER(VOC_COL_RESOLUTION), NUMBER(VOC_COL_ACTOR),
    NUMBER(VOC_COL_CLASS), NUMBER(VOC_COL_ACTION), NUMBER(VOC_COL_TOUCHPOINT), NUMBER(VOC_COL_INDIVIDUAL), NUMBER(VOC_COL_CHANNEL),
    NUMBER(VOC_COL_CAMPAIGN), NUMBER(VOC_COL_OBJECT), NUMBER(VOC_COL_ROLE), NUMBER(VOC_COL_OWNER), NUMBER(VOC_COL_THREAD), NUMBER(VOC_COL_STAGE),
    NUMBER(VOC_COL_REF_EVENT), NUMBER(VOC_COL_REF_TOUCHPOINT), NUMBER(VOC_COL_COST), NUMBER(VOC_COL_VALUE), NUMBER(VOC_COL_MINUTES),
    NUMBER(VOC_COL_DELIVERED), NUMBER(VOC_COL_SEGMENT), NUMBER(VOC_COL_ACCOUNT), NUMBER(VOC_COL_CASE), NUMBER(VOC_N_COLUMNS),
    NUMBER(VOC_STAY_TRUNCATED), NUMBER(VOC_STAY_KNOWN_FROM), NUMBER(VOC_JOURNEY_INTERNAL), NUMBER(VOC_FRAMING_LINES), NUMBER(VOC_FRAMING_STREAM),
    NUMBER(VOC_INFO), NUMBER(VOC_WARNING), NUMBER(VOC_ERROR), NUMBER(VOC_KIND_INPUT), NUMBER(VOC_KIND_ENRICH), NUMBER(VOC_KIND_ANALYSIS),
    NUMBER(VOC_KIND_OUTPUT), NUMBER(VOC_DECLARED_REFUSED), NUMBER(VOC_NAMELESS), NUMBER(VOC_ABI_MAJOR), NUMBER(VOC_ABI_MINOR), NUMBER(VOC_ALIASES_MAX), NUMBER(VOC_NONE),
    NUMBER(VOC_NOTE_TYPE),
};

static char *layout(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    fprintf(f, "# offset and size of each field of plugin.h on a 64-bit machine, then the number of each constant\n");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (fields[i].offset == SIZE_MAX)
            fprintf(f, "%s %zu\n", fields[i].name, fields[i].size);
        else
            fprintf(f, "%s %zu %zu\n", fields[i].name, fields[i].offset, fields[i].size);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) fprintf(f, "%s = %zu\n", numbers[i].name, numbers[i].size);
    assert_int_equal(fclose(f), 0);
    return text;
}

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!f) return NULL;
    if (getdelim(&text, &size, 0, f) < 0) {
        free(text);
        text = NULL;
    }
    fclose(f);
    return text;
}

static void every_field_and_number_is_where_it_was(void **state)
{
    char path[4096];
    const char *top = getenv("VOC_TEST_SRCDIR");
    (void)state;
    if (sizeof(void *) != 8) skip();
    snprintf(path, sizeof path, "%s/tests/abi/layout.txt", top ? top : ".");
    char *now = layout(), *then = NULL;
    if (getenv("VOC_UPDATE_GOLDEN")) {
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        assert_true(fputs(now, f) >= 0);
        assert_int_equal(fclose(f), 0);
    }
    then = read_text(path);
    assert_non_null(then);
    for (char *a = now, *b = then; *a || *b;) {
        size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        if (n != m || memcmp(a, b, n) != 0) fail_msg("now \"%.*s\", was \"%.*s\"", (int)n, a, (int)m, b);
        a += n + (a[n] != 0);
        b += m + (b[m] != 0);
    }
    free(now);
    free(then);
}

// What the host may ask a newer or older table for.
static void a_field_is_there_only_if_the_table_reaches_behind_it(void **state)
{
    voc_host host = {.struct_size = (uint32_t)offsetof(voc_host, write)};
    (void)state;
    assert_false(VOC_HOST_HAS(&host, write));
    assert_true(VOC_HOST_HAS(&host, semantics));
    host.struct_size += (uint32_t)sizeof host.write;
    assert_true(VOC_HOST_HAS(&host, write));
}

static void a_new_row_misses_everything_and_nothing_is_zero_that_could_be_a_value(void **state)
{
    voc_row r = voc_row_init(VOC_ROW_WORD), zero;
    (void)state;
    assert_int_equal(r.kind, VOC_ROW_WORD);
    assert_true(r.time_us == VOC_NA && r.minutes == VOC_NA && r.cost == VOC_NA && r.value == VOC_NA);
    r.kind = 0;
    r.time_us = r.minutes = r.cost = r.value = 0;
    memset(&zero, 0, sizeof zero);
    assert_memory_equal(&r, &zero, sizeof r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_and_number_is_where_it_was),
        cmocka_unit_test(a_field_is_there_only_if_the_table_reaches_behind_it),
        cmocka_unit_test(a_new_row_misses_everything_and_nothing_is_zero_that_could_be_a_value),
    };
    return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
