// SPDX-License-Identifier: MIT
// See paths_run.h. Everything here may fail the test that calls it.
#include "tests/unit/plugins/paths_run.h"

#include "report/render.h"
#include "tests/unit/host/modules.h"

static struct { struct catalogue *catalogue; struct plugin *plugin; struct diag *diag; char folder[PATH_MAX]; } host;
struct buf paths_saved;

int paths_load(const char *analysis)
{
    char from[PATH_MAX], folder[64], file[64];
    scratch_open(host.folder);
    snprintf(folder, sizeof folder, "plugins/analysis/%s", analysis);
    snprintf(file, sizeof file, "analysis-%s.so", analysis);
    if (!module_path(from, folder, file)) fail_msg("%s is not built", from);
    place_module(from, host.folder, file, 0644);
    const char *dirs[] = {host.folder};
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    host.diag = diag_new();
    buf_init(&paths_saved, 1 << 26);
    assert_int_equal(catalogue_open(&host.catalogue, &places, NULL, host.diag), VOC_OK);
    host.plugin = catalogue_find(host.catalogue, VOC_KIND_ANALYSIS, str_of(analysis));
    assert_non_null(host.plugin);
    assert_int_equal(plugin_load(host.plugin, host.diag), VOC_OK);
    return 0;
}

int paths_unload(void **state)
{
    (void)state;
    buf_done(&paths_saved);
    catalogue_close(host.catalogue);
    diag_free(host.diag);
    scratch_close(host.folder);
    return 0;
}

static voc_value *parse(struct paths_run *r, struct arena *a, const char *const *options)
{
    struct option_given given[8];
    voc_value *values;
    size_t n = 0;
    for (; options && options[n]; n++) {
        const char *eq = strchr(options[n], '=');
        given[n] = (struct option_given){.name = str_mk(options[n], (size_t)(eq - options[n])), .value = str_of(eq + 1), .has_value = true};
    }
    const voc_plugin *p = host.plugin->desc;
    assert_int_equal(options_parse(a, p->options, p->n_options, p->option_size, given, n, &values, r->w.d), VOC_OK);
    fold_free(&r->result);
    memset(&r->result, 0, sizeof r->result);
    if (!r->sealed) assert_int_equal(event_set_seal(r->w.s), VOC_OK);
    r->sealed = true;
    return values;
}

voc_rc paths_fold(struct paths_run *r, int64_t end, uint32_t threads, const char *const *options)
{
    struct arena a;
    arena_init(&a, 0);
    voc_value *values = parse(r, &a, options);
    const struct fold_request q = {.journey = r->w.j, .plugin = host.plugin, .options = values, .threads = threads,
                                   .end_us = end == VOC_NA ? VOC_NA : T0 + end, .events = r->w.s};
    voc_rc rc = fold_run(&q, &r->result, r->w.d);
    options_done(values, host.plugin->desc->n_options);
    arena_done(&a);
    return rc;
}

// ---- shards ----------------------------------------------------------------------------------------------------------------

struct run_by_hand { struct voc_run run; struct voc_context cx; void *analysis; const voc_analysis_ops *ops; };

static void hand_begin(struct run_by_hand *h, struct paths_run *r, int64_t end, const voc_value *values)
{
    const struct timeline_options to = {.end_us = end == VOC_NA ? VOC_NA : T0 + end};
    memset(h, 0, sizeof *h);
    h->ops = host.plugin->ops;
    context_init(&h->cx, host.plugin, r->w.d, NULL);
    pthread_mutex_init(&h->run.lock, NULL);
    h->run.cx = &h->cx;
    h->run.threads = 1;
    assert_int_equal(timeline_new(&h->run.timeline, r->w.s, r->w.j, &to, r->w.d), VOC_OK);
    h->run.info = *timeline_info(h->run.timeline);
    assert_int_equal(h->ops->begin(host_table(), &h->cx, &h->run, values, &h->analysis), VOC_OK);
    h->run.sealed = true;
}

static void hand_end(struct run_by_hand *h, struct paths_run *r)
{
    h->ops->end(h->analysis);
    r->result.tables = h->run.tables.at;
    r->result.n_tables = h->run.tables.n;
    timeline_free(h->run.timeline);
    for (size_t i = 0; i < h->run.spools.n; i++) spool_free(h->run.spools.at[i]);
    vec_free(&h->run.spools);
    pthread_mutex_destroy(&h->run.lock);
    context_done(&h->cx);
}

// The state of every n-th unit, as bytes.
static void shard(struct run_by_hand *h, size_t i, size_t n, struct buf *bytes)
{
    struct batch *b;
    void *state;
    struct out *o;
    assert_int_equal(batch_new(&b, h->run.timeline, h->run.columns), VOC_OK);
    assert_int_equal(h->ops->state_new(h->analysis, &state), VOC_OK);
    for (size_t u = i; u < timeline_n_units(h->run.timeline); u += n) {
        batch_clear(b);
        assert_int_equal(batch_add(b, u), VOC_OK);
        assert_int_equal(h->ops->batch(h->analysis, state, batch_view(b)), VOC_OK);
    }
    buf_init(bytes, 1 << 26);
    assert_int_equal(out_memory(&o, bytes), VOC_OK);
    voc_writer w = {.out = o};
    assert_int_equal(h->ops->save(h->analysis, state, &w), VOC_OK);
    assert_int_equal(out_commit(o), VOC_OK);
    h->ops->state_free(h->analysis, state);
    batch_free(b);
}

voc_rc paths_shards(struct paths_run *r, int64_t end, size_t n, const char *const *options)
{
    struct arena a;
    struct run_by_hand h;
    void *whole = NULL;
    arena_init(&a, 0);
    voc_value *values = parse(r, &a, options);
    hand_begin(&h, r, end, values);
    for (size_t i = n; i-- > 0;) { // the last first: the order of merging must not show
        struct buf bytes;
        void *state;
        shard(&h, i, n, &bytes);
        assert_int_equal(h.ops->state_new(h.analysis, &state), VOC_OK);
        assert_int_equal(h.ops->load(h.analysis, state, bytes.ptr, bytes.len), VOC_OK);
        if (whole) {
            assert_int_equal(h.ops->merge(h.analysis, whole, state), VOC_OK);
            h.ops->state_free(h.analysis, state);
        } else {
            whole = state;
        }
        buf_clear(&paths_saved);
        assert_int_equal(buf_add(&paths_saved, bytes.ptr, bytes.len), VOC_OK);
        buf_done(&bytes);
    }
    voc_rc rc = h.ops->finish(h.analysis, whole);
    h.ops->state_free(h.analysis, whole);
    hand_end(&h, r);
    options_done(values, host.plugin->desc->n_options);
    arena_done(&a);
    return rc;
}

voc_rc paths_load_bytes(struct paths_run *r, const char *const *options, const void *bytes, size_t size)
{
    struct arena a;
    struct run_by_hand h;
    void *state;
    arena_init(&a, 0);
    voc_value *values = parse(r, &a, options);
    hand_begin(&h, r, VOC_NA, values);
    assert_int_equal(h.ops->state_new(h.analysis, &state), VOC_OK);
    voc_rc rc = h.ops->load(h.analysis, state, bytes, size);
    h.ops->state_free(h.analysis, state);
    hand_end(&h, r);
    options_done(values, host.plugin->desc->n_options);
    arena_done(&a);
    return rc;
}

void paths_close(struct paths_run *r)
{
    fold_free(&r->result);
    world_free(&r->w);
}

// ---- tables ----------------------------------------------------------------------------------------------------------------

voc_table paths_table(const struct paths_run *r, const char *name)
{
    for (size_t i = 0; i < r->result.n_tables; i++) {
        voc_table v;
        assert_int_equal(table_view(r->result.tables[i], &v), VOC_OK);
        if (str_is(v.name, name)) return v;
    }
    fail_msg("no table %s", name);
    return (voc_table){0};
}

const voc_cell *paths_cell(const voc_table *t, size_t row, const char *column)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (str_is(t->columns[i].name, column)) return assert_true(row < t->n_rows), &t->cells[row * t->n_columns + i];
    fail_msg("no column %s", column);
    return NULL;
}

bool paths_text_is(const voc_table *t, size_t row, const char *column, const char *text)
{
    const voc_cell *c = paths_cell(t, row, column);
    if (c->type == VOC_CELL_TEXT && str_is(c->s, text)) return true;
    print_message("row %zu has %s \"%.*s\", not \"%s\"\n", row, column, (int)c->s.len, c->s.len ? c->s.ptr : "", text);
    return false;
}

bool paths_notes(const voc_table *t, const char *words)
{
    for (size_t i = 0; i < t->n_notes; i++)
        if (strstr(t->notes[i].text.ptr, words)) return true; // notes end with a NUL
    return false;
}

char *paths_dump(const struct paths_run *r)
{
    struct buf b;
    buf_init(&b, 1 << 26);
    for (size_t i = 0; i < r->result.n_tables; i++) {
        voc_table v;
        assert_int_equal(table_view(r->result.tables[i], &v), VOC_OK);
        buf_printf(&b, "%.*s: %.*s\n", (int)v.name.len, v.name.ptr, (int)v.semantics.len, v.semantics.ptr);
        for (size_t k = 0; k < v.n_rows * v.n_columns; k++) {
            render_value(&b, &v.cells[k]);
            buf_byte(&b, (k + 1) % v.n_columns ? '|' : '\n');
        }
        for (size_t k = 0; k < v.n_notes; k++) buf_printf(&b, "%.*s\n", (int)v.notes[k].text.len, v.notes[k].text.ptr);
    }
    assert_int_equal(b.rc, VOC_OK);
    char *text = malloc(b.len + 1);
    assert_non_null(text);
    memcpy(text, b.ptr, b.len);
    text[b.len] = 0;
    buf_done(&b);
    return text;
}

const char *paths_said(const struct paths_run *r)
{
    static char text[2000];
    if (!diag_n(r->w.d)) return "";
    const struct diag_msg *d = diag_at(r->w.d, diag_n(r->w.d) - 1);
    snprintf(text, sizeof text, "%s %s %s", d->code, d->message, d->hint ? d->hint : "");
    return text;
}

// ---- random journeys ---------------------------------------------------------------------------------------------------------

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*seed >> 33) % below);
}

void paths_random(struct paths_run *r, uint64_t seed, size_t units, struct random_world *out)
{
    static const char *const acts[] = {"entry", "look", "ask", "buy", "bye"};
    const int64_t lapse = 30 * DAY;
    *out = (struct random_world){.at = calloc(units * RANDOM_EVENTS, sizeof *out->at)};
    assert_non_null(out->at);
    world_new(&r->w, RANDOM_HEAD, RANDOM_STAGES);
    for (size_t u = 0; u < units; u++) {
        struct random_journey *in = NULL;
        int64_t at = draw(&seed, 300) * DAY, last = 0;
        char unit[24], id[48];
        snprintf(unit, sizeof unit, "u%05zu", u);
        for (size_t i = 0, n = draw(&seed, RANDOM_EVENTS); i < n; i++) {
            const char *act = acts[draw(&seed, draw(&seed, 4) ? 4 : 5)];
            uint32_t pause = draw(&seed, 10); // often in the same second, sometimes beyond the lapse
            at += pause < 3 ? 0 : pause < 9 ? (int64_t)draw(&seed, 200) * 7919000003 : lapse + draw(&seed, 3) * HOUR;
            snprintf(id, sizeof id, "%s-%03zu", unit, i);
            if (at >= RANDOM_END - 2 * DAY) break;
            EVENT_OF(&r->w, .id = id, .account = unit, .action = act, .at = at);
            out->events++;
            if (in && at - last > lapse) in = NULL;
            last = at;
            if (!in && strcmp(act, "entry") == 0) {
                in = &out->at[out->n++];
                memcpy(in->unit, unit, sizeof unit);
                in->open = true;
            }
            if (!in) {
                out->outside++;
                continue;
            }
            in->act[in->n] = act;
            in->at[in->n++] = at;
            if (strcmp(act, "bye") != 0) continue;
            in->open = false;
            in = NULL;
        }
    }
    for (size_t i = 0; i < out->n; i++)
        if (RANDOM_END - out->at[i].at[out->at[i].n - 1] > lapse) out->at[i].open = false;
}

const struct random_limits paths_limits[8] = {{.gap = 9 * DAY}, {.within = 21 * DAY}, {.from = "ask"}, {.to = "buy"}, {.from = "look", .to = "look"},
                                              {.from = "look", .to = "buy", .within = 30 * DAY}, {.gap = 12 * DAY, .from = "ask", .within = 10 * DAY}, {.gap = 5 * DAY, .to = "ask", .within = 3 * DAY}};

// The way that begins at `from`, of what lies before `end`; false: it does not come where it must.
static bool limit_one(const struct random_journey *j, size_t from, size_t end, const struct random_limits *l, struct random_journey *to)
{
    bool arrived = false;
    memcpy(to->unit, j->unit, sizeof to->unit);
    for (size_t i = from; i < end && !arrived; i++) {
        if (l->within && j->at[i] > j->at[from] + l->within) {
            to->limited = true;
            break;
        }
        to->act[to->n] = j->act[i];
        to->at[to->n++] = j->at[i];
        arrived = l->to && strcmp(j->act[i], l->to) == 0 && (i > from || !l->from);
    }
    const int64_t silent = RANDOM_END - j->at[end - 1], since = RANDOM_END - j->at[from];
    to->open = j->open && end == j->n && !arrived && !to->limited && !(l->gap && silent > l->gap) && !(l->within && since > l->within);
    return arrived || !l->to;
}

void paths_limit(const struct random_world *in, const struct random_limits *l, struct random_limited *out)
{
    size_t room = 0, n = 0;
    for (size_t i = 0; i < in->n; i++) room += in->at[i].n;
    *out = (struct random_limited){.ways.at = calloc(room + 1, sizeof *out->ways.at)};
    assert_non_null(out->ways.at);
    for (size_t i = 0; i < in->n; i++) {
        const struct random_journey *j = &in->at[i];
        for (size_t begin = 0, end = 1; begin < j->n; begin = end++) {
            while (end < j->n && !(l->gap && j->at[end] - j->at[end - 1] > l->gap)) end++;
            size_t from = begin;
            while (l->from && from < end && strcmp(j->act[from], l->from) != 0) from++;
            struct random_journey *to = &out->ways.at[out->ways.n];
            *to = (struct random_journey){0};
            const bool is_way = from < end && limit_one(j, from, end, l, to);
            out->missed += !is_way;
            out->ways.n += is_way;
            out->steps += is_way ? to->n : 0;
        }
    }
    if (l->gap) snprintf(out->text[n], sizeof *out->text, "gap=%llds", (long long)(l->gap / 1000000)), n++;
    if (l->within) snprintf(out->text[n], sizeof *out->text, "within=%llds", (long long)(l->within / 1000000)), n++;
    if (l->from) snprintf(out->text[n], sizeof *out->text, "from=%s", l->from), n++;
    if (l->to) snprintf(out->text[n], sizeof *out->text, "to=%s", l->to), n++;
    for (size_t i = 0; i < n; i++) out->options[i] = out->text[i];
}
