// SPDX-License-Identifier: MIT
// Exports whose members are known: GA4 as BigQuery exports it, Snowplow's enriched events, the raw events of Mixpanel, Amplitude
// and PostHog. Their plan is a list of maps, as sources.xml would say them. What the first records do not have is looked for in
// all of them: the first login, or purchase, may come late. What the user says comes first.
#include "plugins/input/json/json.h"

struct preset_map {
    const char *to, *from, *format, *kind;
    bool strong;
    bool instead; // where the first records have not what the map before it names, but this
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
// $user_id and $device_id are as the tracker knew them; distinct_id is either, or what a server sent: weak, so that two logins at one device stay two.
static const struct preset_map mixpanel[] = {
    {"time", "properties.time", NULL, NULL, false, false},
    {"action", "event", NULL, NULL, false, false},
    {"id", "properties.$insert_id", NULL, NULL, false, false},
    {"customer", "properties.$user_id", NULL, "id", true, false},
    {"customer", "properties.$device_id", NULL, "cookie", false, false},
    {"customer", "properties.distinct_id", NULL, "distinct-id", false, false},
    {"object", "properties.$current_url", NULL, NULL, false, false},
    {"campaign", "properties.utm_campaign", NULL, NULL, false, false},
    {"channel", "properties.utm_medium", NULL, NULL, false, false},
};
// amplitude_id is what Amplitude took for one person when the event came: of a visitor it stays that of the device.
static const struct preset_map amplitude[] = {
    {"time", "event_time", NULL, NULL, false, false},
    {"action", "event_type", NULL, NULL, false, false},
    {"id", "uuid", NULL, NULL, false, false},
    {"id", "$insert_id", NULL, NULL, false, true},
    {"customer", "user_id", NULL, "id", true, false},
    {"customer", "device_id", NULL, "cookie", false, false},
    {"customer", "amplitude_id", NULL, "amplitude-id", false, false},
    {"language", "language", NULL, NULL, false, false},
    {"campaign", "event_properties.utm_campaign", NULL, NULL, false, false},
    {"channel", "event_properties.utm_medium", NULL, NULL, false, false},
    {"value", "event_properties.$revenue", "point", NULL, false, false},
};
// person_id is PostHog's own; distinct_id is the login once it is known; $identify says which one it was before.
static const struct preset_map posthog[] = {
    {"time", "timestamp", NULL, NULL, false, false},
    {"action", "event", NULL, NULL, false, false},
    {"id", "uuid", NULL, NULL, false, false},
    {"id", "id", NULL, NULL, false, true},
    {"customer", "distinct_id", NULL, "id", true, false},
    {"customer", "person_id", NULL, "person-id", true, false},
    {"customer", "properties.$anon_distinct_id", NULL, "id", true, false},
    {"customer", "properties.$device_id", NULL, "cookie", false, false},
    {"object", "properties.$current_url", NULL, NULL, false, false},
    {"campaign", "properties.utm_campaign", NULL, NULL, false, false},
    {"channel", "properties.utm_medium", NULL, NULL, false, false},
};

static const struct {
    const char *name;
    const char *marks[3]; // members that only it has
    const struct preset_map *maps;
    size_t n;
    const char *advice; // or NULL
} presets[] = {
    {"GA4", {"event_name", "event_timestamp", "user_pseudo_id"}, ga4, sizeof ga4 / sizeof *ga4, NULL},
    {"GA4", {"event_name", "event_timestamp", "event_params"}, ga4, sizeof ga4 / sizeof *ga4, NULL},
    {"Snowplow", {"event_id", "collector_tstamp", "domain_userid"}, snowplow, sizeof snowplow / sizeof *snowplow, NULL},
    {"Snowplow", {"event_id", "collector_tstamp", "derived_tstamp"}, snowplow, sizeof snowplow / sizeof *snowplow, NULL},
    {"Mixpanel", {"event", "properties.distinct_id", "properties.time"}, mixpanel, sizeof mixpanel / sizeof *mixpanel,
     "a project made before 2023 writes times of its own zone: -O time-format=epoch-s-local -O zone=America/Los_Angeles"},
    {"Amplitude", {"event_type", "event_time", "amplitude_id"}, amplitude, sizeof amplitude / sizeof *amplitude, NULL},
    {"PostHog", {"event", "distinct_id", "uuid"}, posthog, sizeof posthog / sizeof *posthog, NULL},
    {"PostHog", {"event", "distinct_id", "elements"}, posthog, sizeof posthog / sizeof *posthog, NULL},
};

static voc_str str(const char *s) { return s ? (voc_str){s, strlen(s)} : (voc_str){"", 0}; }

static bool has_column(const struct events *e, const char *name)
{
    for (size_t c = 0; c < e->n_columns; c++)
        if (ev_is(e->columns[c].name, name)) return true;
    return false;
}

// A member of the record, of any kind; behind a dot one of a member, with a value.
static bool has(const struct events *e, const struct paths *p, const char *mark)
{
    return strchr(mark, '.') ? has_column(e, mark) : paths_find(p, 0, str(mark), KIND_MEMBER) != NO_NODE;
}

voc_rc preset_maps(struct events *e, const struct paths *p, struct preset_found *found)
{
    size_t k = 0, n_presets = sizeof presets / sizeof *presets;
    *found = (struct preset_found){NULL, NULL};
    if (e->n_maps) return VOC_OK;
    while (k < n_presets && !(has(e, p, presets[k].marks[0]) && has(e, p, presets[k].marks[1]) && has(e, p, presets[k].marks[2]))) k++;
    if (k == n_presets) return VOC_OK;
    voc_map *maps = ev_alloc(e, presets[k].n * sizeof *maps);
    size_t n = 0, next;
    if (!maps) return VOC_E_NOMEM;
    for (size_t i = 0; i < presets[k].n; i = next) {
        const struct preset_map *first = &presets[k].maps[i], *m = first;
        for (next = i + 1; next < presets[k].n && presets[k].maps[next].instead; next++) continue;
        while (m < &presets[k].maps[next] && !has_column(e, m->from)) m++;
        if (m == &presets[k].maps[next]) m = first;
        maps[n++] = (voc_map){.to = str(m->to), .from = str(m->from), .format = str(m->format), .constant = str(NULL),
                              .action = str(NULL), .action_from = str(NULL), .alias_kind = str(m->kind), .strong = m->strong,
                              .reason = VOC_LIT("by its name")};
    }
    e->maps = maps;
    e->n_maps = n;
    *found = (struct preset_found){presets[k].name, presets[k].advice};
    return VOC_OK;
}
