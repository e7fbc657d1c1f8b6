// SPDX-License-Identifier: MIT
//
// voc verify: is the project file whole, and (--views) do its views tell one story? An identity is a query that gives the places where
// two views differ; a view is right only if it gives none. The queries are the proof, so they can be asked by hand (voc sql).
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/reading.h"
#include "cli/results.h"
#include "host/views/views.h"

#define SHOWN_MAX 3u  // places where an identity does not hold, in words

enum { WITH_STAGES = 1u, WITH_WIN = 2u, WITH_SCORE = 4u };

struct identity {
    const char *what;
    unsigned needs;
    const char *differ;  // rows: the place, the one figure, the other; none where it holds
};

// What an open stay ends with is the end of observation; where there is none, no event lies behind it that was looked at by nobody.
#define OBSERVED "time_us >= %" PRId64 " AND time_us < (SELECT max(left_us) FROM journey WHERE end = 'censored')"

static const struct identity identities[] = {
    {"entries of the funnel are the stays of the journeys", WITH_STAGES,
     "SELECT stage, entered, coalesce(n, 0) FROM funnel_funnel LEFT JOIN (SELECT stage, count(*) AS n FROM journey GROUP BY stage) USING (stage) WHERE entered IS NOT coalesce(n, 0)"},
    {"who entered a stage moved on, went back, left, lapsed or is still there", WITH_STAGES,
     "SELECT stage, entered, advanced + backward + exits + lapsed + open FROM funnel_funnel WHERE entered IS NOT advanced + backward + exits + lapsed + open"},
    {"stays end in the funnel as they do in the journeys", WITH_STAGES,
     "SELECT stage || ' ' || how, n, there FROM (SELECT stage, 'forward' AS how, advanced AS n FROM funnel_funnel UNION ALL SELECT stage, 'backward', backward FROM funnel_funnel "
     "UNION ALL SELECT stage, 'exit', exits FROM funnel_funnel UNION ALL SELECT stage, 'lapsed', lapsed FROM funnel_funnel UNION ALL SELECT stage, 'censored', open FROM funnel_funnel) "
     "LEFT JOIN (SELECT stage, end AS how, count(*) AS there FROM journey GROUP BY stage, end) USING (stage, how) WHERE n IS NOT coalesce(there, 0)"},
    {"time in stages is the time of the journey", WITH_STAGES,
     "SELECT unit || ' ' || episode, sum(left_us - entered_us), max(left_us) - min(entered_us) FROM journey GROUP BY unit, episode HAVING sum(left_us - entered_us) IS NOT max(left_us) - min(entered_us)"},
    {"journeys that begin in the process map are those whose way is listed", 0,
     "SELECT 'journeys', a, b FROM (SELECT coalesce((SELECT sum(count) FROM flow_edges WHERE \"from\" = '(start)'), 0) AS a, "
     "coalesce((SELECT CAST(round(count / share) AS INTEGER) FROM variants_sequences LIMIT 1), 0) AS b) WHERE a IS NOT b"},
    {"touches that were scored are events of the project", WITH_STAGES | WITH_SCORE,
     "SELECT touchpoint, touches, coalesce(n, 0) FROM score_touchpoints LEFT JOIN (SELECT touchpoint, count(*) AS n FROM event WHERE " OBSERVED " GROUP BY touchpoint) USING (touchpoint) "
     "WHERE touches IS NOT coalesce(n, 0) AND EXISTS (SELECT 1 FROM journey WHERE end = 'censored') AND NOT EXISTS (SELECT 1 FROM event WHERE class = 'undelivered')"},
    {"each model of attribution gives out the same conversions", WITH_STAGES | WITH_WIN,
     "SELECT model, total, (SELECT sum(won) FROM attribution_all_paths) FROM (SELECT model, sum(credit) AS total FROM attribution_credits GROUP BY model) "
     "WHERE total IS NOT NULL AND abs(total - (SELECT sum(won) FROM attribution_all_paths)) > 1e-6 * (1 + total)"},
};
#define N_IDENTITIES (sizeof identities / sizeof *identities)

static bool applies(const struct identity *x, const struct journey *j)
{
    return (!(x->needs & WITH_STAGES) || j->n_stages) &&
           (!(x->needs & WITH_WIN) || j->win_stage != VOC_NONE || j->win_exit != VOC_NONE) &&
           (!(x->needs & WITH_SCORE) || !j->evidence_declared);
}

struct proof {
    struct cli *c;
    const struct identity *of;
    uint64_t n;  // places where it does not hold
};

static voc_rc no_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names;
    return n == 3 ? VOC_OK : VOC_E_BUG;
}

static void figure(char *to, size_t size, const voc_cell *c)
{
    if (c->type == VOC_CELL_INT) snprintf(to, size, "%" PRId64, c->i);
    else if (c->type == VOC_CELL_REAL) snprintf(to, size, "%.6f", c->r);
    else snprintf(to, size, "%.*s", (int)(c->s.len > 80 ? 80 : c->s.len), c->type == VOC_CELL_TEXT ? c->s.ptr : "nothing");
}

static voc_rc differs(void *user, const voc_cell *cells, size_t n)
{
    struct proof *p = user;
    char what[120], one[120], other[120];
    if (host_cancelled()) return VOC_CANCELLED;
    if (n != 3 || p->n++ >= SHOWN_MAX) return VOC_OK;
    figure(what, sizeof what, &cells[0]);
    figure(one, sizeof one, &cells[1]);
    figure(other, sizeof other, &cells[2]);
    diag_error(p->c->diag, "VERIFY-020", NULL, 0, "this is an error of the program: please report it with the journey and what the project was made from",
               "%s: not so for %s, which is %s here and %s there", p->of->what, what, one, other);
    return VOC_OK;
}

static voc_rc prove(struct proof *x, struct project *p, const struct journey *j)
{
    static const char start[] = "%" PRId64;  // only identities about observed events have a place for it
    const char *at = strstr(x->of->differ, start);
    struct buf sql;
    buf_init(&sql, 8192);
    if (at) {
        buf_add(&sql, x->of->differ, (size_t)(at - x->of->differ));
        buf_printf(&sql, "%" PRId64, j->observe_start_us == VOC_NA ? INT64_MIN + 1 : j->observe_start_us);
        buf_cstr(&sql, at + strlen(start));
    } else
        buf_cstr(&sql, x->of->differ);
    voc_rc rc = sql.rc ? sql.rc : store_sql(p, sql.ptr, no_head, differs, x, x->c->diag);
    buf_done(&sql);
    return rc;
}

// Every analysis runs once, whatever the number of identities that ask for it. *results: freed when the project is closed.
static voc_rc prove_all(struct cli *c, struct project *p, const struct journey *j, struct results **results)
{
    size_t held = 0, of = 0;
    struct buf asked;
    buf_init(&asked, 1 << 16);
    for (size_t i = 0; i < N_IDENTITIES; i++)
        if (applies(&identities[i], j)) buf_cstr(&asked, identities[i].differ), buf_cstr(&asked, " ");
    voc_rc rc = asked.rc ? asked.rc : results_new(results, c, p, j, asked.ptr);
    for (size_t i = 0; i < N_IDENTITIES && !rc; i++) {
        struct proof x = {.c = c, .of = &identities[i]};
        if (!applies(x.of, j)) continue;
        rc = prove(&x, p, j);
        if (!rc) printf("  %s  %s\n", x.n ? "DIFFERS" : "holds", x.of->what);
        held += !rc && !x.n;
        of++;
    }
    buf_done(&asked);
    return rc ? rc : held == of ? VOC_OK : VOC_E_CHECK;
}

static voc_rc note_act(void *user, const voc_cell *cells, size_t n)
{
    *(bool *)user = n == 1 && cells[0].type == VOC_CELL_INT;
    return VOC_OK;
}

static voc_rc one_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names;
    return n == 1 ? VOC_OK : VOC_E_BUG;
}

// Where customers do nothing there are no journeys to agree on, and analyses refuse.
static voc_rc has_acts(struct cli *c, struct project *p, bool *any)
{
    *any = false;
    return store_sql(p,
                     "SELECT 1 FROM event WHERE actor = 'customer' AND coalesce(class, 'neutral') NOT IN ('mechanical', "
                     "'undelivered') LIMIT 1",
                     one_head, note_act, any, c->diag);
}

static voc_rc verify_views(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct views *views = NULL;
    struct results *results = NULL;
    bool any = false;
    voc_rc rc = reading_open(c, 0, NULL, 0, &p, &j);
    if (!rc) rc = views_new(&views);
    if (!rc) views_bound(views, cli_threads(c), cli_memory(c));
    if (!rc) views_show(views, p, j, c->diag);
    if (!rc) rc = views_register(views, p);
    if (!rc) rc = has_acts(c, p, &any);
    if (!rc && any) rc = prove_all(c, p, j, &results);
    else if (!rc) printf("  nothing to compare: no event is known to be an act of a customer\n");
    project_close(p);
    results_free(results);
    views_free(views);
    journey_free(j);
    return rc;
}

int run_verify(struct cli *c)
{
    struct project *p = NULL;
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = store_verify(p, c->diag);
    if (!rc) cli_print("%s: whole\n", project_name(p));
    project_close(p);
    if (!rc && c->own[VERIFY_VIEWS].i) rc = verify_views(c);
    return cli_exit(c, rc);
}
