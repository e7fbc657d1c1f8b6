// SPDX-License-Identifier: MIT
// Cells of event, journey, unit, said and mention: of the row on which a scan stands, from the fields that its set keeps.
#include "host/views/views_int.h"

#include "base/str.h"

const char *const views_actors[VIEWS_ACTORS] = {"", "customer", "company", "other"};
static const char *const class_names[] = {"neutral", "value", "mechanical", "harm", "undelivered", "passage", "trouble"};
static const char *const resolution_names[] = {"us", "ms", "second", "minute", "hour", "day"};
static const char *const end_names[] = {"", "forward", "backward", "exit", "lapsed", "censored"};
static const char *const beginning_names[] = {"seen", "before the data", "seen", "known from before the data"}; // by VOC_STAY_*

// ---- cells -------------------------------------------------------------------------------------------------------------------------------

static voc_cell text_cell(voc_str s) { return s.len ? (voc_cell){.type = VOC_CELL_TEXT, .s = s} : (voc_cell){.type = VOC_CELL_NA}; }
static voc_cell int_cell(int64_t i) { return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_INT, .i = i}; }
static voc_cell micro_cell(int64_t i)
{
    return i == VOC_NA ? (voc_cell){.type = VOC_CELL_NA} : (voc_cell){.type = VOC_CELL_REAL, .r = (double)i / 1e6};
}

static voc_cell time_cell(struct scan *s, int64_t us, uint32_t resolution)
{
    buf_clear(&s->text);
    time_print(&s->text, us, resolution);
    return text_cell(str_mk(s->text.ptr ? s->text.ptr : "", s->text.len));
}

static voc_cell code_cell(const struct scan *s, uint32_t column, uint32_t code) { return text_cell(timeline_name(s->of->timeline, column, code)); }

static voc_cell touchpoint_cell(const struct scan *s, uint32_t t, bool step)
{
    const voc_definition *d = timeline_definition(s->of->timeline);
    return t == VOC_NONE ? text_cell((voc_str){"", 0}) : text_cell(step ? d->touchpoints[t].step : d->touchpoints[t].id);
}

static voc_cell stage_cell(const struct scan *s, uint32_t stage)
{
    const voc_definition *d = timeline_definition(s->of->timeline);
    return stage < d->n_stages ? text_cell(d->stages[stage].id) : (voc_cell){.type = VOC_CELL_NA};
}

static voc_cell definition_cell(const struct scan *s)
{
    if (s->definition) return (voc_cell){.type = VOC_CELL_TEXT, .s = str_of(s->definition)};
    return text_cell(timeline_definition(s->of->timeline)->id);
}

static const void *cell_of(const struct scan *s, enum stored c, size_t width) { return (const char *)slab_column(s->set, s->slab, c) + s->i * width; }
static uint32_t code_at(const struct scan *s, enum stored c) { return *(const uint32_t *)cell_of(s, c, 4); }
static int64_t wide_at(const struct scan *s, enum stored c) { return *(const int64_t *)cell_of(s, c, 8); }
static uint8_t byte_at(const struct scan *s, enum stored c) { return *(const uint8_t *)cell_of(s, c, 1); }
static voc_str text_at(const struct scan *s, enum stored c) { return *(const voc_str *)cell_of(s, c, sizeof(voc_str)); }

// Rows of a unit mostly come one after the other.
static voc_str unit_at(struct scan *s)
{
    const struct segment *x = s->near;
    if (!x || s->row < x->first || s->row - x->first >= x->n) x = s->near = set_segment(s->set, s->row);
    return x->unit;
}

// What is named is there as long as the timeline; texts of rows, and those that are made up, are not.
voc_rc event_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    struct scan *s = scan;
    const voc_definition *d = timeline_definition(s->of->timeline);
    uint32_t code;
    (void)user;
    *lasts = true;
    *out = (voc_cell){.type = VOC_CELL_NA};
    switch (column) {
    case E_UNIT: *out = text_cell(unit_at(s)); break;
    case E_INDIVIDUAL: *out = code_cell(s, VOC_COL_INDIVIDUAL, code_at(s, S_INDIVIDUAL)); break;
    case E_ACCOUNT: *out = code_cell(s, VOC_COL_ACCOUNT, code_at(s, S_ACCOUNT)); break;
    case E_CASE: *out = code_cell(s, VOC_COL_CASE, code_at(s, S_CASE)); break;
    case E_EPISODE:
        if ((code = code_at(s, S_EPISODE)) != 0) *out = int_cell(code);
        break;
    case E_TIME_US: *out = int_cell(wide_at(s, S_TIME)); break;
    case E_RESOLUTION: *out = text_cell(str_of(resolution_names[byte_at(s, S_RESOLUTION)])); break;
    case E_ACTOR: *out = text_cell(str_of(views_actors[byte_at(s, S_ACTOR)])); break;
    case E_ACTION: *out = code_cell(s, VOC_COL_ACTION, code_at(s, S_ACTION)); break;
    case E_CLASS:
        if (byte_at(s, S_CLASS) != UINT8_MAX) *out = text_cell(str_of(class_names[byte_at(s, S_CLASS)]));
        break;
    case E_TOUCHPOINT: *out = touchpoint_cell(s, code_at(s, S_TOUCHPOINT), false); break;
    case E_STEP: *out = touchpoint_cell(s, code_at(s, S_TOUCHPOINT), true); break;
    case E_CHANNEL: *out = code_cell(s, VOC_COL_CHANNEL, code_at(s, S_CHANNEL)); break;
    case E_CAMPAIGN: *out = code_cell(s, VOC_COL_CAMPAIGN, code_at(s, S_CAMPAIGN)); break;
    case E_OBJECT: *out = code_cell(s, VOC_COL_OBJECT, code_at(s, S_OBJECT)); break;
    case E_ROLE: *out = code_cell(s, VOC_COL_ROLE, code_at(s, S_ROLE)); break;
    case E_OWNER: *out = code_cell(s, VOC_COL_OWNER, code_at(s, S_OWNER)); break;
    case E_THREAD: *out = code_cell(s, VOC_COL_THREAD, code_at(s, S_THREAD)); break;
    case E_PERSON_ROLE: *out = code_cell(s, VOC_COL_ROLE, code_at(s, S_PERSON_ROLE)); break;
    case E_SEGMENT:
        if ((code = code_at(s, S_SEGMENT)) < d->n_segments) *out = text_cell(d->segments[code]);
        break;
    case E_STAGE: *out = stage_cell(s, code_at(s, S_STAGE)); break;
    case E_PERSON_STAGE: *out = stage_cell(s, code_at(s, S_PERSON_STAGE)); break;
    case E_DELIVERED: *out = int_cell(byte_at(s, S_DELIVERED)); break;
    case E_MINUTES: *out = micro_cell(wide_at(s, S_MINUTES)); break;
    case E_COST: *out = micro_cell(wide_at(s, S_COST)); break;
    case E_VALUE: *out = micro_cell(wide_at(s, S_VALUE)); break;
    case E_SOURCE: *out = text_cell(timeline_source_name(s->of->timeline, code_at(s, S_SOURCE))); break;
    case E_LINE: *out = int_cell(wide_at(s, S_LINE)); break;
    default: *lasts = false; break;
    }
    if (*lasts) return VOC_OK;
    switch (column) {
    case E_ID: *out = text_cell(text_at(s, S_ID)); break;
    case E_TIME: *out = time_cell(s, wide_at(s, S_TIME), byte_at(s, S_RESOLUTION)); break;
    case E_REF: *out = text_cell(text_at(s, S_REF)); break;
    case E_TEXT: *out = text_cell(text_at(s, S_TEXT)); break;
    case E_ATTRIBUTES: *out = text_cell(text_at(s, S_ATTRS)); break;
    case E_DEFINITION: *out = definition_cell(s); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

// As voc stages counts it: whether a stay goes on, and nobody has acted for the stall time of its stage.
static voc_cell stalled_cell(const struct scan *s, const voc_stay *y)
{
    const struct stage *stage = &s->of->journey->stages[y->stage];
    if (stage->stall_us == VOC_NA || stage->stall_working) return (voc_cell){.type = VOC_CELL_NA};
    return int_cell(y->end == VOC_END_CENSORED && y->out_us - wide_at(s, S_TIME) > stage->stall_us);
}

voc_rc journey_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    struct scan *s = scan;
    const voc_definition *d = timeline_definition(s->of->timeline);
    (void)user;
    *lasts = column != J_IN && column != J_OUT && column != J_DEFINITION;
    if (column == J_UNIT) *out = text_cell(unit_at(s));
    if (column == J_DEFINITION) *out = definition_cell(s);
    if (column == J_UNIT || column == J_DEFINITION) return VOC_OK;
    const voc_stay *y = cell_of(s, S_STAY, sizeof *y);
    switch (column) {
    case J_EPISODE: *out = int_cell(y->episode); break;
    case J_STAGE: *out = text_cell(d->stages[y->stage].id); break;
    case J_IN_US: *out = int_cell(y->in_us); break;
    case J_OUT_US: *out = int_cell(y->out_us); break;
    case J_END: *out = text_cell(str_of(end_names[y->end])); break;
    case J_IN: *out = time_cell(s, y->in_us, VOC_RES_SECOND); break;
    case J_OUT: *out = time_cell(s, y->out_us, VOC_RES_SECOND); break;
    case J_EXIT: *out = y->exit < d->n_exits ? text_cell(d->exits[y->exit].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case J_SEGMENT: *out = y->segment < d->n_segments ? text_cell(d->segments[y->segment]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case J_BEGINNING: *out = text_cell(str_of(beginning_names[y->flags & (VOC_STAY_TRUNCATED | VOC_STAY_KNOWN_FROM)])); break;
    case J_LAST_ACT: *out = int_cell(wide_at(s, S_TIME)); break;
    case J_STALLED: *out = stalled_cell(s, y); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

// won, lost ... of the last stay that ended in an exit; open while a stay goes on; lapsed; none without a stay.
static voc_str outcome(const voc_definition *d, const struct summary *u)
{
    if (!u->episodes) return STR("none");
    if (u->end == VOC_END_EXIT && u->exit < d->n_exits) return d->exits[u->exit].outcome;
    if (d->win_stage != VOC_NONE && u->stage == d->win_stage) return STR("won");
    return u->end == VOC_END_LAPSED ? STR("lapsed") : STR("open");
}

voc_rc unit_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    static const char *const kinds[] = {"", "account", "individual", "case"};
    struct scan *s = scan;
    const voc_definition *d = timeline_definition(s->of->timeline);
    (void)user;
    *lasts = column != U_DEFINITION;
    if (column == U_UNIT) *out = (voc_cell){.type = VOC_CELL_TEXT, .s = unit_at(s)};
    if (column == U_DEFINITION) *out = definition_cell(s);
    if (column == U_UNIT || column == U_DEFINITION) return VOC_OK;
    const struct summary *u = cell_of(s, S_SUMMARY, sizeof *u);
    switch (column) {
    case U_FIRST: *out = int_cell(u->first_us); break;
    case U_LAST: *out = int_cell(u->last_us); break;
    case U_EVENTS: *out = int_cell((int64_t)u->events); break;
    case U_KIND: *out = text_cell(u->internal ? STR("internal") : str_of(kinds[d->unit])); break;
    case U_ACCOUNT: *out = code_cell(s, VOC_COL_ACCOUNT, u->account); break;
    case U_SEGMENT: *out = u->segment < d->n_segments ? text_cell(d->segments[u->segment]) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_EPISODES: *out = int_cell(u->episodes); break;
    case U_STAGE: *out = u->episodes && u->end == VOC_END_CENSORED ? text_cell(d->stages[u->stage].id) : (voc_cell){.type = VOC_CELL_NA}; break;
    case U_OUTCOME: *out = text_cell(outcome(d, u)); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

// ---- what was said -----------------------------------------------------------------------------------------------------------------------

// The words that speak of the theme of the row, as voc words shows them. Rows of one text follow each other: it is coded once.
static voc_rc decided_cell(struct scan *s, voc_cell *out)
{
    const struct journey *j = s->of->journey;
    const voc_str text = text_at(s, S_TEXT);
    voc_rc rc = VOC_OK;
    if (text.ptr != s->coded.ptr || text.len != s->coded.len) rc = codebook_code(&s->coding, j->themes, j->n_themes, text);
    s->coded = rc ? (voc_str){NULL, 0} : text;
    buf_clear(&s->text);
    if (!rc) rc = codebook_decided(&s->text, &s->coding, j->themes, text, code_at(s, S_THEME));
    *out = text_cell(str_mk(s->text.ptr ? s->text.ptr : "", s->text.len));
    return rc;
}

static voc_rc spoken_cell(struct scan *s, unsigned is, voc_cell *out, bool *lasts)
{
    const struct journey *j = s->of->journey;
    *lasts = true;
    switch (is) {
    case W_UNIT: *out = text_cell(unit_at(s)); break;
    case W_INDIVIDUAL: *out = code_cell(s, VOC_COL_INDIVIDUAL, code_at(s, S_INDIVIDUAL)); break;
    case W_ROLE: *out = code_cell(s, VOC_COL_ROLE, code_at(s, S_PERSON_ROLE)); break;
    case W_STAGE: *out = stage_cell(s, code_at(s, S_STAGE)); break;
    case W_PERSON_STAGE: *out = stage_cell(s, code_at(s, S_PERSON_STAGE)); break;
    case W_TIME_US: *out = int_cell(wide_at(s, S_TIME)); break;
    case W_RESOLUTION: *out = text_cell(str_of(resolution_names[byte_at(s, S_RESOLUTION)])); break;
    case W_THEMES: *out = int_cell(code_at(s, S_THEMES)); break;
    case W_UNDECIDED: *out = int_cell(byte_at(s, S_UNDECIDED)); break;
    case W_THEME: *out = text_cell(j->themes[code_at(s, S_THEME)].id); break;
    case W_AFFIRMED: *out = int_cell(code_at(s, S_AFFIRMED)); break;
    case W_NEGATED: *out = int_cell(code_at(s, S_NEGATED)); break;
    case W_DIRECT: *out = int_cell(code_at(s, S_DIRECT)); break;
    case W_SOURCE: *out = text_cell(text_at(s, S_ORIGIN)); break;
    case W_LINE: *out = wide_at(s, S_LINE) ? int_cell(wide_at(s, S_LINE)) : (voc_cell){.type = VOC_CELL_NA}; break;
    default: *lasts = false; break;
    }
    if (*lasts) return VOC_OK;
    switch (is) {
    case W_TIME: *out = time_cell(s, wide_at(s, S_TIME), byte_at(s, S_RESOLUTION)); break;
    case W_EVENT: *out = text_cell(text_at(s, S_REF)); break;
    case W_ID: *out = text_cell(text_at(s, S_ID)); break;
    case W_LANGUAGE: *out = text_cell(text_at(s, S_LANGUAGE)); break;
    case W_FILE: *out = text_cell(text_at(s, S_FILE)); break;
    case W_TEXT: *out = text_cell(text_at(s, S_TEXT)); break;
    case W_DECIDED_BY: return decided_cell(s, out);
    case W_DEFINITION: *out = definition_cell(s); break;
    default: return VOC_E_BUG;
    }
    return VOC_OK;
}

voc_rc said_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    (void)user;
    return spoken_cell(scan, said_is[column], out, lasts);
}

voc_rc mention_cell(void *user, void *scan, unsigned column, voc_cell *out, bool *lasts)
{
    (void)user;
    return spoken_cell(scan, mention_is[column], out, lasts);
}
