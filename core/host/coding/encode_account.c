// SPDX-License-Identifier: MIT
// Accounts of sinks, added up: what became of the records of a file.
#include <stdlib.h>
#include <string.h>

#include "host/coding/encode_sink.h"

voc_rc sink_account(const struct voc_sink *s, struct account *total)
{
    const struct import_account *f = &s->account.a;
    struct import_account *t = &total->a;
    t->records += f->records, t->gave += f->gave, t->rejected += f->rejected, t->ignored += f->ignored;
    t->bytes += f->bytes, t->gave_bytes += f->gave_bytes, t->rejected_bytes += f->rejected_bytes, t->ignored_bytes += f->ignored_bytes;
    total->actor_unset = total->actor_unset || s->account.actor_unset;
    total->left_rows += s->account.left_rows;
    if (s->account.first_line && (!total->first_line || s->account.first_line < total->first_line)) {
        total->first_line = s->account.first_line;
        memcpy(total->first_reason, s->account.first_reason, sizeof total->first_reason);
    }
    voc_rc rc = total->rules ? VOC_OK : dict_new(&total->rules, 1 << 20);
    for (size_t i = 0; i < s->account.by_rule.n && !rc; i++) {
        uint32_t code;
        rc = dict_code(total->rules, s->account.by_rule.at[i].rule, &code);
        if (!rc && code >= total->by_rule.n) {
            rc = vec_reserve(&total->by_rule, 1, 100000);
            if (!rc) total->by_rule.at[total->by_rule.n++] = (struct import_ignored){dict_at(total->rules, code), 0};
        }
        if (!rc) total->by_rule.at[code].records += s->account.by_rule.at[i].records;
    }
    return rc;
}

static int rule_order(const void *x, const void *y)
{
    return str_cmp(((const struct import_ignored *)x)->rule, ((const struct import_ignored *)y)->rule);
}

voc_rc account_done(struct account *a)
{
    if (a->by_rule.n) qsort(a->by_rule.at, a->by_rule.n, sizeof *a->by_rule.at, rule_order);
    a->a.by_rule = a->by_rule.at;
    a->a.n_by_rule = a->by_rule.n;
    return VOC_OK;
}

void account_free(struct account *a)
{
    dict_free(a->rules);
    vec_free(&a->by_rule);
    a->rules = NULL;
}
