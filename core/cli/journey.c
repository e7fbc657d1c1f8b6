// SPDX-License-Identifier: MIT
// voc journey use, check, list: definitions attached to a project, checked with their own samples, and those that ship.
#include "journey/check.h"
#include "journey/words/codebook.h"

#include "cli/cli.h"
#include "cli/followed.h"
#include "cli/sources.h"
#include "cli/worksheet/subject.h"

voc_rc cli_attach(struct project *p, const struct journey *j)
{
    struct store_definition def = {.id = j->id, .version = j->version, .journey_xml = j->journey_xml, .sources_xml = j->sources_xml,
                                   .codebook_xml = j->codebook_xml};
    memcpy(def.hash, j->hash, HASH_BYTES);
    def.attached_us = clock_now_us();
    return store_definition_use(p, &def);
}

int run_journey_use(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    voc_rc rc = journey_load(&j, c->args[1], c->diag);
    if (!rc) rc = cli_open(c, &p, PROJECT_CREATE);
    if (!rc) rc = followed_changes(c, p, j);
    if (!rc) rc = cli_attach(p, j);
    if (!rc) rc = folder_remember(c, p, c->args[1]);
    if (!rc)
        cli_say(c, "%s now follows the journey %.*s, version %.*s: %zu stages, %zu touchpoints\n", project_name(p), STR_ARG(j->id),
                STR_ARG(j->version), j->n_stages, j->n_claims);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}

int run_journey_check(struct cli *c)
{
    struct journey *j = NULL;
    struct check_result r = {0};
    struct codebook_result themes = {0};
    voc_rc rc = journey_load(&j, c->args[0], c->diag);
    if (!rc) rc = sources_check(c, j);
    if (!rc) rc = journey_check(j, &r, c->diag);
    voc_rc coded = !rc || rc == VOC_E_CHECK ? codebook_check(j, &themes, c->diag) : VOC_OK;
    if (coded) rc = coded;
    if (j && (!rc || rc == VOC_E_CHECK))
        cli_say(c,
                "%.*s, version %.*s: %zu samples, %zu expectations, %zu failed; %zu stages reached by no sample, %zu events claimed "
                "twice\n",
                STR_ARG(j->id), STR_ARG(j->version), r.samples, r.expectations, r.failed, r.unreached, r.double_claims);
    if (j && j->n_themes && (!rc || rc == VOC_E_CHECK))
        cli_say(c, "codebook: %zu themes, %zu sentences, %zu expectations, %zu failed\n", j->n_themes, themes.samples, themes.expectations, themes.failed);
    journey_free(j);
    return cli_exit(c, rc);
}

int run_journey_list(struct cli *c)
{
    struct table *t = NULL;
    size_t n = 0;
    const char *const *ids = journey_shipped(&n);
    voc_rc rc = table_new(&t, "journeys", "", 0);
    if (!rc) rc = table_column(t, "id", "journey", VOC_CELL_TEXT, "", 0, "for voc journey use PROJECT ID");
    if (!rc) rc = table_column(t, "version", "version", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(t, "title", "title", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(t, "stages", "stages", VOC_CELL_INT, "", 0, NULL);
    if (!rc) rc = table_column(t, "touchpoints", "touchpoints", VOC_CELL_INT, "", 0, NULL);
    for (size_t i = 0; i < n && !rc; i++) {
        struct journey *j = NULL;
        rc = journey_load(&j, ids[i], c->diag);
        if (rc) break;
        table_text(t, j->id);
        table_text(t, j->version);
        table_text(t, j->title);
        table_int(t, (int64_t)j->n_stages);
        table_int(t, (int64_t)j->n_claims);
        journey_free(j);
    }
    if (!rc) rc = table_semantics(t, "Stages and touchpoints as declared in each definition.");
    if (!rc) rc = cli_tables(c, NULL, NULL, &t, 1);
    table_free(t);
    return cli_exit(c, rc);
}
