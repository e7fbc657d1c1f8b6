// SPDX-License-Identifier: MIT
// Inside of a batch, shared by batch.c and batch_words.c only.
#ifndef VOC_JOURNEY_BATCH_INT_H
#define VOC_JOURNEY_BATCH_INT_H
#include "journey/walk/stream.h"

#define ROWS_MAX (SIZE_MAX / 1024u)

struct person { uint32_t individual, first, n; };

struct batch { // owns its arrays
    const struct timeline *t;
    const struct span *w; // where its units come from
    uint32_t columns;
    // what the analysis reads
    void *column[VOC_N_COLUMNS];
    uint8_t **predicate; // n_wanted, each of room bytes
    size_t n_wanted;
    voc_str **field; // n_fields, each of room texts; NULL: none
    size_t n_fields;
    struct arena field_made;
    struct buf field_scratch;
    size_t n_events, room; // rows in use, rows that fit
    uint32_t *source_event;
    struct lane *lane;                    // owns; NULL: the timeline is not in parts
    const void *lent[VOC_N_COLUMNS];      // a chunk as it lies: the lane's columns, where these are not NULL
    bool as_it_lies;                      // what it holds is one chunk of a part as it lies
    bool constant;                        // columns that say the same of every event are filled
    VEC(voc_unit) units;
    struct track_stays stays, person_stays;
    struct track_moves moves;
    VEC(size_t) move_ends; // by unit
    VEC(voc_attribute) attributes;
    VEC(voc_word) words;
    VEC(size_t) word_mentions; // first of each word
    VEC(voc_mention) mentions;
    struct coding coding;
    struct keymap heard;       // people of a unit whose words are listed
    voc_journeys view;
    // scratch of one unit
    struct resolver *resolver;
    struct tracker *tracker;
    struct program_run *wanted;
    VEC(struct eval_event) events;
    struct ref_scratch refs;
    VEC(int32_t) ref_event;
    VEC(uint32_t) ref_touchpoint;
    VEC(struct person) persons;
    VEC(uint32_t) own, person_of;
    struct keymap map; // individual -> person, or -> last event of its session
};

// batch_words.c
voc_rc batch_words_list(struct batch *b, const struct unit_entry *u); // appends what was said in the unit, if asked for
const voc_word *batch_words_view(struct batch *b);
void batch_words_done(struct batch *b);

// batch_fields.c
voc_rc batch_fields_begin(struct batch *b);
voc_rc batch_fields_fill(struct batch *b, const struct unit_entry *u, bool as_it_lies); // of a unit that is about to be closed
void batch_fields_clear(struct batch *b);
void batch_fields_done(struct batch *b);
#endif
