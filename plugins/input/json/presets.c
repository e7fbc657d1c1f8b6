// SPDX-License-Identifier: MIT
// Exports whose members are known: GA4 as BigQuery exports it, Snowplow's enriched events. Their plan is a list of maps, as
// sources.xml would say them; a member that the first records do not have is left out. What the user says comes first.
#include "plugins/input/json/json.h"

struct preset_map {
    const char *to, *from, *format, *kind;
    bool strong;
    bool instead; // only where the map before it was left out
};

static const struct preset_map ga4[] = {
    {"time", "event_timestamp", "epoch-us", NULL, false, false},
    {"action", "event_name", NULL, NULL, false, false},
    {"customer", "user_id", NULL, "id", true, false},
    {"customer", "user_pseudo_id", NULL, "cookie", false, false},
    {"object", "event_params.page_location", NULL, NULL, false, false},
    {"object", "event_params.firebase_screen", NULL, NULL, false, true},
    {"campaign", "collected_traffic_source.manual_campaign_name", NULL, NULL, false, false},
    {"campaign", "event_params.campaign", NULL, NULL, false, true},
    {"campaign", "traffic_source.name", NULL, NULL, false, true},
    {"channel", "collected_traffic_source.manual_medium", NULL, NULL, false, false},
    {"channel", "event_params.medium", NULL, NULL, false, true},
    {"channel", "traffic_source.medium", NULL, NULL, false, true},
    {"value", "ecommerce.purchase_revenue", "point", NULL, false, false},
    {"value", "event_params.value", "point", NULL, false, true},
};
static const struct preset_map snowplow[] = {
    {"time", "derived_tstamp", NULL, NULL, false, false}, // of four clocks the one that is corrected
    {"time", "collector_tstamp", NULL, NULL, false, true},
    {"action", "event_name", NULL, NULL, false, false},
    {"action", "event", NULL, NULL, false, true},
    {"id", "event_id", NULL, NULL, false, false},
    {"customer", "user_id", NULL, "id", true, false},
    {"customer", "domain_userid", NULL, "cookie", false, false},
    {"customer", "network_userid", NULL, "network-cookie", false, false},
    {"object", "page_url", NULL, NULL, false, false},
    {"campaign", "mkt_campaign", NULL, NULL, false, false},
    {"channel", "mkt_medium", NULL, NULL, false, false},
    {"value", "tr_total", "point", NULL, false, false},
};

static const struct {
    const char *name;
    const char *marks[3]; // members that only it has
    const struct preset_map *maps;
    size_t n;
} presets[] = {
    {"GA4", {"event_name", "event_timestamp", "user_pseudo_id"}, ga4, sizeof ga4 / sizeof *ga4},
    {"GA4", {"event_name", "event_timestamp", "event_params"}, ga4, sizeof ga4 / sizeof *ga4},
    {"Snowplow", {"event_id", "collector_tstamp", "domain_userid"}, snowplow, sizeof snowplow / sizeof *snowplow},
    {"Snowplow", {"event_id", "collector_tstamp", "derived_tstamp"}, snowplow, sizeof snowplow / sizeof *snowplow},
};

static voc_str str(const char *s) { return s ? (voc_str){s, strlen(s)} : (voc_str){"", 0}; }

static bool has(const struct paths *p, const char *key) { return paths_find(p, 0, str(key), KIND_MEMBER) != NO_NODE; }

static bool has_column(const struct events *e, const char *name)
{
    for (size_t c = 0; c < e->n_columns; c++)
        if (ev_is(e->columns[c].name, name)) return true;
    return false;
}

voc_rc preset_maps(struct events *e, const struct paths *p, const char **name)
{
    size_t k = 0, n_presets = sizeof presets / sizeof *presets;
    *name = NULL;
    if (e->n_maps) return VOC_OK;
    while (k < n_presets && !(has(p, presets[k].marks[0]) && has(p, presets[k].marks[1]) && has(p, presets[k].marks[2]))) k++;
    if (k == n_presets) return VOC_OK;
    voc_map *maps = ev_alloc(e, presets[k].n * sizeof *maps);
    bool before = false;
    size_t n = 0;
    if (!maps) return VOC_E_NOMEM;
    for (size_t i = 0; i < presets[k].n; i++) {
        const struct preset_map *m = &presets[k].maps[i];
        bool taken = m->instead && before;
        before = taken || has_column(e, m->from);
        if (taken || !before) continue;
        maps[n++] = (voc_map){.to = str(m->to), .from = str(m->from), .format = str(m->format), .constant = str(NULL),
                              .action = str(NULL), .action_from = str(NULL), .alias_kind = str(m->kind), .strong = m->strong,
                              .reason = VOC_LIT("by its name")};
    }
    e->maps = maps;
    e->n_maps = n;
    *name = presets[k].name;
    return VOC_OK;
}
