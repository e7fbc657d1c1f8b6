// SPDX-License-Identifier: MIT
// Writes the demo company to a folder: its events as one CSV file, and the truth beside it. Called by `voc demo` and by
// the tests; plays the whole company first (demo_sim.c), so nothing is written of a company that failed.
#include "cli/demo/demo.h"
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/time.h"
#include "cli/demo/demo_sim.h"
#include "cli/demo/demo_truth.h"
#include "io/out.h"

enum { ROW_MAX = 1 << 16, CHUNK = 1 << 15 };

static const char HEADER[] = "id,time,account,person,role,segment,known_from,actor,action,touchpoint,channel,campaign,object,"
                             "owner,minutes,cost,value,ref,text\r\n";
static const char *const actor_names[] = {[DEMO_CUSTOMER] = "customer", [DEMO_COMPANY] = "company", [DEMO_OTHER] = "other"};

// One field and its comma, quoted as RFC 4180 asks.
static void field(struct buf *b, const char *s)
{
    if (strpbrk(s, ",\"\r\n")) {
        buf_byte(b, '"');
        for (; *s; s++) {
            if (*s == '"') {
                buf_byte(b, '"');
            }
            buf_byte(b, *s);
        }
        buf_byte(b, '"');
    } else {
        buf_cstr(b, s);
    }
    buf_byte(b, ',');
}

static void date(struct buf *b, int64_t seconds, const char *until)
{
    int64_t year = 0;
    unsigned month = 0, day = 0;
    time_to_civil(seconds / DEMO_DAY, &year, &month, &day);
    if (strcmp(until, "month") == 0) {
        buf_printf(b, "%04" PRId64 "-%02u", year, month);
    } else {
        buf_printf(b, "%04" PRId64 "-%02u-%02u", year, month, day);
    }
}

static void who(struct buf *b, const struct demo_sim *sim, const struct demo_event *e)
{
    if (e->account == DEMO_NOBODY) {
        buf_cstr(b, ",,,,,");
        return;
    }
    const struct demo_account *a = &sim->accounts[e->account];
    const struct demo_person *person = e->person == DEMO_NOBODY ? NULL : &sim->people.at[e->person];
    field(b, a->name);
    field(b, person ? person->name : "");
    field(b, person ? demo_role_names[person->role] : "");
    field(b, a->chain ? "chain" : "independent");
    if (a->known_day >= 0) {
        date(b, DEMO_START + a->known_day * DEMO_DAY, "day");
    }
    buf_byte(b, ',');
}

static void what(struct buf *b, const struct demo_event *e)
{
    const struct demo_action *action = &demo_actions[e->act];
    const struct demo_touch *touch = e->touch == DEMO_NO_TOUCH ? NULL : &demo_touches[e->touch];
    bool sent = e->act == ACT_TOUCH;
    field(b, actor_names[action->actor]);
    field(b, sent ? touch->action : action->name);
    field(b, sent ? touch->name : "");
    field(b, sent ? touch->channel : action->channel);
    if (touch && !sent) { // the draw of a hold-out: one campaign
        buf_cstr(b, touch->id);
    } else if (touch && touch->rule == RULE_HOLDOUT) {
        buf_cstr(b, touch->id);
    } else if (touch && touch->campaign) {
        buf_printf(b, "%s-", touch->id);
        date(b, e->time, "month");
    }
    buf_byte(b, ',');
    field(b, sent ? touch->object : action->object);
    field(b, sent ? touch->owner : e->act == ACT_CLOSED_LOST || e->minutes ? "sales" : "");
}

static void row(struct buf *b, const struct demo_sim *sim, uint32_t rank)
{
    const struct demo_event *e = &sim->events.at[sim->order[rank]];
    buf_printf(b, "e%06" PRIu32 ",", rank + 1u);
    time_print(b, e->time * US_PER_SECOND, VOC_RES_SECOND);
    buf_byte(b, ',');
    who(b, sim, e);
    what(b, e);
    if (e->minutes) {
        buf_printf(b, "%u", e->minutes);
    }
    buf_byte(b, ',');
    if (e->act == ACT_TOUCH) {
        uint32_t cents = demo_touches[e->touch].cost_cents;
        buf_printf(b, "%" PRIu32 ".%02" PRIu32, cents / 100u, cents % 100u);
    }
    buf_cstr(b, ",,"); // no values: an aimed action is worth what the journey says
    if (e->ref != DEMO_NO_REF) {
        buf_printf(b, "e%06" PRIu32, sim->rank[e->ref] + 1u);
    }
    buf_byte(b, ',');
    field(b, e->theme == DEMO_NO_TEXT ? "" : demo_sentences[e->theme][e->line]);
    if (b->rc == VOC_OK) {
        b->len--; // the last comma
    }
    buf_cstr(b, "\r\n");
}

static voc_rc write_events(struct out *o, const struct demo_sim *sim)
{
    struct buf b;
    buf_init(&b, CHUNK + ROW_MAX);
    voc_rc rc = out_write(o, HEADER, sizeof HEADER - 1u);
    for (uint32_t i = 0; i < sim->events.n && rc == VOC_OK; i++) {
        row(&b, sim, i);
        rc = b.rc;
        if (rc == VOC_OK && b.len >= CHUNK) {
            rc = out_write(o, b.ptr, b.len);
            buf_clear(&b);
        }
    }
    if (rc == VOC_OK && b.len > 0) {
        rc = out_write(o, b.ptr, b.len);
    }
    buf_done(&b);
    return rc;
}

static voc_rc write_truth(struct out *o, struct demo_sim *sim, uint64_t seed)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    demo_truth(&b, sim, seed);
    voc_rc rc = b.rc;
    if (rc == VOC_OK) {
        rc = out_write(o, b.ptr, b.len);
    }
    buf_done(&b);
    return rc;
}

static voc_rc write_file(const char *dir, const char *name, struct demo_sim *sim, uint64_t seed, bool truth,
                         bool replace, struct diag *d)
{
    struct buf path;
    buf_init(&path, 1 << 16);
    buf_printf(&path, "%s/%s", dir, name);
    voc_rc rc = path.rc;
    struct out *o = NULL;
    if (rc == VOC_OK) {
        rc = out_open(&o, path.ptr, replace, d);
    }
    if (rc == VOC_OK) {
        rc = truth ? write_truth(o, sim, seed) : write_events(o, sim);
        if (rc == VOC_OK) {
            rc = out_commit(o);
        } else {
            out_abort(o);
        }
    }
    buf_done(&path);
    return rc;
}

static bool is_there(const char *dir, const char *name)
{
    struct buf path;
    buf_init(&path, 1 << 16);
    buf_printf(&path, "%s/%s", dir, name);
    const bool there = path.rc == VOC_OK && access(path.ptr, F_OK) == 0;
    buf_done(&path);
    return there;
}

voc_rc demo_write(const char *dir, uint64_t seed, bool replace, struct diag *d)
{
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        diag_error(d, "DEMO-001", dir, 0, "name a folder in an existing, writable folder", "cannot make this folder: %s",
                   strerror(errno));
        return VOC_E_IO;
    }
    struct demo_sim *sim = mem_zalloc(1, sizeof *sim);
    if (!sim) {
        return VOC_E_NOMEM;
    }
    replace = replace || (is_there(dir, "all-events.csv") && is_there(dir, "truth.json"));
    voc_rc rc = demo_sim_run(sim, seed);
    if (rc == VOC_OK) {
        rc = write_file(dir, "all-events.csv", sim, seed, false, replace, d);
    }
    if (rc == VOC_OK) {
        rc = write_file(dir, "truth.json", sim, seed, true, replace, d);
    }
    demo_sim_done(sim);
    mem_free(sim);
    return rc;
}
