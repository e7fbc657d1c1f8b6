// SPDX-License-Identifier: MIT
// voc people: who was made one person out of the ids of several sources, by what, and who was not (core/identity/linking.h). METHODS 1.3.
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "identity/identity.h"
#include "store/sort.h"

struct source_seen { voc_str id; uint8_t *sets; /* a bit each */ };
struct belonging { uint32_t person, record, account; int64_t from_us; }; // an id of a person, by code of records

struct people { // owns all but c and p
    struct cli *c;
    struct project *p;
    struct linking *links;
    struct identity *who;
    const voc_str *sets; // the project's
    uint32_t n_sets;
    struct dict *records; // what a set is called: kind, separator, value
    uint32_t *record_of;  // by set
    VEC(struct source_seen) seen;
    VEC(struct belonging) belonging;
    struct buf text;
};

static void people_done(struct people *x)
{
    for (size_t i = 0; i < x->seen.n; i++) mem_free(x->seen.at[i].sets);
    vec_free(&x->seen);
    vec_free(&x->belonging);
    mem_free(x->record_of);
    dict_free(x->records);
    identity_free(x->who);
    linking_free(x->links);
    buf_done(&x->text);
    project_close(x->p);
}

// As people see an alias: the value of an "id", else kind:value. Borrows until the next one.
static voc_str shown(struct people *x, voc_alias a)
{
    if (str_is(a.kind, "id")) return a.value;
    buf_clear(&x->text);
    (void)buf_str(&x->text, a.kind);
    (void)buf_byte(&x->text, ':');
    return buf_str(&x->text, a.value) ? a.value : str_mk(x->text.ptr, x->text.len);
}

static voc_alias record_at(const struct people *x, uint32_t record)
{
    const voc_str text = dict_at(x->records, record);
    const char *end = memchr(text.ptr, '\x1f', text.len);
    const size_t kind = end ? (size_t)(end - text.ptr) : 0;
    return (voc_alias){.kind = str_mk(text.ptr, kind), .value = end ? str_mk(end + 1, text.len - kind - 1) : text};
}

static voc_rc name_set(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    struct people *x = user;
    const voc_alias *record = linking_record(aliases, n);
    if (!record) return VOC_E_INPUT;
    buf_clear(&x->text);
    (void)buf_str(&x->text, record->kind);
    (void)buf_byte(&x->text, '\x1f');
    voc_rc rc = buf_str(&x->text, record->value);
    return rc ? rc : dict_code(x->records, str_mk(x->text.ptr, x->text.len), &x->record_of[set]);
}

static voc_rc name_sets(struct people *x)
{
    voc_rc rc = dict_new(&x->records, SIZE_MAX / 4);
    if (!rc && !(x->record_of = mem_zalloc((size_t)x->n_sets + 1, sizeof *x->record_of))) rc = VOC_E_NOMEM;
    return rc ? rc : aliases_each(x->sets, x->n_sets, name_set, x);
}

// ---- sources ---------------------------------------------------------------------------------------------------------------------

static voc_rc see(void *user, voc_str source, uint32_t set)
{
    struct people *x = user;
    size_t at = x->seen.n;
    while (at > 0 && str_cmp(x->seen.at[at - 1].id, source) != 0) at--; // the one before is the same, mostly
    if (at == 0) {
        bool ok = true;
        voc_rc rc = vec_reserve(&x->seen, 1, UINT32_MAX);
        if (rc) return rc;
        struct source_seen s = {.id = arena_str(&x->c->arena, source.ptr, source.len, &ok), .sets = mem_zalloc((size_t)x->n_sets / 8 + 1, 1)};
        if (!ok || !s.sets) return VOC_E_NOMEM;
        x->seen.at[x->seen.n++] = s;
        at = x->seen.n;
    }
    x->seen.at[at - 1].sets[set / 8] |= (uint8_t)(1u << set % 8);
    return VOC_OK;
}

static int by_source(const void *a, const void *b)
{
    return str_cmp(((const struct source_seen *)a)->id, ((const struct source_seen *)b)->id);
}

struct source_count { int64_t ids, people, alone, joined; };

// seen_record, seen_person: the last source + 1 that counted each.
static voc_rc count_source(struct people *x, size_t source, uint32_t *seen_record, uint32_t *seen_person, struct source_count *n)
{
    const struct source_seen *s = &x->seen.at[source];
    const uint32_t mark = (uint32_t)source + 1;
    voc_rc rc = VOC_OK;
    *n = (struct source_count){0};
    for (uint32_t i = 1; i < x->n_sets && !rc; i++) {
        if (!(s->sets[i / 8] & 1u << i % 8) || seen_record[x->record_of[i]] == mark) continue;
        const voc_alias record = record_at(x, x->record_of[i]);
        const uint32_t person = identity_individual(x->who, i);
        struct link_how how = {0};
        seen_record[x->record_of[i]] = mark;
        rc = linking_how(x->links, &record, &how);
        n->ids++;
        n->people += seen_person[person] != mark;
        seen_person[person] = mark;
        n->alone += !how.has_key;
        n->joined += how.joined;
    }
    return rc;
}

static voc_rc sources_table(struct people *x, struct table **out)
{
    uint32_t *record = mem_zalloc((size_t)dict_n(x->records) + 1, sizeof *record);
    uint32_t *person = mem_zalloc((size_t)identity_n_individuals(x->who) + 1, sizeof *person);
    voc_rc rc = record && person ? table_new(out, "sources", "", 0) : VOC_E_NOMEM;
    if (!rc) rc = table_column(*out, "source", "source", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "ids", "ids", VOC_CELL_INT, "", 0, "distinct ids of customers in it: a row's login or contact id, else its mail address, else its cookie");
    if (!rc) rc = table_column(*out, "people", "people", VOC_CELL_INT, "", 0, "whom these ids stand for");
    if (!rc) rc = table_column(*out, "joined", "joined", VOC_CELL_INT, "", 0, "ids that are one person with another id, of this source or another");
    if (!rc) rc = table_column(*out, "without_key", "without a key", VOC_CELL_INT, "", 0, "ids that come with nothing by which another source could know them");
    if (!rc) rc = table_column(*out, "unlinked", "share without a key", VOC_CELL_SHARE, "", 0, NULL);
    if (!rc) rc = table_semantics(*out, "One line a source. What one person does in two sources is seen as theirs only where ids are joined.");
    if (!rc && x->seen.n) qsort(x->seen.at, x->seen.n, sizeof *x->seen.at, by_source);
    for (size_t i = 0; i < x->seen.n && !rc; i++) {
        struct source_count n;
        rc = count_source(x, i, record, person, &n);
        table_text(*out, x->seen.at[i].id);
        table_int(*out, n.ids);
        table_int(*out, n.people);
        table_int(*out, n.joined);
        table_int(*out, n.alone);
        if (!rc) rc = table_cell(*out, &(voc_cell){.type = VOC_CELL_SHARE, .r = n.ids ? (double)n.alone / (double)n.ids : 0});
    }
    mem_free(record);
    mem_free(person);
    return rc;
}

// ---- what merges nothing ---------------------------------------------------------------------------------------------------------

static voc_rc keys_table(struct people *x, struct table **out)
{
    const struct link_idle *idle = NULL;
    const size_t n = linking_idle(x->links, &idle);
    voc_rc rc = table_new(out, "keys", "Keys that join nobody", 0);
    if (!rc) rc = table_column(*out, "key", "key", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "ids", "ids that have it", VOC_CELL_INT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "why", "why", VOC_CELL_TEXT, "", 0, NULL);
    for (size_t i = 0; i < n && !rc; i++) {
        char why[100];
        snprintf(why, sizeof why, "more than %d ids of one source have it", LINK_SHARED_MAX);
        table_text(*out, shown(x, idle[i].key));
        table_int(*out, idle[i].records);
        table_text(*out, str_of(idle[i].use == LINK_ROLE ? "a mailbox that several people read" : why));
    }
    return rc;
}

static voc_rc doubts_table(struct people *x, struct table **out)
{
    const struct link_doubt *doubt = NULL;
    const size_t n = linking_doubts(x->links, &doubt);
    voc_rc rc = table_new(out, "duplicates", "Possible duplicates", 0);
    if (!rc) rc = table_column(*out, "one", "one", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "other", "and", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "key", "both have", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_semantics(*out, "They share a phone number or a cookie, but have different logins, contact ids or mail addresses: they stay two.");
    for (size_t i = 0; i < n && !rc; i++) {
        table_text(*out, shown(x, doubt[i].a));
        table_text(*out, shown(x, doubt[i].b));
        table_text(*out, shown(x, doubt[i].key));
    }
    return rc;
}

// ---- people in two accounts ------------------------------------------------------------------------------------------------------

static voc_rc take_member(void *user, const struct store_member *m)
{
    struct people *x = user;
    const struct belonging b = {identity_individual(x->who, m->customer), m->customer < x->n_sets ? x->record_of[m->customer] : 0,
                                identity_account(x->who, m->account), m->valid_from_us};
    if (!b.person || !b.account) return VOC_OK;
    voc_rc rc = vec_reserve(&x->belonging, 1, SIZE_MAX / sizeof *x->belonging.at);
    if (!rc) x->belonging.at[x->belonging.n++] = b;
    return rc;
}

static int by_person(const void *a, const void *b, const void *user)
{
    const struct people *x = user;
    const struct belonging *p = a, *q = b;
    int c = p->person == q->person ? 0 : str_cmp(identity_individual_name(x->who, p->person), identity_individual_name(x->who, q->person));
    if (c || p->person != q->person) return c ? c : p->person < q->person ? -1 : 1;
    c = p->record == q->record ? 0 : str_cmp(dict_at(x->records, p->record), dict_at(x->records, q->record));
    if (c) return c;
    if (p->from_us != q->from_us) return p->from_us < q->from_us ? -1 : 1;
    return str_cmp(identity_account_name(x->who, p->account), identity_account_name(x->who, q->account));
}

// Is it the account that its id has now? An id that began in two at one time has both.
static bool is_last(const struct people *x, size_t i, size_t end)
{
    const struct belonging *b = &x->belonging.at[i];
    for (size_t k = i + 1; k < end && x->belonging.at[k].record == b->record; k++)
        if (x->belonging.at[k].from_us > b->from_us) return false;
    return true;
}

static voc_rc put_conflict(struct people *x, struct table *t, size_t first, size_t end)
{
    uint32_t account = 0;
    bool differ = false;
    for (size_t i = first; i < end; i++) {
        if (!is_last(x, i, end)) continue;
        differ = differ || (account && x->belonging.at[i].account != account);
        account = x->belonging.at[i].account;
    }
    for (size_t i = first; i < end && differ; i++) {
        const struct belonging *b = &x->belonging.at[i];
        if (!is_last(x, i, end)) continue;
        table_text(t, identity_individual_name(x->who, b->person));
        table_text(t, shown(x, record_at(x, b->record)));
        table_text(t, identity_account_name(x->who, b->account));
        table_time(t, b->from_us);
    }
    return VOC_OK;
}

static voc_rc conflicts_table(struct people *x, struct table **out)
{
    voc_rc rc = table_new(out, "conflicts", "People in two accounts at once", 0);
    if (!rc) rc = table_column(*out, "person", "person", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "id", "their id", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "account", "is in account", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "since", "since", VOC_CELL_TIME, "", 0, NULL);
    if (!rc) rc = table_semantics(*out, "Their ids name different accounts. Events count for the account that they name themselves, others for the one that was joined last before them.");
    if (!rc) rc = store_members(x->p, take_member, x);
    if (!rc) rc = sort_stable(x->belonging.at, x->belonging.n, sizeof *x->belonging.at, by_person, x);
    for (size_t first = 0, end; first < x->belonging.n && !rc; first = end) {
        for (end = first + 1; end < x->belonging.n && x->belonging.at[end].person == x->belonging.at[first].person; end++) {}
        rc = put_conflict(x, *out, first, end);
    }
    return rc;
}

// ---- one person ------------------------------------------------------------------------------------------------------------------

// Is this what was typed: kind:value, or the value alone?
static bool is_typed(struct people *x, voc_alias a, voc_str typed)
{
    return str_eq(a.value, typed) || str_eq(shown(x, a), typed);
}

struct asking { struct people *x; voc_str typed; bool *asked /* by person */, found; };

static voc_rc ask_set(void *user, uint32_t set, const voc_alias *aliases, size_t n)
{
    struct asking *q = user;
    for (size_t m = 0; m < n; m++)
        if (is_typed(q->x, aliases[m], q->typed)) q->asked[identity_individual(q->x->who, set)] = q->found = true;
    return VOC_OK;
}

static voc_rc asked_for(struct people *x, bool *asked)
{
    voc_rc rc = VOC_OK;
    for (int k = 1; k < x->c->n_args && !rc; k++) {
        struct asking q = {.x = x, .typed = str_of(x->c->args[k]), .asked = asked};
        rc = aliases_each(x->sets, x->n_sets, ask_set, &q);
        if (rc || q.found) continue;
        diag_error(x->c->diag, "PEOPLE-001", NULL, 0, "people are named by any of their ids, exactly as their source has it", "the project knows nobody by %.200s", x->c->args[k]);
        rc = VOC_E_OPTION;
    }
    return rc;
}

struct id_row { uint32_t person; voc_str id; bool strong; }; // id in the cli's arena
struct id_list { VEC(struct id_row) v; };

static int by_id(const void *a, const void *b, const void *user)
{
    const struct identity *who = user;
    const struct id_row *x = a, *y = b;
    int c = str_cmp(identity_individual_name(who, x->person), identity_individual_name(who, y->person));
    return c ? c : str_cmp(x->id, y->id);
}

static voc_rc list_ids(struct people *x, const bool *asked, struct id_list *list)
{
    voc_rc rc = VOC_OK;
    for (uint32_t i = 1; i < x->n_sets && !rc; i++) {
        voc_alias aliases[VOC_ALIASES_MAX];
        size_t n = 0;
        const uint32_t person = identity_individual(x->who, i);
        if (!asked[person]) continue;
        rc = aliases_decode(&x->c->arena, x->sets[i], aliases, &n);
        for (size_t m = 0; m < n && !rc; m++) {
            bool ok = true;
            const voc_str text = shown(x, aliases[m]);
            rc = vec_reserve(&list->v, 1, UINT32_MAX);
            if (rc) return rc;
            const struct id_row row = {person, arena_str(&x->c->arena, text.ptr, text.len, &ok), aliases[m].strong != 0};
            if (!ok) return VOC_E_NOMEM;
            list->v.at[list->v.n++] = row;
        }
    }
    return rc ? rc : sort_stable(list->v.at, list->v.n, sizeof *list->v.at, by_id, x->who);
}

static voc_rc ids_table(struct people *x, struct table **out)
{
    struct id_list list = {0};
    bool *asked = mem_zalloc((size_t)identity_n_individuals(x->who) + 1, sizeof *asked);
    voc_rc rc = asked ? asked_for(x, asked) : VOC_E_NOMEM;
    if (!rc) rc = list_ids(x, asked, &list);
    if (!rc) rc = table_new(out, "ids", "", 0);
    if (!rc) rc = table_column(*out, "person", "person", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "id", "id", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(*out, "joins", "joins", VOC_CELL_TEXT, "", 0, "strong: all who have it are one person; weak (a cookie, a phone): unless their logins or addresses differ");
    if (!rc) rc = table_semantics(*out, "Every id that the person is known by, also those that join nobody; journeys and scores call them by the first column.");
    for (size_t i = 0; i < list.v.n && !rc; i++) {
        const struct id_row *r = &list.v.at[i];
        if (i && r[-1].person == r->person && str_eq(r[-1].id, r->id)) continue;
        table_text(*out, identity_individual_name(x->who, r->person));
        table_text(*out, r->id);
        table_text(*out, str_of(r->strong ? "strong" : "weak"));
    }
    vec_free(&list.v);
    mem_free(asked);
    return rc;
}

// ---- the command -----------------------------------------------------------------------------------------------------------------

static voc_rc set_country(struct cli *c)
{
    struct project *p = NULL;
    char digits[8];
    size_t n = 0;
    const voc_str typed = c->own[PEOPLE_COUNTRY].s;
    for (size_t i = 0; i < typed.len; i++) {
        const bool sign = i == 0 && typed.ptr[i] == '+';
        if ((typed.ptr[i] >= '0' && typed.ptr[i] <= '9' && n < 4)) digits[n++] = typed.ptr[i];
        else if (!sign) n = sizeof digits;
        if (n > 4) break;
    }
    if (n > 4 || (n && digits[0] == '0')) {
        diag_error(c->diag, "PEOPLE-002", NULL, 0, "the digits behind the +, such as 49 for Germany; an empty text takes it back", "%.*s is no country code of phone numbers", STR_SHOWN(typed, 40));
        return VOC_E_OPTION;
    }
    voc_rc rc = cli_open(c, &p, PROJECT_WRITE);
    if (!rc) rc = store_definition_set(p, str_of(LINKING_COUNTRY), str_mk(digits, n));
    project_close(p);
    return rc;
}

static voc_rc open_people(struct people *x, struct cli *c)
{
    x->c = c;
    buf_init(&x->text, SIZE_MAX / 4);
    voc_rc rc = cli_open(c, &x->p, PROJECT_READ);
    if (!rc) rc = store_strings(x->p, SPACE_ALIASES, &x->sets, &x->n_sets);
    if (!rc) rc = linking_load(&x->links, x->p, c->diag);
    if (!rc && !x->links && !(rc = linking_new(&x->links, STR("")))) rc = linking_solve(x->links);
    if (!rc) rc = identity_load(&x->who, x->p, c->diag);
    return rc ? rc : name_sets(x);
}

static voc_rc notes(struct people *x, struct table *t)
{
    const struct link_doubt *doubt = NULL;
    char text[300];
    const size_t n = linking_doubts(x->links, &doubt);
    snprintf(text, sizeof text, "%zu pair%s might be one person: --table duplicates lists them.", n, n == 1 ? "" : "s");
    voc_rc rc = n ? table_note(t, VOC_NOTE_AFTER, text) : VOC_OK;
    return rc ? rc : table_note(t, VOC_NOTE_NEXT, "voc people PROJECT NAME shows by which ids somebody is known");
}

int run_people(struct cli *c)
{
    struct people x = {0};
    struct table *t[4] = {NULL, NULL, NULL, NULL};
    const bool named = c->n_args > 1;
    voc_rc rc = c->own[PEOPLE_COUNTRY].set ? set_country(c) : VOC_OK;
    if (!rc) rc = open_people(&x, c);
    if (!rc && named) rc = ids_table(&x, &t[0]);
    if (!rc && !named) {
        rc = store_named(x.p, see, &x, c->diag);
        if (!rc) rc = sources_table(&x, &t[0]);
        if (!rc) rc = keys_table(&x, &t[1]);
        if (!rc) rc = doubts_table(&x, &t[2]);
        if (!rc) rc = conflicts_table(&x, &t[3]);
        if (!rc) rc = notes(&x, t[0]);
        if (!rc) rc = table_name_project(t[0], c->project);
    }
    if (!rc) rc = cli_tables(c, x.p, NULL, t, named ? 1 : 4);
    for (size_t i = 0; i < 4; i++) table_free(t[i]);
    people_done(&x);
    return cli_exit(c, rc);
}
