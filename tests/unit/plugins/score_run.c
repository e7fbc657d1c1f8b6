// SPDX-License-Identifier: MIT
// See score_run.h. Everything here may fail the test that calls it.
#include "tests/unit/plugins/score_run.h"

#include <math.h>

#include "tests/unit/host/modules.h"

static struct { struct catalogue *catalogue; struct plugin *score; struct diag *diag; char folder[PATH_MAX]; } host;

int score_setup(void **state)
{
    char from[PATH_MAX];
    (void)state;
    scratch_open(host.folder);
    if (!module_path(from, "plugins/analysis/score", "analysis-score.so")) fail_msg("%s is not built", from);
    place_module(from, host.folder, "analysis-score.so", 0644);
    const char *dirs[] = {host.folder};
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    host.diag = diag_new();
    assert_int_equal(catalogue_open(&host.catalogue, &places, NULL, host.diag), VOC_OK);
    host.score = catalogue_find(host.catalogue, VOC_KIND_ANALYSIS, STR("score"));
    assert_non_null(host.score);
    assert_int_equal(plugin_load(host.score, host.diag), VOC_OK);
    return 0;
}

int score_teardown(void **state)
{
    (void)state;
    catalogue_close(host.catalogue);
    diag_free(host.diag);
    scratch_close(host.folder);
    return 0;
}

void score_open(struct score_run *r, const char *body)
{
    memset(r, 0, sizeof *r);
    world_new(&r->w, "unit=\"account\" currency=\"EUR\"", body);
}

void score_event(struct score_run *r, const struct se *e)
{
    voc_row row = voc_row_init(VOC_ROW_EVENT);
    voc_alias person = {.kind = STR("id"), .value = str_of(e->person), .strong = 1},
              account = {.kind = STR("id"), .value = str_of(e->account), .strong = 1};
    row.actor = e->actor ? e->actor : VOC_ACTOR_CUSTOMER;
    row.time_us = T0 + llround(e->day * (double)DAY);
    row.resolution = e->coarse ? e->coarse : VOC_RES_SECOND;
    row.ref_kind = e->ref ? (e->ref_kind ? e->ref_kind : VOC_REF_EVENT) : VOC_REF_NONE;
    row.ref = str_of(e->ref);
    row.id = str_of(e->id);
    row.action = str_of(e->action);
    row.touchpoint = str_of(e->touchpoint);
    row.campaign = str_of(e->campaign);
    row.thread = str_of(e->thread);
    row.role = str_of(e->role);
    row.cost = e->cost > 0 ? llround(e->cost * 1e6) : VOC_NA;
    row.minutes = e->minutes > 0 ? llround(e->minutes * 1e6) : VOC_NA;
    row.customer = &person;
    row.n_customer = e->person ? 1 : 0;
    row.account = &account;
    row.n_account = e->account ? 1 : 0;
    const voc_attr attr = {.key = str_of(e->key), .text = str_of(e->value), .entity = VOC_ENTITY_ACCOUNT, .time_us = VOC_NA};
    row.attrs = &attr;
    row.n_attrs = e->key ? 1 : 0;
    assert_int_equal(event_set_add(r->w.s, &row, str_of(e->source ? e->source : "test")), VOC_OK);
}

voc_rc score_fold(struct score_run *r, double end_day, uint32_t threads, const char *const *options)
{
    struct option_given given[8];
    struct arena a;
    voc_value *values;
    size_t n = 0;
    arena_init(&a, 0);
    for (; options && options[n]; n++) {
        const char *eq = strchr(options[n], '=');
        given[n] = (struct option_given){.name = str_mk(options[n], (size_t)(eq - options[n])), .value = str_of(eq + 1), .has_value = true};
    }
    const voc_plugin *p = host.score->desc;
    assert_int_equal(options_parse(&a, p->options, p->n_options, p->option_size, given, n, &values, r->w.d), VOC_OK);
    fold_free(&r->result);
    memset(&r->result, 0, sizeof r->result);
    if (!r->sealed) assert_int_equal(event_set_seal(r->w.s), VOC_OK);
    r->sealed = true;
    const struct fold_request q = {.journey = r->w.j, .plugin = host.score, .options = values, .threads = threads,
                                   .end_us = isnan(end_day) ? VOC_NA : T0 + llround(end_day * (double)DAY), .events = r->w.s};
    voc_rc rc = fold_run(&q, &r->result, r->w.d);
    options_done(values, p->n_options);
    arena_done(&a);
    return rc;
}

void score_close(struct score_run *r)
{
    fold_free(&r->result);
    world_free(&r->w);
}

const char *score_said(const struct score_run *r)
{
    static char text[2000];
    if (!diag_n(r->w.d)) return "";
    const struct diag_msg *d = diag_at(r->w.d, diag_n(r->w.d) - 1);
    snprintf(text, sizeof text, "%s %s %s", d->code, d->message, d->hint ? d->hint : "");
    return text;
}

bool score_notes(const struct score_run *r, const char *table, const char *words)
{
    const voc_table t = score_table(r, table);
    for (size_t i = 0; i < t.n_notes; i++)
        if (strstr(t.notes[i].text.ptr, words)) return true; // notes end with a NUL
    return false;
}

// ---- tables -----------------------------------------------------------------------------------------------------------------

voc_table score_table(const struct score_run *r, const char *name)
{
    for (size_t i = 0; i < r->result.n_tables; i++) {
        voc_table v;
        assert_int_equal(table_view(r->result.tables[i], &v), VOC_OK);
        if (str_is(v.name, name)) return v;
    }
    fail_msg("no table %s", name);
    return (voc_table){0};
}

size_t score_n_rows(const struct score_run *r, const char *table)
{
    for (size_t i = 0; i < r->result.n_tables; i++) {
        voc_table v;
        assert_int_equal(table_view(r->result.tables[i], &v), VOC_OK);
        if (str_is(v.name, table)) return v.n_rows;
    }
    return SIZE_MAX;
}

static size_t column_of(const voc_table *t, const char *name)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (str_is(t->columns[i].name, name)) return i;
    fail_msg("no column %s", name);
    return 0;
}

static size_t find_row(const struct score_run *r, const char *table, const char *touchpoint, const char *stage)
{
    const voc_table t = score_table(r, table);
    size_t who = column_of(&t, "touchpoint"), where = stage ? column_of(&t, "stage") : 0;
    for (size_t i = 0; i < t.n_rows; i++)
        if (str_is(t.cells[i * t.n_columns + who].s, touchpoint) && (!stage || str_is(t.cells[i * t.n_columns + where].s, stage))) return i;
    return SIZE_MAX;
}

bool score_has(const struct score_run *r, const char *table, const char *touchpoint) { return find_row(r, table, touchpoint, NULL) != SIZE_MAX; }

size_t score_row(const struct score_run *r, const char *table, const char *touchpoint, const char *stage)
{
    size_t row = find_row(r, table, touchpoint, stage);
    if (row == SIZE_MAX) fail_msg("no %s in %s", touchpoint, table);
    return row;
}

const voc_cell *score_cell(const struct score_run *r, const char *table, size_t row, const char *column)
{
    const voc_table t = score_table(r, table);
    assert_true(row < t.n_rows);
    return &t.cells[row * t.n_columns + column_of(&t, column)];
}

double score_real(const struct score_run *r, const char *table, const char *touchpoint, const char *stage, const char *column)
{
    const voc_cell *c = score_cell(r, table, score_row(r, table, touchpoint, stage), column);
    switch (c->type) {
    case VOC_CELL_INT: return (double)c->i;
    case VOC_CELL_MONEY: return (double)c->i / 1e6;
    case VOC_CELL_NA: return NAN;
    default: return c->r;
    }
}

const char *score_text(const struct score_run *r, const char *touchpoint, const char *column)
{
    const voc_cell *c = score_cell(r, "touchpoints", score_row(r, "touchpoints", touchpoint, "all"), column);
    return c->type == VOC_CELL_NA ? "" : c->s.ptr;
}

void score_dump(const struct score_run *r, struct buf *b)
{
    for (size_t i = 0; i < r->result.n_tables; i++) {
        voc_table t;
        assert_int_equal(table_view(r->result.tables[i], &t), VOC_OK);
        buf_printf(b, "[%.*s]\n", (int)t.name.len, t.name.ptr);
        for (size_t k = 0; k < t.n_rows * t.n_columns; k++) {
            const voc_cell *c = &t.cells[k];
            if (c->type == VOC_CELL_TEXT) buf_printf(b, "%.*s;", (int)c->s.len, c->s.ptr);
            else if (c->type == VOC_CELL_REAL || c->type == VOC_CELL_SHARE) buf_printf(b, "%.17g;", c->r);
            else if (c->type == VOC_CELL_RANGE) buf_printf(b, "%.17g %.17g %.17g;", c->r, c->lo, c->hi);
            else if (c->type == VOC_CELL_NA) buf_cstr(b, "-;");
            else buf_printf(b, "%lld;", (long long)c->i);
            if ((k + 1) % t.n_columns == 0) buf_cstr(b, "\n");
        }
        for (size_t k = 0; k < t.n_notes; k++) buf_printf(b, "%.*s\n", (int)t.notes[k].text.len, t.notes[k].text.ptr);
    }
    assert_int_equal(b->rc, VOC_OK);
}
