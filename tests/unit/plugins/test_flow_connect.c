// SPDX-License-Identifier: MIT
// What leads to the most frequent steps, on random steps against a search of all ways: every node of them that can be come to at all is,
// by what is kept, on a way whose rarest step is as frequent as on the best way there is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "plugins/analysis/flow/flow.h"

#define NODES_MAX 12u

static bool no_memory;

static void *host_alloc(voc_context *cx, size_t size)
{
    (void)cx;
    return no_memory ? NULL : mem_alloc(size);
}
static void host_free(voc_context *cx, void *ptr)
{
    (void)cx;
    mem_free(ptr);
}
static const voc_host host = {.struct_size = sizeof host, .alloc = host_alloc, .free = host_free};

static uint64_t seed = 20261123;
static uint32_t draw(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

// The rarest step of the best way from `root` to each node: Bellman's way, until nothing changes. A step's rank is its place in the order.
static void best_ways(uint32_t best[NODES_MAX], const struct flow_step *at, size_t n, size_t main, const uint8_t *keep, uint32_t root)
{
    for (size_t i = 0; i < NODES_MAX; i++) best[i] = UINT32_MAX;
    best[root] = 0;
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < n; i++) {
            if (keep && i >= main && !keep[i]) continue;
            if (best[at[i].from] == UINT32_MAX) continue;
            const uint32_t worst = best[at[i].from] > i ? best[at[i].from] : (uint32_t)i;
            if (worst < best[at[i].to]) best[at[i].to] = worst, more = true;
        }
    }
}

static void what_can_be_come_to_is_come_to_on_the_most_frequent_way(void **state)
{
    struct flow_step at[NODES_MAX * NODES_MAX];
    uint8_t keep[NODES_MAX * NODES_MAX];
    size_t added = 0, unreachable = 0;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        const uint32_t nodes = 2 + draw(NODES_MAX - 3);
        const struct flow f = {.w = {.host = &host, .n_nodes = nodes}};
        size_t n = 0;
        for (uint32_t i = 0; i < nodes * 2; i++) { // different pairs; the root leads on and is led to by none
            const struct flow_step s = {draw(4) ? draw(nodes) : nodes, draw(nodes + 1) == nodes ? nodes + 1 : draw(nodes)};
            bool known = false;
            for (size_t k = 0; k < n; k++) known = known || (at[k].from == s.from && at[k].to == s.to);
            if (!known) at[n++] = s;
        }
        const size_t main = 1 + draw((uint32_t)n);
        uint32_t all[NODES_MAX], kept[NODES_MAX];
        assert_int_equal(flow_connect(&f, at, n, main, keep), VOC_OK);
        best_ways(all, at, n, main, NULL, nodes);
        best_ways(kept, at, n, main, keep, nodes);
        for (size_t i = 0; i < main; i++) {
            assert_int_equal(kept[at[i].from], all[at[i].from]);
            unreachable += all[at[i].from] == UINT32_MAX;
        }
        for (size_t i = main; i < n; i++) added += keep[i];
    }
    assert_true(added > 500 && unreachable > 500); // both happen
}

static void nothing_is_added_where_the_most_frequent_hang_together(void **state)
{
    const struct flow f = {.w = {.host = &host, .n_nodes = 3}};
    const struct flow_step at[] = {{0, 1}, {3, 0}, {1, 2}, {3, 2}, {3, 1}, {2, 4}};
    uint8_t keep[6];
    (void)state;
    assert_int_equal(flow_connect(&f, at, 6, 3, keep), VOC_OK);
    assert_true(!keep[3] && !keep[4] && !keep[5]);
    no_memory = true;
    assert_int_equal(flow_connect(&f, at, 6, 3, keep), VOC_E_NOMEM);
    no_memory = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_can_be_come_to_is_come_to_on_the_most_frequent_way), cmocka_unit_test(nothing_is_added_where_the_most_frequent_hang_together)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
