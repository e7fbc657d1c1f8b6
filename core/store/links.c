// SPDX-License-Identifier: MIT
// Links as they were written (import_links.c): which aliases are known to be one person's, and who says so; and which sources name whom.
#include <inttypes.h>
#include "store/columns/block.h"
#include "store/project.h"

static const char ANY_LINK[] = "SELECT EXISTS (SELECT 1 FROM link)";
static const char SELECT_ALIASES[] = "SELECT id, kind, value FROM alias ORDER BY id";
static const char SELECT_LINKS[] =
    "SELECT l.a, l.b, l.rule, i.source, l.record = 0 AND l.rule = 'same-row' FROM link AS l JOIN import AS i ON i.number = l.import";

voc_rc store_linked(struct project *p, bool *any)
{
    int64_t n = 0;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_int(p, ANY_LINK, &n);
    *any = n != 0;
    return rc;
}

voc_rc store_aliases(struct project *p, voc_rc (*each)(void *user, const struct store_alias *a), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_ALIASES);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) {
        const struct store_alias x = {.id = sqlite3_column_int64(s, 0), .kind = db_text(s, 1), .value = db_text(s, 2)};
        rc = each(user, &x);
    }
    db_done(&s);
    return rc;
}

voc_rc store_links(struct project *p, voc_rc (*each)(void *user, const struct store_link *l), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_LINKS);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) {
        const struct store_link x = {.a = sqlite3_column_int64(s, 0), .b = sqlite3_column_int64(s, 1), .rule = db_text(s, 2), .source = db_text(s, 3),
                                     .same_row = sqlite3_column_int64(s, 4) != 0};
        rc = each(user, &x);
    }
    db_done(&s);
    return rc;
}

// ---- who is named by which source ------------------------------------------------------------------------------------------------

static const char SELECT_FACTS[] = "SELECT b.id, b.kind, b.data, i.source FROM block AS b JOIN import AS i ON i.number = b.import WHERE b.kind IN (2, 5) ORDER BY b.id";
static const char SELECT_SPEAKERS[] = "SELECT DISTINCT w.customer, i.source FROM word AS w JOIN import AS i ON i.number = w.import ORDER BY 2, 1";

typedef voc_rc named_fn(void *user, voc_str source, uint32_t aliases);

static voc_rc named_in_events(struct project *p, named_fn *each, void *user, struct diag *d)
{
    struct event_reader *reader = NULL;
    const voc_str *sources = NULL;
    uint32_t n = 0, customer = 0, source = 0;
    voc_rc rc = store_strings(p, SPACE_SOURCE, &sources, &n);
    if (rc == VOC_OK) rc = event_reader_open(&reader, p, EV_CUSTOMER | EV_SOURCE, d);
    while (rc == VOC_OK) {
        struct event_block b = {0};
        rc = event_reader_next(reader, &b);
        if (rc != VOC_OK || b.n == 0) break;
        for (size_t k = 0; k < b.n && rc == VOC_OK; k++) { // rows of one customer lie together
            if (b.customer[k] == customer && b.source[k] == source) continue;
            customer = b.customer[k], source = b.source[k];
            if (customer) rc = each(user, source < n ? sources[source] : STR(""), customer);
        }
    }
    event_reader_close(reader);
    return rc;
}

static voc_rc named_in_block(struct block_reader *r, int64_t *entity, int64_t *who, voc_str source, uint32_t n, named_fn *each, void *user)
{
    voc_rc rc = block_read_ints(r, COLUMN_ENTITY, entity);
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_WHO, who);
    for (size_t k = 0; rc == VOC_OK && k < r->rows; k++) {
        if (entity[k] != VOC_ENTITY_INDIVIDUAL || (k && who[k] == who[k - 1] && entity[k - 1] == VOC_ENTITY_INDIVIDUAL)) continue;
        if (who[k] < 0 || who[k] >= (int64_t)n) return VOC_E_INPUT;
        if (who[k]) rc = each(user, source, (uint32_t)who[k]);
    }
    return rc;
}

static voc_rc named_in_facts(struct project *p, uint32_t n, named_fn *each, void *user)
{
    struct block_reader r;
    sqlite3_stmt *s = NULL;
    bool row = true;
    int64_t *entity = mem_alloc(BLOCK_ROWS * sizeof *entity), *who = mem_alloc(BLOCK_ROWS * sizeof *who);
    voc_rc rc = block_reader_init(&r);
    if (rc == VOC_OK && (!entity || !who)) rc = VOC_E_NOMEM;
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_FACTS);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) {
        const voc_str data = db_text(s, 2);
        rc = block_open(&r, (enum block_kind)sqlite3_column_int(s, 1), data.ptr, data.len);
        if (rc == VOC_OK) rc = named_in_block(&r, entity, who, db_text(s, 3), n, each, user);
        if (rc == VOC_E_INPUT) rc = db_damaged(p, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), *r.why ? r.why : "a person that there is not");
    }
    db_done(&s);
    block_reader_done(&r);
    mem_free(entity);
    mem_free(who);
    return rc;
}

voc_rc store_named(struct project *p, named_fn *each, void *user, struct diag *d)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    uint32_t n = 0;
    voc_rc rc = store_n_strings(p, SPACE_ALIASES, &n);
    if (rc == VOC_OK) rc = named_in_events(p, each, user, d);
    if (rc == VOC_OK) rc = named_in_facts(p, n, each, user);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_SPEAKERS);
    while (rc == VOC_OK && (rc = db_step(p, s, &row)) == VOC_OK && row) {
        const int64_t who = sqlite3_column_int64(s, 0);
        if (who < 0 || who >= (int64_t)n) rc = db_damaged(p, "a word of a person that there is not");
        else if (who) rc = each(user, db_text(s, 1), (uint32_t)who);
    }
    db_done(&s);
    return rc;
}
