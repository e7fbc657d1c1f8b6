// SPDX-License-Identifier: MIT
// voc settle: what many imports wrote one beside the other becomes one, in the order of the customers. Says what that changed.
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"

static void say(const char *name, const struct settle_result *r)
{
    char runs[64];
    if (r->runs_before < 2 && r->blocks_before == r->blocks_after) {
        printf("%s: settled already: %" PRIu64 " %s, %" PRIu64 " bytes\n", name, r->blocks_after, r->blocks_after == 1 ? "block" : "blocks", r->bytes_after);
        return;
    }
    (void)snprintf(runs, sizeof runs, "%" PRIu64 " %s", r->runs_after, r->runs_after == 1 ? "run" : "runs");
    printf("%s: %" PRIu64 " runs, %" PRIu64 " blocks, %" PRIu64 " bytes before; %s, %" PRIu64 " %s, %" PRIu64 " bytes now\n", name, r->runs_before, r->blocks_before, r->bytes_before,
           runs, r->blocks_after, r->blocks_after == 1 ? "block" : "blocks", r->bytes_after);
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
