// SPDX-License-Identifier: MIT
// Plays the demo company day by day: who becomes aware, what is sent to whom, who acts, who moves on, who leaves.
#ifndef VOC_CLI_DEMO_DEMO_SIM_H
#define VOC_CLI_DEMO_DEMO_SIM_H
#include "base/buf.h"
#include "cli/demo/demo_model.h"

enum { DEMO_NOBODY = -1, DEMO_NO_REF = -1, DEMO_NO_TOUCH = TOUCH_COUNT, DEMO_NO_TEXT = THEME_COUNT };

struct demo_event {
    int64_t time;    // UTC seconds
    int32_t account; // DEMO_NOBODY: internal work
    int32_t person;  // index in sim.people, or DEMO_NOBODY
    int32_t ref;     // index of the event answered, before sorting, or DEMO_NO_REF
    uint16_t minutes;
    uint8_t act, touch;  // enum demo_act; enum demo_touch_id or DEMO_NO_TOUCH
    uint8_t theme, line; // sentence, or DEMO_NO_TEXT
};

enum demo_end { END_OPEN, END_LOST, END_LAPSED, END_KINDS };

struct demo_account {
    char name[DEMO_NAME_MAX];
    uint8_t script, end;       // enum demo_end
    bool chain;
    int32_t known_day;         // day on which the target list was bought, or -1
    int32_t first_person, n_people;
    int64_t entered[DEMO_STAGES]; // UTC seconds, 0: never
    int64_t ended;                // 0: open
};

struct demo_person {
    char name[DEMO_NAME_MAX];
    uint8_t role;
    bool seen; // in some event
};

struct demo_sim { // owns its arrays
    VEC(struct demo_event) events; // in the order of play; order[] gives them by time
    VEC(struct demo_person) people;
    struct demo_account accounts[DEMO_ACCOUNTS];
    uint32_t *order, *rank; // order[rank] = index in events, rank[index] = place in the file, from 0
    int fair_contacts;
};

// VOC_E_NOMEM or VOC_OK; sim must be zeroed before; free it in both cases.
voc_rc demo_sim_run(struct demo_sim *sim, uint64_t seed);
void demo_sim_done(struct demo_sim *sim);
#endif
