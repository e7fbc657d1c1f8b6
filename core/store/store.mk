# SPDX-License-Identifier: MIT
#
# The project file.
store_sources = \
	core/store/aliases.c core/store/attributes.c core/store/db.c core/store/definition.c core/store/digest.c core/store/facts.c core/store/left_out.c core/store/links.c \
	core/store/member.c core/store/page_sum.c core/store/page_sum.h core/store/project.c core/store/project.h core/store/references.c \
	core/store/references.h core/store/schema.c core/store/schema.h core/store/sort.c core/store/sort.h core/store/store.h core/store/verify.c \
	core/store/words.c core/store/words.h \
	core/store/columns/block.c core/store/columns/block.h core/store/columns/bytes.h core/store/columns/column.c core/store/columns/column.h \
	core/store/columns/column_look.c core/store/columns/column_look.h core/store/columns/column_put.c core/store/columns/column_quick.c \
	core/store/columns/column_text.c core/store/columns/dictionary.c core/store/columns/tuples.c core/store/columns/tuples.h \
	core/store/events/event_columns.c core/store/events/event_columns.h core/store/events/held.c core/store/events/held.h core/store/events/part_read.c \
	core/store/events/parts.c core/store/events/parts.h core/store/events/parts_int.h core/store/events/reader.c core/store/events/settle.c \
	core/store/events/settle.h core/store/events/settle_merge.c core/store/events/settle_write.c core/store/events/shares.c core/store/events/shares.h \
	core/store/import/import.c core/store/import/import.h core/store/import/import_commit.c core/store/import/import_early.c \
	core/store/import/import_events.c core/store/import/import_links.c core/store/import/import_order.c core/store/import/import_order.h \
	core/store/import/import_rows.c core/store/import/import_spill.c core/store/import/names.c core/store/import/names.h core/store/import/pending.c \
	core/store/import/pending.h core/store/import/pending_join.h core/store/import/pending_rare.c core/store/import/pending_rows.c \
	core/store/import/pending_who.c core/store/import/upsert.c \
	core/store/measures/measure_move.c core/store/measures/measure_rows.c core/store/measures/measure_rows.h core/store/measures/measures.c \
	core/store/measures/measures.h \
	core/store/sql/measure_table.c core/store/sql/own_tables.h core/store/sql/plain_views.c core/store/sql/plain_views.h core/store/sql/question_table.c \
	core/store/sql/sql.c core/store/sql/sql_hint.c core/store/sql/sql_hint.h core/store/sql/vtab.c core/store/sql/vtab.h
# What the extension never does.
core_libvoc_a_SOURCES += \
	$(store_sources) \
	core/store/memory.c core/store/project_replace.c \
	core/store/foreign/foreign.c core/store/foreign/foreign.h core/store/foreign/foreign_file.c core/store/foreign/foreign_file.h \
	core/store/forget/forget.c core/store/forget/forget.h core/store/forget/forget_blocks.c core/store/forget/forget_find.c \
	core/store/forget/forget_names.c core/store/forget/forget_prove.c core/store/forget/forget_rows.c core/store/forget/forget_work.h
