// SPDX-License-Identifier: MIT
// Memberships: which customer alias set was seen with which account, and when first. They are derived from the blocks of
// an import, so they can be made again when its blocks change. Readers see the earliest time over all imports.
#include <inttypes.h>
#include "store/import/import.h"
#include "store/events/shares.h"
#include "store/sort.h"

static const char DELETE_MEMBERS[] = "DELETE FROM member WHERE import = ?";
// Blocks that say of each row whether it names both (format 2) are read only if one does.
static const char SELECT_BLOCKS[] =
    "SELECT id, kind, data FROM block WHERE import = ? AND (kind = 2 OR (kind = 1 AND (first_key IS NULL OR kinds & 128))) ORDER BY id";
_Static_assert(KINDS_BOTH == 128, "SELECT_BLOCKS names it");
static const char INSERT_MEMBER[] = "INSERT INTO member(import, customer, account, from_us) VALUES (?, ?, ?, ?)";
static const char SELECT_MEMBERS[] = "SELECT customer, account, min(from_us) FROM member GROUP BY customer, account ORDER BY customer, account";

struct pair { int64_t import, customer, account, from_us; };
struct pairs { // owns
    VEC(struct pair) v;
    size_t in_order;
    const int64_t *imports; // that are asked for, ascending; borrows
    size_t n_imports;
    int64_t *column[5];
};

static int by_pair(const void *a, const void *b, const void *user)
{
    const struct pair *x = a, *y = b;
    (void)user;
    if (x->import != y->import) return x->import < y->import ? -1 : 1;
    if (x->customer != y->customer) return x->customer < y->customer ? -1 : 1;
    if (x->account != y->account) return x->account < y->account ? -1 : 1;
    return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

static bool same_pair(const struct pair *x, const struct pair *y)
{
    return x->import == y->import && x->customer == y->customer && x->account == y->account;
}

// Sorts and keeps the earliest of each pair.
static voc_rc put_in_order(struct pairs *s)
{
    size_t n = 0;
    voc_rc rc = sort_stable(s->v.at, s->v.n, sizeof *s->v.at, by_pair, NULL);
    for (size_t i = 0; rc == VOC_OK && i < s->v.n; i++)
        if (n == 0 || !same_pair(&s->v.at[n - 1], &s->v.at[i])) s->v.at[n++] = s->v.at[i];
    if (rc == VOC_OK) s->v.n = s->in_order = n;
    return rc;
}

static bool asked_for(const struct pairs *s, int64_t import)
{
    size_t from = 0, to = s->n_imports;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (s->imports[mid] < import) from = mid + 1;
        else to = mid;
    }
    return from < s->n_imports && s->imports[from] == import;
}

// import 0: its rows say it.
static voc_rc add_block(struct pairs *to, struct block_reader *r, int64_t import, bool attributes)
{
    int64_t *const *column = to->column;
    voc_rc rc = block_read_ints(r, attributes ? COLUMN_WHO : COLUMN_CUSTOMER, column[0]);
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_ACCOUNT, column[1]);
    if (rc == VOC_OK) rc = block_read_ints(r, COLUMN_TIME, column[2]);
    if (rc == VOC_OK && attributes) rc = block_read_ints(r, COLUMN_ENTITY, column[3]);
    if (rc == VOC_OK && import == 0) rc = block_read_ints(r, COLUMN_IMPORT, column[4]);
    for (size_t i = 0; rc == VOC_OK && i < r->rows; i++) {
        struct pair p = {import ? import : column[4][i], column[0][i], column[1][i], column[2][i]};
        if (p.customer == 0 || p.account == 0 || (attributes && column[3][i] != VOC_ENTITY_INDIVIDUAL)) continue;
        if (import == 0 && !asked_for(to, p.import)) continue;
        struct pair *last = to->v.n ? &to->v.at[to->v.n - 1] : NULL;
        if (last && same_pair(last, &p)) { // rows of a unit stand together
            if (p.from_us < last->from_us) last->from_us = p.from_us;
            continue;
        }
        rc = vec_reserve(&to->v, 1, UINT32_MAX);
        if (rc == VOC_OK) to->v.at[to->v.n++] = p;
    }
    if (rc == VOC_OK && to->v.n > 2 * to->in_order + BLOCK_ROWS) rc = put_in_order(to);
    return rc;
}

static voc_rc add_settled(void *user, int64_t run, struct block_reader *r)
{
    (void)run;
    return add_block(user, r, 0, false);
}

// The blocks that are one import's own.
static voc_rc add_own(struct project *p, int64_t number, struct pairs *to)
{
    struct block_reader r;
    sqlite3_stmt *s = NULL;
    bool row = true;
    voc_rc rc = block_reader_init(&r);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_BLOCKS);
    if (rc == VOC_OK) rc = db_bind(p, s, "i", number);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        bool attributes = sqlite3_column_int64(s, 1) == BLOCK_ATTRIBUTES;
        voc_str data = db_text(s, 2);
        rc = block_open(&r, attributes ? BLOCK_ATTRIBUTES : BLOCK_EVENTS, data.ptr, data.len);
        if (rc == VOC_OK) rc = add_block(to, &r, number, attributes);
        if (rc == VOC_E_INPUT) rc = db_damaged(p, "block %" PRId64 ": %s", (int64_t)sqlite3_column_int64(s, 0), r.why);
    }
    db_done(&s);
    block_reader_done(&r);
    return rc;
}

static voc_rc collect(struct project *p, struct pairs *to)
{
    voc_rc rc = VOC_OK;
    for (unsigned i = 0; i < 5; i++)
        if (!(to->column[i] = mem_zalloc(BLOCK_ROWS, sizeof **to->column))) rc = VOC_E_NOMEM;
    for (size_t i = 0; rc == VOC_OK && i < to->n_imports; i++) rc = add_own(p, to->imports[i], to);
    if (rc == VOC_OK) rc = settled_each(p, KINDS_BOTH, add_settled, to);
    for (unsigned i = 0; i < 5; i++) mem_free(to->column[i]);
    return rc == VOC_OK ? put_in_order(to) : rc;
}

voc_rc member_rebuild(struct project *p, const int64_t *imports, size_t n)
{
    struct pairs found = {.imports = imports, .n_imports = n};
    sqlite3_stmt *s = NULL;
    voc_rc rc = n ? collect(p, &found) : VOC_OK;
    if (rc == VOC_OK) rc = db_prepare(p, &s, DELETE_MEMBERS);
    for (size_t i = 0; rc == VOC_OK && i < n; i++) rc = db_run(p, s, "i", imports[i]);
    db_done(&s);
    if (rc == VOC_OK) rc = db_prepare(p, &s, INSERT_MEMBER);
    for (size_t i = 0; rc == VOC_OK && i < found.v.n; i++)
        rc = db_run(p, s, "iiii", found.v.at[i].import, found.v.at[i].customer, found.v.at[i].account, found.v.at[i].from_us);
    db_done(&s);
    vec_free(&found.v);
    return rc;
}

voc_rc store_members(struct project *p, voc_rc (*each)(void *user, const struct store_member *m), void *user)
{
    sqlite3_stmt *s = NULL;
    bool row = true;
    uint32_t n = 0;
    voc_rc rc = project_hold(p);
    if (rc == VOC_OK) rc = space_count(p, SPACE_ALIASES, &n);
    if (rc == VOC_OK) rc = db_prepare(p, &s, SELECT_MEMBERS);
    while (rc == VOC_OK) {
        rc = db_step(p, s, &row);
        if (rc != VOC_OK || !row) break;
        int64_t customer = sqlite3_column_int64(s, 0), account = sqlite3_column_int64(s, 1);
        if (customer < 1 || customer >= n || account < 1 || account >= n) {
            rc = db_damaged(p, "a membership names aliases that do not exist");
            break;
        }
        struct store_member m = {(uint32_t)customer, (uint32_t)account, sqlite3_column_int64(s, 2)};
        rc = each(user, &m);
    }
    db_done(&s);
    return rc;
}
