# SPDX-License-Identifier: MIT
#
# Plugins, imports and folds.
core_libvoc_a_SOURCES += \
	core/host/coder.c core/host/coder.h core/host/host.c core/host/host.h core/host/parallel.c core/host/parallel.h \
	core/host/coding/coding.c core/host/coding/coding.h core/host/coding/coding_alike.c core/host/coding/coding_attrs.c \
	core/host/coding/coding_attrs_met.c core/host/coding/coding_met.h core/host/coding/coding_people.c core/host/coding/coding_tuples.c \
	core/host/coding/encode.c core/host/coding/encode.h core/host/coding/encode_account.c core/host/coding/encode_columns.c core/host/coding/encode_sink.h \
	core/host/fold/beside.c core/host/fold/beside.h core/host/fold/calls.h core/host/fold/fold.c core/host/fold/fold.h core/host/fold/shard.h core/host/fold/shard_code.c \
	core/host/fold/shard_merge.c core/host/fold/shard_read.c core/host/fold/shard_write.c core/host/fold/units.c core/host/fold/units.h \
	core/host/import/doubts.c core/host/import/doubts.h core/host/import/file_kind.c core/host/import/file_kind.h core/host/import/import.c \
	core/host/import/import.h core/host/import/leave_out.c core/host/import/leave_out.h core/host/import/pipeline.c core/host/import/pipeline.h \
	core/host/import/reader.c core/host/import/reader.h core/host/import/reader_choose.c core/host/import/reader_job.h core/host/import/reader_lines.c \
	core/host/import/row_sums.c core/host/import/row_sums.h core/host/import/sniff.c \
	core/host/memory/context.c core/host/memory/spill.c core/host/memory/spill.h core/host/memory/spool.c core/host/memory/swap.c core/host/memory/swap.h \
	core/host/plugin/at_work.c core/host/plugin/at_work.h core/host/plugin/note.c core/host/plugin/note.h core/host/plugin/options.c core/host/plugin/options.h core/host/plugin/plugin.c \
	core/host/plugin/plugin.h core/host/plugin/trust.c core/host/plugin/trust.h \
	core/host/views/views.c core/host/views/views.h core/host/views/views_cells.c core/host/views/views_fill.c core/host/views/views_fill.h \
	core/host/views/views_int.h core/host/views/views_index.c core/host/views/views_limits.c core/host/views/views_order.c core/host/views/views_person.c core/host/views/views_said.c \
	core/host/views/views_set.c core/host/views/views_shown.c \
	core/host/worker/place.c core/host/worker/place.h core/host/worker/sandbox.c core/host/worker/sandbox.h core/host/worker/trays.c \
	core/host/worker/trays.h core/host/worker/wire.h core/host/worker/wire_block.c core/host/worker/wire_values.c core/host/worker/worker.c \
	core/host/worker/worker.h core/host/worker/worker_child.c core/host/worker/worker_pour.c core/host/worker/worker_spawn.c
