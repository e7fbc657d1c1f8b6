# SPDX-License-Identifier: MIT
#
# Plugins, imports and folds.
core_libvoc_a_SOURCES += \
	core/host/beside.c core/host/beside.h \
	core/host/coder.c core/host/coder.h \
	core/host/doubts.c core/host/doubts.h \
	core/host/coding.c core/host/coding.h \
	core/host/coding_alike.c \
	core/host/coding_attrs.c \
	core/host/coding_attrs_met.c \
	core/host/coding_met.h \
	core/host/coding_people.c \
	core/host/coding_tuples.c \
	core/host/encode.c core/host/encode.h core/host/encode_account.c core/host/encode_columns.c core/host/encode_sink.h \
	core/host/file_kind.c core/host/file_kind.h \
	core/host/fold.c core/host/fold.h \
	core/host/host.c core/host/host.h \
	core/host/import.c core/host/import.h \
	core/host/leave_out.c core/host/leave_out.h \
	core/host/note.c core/host/note.h \
	core/host/options.c core/host/options.h \
	core/host/parallel.c core/host/parallel.h \
	core/host/pipeline.c core/host/pipeline.h \
	core/host/place.c core/host/place.h \
	core/host/plugin.c core/host/plugin.h \
	core/host/reader.c core/host/reader.h core/host/reader_choose.c core/host/reader_job.h core/host/reader_lines.c \
	core/host/row_sums.c core/host/row_sums.h \
	core/host/sandbox.c core/host/sandbox.h \
	core/host/shard.h core/host/shard_code.c core/host/shard_merge.c core/host/shard_read.c core/host/shard_write.c \
	core/host/sniff.c \
	core/host/spill.c core/host/spill.h core/host/swap.c core/host/swap.h core/host/context.c core/host/spool.c \
	core/host/trays.c core/host/trays.h \
	core/host/trust.c core/host/trust.h \
	core/host/units.c core/host/units.h \
	core/host/views.c core/host/views.h core/host/views_cells.c core/host/views_fill.c core/host/views_fill.h core/host/views_int.h core/host/views_limits.c core/host/views_order.c core/host/views_person.c \
	core/host/views_said.c core/host/views_set.c core/host/views_shown.c \
	core/host/wire.h core/host/wire_block.c core/host/wire_values.c \
	core/host/worker.c core/host/worker.h core/host/worker_child.c core/host/worker_spawn.c core/host/worker_pour.c
