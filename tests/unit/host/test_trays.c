// SPDX-License-Identifier: MIT
// Trays between a worker and its parent: bodies come out as they were put, in their order; what finds no tray is said; and nothing
// that the worker does with the memory afterwards reaches what the parent has taken, or takes the memory from under it.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/worker/trays.h"

struct both { struct trays_end parent, worker; struct buf taken; };

static void begin(struct both *b)
{
    int fd = -1;
    assert_true(trays_make(&b->parent, &fd));
    trays_join(&b->worker, fd);
    assert_non_null(b->worker.shared);
    assert_ptr_not_equal(b->worker.shared, b->parent.shared);
    buf_init(&b->taken, 2 * TRAY_BYTES);
}

static void end(struct both *b)
{
    trays_done(&b->parent);
    trays_done(&b->worker);
    buf_done(&b->taken);
}

static bool put_number(struct both *b, unsigned number)
{
    char low[3], high[5];
    memset(low, (int)(number & 0xff), sizeof low);
    memset(high, (int)(number >> 8), sizeof high);
    const struct iovec pieces[] = {{low, sizeof low}, {high, sizeof high}};
    return trays_put(&b->worker, pieces, 2);
}

static void take_number(struct both *b, unsigned number)
{
    assert_int_equal(trays_take(&b->parent, 8, &b->taken), VOC_OK);
    assert_int_equal(b->taken.len, 8);
    for (size_t i = 0; i < 8; i++) assert_int_equal((unsigned char)b->taken.ptr[i], i < 3 ? number & 0xff : number >> 8);
}

static void bodies_come_out_in_their_order_and_trays_are_used_again(void **state)
{
    struct both b;
    unsigned put = 0, taken = 0;
    (void)state;
    begin(&b);
    for (unsigned round = 0; round < 100; round++) {
        for (unsigned k = 0; k <= round % TRAYS && put - taken < TRAYS; k++) assert_true(put_number(&b, put++));
        for (unsigned k = 0; k <= round % 3 && taken < put; k++) take_number(&b, taken++);
    }
    assert_in_range(taken, 3 * TRAYS, put);
    end(&b);
}

static void what_finds_no_tray_is_said_and_changes_nothing(void **state)
{
    struct both b;
    struct trays_end none;
    char byte = 0;
    char *const long_ = mem_zalloc(1, TRAY_BYTES + 1);
    const struct iovec fits = {long_, TRAY_BYTES}, too_long[] = {{long_, TRAY_BYTES}, {&byte, 1}};
    (void)state;
    assert_non_null(long_);
    begin(&b);
    assert_false(trays_put(&b.worker, too_long, 2));
    assert_true(trays_put(&b.worker, &fits, 1));
    for (unsigned k = 1; k < TRAYS; k++) assert_true(put_number(&b, k));
    assert_false(put_number(&b, TRAYS));
    assert_int_equal(trays_take(&b.parent, TRAY_BYTES, &b.taken), VOC_OK);
    assert_true(put_number(&b, TRAYS));
    for (unsigned k = 1; k <= TRAYS; k++) take_number(&b, k);
    assert_int_equal(trays_take(&b.parent, TRAY_BYTES + 1, &b.taken), VOC_E_BUG);
    end(&b);
    trays_join(&none, -1); // the parent could make none
    assert_false(trays_put(&none, &fits, 1));
    assert_int_equal(trays_take(&none, 1, &b.taken), VOC_E_BUG);
    trays_done(&none);
    mem_free(long_);
}

static void what_the_worker_writes_later_is_not_seen(void **state)
{
    struct both b;
    (void)state;
    begin(&b);
    assert_true(put_number(&b, 0x1234));
    assert_true(put_number(&b, 0x5678));
    take_number(&b, 0x1234);
    const struct buf taken = b.taken;
    memset(b.worker.shared->bytes, 0xff, sizeof b.worker.shared->bytes);
    assert_memory_equal(taken.ptr, "\x34\x34\x34\x12\x12\x12\x12\x12", 8);
    atomic_store(&b.worker.shared->taken, UINT64_MAX / 2); // nor is the count
    take_number(&b, 0xffff);
    assert_int_equal(atomic_load(&b.parent.shared->taken), 2);
    end(&b);
}

static void the_memory_cannot_be_taken_away(void **state)
{
    struct trays_end e;
    int fd = -1;
    (void)state;
    assert_true(trays_make(&e, &fd));
    assert_int_equal(ftruncate(fd, 4096), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(fd, 1 << 30), -1);
    assert_int_equal(close(fd), 0);
    trays_done(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_come_out_in_their_order_and_trays_are_used_again),
        cmocka_unit_test(what_finds_no_tray_is_said_and_changes_nothing),
        cmocka_unit_test(what_the_worker_writes_later_is_not_seen),
        cmocka_unit_test(the_memory_cannot_be_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
