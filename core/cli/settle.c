// SPDX-License-Identifier: MIT
// voc settle: what many imports wrote one beside the other becomes one, in the order of the customers. Says what that changed.
#include <stdio.h>

#include "cli/cli.h"

// "1,072 blocks"
static void put(struct buf *b, uint64_t n, const char *one, const char *many)
{
    static const voc_column plain = {.type = VOC_CELL_INT};
    render_cell(b, &(voc_cell){.type = VOC_CELL_INT, .i = (int64_t)n}, &plain);
    buf_printf(b, " %s", n == 1 ? one : many);
}

static void say(const char *name, const struct settle_result *r)
{
    struct buf b;
    buf_init(&b, 4096);
    if (r->runs_before < 2 && r->blocks_before == r->blocks_after) {
        buf_cstr(&b, "settled already: ");
    } else {
        put(&b, r->runs_before, "run", "runs");
        buf_cstr(&b, ", ");
        put(&b, r->blocks_before, "block", "blocks");
        buf_cstr(&b, ", ");
        put(&b, r->bytes_before, "byte", "bytes");
        buf_cstr(&b, " before; ");
        put(&b, r->runs_after, "run", "runs");
        buf_cstr(&b, ", ");
    }
    put(&b, r->blocks_after, "block", "blocks");
    buf_cstr(&b, ", ");
    put(&b, r->bytes_after, "byte", "bytes");
    buf_cstr(&b, r->runs_before < 2 && r->blocks_before == r->blocks_after ? "" : " now");
    cli_print("%s: %s\n", name, b.rc || !b.ptr ? "settled" : b.ptr);
    buf_done(&b);
}

int run_settle(struct cli *c)
{
    struct project *p = NULL;
    struct settle_result r;
    voc_rc rc = cli_open(c, &p, PROJECT_WRITE);
    if (!rc) rc = store_settle(p, &r);
    if (!rc) say(project_name(p), &r);
    project_close(p);
    return cli_exit(c, rc);
}
