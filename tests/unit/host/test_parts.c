// SPDX-License-Identifier: MIT
// Journeys read part by part are those read from all events at once, to the byte: an analysis that asks for everything writes down
// all it is shown, with names for codes, and both ways must write the same, for any number of threads. Logs are made up:
// ids on some rows, many events in one second, sources that end at different times, rows that name nobody, refs.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/xml.h"
#include "host/fold/fold.h"
#include "host/import/import.h"
#include "report/render.h"
#include "tests/unit/host/modules.h"

// ---- an analysis that is shown everything -------------------------------------------------------------------------------------

static int in_parts; // how the last run was read
static _Atomic size_t n_words; // shown by it

struct mirror { const voc_host *host; voc_run *run; uint32_t n_predicates; };
struct reflection { voc_spool *spool; struct buf text; };

static voc_rc begin(const voc_host *host, voc_context *cx, voc_run *run, const voc_value *options, void **analysis)
{
    static struct mirror m;
    (void)cx, (void)options;
    m = (struct mirror){.host = host, .run = run};
    in_parts = timeline_in_parts(run->timeline);
    voc_rc rc = host->want_person_stays(run);
    if (!rc) rc = host->want_attributes(run);
    if (!rc) rc = host->want_words(run);
    static const char *const fields[] = {"amount", "channel", "source", "value", "nothing"}; // an attribute, and columns
    for (uint32_t f = 0; f < sizeof fields / sizeof *fields && !rc; f++) {
        uint32_t index;
        rc = host->want_field(run, str_of(fields[f]), &index);
        assert_int_equal(index, f);
    }
    for (uint32_t c = 0; c < VOC_N_COLUMNS && !rc; c++) rc = host->want_column(run, c);
    for (uint32_t p = 0; !rc && timeline_predicate(run->timeline, p); p++) {
        uint32_t index;
        rc = host->want_predicate(run, p, &index);
        m.n_predicates++;
    }
    *analysis = &m;
    return rc;
}

static voc_rc state_new(void *analysis, void **state)
{
    struct mirror *m = analysis;
    struct reflection *r = calloc(1, sizeof *r);
    assert_non_null(r);
    buf_init(&r->text, 1 << 26);
    *state = r;
    return m->host->spool_new(m->run, &r->spool);
}

static void put_code(struct mirror *m, struct buf *b, const voc_journeys *j, uint32_t column, size_t i)
{
    uint32_t code = ((const uint32_t *)j->columns[column])[i];
    voc_str name = code == VOC_NONE ? STR("-") : m->host->name(m->run, column, code);
    buf_printf(b, " %.*s", (int)name.len, name.ptr);
}

static void put_event(struct mirror *m, struct buf *b, const voc_journeys *j, size_t i, size_t first)
{
    static const uint32_t codes[] = {VOC_COL_ACTION, VOC_COL_TOUCHPOINT, VOC_COL_INDIVIDUAL, VOC_COL_CHANNEL, VOC_COL_CAMPAIGN, VOC_COL_OBJECT, VOC_COL_ROLE,
                                     VOC_COL_OWNER, VOC_COL_THREAD, VOC_COL_STAGE, VOC_COL_REF_TOUCHPOINT, VOC_COL_SEGMENT, VOC_COL_ACCOUNT, VOC_COL_CASE};
    static const uint32_t small[] = {VOC_COL_RESOLUTION, VOC_COL_ACTOR, VOC_COL_CLASS, VOC_COL_DELIVERED};
    static const uint32_t wide[] = {VOC_COL_TIME, VOC_COL_COST, VOC_COL_VALUE, VOC_COL_MINUTES};
    (void)first;
    for (size_t c = 0; c < sizeof wide / sizeof *wide; c++) buf_printf(b, " %lld", (long long)((const int64_t *)j->columns[wide[c]])[i]);
    for (size_t c = 0; c < sizeof small / sizeof *small; c++) buf_printf(b, " %u", ((const uint8_t *)j->columns[small[c]])[i]);
    for (size_t c = 0; c < sizeof codes / sizeof *codes; c++) put_code(m, b, j, codes[c], i);
    buf_printf(b, " %d", ((const int32_t *)j->columns[VOC_COL_REF_EVENT])[i]);
    for (size_t p = 0; p < j->n_predicates; p++) buf_printf(b, "%u", j->predicates[p][i]);
    assert_int_equal(j->n_fields, 5);
    for (size_t f = 0; f < j->n_fields; f++) buf_printf(b, "|%.*s", (int)j->fields[f][i].len, j->fields[f][i].ptr);
    assert_int_equal(j->fields[4][i].len, 0);
    assert_true(j->fields[2][i].len > 0); // every event has a source
    buf_byte(b, '\n');
}

static void put_stay(struct mirror *m, struct buf *b, const voc_stay *s)
{
    voc_str who = m->host->name(m->run, VOC_COL_INDIVIDUAL, s->individual);
    buf_printf(b, "stay %lld %lld %u %u %u %u %u %u %u %.*s %u %u\n", (long long)s->in_us, (long long)s->out_us, s->stage, s->episode, s->number, s->segment, s->end,
               s->exit, s->flags, (int)who.len, who.ptr, s->first_event, s->n_events);
}

static void put_word(struct mirror *m, struct buf *b, const voc_word *w)
{
    voc_str who = m->host->name(m->run, VOC_COL_INDIVIDUAL, w->individual);
    buf_printf(b, "word %lld %u %.*s %.*s:%llu %u %.*s %u:", (long long)w->time_us, w->resolution, (int)who.len, who.ptr,
               (int)w->source.len, w->source.ptr, (unsigned long long)w->line, w->event, (int)w->text.len, w->text.ptr,
               w->undecided);
    for (size_t i = 0; i < w->n_mentions; i++) buf_printf(b, " %u +%u -%u", w->mentions[i].theme, w->mentions[i].affirmed, w->mentions[i].negated);
    buf_byte(b, '\n');
    n_words++;
}

static voc_rc batch(void *analysis, void *state, const voc_journeys *j)
{
    struct mirror *m = analysis;
    struct reflection *r = state;
    struct buf *b = &r->text;
    for (size_t u = 0; u < j->n_units; u++) {
        const voc_unit *unit = &j->units[u];
        voc_str account = m->host->name(m->run, VOC_COL_ACCOUNT, unit->account);
        buf_clear(b);
        buf_printf(b, "%.*s flags %u known %lld\n", (int)account.len, account.ptr, unit->flags, (long long)unit->known_from_us);
        for (size_t i = 0; i < unit->n_events; i++) put_event(m, b, j, unit->first_event + i, unit->first_event);
        for (size_t s = 0; s < unit->n_stays; s++) put_stay(m, b, &j->stays[unit->first_stay + s]);
        for (size_t s = 0; s < unit->n_person_stays; s++) put_stay(m, b, &j->person_stays[unit->first_person_stay + s]);
        for (size_t a = 0; a < unit->n_attributes; a++) {
            const voc_attribute *at = &j->attributes[unit->first_attribute + a];
            buf_printf(b, "attribute %u %.*s=%.*s %lld\n", at->entity, (int)at->key.len, at->key.ptr, (int)at->text.len, at->text.ptr, (long long)at->from_us);
        }
        for (size_t k = 0; k < unit->n_words; k++) put_word(m, b, &j->words[unit->first_word + k]);
        voc_rc rc = b->rc ? b->rc : m->host->spool_add(r->spool, unit->name, b->ptr, b->len);
        if (rc) return rc;
    }
    return VOC_OK;
}

static voc_rc merge(void *analysis, void *into, void *from)
{
    return ((struct mirror *)analysis)->host->spool_merge(((struct reflection *)into)->spool, ((struct reflection *)from)->spool);
}

static voc_rc put_definition(struct mirror *m, struct buf *b)
{
    const voc_definition *d = m->host->definition(m->run);
    const voc_run_info *i = m->host->info(m->run);
    buf_printf(b, "%u %lld %lld %llu %llu %llu %llu %u %.*s\n", d->unit, (long long)i->start_us, (long long)i->end_us,
               (unsigned long long)i->n_units, (unsigned long long)i->n_events, (unsigned long long)i->n_set_aside,
               (unsigned long long)i->n_undelivered, i->actor_assumed, (int)i->end_source.len, i->end_source.ptr);
    for (size_t k = 0; k < d->n_touchpoints; k++) {
        const voc_def_touchpoint *t = &d->touchpoints[k];
        buf_printf(b, "%.*s %u %u\n", (int)t->id.len, t->id.ptr, t->kind, t->declared);
    }
    for (size_t k = 0; k < d->n_actions; k++) buf_printf(b, "%.*s %u\n", (int)d->actions[k].name.len, d->actions[k].name.ptr, d->actions[k].class_);
    return b->rc;
}

static voc_rc finish(void *analysis, void *state)
{
    struct mirror *m = analysis;
    struct reflection *r = state;
    const voc_host *h = m->host;
    voc_table_builder *t;
    size_t n;
    voc_rc rc = h->spool_seal(r->spool, &n);
    if (!rc) rc = h->table(m->run, &t, "all", "All", VOC_TABLE_BRIEF);
    if (!rc) rc = h->column(t, "unit", "unit", VOC_CELL_TEXT, "", 0, "");
    if (!rc) rc = h->column(t, "shown", "shown", VOC_CELL_TEXT, "", 0, "");
    buf_clear(&r->text);
    if (!rc) rc = put_definition(m, &r->text);
    for (size_t i = 0; i <= n && !rc; i++) {
        voc_str key = STR("(definition)");
        const void *data = r->text.ptr;
        size_t size = r->text.len;
        if (i) rc = h->spool_get(r->spool, i - 1, &key, &data, &size);
        const voc_cell cells[] = {{.type = VOC_CELL_TEXT, .s = key}, {.type = VOC_CELL_TEXT, .s = {data, size}}};
        for (size_t k = 0; k < 2 && !rc; k++) rc = h->cell(t, &cells[k]);
    }
    return rc;
}

static void state_free(void *analysis, void *state)
{
    (void)analysis;
    buf_done(&((struct reflection *)state)->text);
    free(state);
}

static void end(void *analysis) { (void)analysis; }

static const voc_analysis_ops ops = {
    .struct_size = sizeof ops, .begin = begin, .state_new = state_new, .batch = batch, .merge = merge, .finish = finish, .state_free = state_free, .end = end};

// ---- made-up logs ---------------------------------------------------------------------------------------------------------------

struct log { // of one file; 0: the column is not there
    const char *source;
    unsigned rows, people, accounts, cases, seed, seconds; // seconds: the longest pause
    bool ids, actors, refs, nobody, attributes, texts;
    const char *kind; // head of the column of people
    const char *touchpoint; // column that it is read from, or NULL: its own
};

static uint64_t draw(uint64_t *s)
{
    uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}
static unsigned below(uint64_t *s, unsigned n) { return (unsigned)(draw(s) % n); }

static void make_log(const struct log *l, struct buf *b)
{
    static const char *const actions[] = {"view_home", "view_product", "search", "signup", "purchase", "newsletter", "mail_open", "start_trial", "complaint", "sales_call"};
    static const char *const campaigns[] = {"", "spring", "fall"}, *const touches[] = {"", "nl", "call"}, *const channels[] = {"", "web", "mail"}, *const roles[] = {"", "buyer", "user"};
    uint64_t s = l->seed;
    long long t = 0;
    buf_printf(b, "time,action,channel,campaign,touchpoint,role,value,object%s%s%s%s%s%s%s%s%s\n", l->people ? "," : "",
               l->people ? (l->kind ? l->kind : "customer") : "", l->accounts ? ",account" : "", l->cases ? ",case" : "",
               l->ids ? ",id" : "", l->actors ? ",actor" : "", l->refs ? ",ref" : "", l->attributes ? ",amount" : "",
               l->texts ? ",text" : "");
    for (unsigned i = 0; i < l->rows; i++) {
        unsigned a = below(&s, 10);
        bool company = a == 5 || a == 9, nobody = l->nobody && below(&s, 9) == 0;
        t += below(&s, 3) ? 0 : below(&s, l->seconds);
        buf_printf(b, "2024-01-%02lldT%02lld:%02lld:%02lldZ,%s,%s,%s,%s,%s,%s,%s", 1 + t / 86400, t / 3600 % 24, t / 60 % 60,
                   t % 60, actions[a], channels[below(&s, 3)], company ? campaigns[below(&s, 3)] : "",
                   company ? touches[below(&s, 3)] : "", roles[below(&s, 3)], a == 4 ? "12.50" : "", below(&s, 2) ? "thing" : "");
        unsigned person = below(&s, l->people + 1), account = below(&s, l->accounts + 1), at_case = below(&s, l->cases + 1);
        if (l->people) buf_printf(b, nobody ? "," : ",P%u", person);
        if (l->accounts) buf_printf(b, nobody ? "," : ",A%u", account);
        if (l->cases) buf_printf(b, nobody ? "," : ",K%u", at_case);
        if (l->ids) buf_printf(b, below(&s, 4) ? ",%c%u" : ",", "azm"[below(&s, 3)], i);
        if (l->actors) buf_printf(b, ",%s", company ? "company" : a == 2 ? "other" : below(&s, 5) ? "customer" : "");
        if (l->refs) buf_printf(b, below(&s, 3) ? "," : ",%c%u", "azm"[below(&s, 3)], i ? below(&s, i) : 0);
        if (l->attributes) buf_printf(b, ",%u", below(&s, 50));
        if (l->texts) buf_printf(b, i % 4 == 0 ? ",number %u is not a fair price" : i % 4 == 1 ? ",number %u: where is my order" : ",", i % 70);
        buf_byte(b, '\n');
    }
    assert_int_equal(b->rc, VOC_OK);
}

// ---- the two ways -------------------------------------------------------------------------------------------------------------

struct world {
    char plugins[PATH_MAX], folder[PATH_MAX], file[PATH_MAX];
    struct catalogue *catalogue;
    struct project *project;
    struct plugin plugin;
    struct diag *diag;
};

static int open_world(void **state)
{
    static struct world w;
    char from[PATH_MAX];
    memset(&w, 0, sizeof w);
    scratch_open(w.plugins);
    scratch_open(w.folder);
    join_path(w.file, w.folder, "p.voc");
    if (!module_path(from, "plugins/input/events", "input-events.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "input-events.so", 0644);
    const char *dirs[] = {w.plugins};
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    w.diag = diag_new();
    assert_int_equal(catalogue_open(&w.catalogue, &places, NULL, w.diag), VOC_OK);
    assert_int_equal(project_open(&w.project, w.file, PROJECT_CREATE, w.diag), VOC_OK);
    w.plugin.note.kind = VOC_KIND_ANALYSIS;
    snprintf(w.plugin.note.name, sizeof w.plugin.note.name, "mirror");
    w.plugin.ops = &ops;
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    project_close(w->project);
    catalogue_close(w->catalogue);
    diag_free(w->diag);
    scratch_close(w->folder);
    scratch_close(w->plugins);
    return 0;
}

static void import_log(struct world *w, const struct log *l)
{
    struct buf b;
    struct arena a;
    struct import_report report;
    char path[PATH_MAX];
    buf_init(&b, 1 << 26);
    arena_init(&a, 0);
    make_log(l, &b);
    join_path(path, w->folder, "log.csv");
    write_bytes(path, b.ptr, b.len, 0644);
    const struct option_given given = {.name = STR("touchpoint"), .value = str_of(l->touchpoint), .has_value = true};
    const struct import_request r = {.project = w->project, .catalogue = w->catalogue, .path = path, .source = str_of(l->source), .threads = 2, .max_rejects = UINT64_MAX,
                                     .options = &given, .n_options = l->touchpoint ? 1 : 0};
    voc_rc rc = import_file(&r, &report, &a, w->diag);
    if (rc) fail_msg("import: %s", diag_at(w->diag, diag_n(w->diag) - 1)->message);
    assert_int_equal(report.result.events, l->rows);
    arena_done(&a);
    buf_done(&b);
}

static void run_one(struct world *w, const struct journey *j, bool whole, uint32_t threads, int64_t end_us, struct buf *out)
{
    const struct fold_request r = {.project = w->project, .journey = j, .plugin = &w->plugin, .threads = threads, .end_us = end_us, .whole = whole};
    const voc_meta meta = {.struct_size = sizeof meta};
    const struct render_options ro = {.width = 0};
    struct fold_result result = {0};
    voc_table view;
    struct out *o;
    voc_rc rc = fold_run(&r, &result, w->diag);
    if (rc) fail_msg("%s: %s", rc_name(rc), diag_n(w->diag) ? diag_at(w->diag, diag_n(w->diag) - 1)->message : "");
    assert_int_equal(table_view(result.tables[0], &view), VOC_OK);
    buf_clear(out);
    assert_int_equal(out_memory(&o, out), VOC_OK);
    assert_int_equal(render_csv(o, &meta, &view, 1, &ro), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    fold_free(&result);
}

static const char stages[] =
    "<stages><stage id=\"looking\" skippable=\"yes\"><definition id=\"a\"><event action-like=\"^view_\"/></definition></stage>"
    "<stage id=\"often\" skippable=\"yes\"><definition id=\"b\"><count at-least=\"3\" within=\"10h\"><event action-like=\"^(view_|search)\"/></count></definition></stage>"
    "<stage id=\"using\" skippable=\"yes\"><definition id=\"c\"><event action=\"purchase\"/></definition><aim value=\"5\"><event action=\"signup\"/></aim></stage>"
    "<exit id=\"gone\" outcome=\"lost\"><event action=\"complaint\"/></exit></stages>";
static const char actions[] =
    "<actions><action name-like=\"^(signup|start_trial|purchase)$\" class=\"value\"/><action name=\"mail_open\" class=\"mechanical\"/>"
    "<action name=\"search\" class=\"passage\" actor=\"customer\"/></actions>";
static const char touches[] =
    "<touchpoints><touchpoint id=\"letter\" kind=\"push\"><event actor=\"company\" action=\"newsletter\" campaign=\"spring\"/></touchpoint>"
    "<touchpoint id=\"call\" kind=\"push\"><event actor=\"company\" touchpoint=\"call\"/></touchpoint></touchpoints>";
static const char asking[] =
    "<roles><role id=\"owner\"><fact of=\"event\" name=\"role\" is=\"buyer\"/></role></roles>"
    "<segments><segment id=\"webby\"><fact of=\"event\" name=\"channel\" is=\"web\"/></segment></segments>";
static const char deep[] =
    "<touchpoints><touchpoint id=\"big\" kind=\"push\"><event actor=\"company\" action=\"newsletter\"><fact of=\"event\" name=\"amount\" at-least=\"25\"/></event></touchpoint>"
    "<touchpoint id=\"about\" kind=\"push\"><event actor=\"company\" object=\"thing\"/></touchpoint></touchpoints>";

// Both ways, and that parts were what the second went by.
static void same_with_codebook(struct world *w, const char *unit, const char *first, const char *second, const char *third,
                               voc_str codebook, int64_t end_us)
{
    struct journey *j = NULL;
    struct buf text, one, other;
    buf_init(&text, 1 << 20);
    buf_init(&one, 1 << 28);
    buf_init(&other, 1 << 28);
    buf_printf(&text, "<journey xmlns=\"urn:vocstream:journey:1\" id=\"t\" version=\"1\" unit=\"%s\" lapse=\"2d\">%s%s%s</journey>", unit, first, second, third);
    voc_rc rc = journey_parse(&j, str_mk(text.ptr, text.len), (voc_str){"", 0}, codebook, "test", w->diag);
    if (rc) fail_msg("%s", diag_at(w->diag, diag_n(w->diag) - 1)->message);
    n_words = 0;
    run_one(w, j, true, 1, end_us, &one);
    assert_false(in_parts);
    assert_true(!codebook.len || n_words > 500);
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        run_one(w, j, false, threads, end_us, &other);
        assert_true(in_parts);
        assert_int_equal(other.len, one.len);
        assert_memory_equal(other.ptr, one.ptr, one.len);
    }
    journey_free(j);
    buf_done(&text);
    buf_done(&one);
    buf_done(&other);
}

static void same_both_ways(struct world *w, const char *unit, const char *first, const char *second, const char *third, int64_t end_us)
{
    same_with_codebook(w, unit, first, second, third, (voc_str){"", 0}, end_us);
}

#define DAY_US (INT64_C(86400) * 1000000)
#define NEW_YEAR (INT64_C(1704067200) * 1000000)

static void every_definition(struct world *w, const char *unit)
{
    const int64_t ends[] = {VOC_NA, NEW_YEAR + 2 * DAY_US};
    for (size_t e = 0; e < 2; e++) {
        same_both_ways(w, unit, "", "", "", ends[e]);
        same_both_ways(w, unit, actions, stages, touches, ends[e]);
        same_both_ways(w, unit, actions, stages, deep, ends[e]);
    }
    same_both_ways(w, unit, asking, actions, stages, VOC_NA);
}

static void one_source_of_persons(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 3000, .people = 200, .seed = 1, .seconds = 400, .actors = true, .nobody = true});
    every_definition(*state, "individual");
    every_definition(*state, "case"); // nobody names one: persons
}

static void several_sources_with_ids_and_attributes(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 2000, .people = 150, .seed = 2, .seconds = 500, .actors = true,
                                     .ids = true, .attributes = true, .nobody = true});
    import_log(*state, &(struct log){.source = "b", .rows = 2000, .people = 180, .seed = 3, .seconds = 900, .attributes = true});
    import_log(*state, &(struct log){.source = "b", .rows = 500, .people = 180, .seed = 4, .seconds = 900, .ids = true});
    every_definition(*state, "individual");
}

static void refs_to_events(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 2500, .people = 40, .seed = 5, .seconds = 400, .actors = true, .ids = true, .refs = true});
    same_both_ways(*state, "individual", actions, stages, touches, VOC_NA);
}

static void cases_with_persons_in_them(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 2500, .people = 90, .cases = 120, .seed = 6, .seconds = 400,
                                     .actors = true, .ids = true, .nobody = true});
    every_definition(*state, "case");
}

static void cases_of_accounts(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 2500, .people = 90, .accounts = 20, .cases = 120, .seed = 7,
                                     .seconds = 400, .nobody = true});
    every_definition(*state, "case");
}

static void accounts_with_persons_in_them(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 2500, .people = 90, .accounts = 60, .seed = 8, .seconds = 400,
                                     .actors = true, .attributes = true, .nobody = true});
    every_definition(*state, "account");
}

static void people_known_by_mail(void **state)
{
    import_log(*state, &(struct log){.source = "a", .rows = 1500, .people = 90, .seed = 9, .seconds = 400, .kind = "email"});
    every_definition(*state, "individual");
}

static void what_an_import_leaves_that_was_replaced(void **state)
{
    struct log log = {.source = "a", .rows = 1500, .people = 90, .seed = 10, .seconds = 400, .actors = true, .touchpoint = "object"};
    import_log(*state, &log);
    log.touchpoint = NULL; // the same bytes, read otherwise: "thing" is no touchpoint any more
    import_log(*state, &log);
    every_definition(*state, "individual");
}

static void what_events_leave_that_were_replaced_by_their_ids(void **state)
{
    struct log log = {.source = "a", .rows = 1500, .people = 90, .seed = 11, .seconds = 900, .actors = true, .ids = true, .touchpoint = "object"};
    import_log(*state, &log);
    import_log(*state, &(struct log){.source = "b", .rows = 300, .people = 90, .seed = 12, .seconds = 1500});
    log.touchpoint = NULL;
    log.seconds = 400; // the same ids, earlier
    import_log(*state, &log);
    every_definition(*state, "individual");
}

static void what_is_said(void **state)
{
    static const char units[][12] = {"individual", "account", "case"};
    const voc_str codebook = STR("<codebook xmlns=\"urn:vocstream:journey:1\"><theme id=\"money\"/><theme id=\"price\" parent=\"money\"><include>\\bprice\\b</include></theme>"
                                 "<theme id=\"order\"><include>\\border\\b</include></theme></codebook>");
    const char *heard = "<stages><stage id=\"asks\" skippable=\"yes\"><definition><event theme=\"order\"/></definition></stage>"
                        "<stage id=\"haggles\" skippable=\"yes\"><definition><event theme-like=\"^mon\"/></definition></stage></stages>";
    const char *touched = "<touchpoints><touchpoint id=\"talk\" kind=\"pull\"><event action-like=\"^(view_home|search)$\" "
                          "theme=\"price\"/><serves need=\"figures\"/></touchpoint></touchpoints>"
                          "<needs><need id=\"figures\"><said theme=\"price\"/><sought><event theme=\"money\" "
                          "channel=\"web\"/></sought></need></needs>";
    for (size_t u = 0; u < 3; u++) {
        if (u) {
            (void)close_world(state);
            (void)open_world(state);
        }
        import_log(*state, &(struct log){.source = "a", .rows = 2500, .people = 90, .accounts = u == 1 ? 60 : 0,
                                         .cases = u == 2 ? 120 : 0, .seed = 13 + (unsigned)u, .seconds = 400, .actors = true,
                                         .ids = u == 0, .nobody = true, .texts = true});
        same_with_codebook(*state, units[u], actions, heard, touched, codebook, VOC_NA);
        same_with_codebook(*state, units[u], "", "", "", codebook, VOC_NA);
    }
}

int main(void)
{
#define WORLD(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)
    const struct CMUnitTest tests[] = {
        WORLD(one_source_of_persons), WORLD(several_sources_with_ids_and_attributes), WORLD(refs_to_events), WORLD(cases_with_persons_in_them),
        WORLD(cases_of_accounts), WORLD(accounts_with_persons_in_them), WORLD(people_known_by_mail),
        WORLD(what_an_import_leaves_that_was_replaced), WORLD(what_events_leave_that_were_replaced_by_their_ids), WORLD(what_is_said),
    };
    if (store_init() != VOC_OK) return 99;
    int failed = cmocka_run_group_tests_name("parts", tests, NULL, NULL);
    store_done();
    return failed;
}
