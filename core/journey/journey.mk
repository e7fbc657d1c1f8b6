# SPDX-License-Identifier: MIT
#
# Journey definitions and the stage tracker.

# ---- definitions: the vocabulary, the loader, the check, the shipped ones
core_libvoc_a_SOURCES += \
	core/journey/journey.h core/journey/check.h core/journey/check.c \
	core/journey/grammar.h core/journey/grammar.c core/journey/grammar_value.c \
	core/journey/load.h core/journey/load.c core/journey/load_read.c core/journey/load_check.c core/journey/load_rules.c \
	core/journey/load_stages.c core/journey/load_touch.c core/journey/load_steps.c core/journey/load_sources.c core/journey/load_codebook.c \
	core/journey/predicate_load.c core/journey/journey_hash.c core/journey/shipped.c

# The schema is compiled in, so that `voc` needs no file of its own to check a definition against.
nodist_core_libvoc_a_SOURCES = core/journey/schema.c
CLEANFILES += core/journey/schema.c
EXTRA_DIST += core/journey/embed.awk
core/journey/schema.c: journeys/journey.rng core/journey/embed.awk
	$(AM_V_GEN)$(MKDIR_P) core/journey && $(AWK) -f $(srcdir)/core/journey/embed.awk $(srcdir)/journeys/journey.rng >$@.tmp && mv $@.tmp $@

# ---- journeys as they are read: events, predicates, the stage tracker, units in order
core_libvoc_a_SOURCES += \
	core/journey/events.h core/journey/events.c \
	core/journey/memo.h core/journey/memo.c core/journey/fact_index.h core/journey/fact_index.c \
	core/journey/predicate_eval.h core/journey/predicate_int.h core/journey/predicate_compile.c core/journey/predicate_eval.c \
	core/journey/track.h core/journey/track.c \
	core/journey/timeline.h core/journey/timeline_int.h core/journey/timeline.c core/journey/resolve.c \
	core/journey/claims.h core/journey/claims.c \
	core/journey/stream.h core/journey/stream.c core/journey/types.c core/journey/lane.c core/journey/census.c \
	core/journey/said.h core/journey/said.c core/journey/voices.h core/journey/voices.c core/journey/batch_int.h core/journey/batch_words.c core/journey/codebook.h core/journey/codebook.c core/journey/negation.c core/journey/codebook_check.c \
	core/journey/window.c core/journey/unit_order.c core/journey/names.c core/journey/names_steps.c core/journey/event_text.h core/journey/event_text.c core/journey/batch_fields.c core/journey/refs.c core/journey/batch.c
