// SPDX-License-Identifier: MIT
// The pipeline: everything is given once and in order for any number of threads and slots, and what fails first in the order
// of the pieces is what is said, whichever thread was faster.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/host.h"
#include "host/import/pipeline.h"
#include "tests/unit/base/fault.h"

#define SLOTS_MAX 9u
#define NEVER UINT64_MAX

struct world {
    uint64_t n, filled, given;           // pieces in all; so far
    uint64_t fill_fails, give_fails;     // at this piece
    uint64_t work_fails[2];
    uint64_t piece[SLOTS_MAX], worked[SLOTS_MAX];
    atomic_uint busy[SLOTS_MAX];         // threads on a slot
    atomic_uint_least64_t n_worked;
};

static voc_rc fill(void *user, size_t slot, bool *some)
{
    struct world *w = user;
    assert_int_equal(atomic_load(&w->busy[slot]), 0);
    if (w->filled == w->fill_fails) return VOC_E_IO;
    if (w->filled == w->n) return VOC_OK;
    w->piece[slot] = w->filled++;
    w->worked[slot] = NEVER;
    *some = true;
    return VOC_OK;
}

static voc_rc work(void *user, size_t slot)
{
    struct world *w = user;
    if (atomic_fetch_add(&w->busy[slot], 1) != 0) return VOC_E_BUG;
    for (volatile uint64_t i = 0; i < (w->piece[slot] * 7919) % 500;) i++; // pieces take differently long
    w->worked[slot] = w->piece[slot];
    atomic_fetch_add(&w->n_worked, 1);
    atomic_fetch_sub(&w->busy[slot], 1);
    return w->piece[slot] == w->work_fails[0] ? VOC_E_INPUT : w->piece[slot] == w->work_fails[1] ? VOC_E_CHECK : VOC_OK;
}

static voc_rc give(void *user, size_t slot)
{
    struct world *w = user;
    assert_int_equal(atomic_load(&w->busy[slot]), 0);
    assert_int_equal(w->piece[slot], w->given);  // in order
    assert_int_equal(w->worked[slot], w->given); // and worked on
    w->given++;
    return w->given - 1 == w->give_fails ? VOC_E_LIMIT : VOC_OK;
}

static voc_rc run(struct world *w, uint64_t n, uint32_t threads, size_t slots)
{
    struct pipeline p = {.threads = threads, .slots = slots, .user = w, .fill = fill, .work = work, .give = give};
    w->n = n;
    return pipeline_run(&p);
}

static struct world fresh(void) { return (struct world){.fill_fails = NEVER, .give_fails = NEVER, .work_fails = {NEVER, NEVER}}; }

static void every_piece_is_given_once_and_in_order(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads < 6; threads++) {
        for (size_t slots = 1; slots <= SLOTS_MAX; slots++) {
            for (uint64_t n = 0; n < 400; n = n * 3 + 1) {
                struct world w = fresh();
                assert_int_equal(run(&w, n, threads, slots), VOC_OK);
                assert_int_equal(w.given, n);
                assert_int_equal(w.n_worked, n);
            }
        }
    }
}

static void the_first_failure_in_the_order_of_the_pieces_is_said(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads < 6; threads++) {
        for (unsigned round = 0; round < 50; round++) {
            struct world w = fresh();
            w.work_fails[0] = 20; // the later of the two, and the sooner done or not
            w.work_fails[1] = 19;
            w.fill_fails = 21 + round % 3;
            assert_int_equal(run(&w, 100, threads, SLOTS_MAX), VOC_E_CHECK);
            assert_int_equal(w.given, 19);
            w = fresh();
            w.fill_fails = 33; // what came before it is given
            assert_int_equal(run(&w, 100, threads, SLOTS_MAX), VOC_E_IO);
            assert_int_equal(w.given, 33);
            w = fresh();
            w.give_fails = 5;
            w.work_fails[0] = 6;
            assert_int_equal(run(&w, 100, threads, SLOTS_MAX), VOC_E_LIMIT);
            assert_int_equal(w.given, 6);
        }
    }
}

static voc_rc some_pieces(void *user)
{
    struct world w = fresh();
    (void)user;
    return run(&w, 30, 3, 4);
}

static void memory_running_out_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(some_pieces, NULL) >= 1);
}

static void a_request_to_stop_is_heard(void **state)
{
    struct world w = fresh();
    (void)state;
    host_cancel(); // last: it cannot be taken back
    assert_int_equal(run(&w, 30, 3, 4), VOC_CANCELLED);
    assert_int_equal(w.given, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_given_once_and_in_order),
        cmocka_unit_test(the_first_failure_in_the_order_of_the_pieces_is_said),
        cmocka_unit_test(memory_running_out_is_said_and_leaks_nothing),
        cmocka_unit_test(a_request_to_stop_is_heard),
    };
    return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
