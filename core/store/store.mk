# SPDX-License-Identifier: MIT
#
# The project file.
store_sources = \
	core/store/aliases.c \
	core/store/attributes.c \
	core/store/block.c core/store/block.h \
	core/store/bytes.h \
	core/store/column.c core/store/column.h \
	core/store/column_look.c core/store/column_look.h \
	core/store/column_put.c \
	core/store/column_quick.c \
	core/store/column_text.c \
	core/store/db.c \
	core/store/definition.c \
	core/store/dictionary.c \
	core/store/digest.c \
	core/store/event_columns.c core/store/event_columns.h \
	core/store/facts.c \
	core/store/references.c core/store/references.h \
	core/store/measure_move.c core/store/measure_rows.c core/store/measure_rows.h core/store/measure_table.c \
	core/store/measures.h core/store/measures.c core/store/own_tables.h core/store/words.c core/store/words.h \
	core/store/held.c core/store/held.h \
	core/store/import.c core/store/import.h \
	core/store/import_commit.c \
	core/store/import_early.c \
	core/store/import_events.c \
	core/store/import_links.c \
	core/store/import_order.c core/store/import_order.h \
	core/store/import_rows.c \
	core/store/import_spill.c \
	core/store/left_out.c \
	core/store/member.c \
	core/store/names.c core/store/names.h \
	core/store/page_sum.c core/store/page_sum.h \
	core/store/part_read.c \
	core/store/parts.c core/store/parts.h core/store/parts_int.h \
	core/store/pending.c core/store/pending.h \
	core/store/pending_join.h \
	core/store/pending_rare.c \
	core/store/pending_rows.c \
	core/store/pending_who.c \
	core/store/plain_views.c core/store/plain_views.h core/store/question_table.c \
	core/store/project.c core/store/project.h \
	core/store/reader.c \
	core/store/schema.c core/store/schema.h \
	core/store/settle.c core/store/settle.h \
	core/store/settle_merge.c \
	core/store/settle_write.c \
	core/store/shares.c core/store/shares.h \
	core/store/sort.c core/store/sort.h \
	core/store/sql.c \
	core/store/sql_hint.c core/store/sql_hint.h \
	core/store/store.h \
	core/store/tuples.c core/store/tuples.h \
	core/store/upsert.c \
	core/store/verify.c \
	core/store/vtab.c core/store/vtab.h
# What the extension never does.
core_libvoc_a_SOURCES += $(store_sources) core/store/foreign.c core/store/foreign.h core/store/foreign_file.c core/store/foreign_file.h core/store/memory.c \
	core/store/forget.c core/store/forget.h core/store/forget_work.h core/store/forget_blocks.c core/store/forget_find.c \
	core/store/forget_names.c core/store/forget_prove.c core/store/forget_rows.c core/store/project_replace.c
