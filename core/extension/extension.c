// SPDX-License-Identifier: MIT
// vocstream.so: event, journey, unit, said and mention in any program that lets SQLite load extensions (".load vocstream" in the sqlite3
// shell, load_extension in Python). It is a guest: it prints nothing, ends nothing, catches no signal, and leaves the global
// settings of SQLite, libxml2 and ICU as the program has them. The project says itself by which journey it is read.
#include "base/xml.h"
#include "host/views/views.h"

struct extension { // owns
    struct views *views;
    struct journey *journey; // NULL: nothing is shown
    const struct sql_table *tables[VIEWS_TABLES];
    const struct sql_walk *walks[VIEWS_TABLES];
};

static voc_rc show(void *user, struct project *p, struct diag *d)
{
    struct extension *x = user;
    struct store_definition def;
    struct arena a;
    bool found = false;
    journey_free(x->journey);
    x->journey = NULL;
    arena_init(&a, 0);
    voc_rc rc = store_definition_active(p, &a, &def, &found);
    if (!rc && !found) rc = journey_none(&x->journey, VOC_UNIT_CASE);
    if (!rc && found) rc = journey_parse(&x->journey, def.journey_xml, def.sources_xml, def.codebook_xml, project_name(p), d);
    if (!rc) views_show(x->views, p, x->journey, d);
    arena_done(&a);
    return rc;
}

static void hide(void *user)
{
    struct extension *x = user;
    views_show(x->views, NULL, NULL, NULL);
    journey_free(x->journey);
    x->journey = NULL;
}

static void gone(void *user)
{
    struct extension *x = user;
    views_free(x->views);
    journey_free(x->journey);
    mem_free(x);
}

// SQLite finds this name by the name of the file.
VOC_EXPORT int sqlite3_vocstream_init(struct sqlite3 *db, char **error, const struct sqlite3_api_routines *api);

int sqlite3_vocstream_init(struct sqlite3 *db, char **error, const struct sqlite3_api_routines *api)
{
    struct extension *x = mem_zalloc(1, sizeof *x);
    if (!x || views_new(&x->views) != VOC_OK) {
        mem_free(x);
        return GUEST_NOMEM;
    }
    xml_init_guest();
    for (size_t i = 0; i < VIEWS_TABLES; i++) x->tables[i] = views_table(x->views, i, &x->walks[i]);
    const struct store_guest g = {
        .tables = x->tables, .walks = x->walks, .n_tables = VIEWS_TABLES, .user = x, .show = show, .hide = hide, .free = gone,
    };
    return guest_enter(db, error, api, &g);
}
