// SPDX-License-Identifier: MIT
// Makes each allocation of a piece of work fail in turn, once and then for good, and checks what must hold each time: it
// says "out of memory", and nothing stays allocated. For every unit test; needs cmocka's headers before it.
#ifndef VOC_TESTS_UNIT_BASE_FAULT_H
#define VOC_TESTS_UNIT_BASE_FAULT_H
#include "base/mem.h"

#define FAULTS_MAX 2000u

// work: does everything and frees everything; its status is that of the first step that failed. Gives the number of
// allocations that were made to fail.
static inline uint64_t fail_each_allocation(voc_rc (*work)(void *user), void *user)
{
    uint64_t nth = 0;
    for (int persistent = 0; persistent < 2; persistent++) {
        for (nth = 1; nth <= FAULTS_MAX; nth++) {
            struct mem_stats before = mem_stats();
            mem_fault(nth, persistent != 0);
            voc_rc rc = work(user);
            mem_fault(0, false);
            struct mem_stats after = mem_stats();
            assert_int_equal(after.live_blocks, before.live_blocks);
            assert_int_equal(after.live_bytes, before.live_bytes);
            if (!mem_fault_fired()) {
                assert_int_equal(rc, VOC_OK);
                break;
            }
            assert_int_equal(rc, VOC_E_NOMEM);
        }
        assert_true(nth <= FAULTS_MAX);
    }
    return nth - 1;
}
#endif
