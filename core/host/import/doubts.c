// SPDX-License-Identifier: MIT
// Warnings, not faults: such a file can be meant. Each says what was seen, where it begins, and the next step.
#include "host/import/doubts.h"

#include <stdio.h>
#include <string.h>

#include "store/columns/column_look.h"

#define FUTURE_SLACK_US (2 * US_PER_DAY) // a day that has begun elsewhere, and a clock that is wrong by some hours

// One column at a time: most blocks raise no doubt, and are then not looked at row by row.
static bool all_named(const struct coded_events *e)
{
    const uint32_t *const columns[] = {e->customer, e->account, e->case_id};
    bool all = false;
    for (unsigned c = 0; c < 3 && !all; c++) {
        if (!columns[c]) continue;
        all = true;
        for (size_t i = 0; i < e->n; i++) all &= columns[c][i] != 0;
    }
    return all;
}

static void look_at_row(struct doubts *x, const struct coded_events *e, size_t i, int64_t future_us)
{
    const int64_t t = e->time_us[i];
    const bool named = coded_code(e->customer, i) || coded_code(e->account, i) || coded_code(e->case_id, i);
    // work inside the company, and what others do, name no customer, and are meant so
    if (!named && coded_tuple_of(e, i).actor <= VOC_ACTOR_CUSTOMER && x->nobody++ == 0) x->nobody_line = e->line[i];
    if (t >= 0 && t < US_PER_DAY && x->epoch++ == 0) x->epoch_line = e->line[i];
    if (t > future_us && x->future++ == 0) x->future_line = e->line[i];
}

void doubts_block(struct doubts *x, const struct coded_block *b, int64_t now_us)
{
    const struct coded_events *e = &b->events;
    const int64_t future_us = now_us + FUTURE_SLACK_US;
    struct column_range time;
    x->facts += b->n_facts;
    if (e->n == 0) return;
    column_range(&time, e->time_us, e->n);
    const bool odd = time.min < US_PER_DAY || time.max > future_us || !all_named(e);
    for (size_t i = 0; odd && i < e->n; i++) look_at_row(x, e, i, future_us);
    if (x->events == 0 || time.min < x->first_us) x->first_us = time.min;
    if (x->events == 0 || time.max > x->last_us) x->last_us = time.max;
    x->events += e->n;
}

static void how_many(char *out, size_t size, uint64_t n, uint64_t of)
{
    if (of == 1)
        (void)snprintf(out, size, "its one event");
    else if (n == of)
        (void)snprintf(out, size, "all of its %llu events", (unsigned long long)of);
    else
        (void)snprintf(out, size, "%llu of its %llu events", (unsigned long long)n, (unsigned long long)of);
}

// The next step, in the words of the plugin that read the file: -O time=COLUMN of a table, =PATH of JSON; `else_` where its format
// leaves no choice.
static const char *name_another(char *out, size_t size, const char *before, const char *option, const char *what, const char *after,
                                const char *else_)
{
    char small[16] = "";
    if (!what[0]) return else_;
    for (size_t i = 0; i + 1 < sizeof small && what[i]; i++)
        small[i] = what[i] >= 'A' && what[i] <= 'Z' ? (char)(what[i] + 32) : what[i], small[i + 1] = 0;
    (void)snprintf(out, size, "%s%s that says %s: -O %s=%s%s", before, small, strcmp(option, "time") == 0 ? "when each happened" : "whose they are", option, what, after);
    return out;
}

// METHODS 0.2: a local time that came twice is its first occurrence, one that never was moves forward, and both are counted.
static void say_turns(const struct time_turns *t, const char *path, struct diag *d)
{
    static const char hint[] = "have times exported in UTC or with their offset (2024-10-27T02:30:00+01:00); if the zone is another, -O zone=NAME or zone=\"NAME\" of the <source> names it";
    if (t->repeated)
        diag_warn(d, "IMPORT-025", path, 0, hint, "%llu local time%s of the hour that came twice as clocks were put back: taken as the first, so an hour early if it was the second",
                  (unsigned long long)t->repeated, t->repeated == 1 ? " is" : "s are");
    if (t->skipped)
        diag_warn(d, "IMPORT-026", path, 0, hint, "%llu local time%s of the hour that was left out as clocks were put forward: taken as an hour later",
                  (unsigned long long)t->skipped, t->skipped == 1 ? " is" : "s are");
}

void doubts_say(const struct doubts *x, const char *path, const struct doubts_words *w, uint64_t records, struct diag *d)
{
    char n[100], hint[200];
    if (records == 0)
        diag_warn(d, "IMPORT-015", path, 0, "export it again, and see that no filter leaves everything out", "the file holds no records, only what stands around them");
    if (x->nobody) {
        how_many(n, sizeof n, x->nobody, x->events);
        diag_warn(d, "IMPORT-016", path, x->nobody_line,
                  name_another(hint, sizeof hint, "name the ", "customer", w->customer, w->case_[0] ? " (or account, or case)" : "",
                               "voc plugin show NAME tells by which options a plugin is told who is who"),
                  "%s name%s no customer, account or case: they belong to nobody, and are part of no journey", n,
                  x->events == 1 ? "s" : "");
    }
    if (x->epoch) {
        how_many(n, sizeof n, x->epoch, x->events);
        diag_warn(d, "IMPORT-017", path, x->epoch_line,
                  name_another(hint, sizeof hint, "look at the times in the file; or name another ", "time", w->time, "",
                               "look at the times in the file: the clock that wrote them stood at zero"),
                  "%s %s on 1 January 1970, which is what an empty time looks like", n, x->events == 1 ? "is" : "are");
    }
    if (x->future) {
        how_many(n, sizeof n, x->future, x->events);
        diag_warn(d, "IMPORT-018", path, x->future_line,
                  name_another(hint, sizeof hint, "if it is a plan or a due date, name the ", "time", w->time,
                               "; else look at the form of the dates",
                               "if it is a plan, it has not happened; else look at the clock that wrote it"),
                  "%s %s in the future", n, x->events == 1 ? "is" : "are");
    }
    if (x->events > 1 && x->first_us == x->last_us && !x->epoch)
        diag_warn(d, "IMPORT-019", path, 0,
                  name_another(hint, sizeof hint, "if it is the day of the export, name the ", "time", w->time, "", "if it is the day of the export, export the time of each too"),
                  "all of its %llu events are at the same time: what came first cannot be told", (unsigned long long)x->events);
    say_turns(&x->turns, path, d);
}
