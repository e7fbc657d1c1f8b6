# SPDX-License-Identifier: MIT
#
# Journey definitions and the stage tracker.

# ---- definitions: the vocabulary, the loader, the check, the shipped ones
core_libvoc_a_SOURCES += \
	core/journey/check.c core/journey/check.h core/journey/journey.h core/journey/journey_hash.c core/journey/shipped.c \
	core/journey/load/grammar.c core/journey/load/grammar.h core/journey/load/grammar_value.c core/journey/load/load.c core/journey/load/load.h \
	core/journey/load/load_check.c core/journey/load/load_codebook.c core/journey/load/load_read.c core/journey/load/load_rules.c \
	core/journey/load/load_sources.c core/journey/load/load_stages.c core/journey/load/load_steps.c core/journey/load/load_touch.c \
	core/journey/predicate/predicate_load.c

# The schema is compiled in, so that `voc` needs no file of its own to check a definition against.
nodist_core_libvoc_a_SOURCES = core/journey/schema.c
CLEANFILES += core/journey/schema.c
EXTRA_DIST += core/journey/embed.awk
core/journey/schema.c: journeys/journey.rng core/journey/embed.awk
	$(AM_V_GEN)$(MKDIR_P) core/journey && $(AWK) -f $(srcdir)/core/journey/embed.awk $(srcdir)/journeys/journey.rng >$@.tmp && mv $@.tmp $@

# ---- journeys as they are read: events, predicates, the stage tracker, units in order
core_libvoc_a_SOURCES += \
	core/journey/predicate/event_text.c core/journey/predicate/event_text.h core/journey/predicate/fact_index.c core/journey/predicate/fact_index.h \
	core/journey/predicate/memo.c core/journey/predicate/memo.h core/journey/predicate/predicate_compile.c core/journey/predicate/predicate_eval.c \
	core/journey/predicate/predicate_eval.h core/journey/predicate/predicate_int.h \
	core/journey/walk/batch.c core/journey/walk/batch_fields.c core/journey/walk/batch_int.h core/journey/walk/batch_words.c core/journey/walk/census.c \
	core/journey/walk/claims.c core/journey/walk/claims.h core/journey/walk/events.c core/journey/walk/events.h core/journey/walk/lane.c \
	core/journey/walk/names.c core/journey/walk/names_steps.c core/journey/walk/refs.c core/journey/walk/resolve.c core/journey/walk/stream.c \
	core/journey/walk/stream.h core/journey/walk/timeline.c core/journey/walk/timeline.h core/journey/walk/timeline_int.h core/journey/walk/track.c \
	core/journey/walk/track.h core/journey/walk/types.c core/journey/walk/unit_order.c core/journey/walk/window.c \
	core/journey/words/codebook.c core/journey/words/codebook.h core/journey/words/codebook_check.c core/journey/words/negation.c \
	core/journey/words/said.c core/journey/words/said.h core/journey/words/voices.c core/journey/words/voices.h
