# SPDX-License-Identifier: MIT
#
# Unit tests of core/journey.

# Journeys as they are read. world.c: a definition from text, events one by one.
JOURNEY_WORLD = tests/unit/journey/world.h tests/unit/journey/world.c
check_PROGRAMS += tests/unit/journey/test_track tests/unit/journey/test_timeline tests/unit/journey/test_predicate tests/unit/journey/test_events
tests_unit_journey_test_track_SOURCES = tests/unit/journey/test_track.c $(JOURNEY_WORLD) \
	tests/lib/csv.h tests/lib/csv.c tests/lib/json.h tests/lib/json.c
tests_unit_journey_test_track_LDADD = $(UNIT_LDADD)
tests_unit_journey_test_timeline_SOURCES = tests/unit/journey/test_timeline.c $(JOURNEY_WORLD)
tests_unit_journey_test_timeline_LDADD = $(UNIT_LDADD)
tests_unit_journey_test_predicate_SOURCES = tests/unit/journey/test_predicate.c $(JOURNEY_WORLD)
tests_unit_journey_test_predicate_LDADD = $(UNIT_LDADD)
tests_unit_journey_test_events_SOURCES = tests/unit/journey/test_events.c tests/unit/store/rows.h $(JOURNEY_WORLD)
tests_unit_journey_test_events_LDADD = $(UNIT_LDADD)

# Definitions: the loader, the schema beside it, the check of samples. The corpus is read while they run.
check_PROGRAMS += tests/unit/journey/test_load tests/unit/journey/test_schema tests/unit/journey/test_check
tests_unit_journey_test_load_SOURCES = tests/unit/journey/test_load.c tests/unit/base/fault.h
tests_unit_journey_test_load_LDADD = $(UNIT_LDADD)
tests_unit_journey_test_schema_SOURCES = tests/unit/journey/test_schema.c
tests_unit_journey_test_schema_LDADD = $(UNIT_LDADD)
tests_unit_journey_test_check_SOURCES = tests/unit/journey/test_check.c tests/unit/base/fault.h
tests_unit_journey_test_check_LDADD = $(UNIT_LDADD)
check_PROGRAMS += tests/unit/journey/test_codebook
tests_unit_journey_test_codebook_SOURCES = tests/unit/journey/test_codebook.c tests/unit/base/fault.h tests/lib/json.h tests/lib/json.c
tests_unit_journey_test_codebook_LDADD = $(UNIT_LDADD)
EXTRA_DIST += tests/unit/journey/corpus
