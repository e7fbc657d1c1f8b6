// SPDX-License-Identifier: MIT
// An input plugin under strange bytes, as the import runs it: the file is read whole and in pieces, which must give the same
// rows; with a failing allocation, which must be said; and once more by the mapping that the first reading settled on. Every
// answer is a rows' account that adds up (the host checks) or an error in words. "input-any" asks all plugins whose it is.
// FUZZ_OPTIONS: the file begins with lines "option=value", up to an empty line. Options that name files are left out.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/import/import.h"
#include "host/import/row_sums.h"
#include "tests/fuzz/fuzz.h"

#define assert_true(x) ((x) ? (void)0 : fuzz_fail("%s", #x))
#define assert_int_equal(x, y) assert_true((x) == (y))
#include "tests/unit/host/coded.h"

#define PREFIX "input-"
#define GIVEN_MAX 8u
#define PLUGINS_MAX 64u

static struct catalogue *catalogue;
static const voc_plugin *plugin; // NULL: any
static const char *names[PLUGINS_MAX + 2];

struct setup { // of one reading
    struct option_given given[GIVEN_MAX];
    size_t n_given;
    const char *name;
    voc_str bytes;
    uint32_t block_bytes, at_once;
    bool apart;
    const struct journey *journey;
};

// Plugins of this build, each in a folder of its own.
static voc_rc open_catalogue(void)
{
    static char at[PLUGINS_MAX][4096];
    const char *dirs[PLUGINS_MAX], *build = getenv("VOC_TEST_BUILDDIR");
    char top[4096], path[8192];
    size_t n = 0;
    if (catalogue) return VOC_OK;
    (void)snprintf(top, sizeof top, "%s/plugins/input", build ? build : ".");
    DIR *folder = opendir(top);
    for (struct dirent *e = NULL; folder && n < PLUGINS_MAX && (e = readdir(folder)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s/.libs", top, e->d_name);
        char *real = e->d_name[0] == '.' ? NULL : realpath(path, NULL);
        if (real == NULL) continue;
        (void)snprintf(at[n], sizeof at[n], "%s", real);
        dirs[n] = at[n];
        n++;
        free(real);
    }
    if (folder) (void)closedir(folder);
    struct catalogue_places places = {.dirs = dirs, .n_dirs = n};
    struct diag *d = diag_new();
    voc_rc rc = catalogue_open(&catalogue, &places, NULL, d);
    diag_free(d);
    return rc;
}

const char *const *fuzz_names(void)
{
    size_t n = 0;
    static char text[PLUGINS_MAX][48];
    names[0] = PREFIX "any";
    if (names[1] || open_catalogue() != VOC_OK) return names;
    for (size_t i = 0; i < catalogue_n(catalogue) && n < PLUGINS_MAX; i++) {
        (void)snprintf(text[n], sizeof text[n], PREFIX "%s", catalogue_at(catalogue, i)->note.name);
        names[n + 1] = text[n];
        n++;
    }
    return names;
}

voc_rc fuzz_begin(const char *what)
{
    struct diag *d = diag_new();
    voc_rc rc = open_catalogue();
    plugin = NULL;
    if (rc == VOC_OK && strcmp(what, names[0]) != 0) {
        struct plugin *p = strncmp(what, PREFIX, strlen(PREFIX)) == 0
                               ? catalogue_find(catalogue, VOC_KIND_INPUT, str_of(what + strlen(PREFIX)))
                               : NULL;
        rc = p ? plugin_load(p, d) : VOC_E_OPTION;
        if (rc == VOC_OK) plugin = p->desc;
    }
    diag_free(d);
    return rc;
}

static bool names_file(voc_str option)
{
    for (size_t i = 0; plugin && i < plugin->n_options; i++) {
        const voc_option *o = option_at(plugin->options, plugin->option_size, i);
        if (o->type == VOC_OPT_FILE && str_eq(option, str_of(o->name))) return true;
    }
    return false;
}

// Takes the option lines off the front.
static void take_options(struct setup *s)
{
    while (s->bytes.len > 0 && s->n_given < GIVEN_MAX) {
        const char *end = memchr(s->bytes.ptr, '\n', s->bytes.len);
        voc_str line = str_mk(s->bytes.ptr, end ? (size_t)(end - s->bytes.ptr) : s->bytes.len);
        const char *equals = line.len ? memchr(line.ptr, '=', line.len) : NULL;
        size_t taken = line.len + (end != NULL);
        if (line.len == 0 || equals != NULL) s->bytes = str_mk(s->bytes.ptr + taken, s->bytes.len - taken);
        if (equals == NULL) return;
        voc_str name = str_mk(line.ptr, (size_t)(equals - line.ptr));
        if (names_file(name)) continue;
        s->given[s->n_given++] = (struct option_given){name, str_mk(equals + 1, line.len - name.len - 1), true, NULL, 0, NULL};
    }
}

struct taking { struct row_summing sums; struct buf shown; }; // shown: with FUZZ_SHOW in the environment

static voc_rc take(void *user, const struct coded_block *b)
{
    struct taking *t = user;
    if (getenv("FUZZ_SHOW")) {
        coded_dump(&t->shown, b);
        fprintf(stderr, "-- a block\n%.*s", (int)t->shown.len, t->shown.ptr ? t->shown.ptr : "");
        buf_clear(&t->shown);
    }
    return row_sums_block(&t->sums, b);
}

// One reading. What it settled on is in *plan, in the arena.
static voc_rc read_once(const struct setup *s, struct row_sums *sums, voc_source *plan, char source_plugin[32], struct arena *a, struct diag *d)
{
    struct import_report report = {.plugin = ""};
    struct taking t;
    row_summing_init(&t.sums);
    buf_init(&t.shown, (size_t)1 << 26);
    const struct import_request r = {.catalogue = catalogue,
                                     .path = s->name,
                                     .bytes = &s->bytes,
                                     .as = plugin ? str_of(plugin->name) : str_of(source_plugin),
                                     .journey = s->journey,
                                     .options = s->given,
                                     .n_options = s->n_given,
                                     .threads = 1,
                                     .block_bytes = s->block_bytes,
                                     .records_at_once = s->at_once,
                                     .apart = s->apart,
                                     .max_rejects = UINT64_MAX,
                                     .block = take,
                                     .user = &t};
    voc_rc rc = import_file(&r, &report, a, d);
    *sums = t.sums.sums;
    row_summing_done(&t.sums);
    buf_done(&t.shown);
    if (rc == VOC_OK) fuzz_check_text("the mapping", report.mapping);
    fuzz_check_text("the reason", report.reason);
    if (plan) *plan = report.plan;
    memcpy(source_plugin, report.plugin, sizeof report.plugin);
    return rc;
}

static void same(const char *how, voc_rc rc, const struct row_sums *sums, voc_rc whole_rc, const struct row_sums *whole, const struct diag *d)
{
    const char *said = diag_n(d) ? diag_at(d, diag_n(d) - 1)->message : "";
    if (rc != whole_rc) fuzz_fail("%s: \"%s\" and not \"%s\" (%s)", how, rc_name(rc), rc_name(whole_rc), said);
    if (rc == VOC_OK && !row_sums_same(sums, whole))
        fuzz_fail("%s: other rows: %llu events, %llu facts, %llu rejects and not %llu, %llu, %llu", how,
                  (unsigned long long)sums->n_events, (unsigned long long)sums->n_facts, (unsigned long long)sums->n_rejects,
                  (unsigned long long)whole->n_events, (unsigned long long)whole->n_facts, (unsigned long long)whole->n_rejects);
}

static void read_short_of_memory(const struct setup *s, uint16_t nth, voc_rc whole_rc, const struct row_sums *whole)
{
    struct row_sums sums;
    struct arena a;
    struct diag *d = diag_new();
    char by[32] = "";
    arena_init(&a, 0);
    mem_fault((uint64_t)nth + 1, false);
    voc_rc rc = read_once(s, &sums, NULL, by, &a, d);
    bool fired = mem_fault_fired();
    mem_fault(0, false);
    if (rc == VOC_E_BUG) fuzz_check_answer(rc, d, true);
    if (!(fired && rc == VOC_E_NOMEM)) same(fired ? "an allocation failed, which was not said" : "read again", rc, &sums, whole_rc, whole, d);
    diag_free(d);
    arena_done(&a);
}

// As sources.xml would say it.
static void read_by_mapping(const struct setup *s, const voc_source *plan, const char *by, voc_rc whole_rc, const struct row_sums *whole)
{
    struct source_rule rule = {.id = STR("again"), .as = str_of(by), .zone = plan->zone,
                               .files = &(voc_str){s->name, strlen(s->name)}, .n_files = 1, .resolution = plan->resolution,
                               .actor = plan->actor, .watermark_us = VOC_NA, .maps = plan->maps, .n_maps = plan->n_maps};
    struct journey j = {.id = STR("fuzz"), .sources = &rule, .n_sources = 1};
    struct setup again = *s;
    struct row_sums sums;
    struct arena a;
    struct diag *d = diag_new();
    char plugin_again[32];
    arena_init(&a, 0);
    again.journey = &j;
    memcpy(plugin_again, by, sizeof plugin_again);
    voc_rc rc = read_once(&again, &sums, NULL, plugin_again, &a, d);
    fuzz_check_words(d, rc);
    same("by the mapping that was shown", rc, &sums, whole_rc, whole, d);
    diag_free(d);
    arena_done(&a);
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    static const char *const called[] = {"x", "x.csv", "x.tsv", "access.log", "x.json", "x.jsonl", "x.xml", "x.xes", "x.mbox", "x.eml", "x.xlsx", "x.ics", "x.lss", "x.qsf", "x.zip", "x.gz"};
    struct setup s = {.bytes = bytes, .name = called[how->name % (sizeof called / sizeof *called)]};
    struct row_sums whole, sums;
    struct arena a;
    voc_source plan;
    char by[32] = "";
    struct diag *d = diag_new();
    arena_init(&a, 0);
    if (how->flags & FUZZ_OPTIONS) take_options(&s);
    voc_rc rc = read_once(&s, &whole, &plan, by, &a, d);
    fuzz_check_answer(rc, d, false);
    fuzz_check_words(d, rc);
    if (by[0] && how->flags & FUZZ_PIECES) {
        struct setup pieces = s;
        struct diag *d2 = diag_new();
        char by2[32];
        memcpy(by2, by, sizeof by2);
        pieces.block_bytes = how->piece;
        pieces.at_once = how->at_once;
        pieces.apart = how->at_once % 2;
        voc_rc rc2 = read_once(&pieces, &sums, NULL, by2, &a, d2);
        same("in pieces", rc2, &sums, rc, &whole, d2);
        diag_free(d2);
    }
    if (how->flags & FUZZ_MEMORY) read_short_of_memory(&s, how->nth, rc, &whole);
    if (how->flags & FUZZ_AGAIN && rc == VOC_OK && plan.n_maps) read_by_mapping(&s, &plan, by, rc, &whole);
    diag_free(d);
    arena_done(&a);
}
