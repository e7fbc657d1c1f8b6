// SPDX-License-Identifier: MIT
// An analysis, or with -DOUTPUT an output plugin, that crashes, never ends or says nothing in the operation, and in the way, that its
// option `does` names: "batch-segv". tests/hostile/crash.sh says what the program must make of it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <voc/plugin.h>

static const voc_option options[] = {
    {.name = "does", .type = VOC_OPT_STRING, .initial = "", .argument = "WHAT", .help = "operation-harm"}};

struct harm {
    const voc_host *host;
    voc_context *cx;
    voc_run *run;
    voc_writer *to;
    char does[40];
};

static int deeper(volatile const char *above)
{
    volatile char here[4096];
    here[0] = above[0];
    return deeper(here) + here[0];
}

static voc_rc harm(const struct harm *h, const char *operation)
{
    static volatile int zero = 0;
    size_t len = strlen(operation);
    if (strncmp(h->does, operation, len) != 0 || h->does[len] != '-') return VOC_OK;
    const char *how = h->does + len + 1;
    if (strcmp(how, "segv") == 0) *(volatile char *)(size_t)(zero + 8) = 1;
    if (strcmp(how, "abort") == 0) abort();
    if (strcmp(how, "deep") == 0) return (voc_rc)deeper("x");
    if (strcmp(how, "silent") == 0) return VOC_E_INPUT;
    if (strcmp(how, "odd") == 0) return (voc_rc)77;
    if (strcmp(how, "spin") == 0) {
        fputs("spinning\n", stderr);
        for (volatile int on = 1; on;) {}
    }
    return VOC_OK;
}

static voc_rc new_harm(const voc_host *host, voc_context *cx, const voc_value *values, void **out)
{
    struct harm *h = host->alloc(cx, sizeof *h);
    if (!h) return VOC_E_NOMEM;
    *h = (struct harm){.host = host, .cx = cx};
    snprintf(h->does, sizeof h->does, "%.*s", (int)values[0].s.len, values[0].s.ptr);
    *out = h;
    return VOC_OK;
}

static void end_harm(void *instance)
{
    struct harm *h = instance;
    h->host->free(h->cx, h);
}

#ifdef OUTPUT
static voc_rc begin(const voc_host *host, voc_context *cx, voc_writer *to, const voc_meta *meta, const voc_value *values, void **instance)
{
    (void)meta;
    voc_rc rc = new_harm(host, cx, values, instance);
    if (rc) return rc;
    struct harm *h = *instance;
    h->to = to;
    rc = host->write(to, "begun\n", 6);
    return rc ? rc : harm(h, "begin");
}

static voc_rc table(void *instance, const voc_table *t)
{
    (void)t;
    return harm(instance, "table");
}

static voc_rc end(void *instance) { return harm(instance, "end"); }

static const voc_output_ops ops = {.struct_size = sizeof ops, .format = "crash", .extension = "crash", .mime = "text/plain",
                                   .begin = begin, .table = table, .end = end, .close = end_harm};
#define KIND VOC_KIND_OUTPUT
#define KIND_NAME "output"
#else
static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *values, void **analysis)
{
    voc_rc rc = new_harm(host, cx, values, analysis);
    if (rc) return rc;
    struct harm *h = *analysis;
    h->run = run;
    return harm(h, "begin");
}

static voc_rc state_new(void *analysis, void **state)
{
    struct harm *h = analysis;
    *state = h->host->alloc(h->cx, 1);
    return *state ? harm(h, "state_new") : VOC_E_NOMEM;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    (void)state, (void)j;
    return harm(analysis, "batch");
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    (void)into, (void)from;
    return harm(analysis, "merge");
}

static voc_rc save(void *analysis, void *state, voc_writer *w)
{
    struct harm *h = analysis;
    (void)state;
    voc_rc rc = harm(h, "save");
    return rc ? rc : h->host->write(w, "x", 1);
}

static voc_rc load(void *analysis, void *state, const void *data, size_t size)
{
    (void)state, (void)data, (void)size;
    return harm(analysis, "load");
}

static voc_rc piece(void *user, size_t i)
{
    return i == 3 ? harm(user, "host->parallel") : VOC_OK;
}

static voc_rc finish(void *analysis, void *state)
{
    struct harm *h = analysis;
    voc_table_builder *t;
    (void)state;
    voc_rc rc = h->host->parallel(h->run, 5, piece, h);
    if (!rc) rc = harm(h, "finish");
    if (rc || strcmp(h->does, "finish-nothing") == 0) return rc;
    rc = h->host->table(h->run, &t, "one", "One", VOC_TABLE_BRIEF);
    return rc ? rc : h->host->column(t, "n", "n", VOC_CELL_INT, "", 0, "");
}

static void state_free(void *analysis, void *state)
{
    struct harm *h = analysis;
    h->host->free(h->cx, state);
}

static const voc_analysis_ops ops = {.struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge,
                                     .save = save, .load = load, .finish = finish, .state_free = state_free, .end = end_harm};
#define KIND VOC_KIND_ANALYSIS
#define KIND_NAME "analysis"
#endif

static const voc_plugin plugin = {.struct_size = sizeof plugin, .abi_major = VOC_ABI_MAJOR, .abi_minor = VOC_ABI_MINOR, .kind = KIND,
                                  .option_size = sizeof(voc_option), .name = "crash", .version = "1.0", .summary = "crashes", .licence = "MIT",
                                  .options = options, .n_options = 1, .ops = &ops};

VOC_PLUGIN(KIND_NAME, "crash", "1.0", "MIT", plugin)
