// SPDX-License-Identifier: MIT
// What a thread does is its own; who is at work also stands in a place that any thread may look at, as the signal of an impatient
// user may come to any. A thread that finds no place is not seen by others. Plugins outlive their work, so a pointer that is read
// late is stale, but never dangling.
#include "host/plugin/at_work.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/sanitized.h"
#include "host/parallel.h"

#define STACK ((size_t)32 << 10) // for the handler of a thread whose own stack is full

struct at_work_place { _Atomic(const struct plugin *) plugin; };

static struct at_work_place places[PARALLEL_MAX + 1];
static _Thread_local volatile struct at_work here;
static _Thread_local bool has_stack;
static _Thread_local _Alignas(16) char stack[STACK];

// Once a thread: where it stands when a plugin calls itself without end.
static void give_stack(void)
{
    const stack_t s = {.ss_sp = stack, .ss_size = sizeof stack};
    has_stack = true;
    if (!SANITIZED) (void)sigaltstack(&s, NULL); // without it the kernel ends the program, which is what happened before
}

static struct at_work_place *take_place(const struct plugin *p)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct plugin *nobody = NULL;
        if (atomic_compare_exchange_strong(&places[i].plugin, &nobody, p)) return &places[i];
    }
    return NULL;
}

struct at_work at_work_begin(const struct plugin *p, const char *operation)
{
    const struct at_work before = {here.plugin, here.operation, here.place};
    if (!has_stack) give_stack();
    if (before.plugin && before.place) atomic_store(&before.place->plugin, p);
    here.place = before.plugin ? before.place : take_place(p);
    here.operation = operation;
    here.plugin = p;
    return before;
}

void at_work_end(struct at_work before)
{
    struct at_work_place *place = here.place;
    here.plugin = before.plugin;
    here.operation = before.operation;
    here.place = before.place;
    if (place) atomic_store(&place->plugin, before.plugin);
}

struct at_work at_work_here(void) { return (struct at_work){here.plugin, here.operation, here.place}; }

const struct plugin *at_work_somewhere(void)
{
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct plugin *p = atomic_load(&places[i].plugin);
        if (p) return p;
    }
    return NULL;
}
