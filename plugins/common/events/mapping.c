// SPDX-License-Identifier: MIT
// The plan of a file: what sources.xml maps, options over it, a proposal for what neither says, and every column that is
// left as an attribute. Called from head(); faults are worded here, with the line of sources.xml where there is one.
#include <stdio.h>

#include "plugins/common/events/plan.h"

const char *const field_names[FIELD_N] = {"action",     "actor",   "case",     "id",     "ref",  "role",     "owner",   "thread", "touchpoint",
                                          "channel",    "campaign", "object",  "text",   "language", "minutes", "cost",   "value"};

static const unsigned char field_option[FIELD_N] = {OPT_ACTION,     OPT_ACTOR,   OPT_CASE,     OPT_ID,     OPT_REF,  OPT_ROLE,     OPT_OWNER,
                                                    OPT_THREAD,     OPT_TOUCHPOINT, OPT_CHANNEL, OPT_CAMPAIGN, OPT_OBJECT, OPT_TEXT, OPT_LANGUAGE,
                                                    OPT_MINUTES,    OPT_COST,    OPT_VALUE};

static bool equal_folded(voc_str a, const char *b)
{
    if (a.len != strlen(b)) return false;
    for (size_t i = 0; i < a.len; i++) {
        char c = a.ptr[i] >= 'A' && a.ptr[i] <= 'Z' ? (char)(a.ptr[i] - 'A' + 'a') : a.ptr[i];
        if (c != b[i]) return false;
    }
    return true;
}

bool actor_read(voc_str cell, uint32_t *actor)
{
    static const struct { const char *word; uint32_t actor; } words[] = {
        {"customer", VOC_ACTOR_CUSTOMER}, {"company", VOC_ACTOR_COMPANY}, {"other", VOC_ACTOR_OTHER},
        {"inbound", VOC_ACTOR_CUSTOMER}, {"incoming", VOC_ACTOR_CUSTOMER}, {"eingehend", VOC_ACTOR_CUSTOMER}, // of calls and messages
        {"outbound", VOC_ACTOR_COMPANY}, {"outgoing", VOC_ACTOR_COMPANY}, {"ausgehend", VOC_ACTOR_COMPANY}};
    cell = ev_trim(cell);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (equal_folded(cell, words[i].word)) return *actor = words[i].actor, true;
    return false;
}

static void decide(struct events *e, unsigned option) { e->decided |= UINT64_C(1) << option; }
bool plan_decided(const struct events *e, unsigned option) { return (e->decided >> option) & 1; }

static void use(struct events *e, uint32_t column)
{
    if (column != NO_COLUMN) e->columns[column].used = true;
}

// ---- maps of sources.xml --------------------------------------------------------------------------------------------------

static voc_rc map_column(struct events *e, const voc_map *m, voc_str name, uint32_t *out)
{
    char where[80];
    voc_rc rc = VOC_OK;
    *out = NO_COLUMN;
    if (name.len == 0) return VOC_OK;
    *out = column_find(e, name);
    if (*out != NO_COLUMN) return VOC_OK;
    snprintf(where, sizeof where, ", which line %u of the sources maps", m->line);
    (void)column_unknown(e, name, m->line ? where : "", &rc);
    return rc;
}

static voc_rc origin_of(struct events *e, const voc_map *m, bool constant, struct origin *out)
{
    *out = (struct origin){.constant = constant ? m->constant : (voc_str){"", 0}, .format = m->format, .line = m->line,
                           .why = m->reason.len ? WHY_NAME : WHY_SAID};
    return map_column(e, m, m->from, &out->column);
}

// A column, or "date+clock+zone" where no column is called just that.
static voc_rc time_of(struct events *e, const voc_map *m, struct time_origin *t)
{
    if (m->from.len && column_called(e, m->from) == NO_COLUMN && joins_read(e, m->from, t) == VOC_OK) {
        t->from.constant = m->constant;
        t->from.format = m->format;
        t->from.line = m->line;
        return VOC_OK;
    }
    return origin_of(e, m, true, &t->from);
}

static voc_rc map_time(struct events *e, const voc_map *m)
{
    if (e->n_times == TIMES_MAX)
        return ev_error(e, VOC_E_LIMIT, "008", NULL, "line %u of the sources: more than %u date columns", m->line, TIMES_MAX);
    struct time_origin *t = &e->times[e->n_times++];
    time_origin_init(t, NO_COLUMN);
    t->action = m->action;
    voc_rc rc = time_of(e, m, t);
    if (!rc) rc = map_column(e, m, m->action_from, &t->action_column);
    decide(e, OPT_TIME);
    return rc;
}

static voc_rc map_alias(struct events *e, const voc_map *m, struct alias_origin *all, size_t *n, unsigned option)
{
    if (*n == VOC_ALIASES_MAX)
        return ev_error(e, VOC_E_LIMIT, "008", NULL, "line %u of the sources: more than %u aliases", m->line, VOC_ALIASES_MAX);
    struct alias_origin *a = &all[(*n)++];
    *a = (struct alias_origin){.kind = m->alias_kind.len                                          ? m->alias_kind
                                       : option == OPT_ACCOUNT && e->option[OPT_ACCOUNT_KIND].len ? e->option[OPT_ACCOUNT_KIND]
                                                                                                  : (voc_str)VOC_LIT("id"),
                               .strong = m->alias_kind.len ? m->strong : 1};
    decide(e, option);
    return origin_of(e, m, true, &a->from);
}

static voc_rc attr_add(struct events *e, const struct attr_origin *a)
{
    for (size_t i = 0; i < e->n_attrs; i++)
        if (e->attrs[i].entity == a->entity && ev_eq(e->attrs[i].key, a->key))
            return ev_error(e, VOC_E_OPTION, "008", "give one of them another name", "line %u of the sources: there are two attributes \"%.*s\" of the same thing",
                            a->from.line, EV_STR(a->key, 80));
    e->attrs[e->n_attrs++] = *a;
    return VOC_OK;
}

static voc_rc map_attr(struct events *e, const voc_map *m)
{
    struct attr_origin a = {.key = m->constant.len ? m->constant : m->from, .type = m->type, .entity = m->entity};
    voc_rc rc = origin_of(e, m, false, &a.from);
    if (rc) return rc;
    if (a.type > VOC_TYPE_MONEY || a.entity > VOC_ENTITY_CASE) return VOC_E_BUG;
    if (a.type == VOC_TYPE_TIME) {
        a.time = ev_alloc(e, sizeof *a.time);
        if (!a.time) return VOC_E_NOMEM;
        time_origin_init(a.time, NO_COLUMN);
        a.time->from = a.from;
    }
    return attr_add(e, &a);
}

static voc_rc map_unknown(struct events *e, const voc_map *m)
{
    return ev_error(e, VOC_E_OPTION, "008",
                    "it may be time, end, customer, account, attr, action, actor, case, id, ref, ref-event, ref-touchpoint, ref-thread, ref-case, role, owner, "
                    "thread, touchpoint, channel, campaign, object, text, language, minutes, cost or value",
                    "line %u of the sources maps to \"%.*s\", which this plugin does not know", m->line, EV_STR(m->to, 80));
}

static voc_rc map_one(struct events *e, const voc_map *m)
{
    static const char *const refs[] = {"", "ref-event", "ref-touchpoint", "ref-thread", "ref-case"}; // VOC_REF_*
    if (ev_is(m->to, "time")) return map_time(e, m);
    if (ev_is(m->to, "customer")) return map_alias(e, m, e->customers, &e->n_customers, OPT_CUSTOMER);
    if (ev_is(m->to, "account")) return map_alias(e, m, e->accounts, &e->n_accounts, OPT_ACCOUNT);
    if (ev_is(m->to, "attr")) return map_attr(e, m);
    if (ev_is(m->to, "end")) {
        e->has_end = true;
        time_origin_init(&e->end, NO_COLUMN);
        decide(e, OPT_END);
        return time_of(e, m, &e->end);
    }
    for (uint32_t kind = VOC_REF_EVENT; kind <= VOC_REF_CASE; kind++) {
        if (!ev_is(m->to, refs[kind])) continue;
        e->ref_kind = kind;
        decide(e, OPT_REF);
        return origin_of(e, m, true, &e->field[FIELD_REF]);
    }
    for (size_t f = 0; f < FIELD_N; f++) {
        if (!ev_is(m->to, field_names[f])) continue;
        decide(e, field_option[f]);
        return origin_of(e, m, true, &e->field[f]);
    }
    return map_unknown(e, m);
}

// ---- options over them ------------------------------------------------------------------------------------------------------

// "-": no column. *column is NO_COLUMN then.
static voc_rc option_column(struct events *e, unsigned option, uint32_t *column)
{
    voc_rc rc = VOC_OK;
    *column = NO_COLUMN;
    decide(e, option);
    if (ev_is(e->option[option], "-")) return VOC_OK;
    *column = column_find(e, e->option[option]);
    if (*column == NO_COLUMN) (void)column_unknown(e, e->option[option], "", &rc);
    return rc;
}

static voc_rc option_time(struct events *e, unsigned option, struct time_origin *t)
{
    time_origin_init(t, NO_COLUMN);
    if (!ev_is(e->option[option], "-") && column_called(e, e->option[option]) == NO_COLUMN && joins_read(e, e->option[option], t) == VOC_OK) {
        decide(e, option);
        return VOC_OK;
    }
    return option_column(e, option, &t->from.column);
}

static voc_rc option_alias(struct events *e, unsigned option, voc_str kind, uint32_t strong, struct alias_origin *all, size_t *n)
{
    uint32_t column;
    voc_rc rc = option_column(e, option, &column);
    if (rc) return rc;
    size_t kept = 0; // what sources.xml says of this kind is replaced; -O customer replaces all
    for (size_t i = 0; i < *n; i++)
        if (option != OPT_CUSTOMER && option != OPT_ACCOUNT && !ev_eq(all[i].kind, kind)) all[kept++] = all[i];
    *n = kept;
    if (column != NO_COLUMN && *n < VOC_ALIASES_MAX) all[(*n)++] = (struct alias_origin){.from = {.column = column}, .kind = kind, .strong = strong};
    return VOC_OK;
}

static voc_rc apply_options(struct events *e)
{
    uint32_t column;
    voc_rc rc = VOC_OK;
    if (e->option[OPT_TIME].len) {
        rc = option_time(e, OPT_TIME, &e->times[0]);
        e->n_times = !rc && e->times[0].from.column != NO_COLUMN;
    }
    if (e->option[OPT_END].len && !rc) {
        rc = option_time(e, OPT_END, &e->end);
        e->has_end = !rc && e->end.from.column != NO_COLUMN;
    }
    for (size_t f = 0; f < FIELD_N && !rc; f++) {
        if (e->option[field_option[f]].len == 0) continue;
        rc = option_column(e, field_option[f], &column);
        e->field[f] = (struct origin){.column = column};
    }
    static const struct { unsigned option; voc_str kind; uint32_t strong; } aliases[] = {
        {OPT_EMAIL, VOC_LIT("email"), 1}, {OPT_PHONE, VOC_LIT("phone"), 0}, {OPT_COOKIE, VOC_LIT("cookie"), 0}};
    if (e->option[OPT_CUSTOMER].len && !rc) rc = option_alias(e, OPT_CUSTOMER, e->option[OPT_CUSTOMER_KIND], 1, e->customers, &e->n_customers);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases && !rc; i++)
        if (e->option[aliases[i].option].len)
            rc = option_alias(e, aliases[i].option, aliases[i].kind, aliases[i].strong, e->customers, &e->n_customers);
    if (e->option[OPT_ACCOUNT].len && !rc) rc = option_alias(e, OPT_ACCOUNT, e->option[OPT_ACCOUNT_KIND], 1, e->accounts, &e->n_accounts);
    return rc;
}

// ---- the rest ----------------------------------------------------------------------------------------------------------------

static void mark_used(struct events *e)
{
    for (size_t f = 0; f < FIELD_N; f++) use(e, e->field[f].column);
    for (size_t i = 0; i < e->n_times; i++) {
        use(e, e->times[i].from.column);
        use(e, e->times[i].clock);
        use(e, e->times[i].zone);
        use(e, e->times[i].action_column);
    }
    if (e->has_end) use(e, e->end.from.column), use(e, e->end.clock), use(e, e->end.zone);
    for (size_t i = 0; i < e->n_customers; i++) use(e, e->customers[i].from.column);
    for (size_t i = 0; i < e->n_accounts; i++) use(e, e->accounts[i].from.column);
    for (size_t i = 0; i < e->n_attrs; i++) use(e, e->attrs[i].from.column);
}

static voc_rc check(struct events *e)
{
    if (e->n_times == 0 && e->timeless) {
        time_origin_init(&e->times[0], NO_COLUMN);
        e->n_times = 1;
    }
    if (e->n_times == 0) {
        bool dashed = ev_is(e->option[OPT_TIME], "-");
        return ev_error(e, VOC_E_INPUT, "004",
                        e->reader->paths
                            ? "name the path with -O time=PATH (and its pattern with -O time-format=PATTERN); events within an "
                              "array of each record are brought to lines by jq -c '.ARRAY[]' FILE"
                            : "name the column with -O time=COLUMN (and its pattern with -O time-format=PATTERN)",
                        dashed             ? "every event needs a time"
                        : e->reader->paths ? "no path leads to times"
                                           : "no column holds times");
    }
    bool named = e->field[FIELD_ACTION].column != NO_COLUMN || e->field[FIELD_ACTION].constant.len;
    for (size_t i = 0; i < e->n_times && !e->reader->give; i++)
        if (!named && e->times[i].action.len == 0 && e->times[i].action_column == NO_COLUMN)
            return ev_error(e, VOC_E_INPUT, "004",
                            e->reader->paths ? "name the path with -O action=PATH" : "name the column with -O action=COLUMN",
                            "no %s says what was done", EV_PLACE(e));
    if (e->has_end && e->n_times > 1)
        return ev_error(e, VOC_E_OPTION, "008", "remove the end, or all dates but one", "an end goes with one time; there are %zu", e->n_times);
    if (e->n_times > 1 && e->field[FIELD_ID].column != NO_COLUMN)
        return ev_error(e, VOC_E_OPTION, "008", "map it to case, or with <attr>", "an id is of one event; here a row gives up to %zu", e->n_times);
    for (size_t i = 0; i < e->n_attrs; i++) {
        const struct attr_origin *a = &e->attrs[i];
        bool has = a->entity == VOC_ENTITY_EVENT || (a->entity == VOC_ENTITY_INDIVIDUAL && e->n_customers) ||
                   (a->entity == VOC_ENTITY_ACCOUNT && e->n_accounts) ||
                   (a->entity == VOC_ENTITY_CASE &&
                    (e->field[FIELD_CASE].column != NO_COLUMN || e->field[FIELD_CASE].constant.len));
        static const char *const whose[] = {"event", "customer", "account", "case"};
        if (!has)
            return ev_error(e, VOC_E_OPTION, "009", "map a column to it", "line %u of the sources: attribute \"%.*s\" is of the %s, and nothing says which %s",
                            a->from.line, EV_STR(a->key, 80), whose[a->entity], whose[a->entity]);
    }
    return VOC_OK;
}

// pm4py writes the attributes of a trace as columns "case:NAME".
static voc_rc keep_rest(struct events *e)
{
    bool cases = e->field[FIELD_CASE].column != NO_COLUMN;
    for (uint32_t c = 0; c < e->n_columns; c++) {
        voc_str name = e->columns[c].name;
        if (e->columns[c].used) continue;
        struct attr_origin a = {.from = {.column = c, .why = WHY_REST}, .key = name, .type = VOC_TYPE_TEXT, .entity = e->rest_entity};
        if (cases && name.len > 5 && memcmp(name.ptr, "case:", 5) == 0) {
            a.key = (voc_str){name.ptr + 5, name.len - 5};
            a.entity = VOC_ENTITY_CASE;
        }
        for (size_t i = 0; i < e->n_attrs; i++) // an attribute of sources.xml has taken the name
            if (e->attrs[i].entity == a.entity && ev_eq(e->attrs[i].key, a.key)) {
                char made[300];
                int n = snprintf(made, sizeof made, "%.*s (column %u)", EV_STR(name, 256), c + 1);
                if (!ev_copy(e, (voc_str){made, (size_t)n}, &a.key)) return VOC_E_NOMEM;
            }
        voc_rc rc = attr_add(e, &a);
        if (rc) return rc;
    }
    return VOC_OK;
}

// The start of an event with an end is kept as attribute "start_time", or under its column's own name where that is taken.
static void name_start(struct events *e)
{
    e->start_key = (voc_str)VOC_LIT("start_time");
    for (size_t i = 0; i < e->n_attrs; i++)
        if (e->attrs[i].entity == VOC_ENTITY_EVENT && ev_eq(e->attrs[i].key, e->start_key) && e->times[0].from.column != NO_COLUMN)
            e->start_key = e->columns[e->times[0].from.column].name;
}

// Without names, the file's first record is data.
static voc_rc check_header(struct events *e)
{
    voc_time_format *iso;
    int64_t us;
    uint32_t resolution;
    if (!e->header || e->n_samples == 0) return VOC_OK;
    voc_rc rc = e->host->time_format(e->cx, &iso, (voc_str){"", 0}, (voc_str){"", 0});
    for (size_t c = 0; c < e->n_columns && !rc; c++) {
        voc_str name = e->columns[c].name;
        if (name.len < 10 || !memchr(name.ptr, '-', name.len) || !ev_holds(e, e->host->time_parse(iso, name, &us, &resolution))) continue;
        if (cell_missing(column_cell(e, 0, (uint32_t)c)) ||
            !ev_holds(e, e->host->time_parse(iso, column_cell(e, 0, (uint32_t)c), &us, &resolution)))
            continue;
        return ev_error(e, VOC_E_INPUT, "003", "-O header=none reads it as data; the columns are then called col1, col2 ...",
                        "the first row holds no names of columns but data (\"%.*s\")", EV_STR(name, 60));
    }
    return rc;
}

// "1.23457E+14": what a spreadsheet leaves of a long number.
static bool is_shortened(voc_str cell)
{
    const voc_str s = ev_trim(cell);
    size_t i = 1, digits = 0;
    if (s.len < 7 || s.ptr[0] < '1' || s.ptr[0] > '9' || (s.ptr[1] != '.' && s.ptr[1] != ',')) return false;
    while (++i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') continue;
    if (i == 2 || s.len - i < 4 || (s.ptr[i] != 'E' && s.ptr[i] != 'e') || s.ptr[i + 1] != '+') return false;
    for (i += 2; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) digits++;
    return i == s.len && digits > 1;
}

// Nobody says that such a column names somebody but the plan itself.
static voc_rc check_id(struct events *e, const struct origin *o)
{
    for (size_t i = 0; o->column != NO_COLUMN && o->why != WHY_SAID && i < e->n_samples; i++) {
        const voc_str cell = column_cell(e, i, o->column);
        if (is_shortened(cell))
            return ev_error(e, VOC_E_INPUT, "016", "export it anew and open it in no spreadsheet, or let that column be text there; if they are ids all the same, "
                                                   "name the column: -O customer=COLUMN (or account, case, id)",
                            "in %s \"%.*s\" a spreadsheet has shortened \"%.*s\": several that begin with the same digits would become one", EV_PLACE(e),
                            EV_STR(e->columns[o->column].name, 80), EV_STR(cell, 60));
    }
    return VOC_OK;
}

static voc_rc check_ids(struct events *e)
{
    voc_rc rc = check_id(e, &e->field[FIELD_CASE]);
    if (!rc) rc = check_id(e, &e->field[FIELD_ID]);
    for (size_t i = 0; i < e->n_customers && !rc; i++) rc = check_id(e, &e->customers[i].from);
    for (size_t i = 0; i < e->n_accounts && !rc; i++) rc = check_id(e, &e->accounts[i].from);
    return rc;
}

voc_rc plan_make(struct events *e, const voc_block *first)
{
    voc_rc rc = columns_read(e, first);
    if (rc || e->n_columns == 0) return rc;
    rc = check_header(e);
    if (!rc && e->reader->look) rc = e->reader->look(e);
    if (rc) return rc;
    for (size_t f = 0; f < FIELD_N; f++) e->field[f] = (struct origin){.column = NO_COLUMN};
    e->n_times = e->n_customers = e->n_accounts = e->n_attrs = 0;
    e->decided = 0;
    e->has_end = e->proposed = false;
    e->attrs = ev_alloc(e, (e->n_columns + e->n_maps + 1) * sizeof *e->attrs);
    if (!e->attrs) return VOC_E_NOMEM;
    for (size_t i = 0; i < e->n_maps && !rc; i++) rc = map_one(e, &e->maps[i]);
    if (!rc) rc = apply_options(e);
    if (rc) return rc;
    mark_used(e);
    if (!e->settled) propose(e, e->n_maps == 0);
    mark_used(e);
    rc = e->trouble ? e->trouble : check(e);
    if (!rc) rc = check_ids(e);
    if (!rc) rc = keep_rest(e);
    if (!rc) name_start(e);
    if (!rc) rc = times_resolve(e, first);
    if (!rc) rc = numbers_resolve(e, first);
    return rc ? rc : e->trouble;
}
