// SPDX-License-Identifier: MIT
// Snowplow's enriched events as tab-separated text: 131 columns without a header, known by their number and by what stands in three
// of them. A record is written as the JSON that Snowplow's own tools make of it (columns by name, empty ones left out; contexts and
// self-describing events as members named by their schema), so that everything behind reads it as any JSON.
#include <stdio.h>

#include "plugins/input/json/json.h"

static const char *const columns[] = {
    "app_id", "platform", "etl_tstamp", "collector_tstamp", "dvce_created_tstamp", "event", "event_id", "txn_id", "name_tracker", "v_tracker", "v_collector", "v_etl", "user_id", "user_ipaddress", "user_fingerprint",
    "domain_userid", "domain_sessionidx", "network_userid", "geo_country", "geo_region", "geo_city", "geo_zipcode", "geo_latitude", "geo_longitude", "geo_region_name", "ip_isp", "ip_organization", "ip_domain",
    "ip_netspeed", "page_url", "page_title", "page_referrer", "page_urlscheme", "page_urlhost", "page_urlport", "page_urlpath", "page_urlquery", "page_urlfragment", "refr_urlscheme", "refr_urlhost", "refr_urlport",
    "refr_urlpath", "refr_urlquery", "refr_urlfragment", "refr_medium", "refr_source", "refr_term", "mkt_medium", "mkt_source", "mkt_term", "mkt_content", "mkt_campaign", "contexts", "se_category", "se_action",
    "se_label", "se_property", "se_value", "unstruct_event", "tr_orderid", "tr_affiliation", "tr_total", "tr_tax", "tr_shipping", "tr_city", "tr_state", "tr_country", "ti_orderid", "ti_sku", "ti_name", "ti_category",
    "ti_price", "ti_quantity", "pp_xoffset_min", "pp_xoffset_max", "pp_yoffset_min", "pp_yoffset_max", "useragent", "br_name", "br_family", "br_version", "br_type", "br_renderengine", "br_lang", "br_features_pdf",
    "br_features_flash", "br_features_java", "br_features_director", "br_features_quicktime", "br_features_realplayer", "br_features_windowsmedia", "br_features_gears", "br_features_silverlight", "br_cookies",
    "br_colordepth", "br_viewwidth", "br_viewheight", "os_name", "os_family", "os_manufacturer", "os_timezone", "dvce_type", "dvce_ismobile", "dvce_screenwidth", "dvce_screenheight", "doc_charset", "doc_width",
    "doc_height", "tr_currency", "tr_total_base", "tr_tax_base", "tr_shipping_base", "ti_currency", "ti_price_base", "base_currency", "geo_timezone", "mkt_clickid", "mkt_network", "etl_tags", "dvce_sent_tstamp",
    "refr_domain_userid", "refr_dvce_tstamp", "derived_contexts", "domain_sessionid", "derived_tstamp", "event_vendor", "event_name", "event_format", "event_version", "event_fingerprint", "true_tstamp"};
#define N_COLUMNS (sizeof columns / sizeof *columns)
enum { COLLECTOR = 3, EVENT_ID = 6, CONTEXTS = 52, UNSTRUCT = 58, DERIVED_CONTEXTS = 122 };
_Static_assert(N_COLUMNS == TSV_COLUMNS, "as the enriched event has them");

static size_t split(voc_str line, voc_str *fields, size_t max)
{
    size_t n = 0;
    if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
    for (size_t at = 0;;) {
        const char *tab = line.len > at ? memchr(line.ptr + at, '\t', line.len - at) : NULL;
        size_t end = tab ? (size_t)(tab - line.ptr) : line.len;
        if (n < max) fields[n] = (voc_str){line.ptr + at, end - at};
        n++;
        if (!tab) return n;
        at = end + 1;
    }
}

// As '9' and '-' say: "9999-99-99 99:99:99"; 'x' is a hexadecimal digit. What stands behind is not looked at.
static bool looks(voc_str s, const char *as)
{
    for (size_t i = 0; as[i]; i++) {
        char c = i < s.len ? s.ptr[i] : 0;
        bool digit = c >= '0' && c <= '9', hexa = digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (as[i] == '9' ? !digit : as[i] == 'x' ? !hexa : c != as[i]) return false;
    }
    return true;
}

bool tsv_shaped(voc_str line)
{
    voc_str f[N_COLUMNS];
    return split(line, f, N_COLUMNS) == N_COLUMNS && looks(f[COLLECTOR], "9999-99-99 99:99:99") && f[EVENT_ID].len == 36 &&
           looks(f[EVENT_ID], "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
}

// ---- writing ------------------------------------------------------------------------------------------------------------------

static void add(struct tsv *t, const char *p, size_t n)
{
    if (t->room - t->n < n) {
        size_t room = 2 * t->room + n + 4096;
        char *to = t->short_of_memory ? NULL : t->host->resize(t->cx, t->bytes, room);
        if (!to) {
            t->short_of_memory = true;
            return;
        }
        t->bytes = to;
        t->room = room;
    }
    if (n) memcpy(t->bytes + t->n, p, n);
    t->n += n;
}

static void add_word(struct tsv *t, const char *z) { add(t, z, strlen(z)); }

static void add_text(struct tsv *t, voc_str s)
{
    size_t from = 0;
    add(t, "\"", 1);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        char escaped[8];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        add(t, s.ptr + from, i - from);
        add(t, escaped, (size_t)(c < 0x20 ? snprintf(escaped, sizeof escaped, "\\u%04x", c) : snprintf(escaped, sizeof escaped, "\\%c", c)));
        from = i + 1;
    }
    add(t, s.ptr + from, s.len - from);
    add(t, "\"", 1);
}

static void add_key(struct tsv *t, bool *any, const char *key)
{
    add(t, ",", *any);
    *any = true;
    add(t, "\"", 1);
    add_word(t, key);
    add(t, "\":", 2);
}

// ---- self-describing JSON -------------------------------------------------------------------------------------------------------

// "iglu:com.acme/linkClick/jsonschema/1-0-1" behind "contexts": contexts_com_acme_link_click_1.
static bool schema_key(voc_str schema, const char *prefix, char *to, size_t size)
{
    size_t n = (size_t)snprintf(to, size, "%s_", prefix);
    unsigned part = 0;
    if (schema.len < 5 || memcmp(schema.ptr, "iglu:", 5) != 0) return false;
    for (size_t i = 5; i < schema.len; i++) {
        char c = schema.ptr[i], before = schema.ptr[i - 1];
        if (n + 3 >= size) return false;
        if (c == '/') {
            if (++part != 2) to[n++] = '_'; // the third part is the format, which is left out
            continue;
        }
        if (part == 2) continue;
        if (part == 3 && c == '-') break;
        bool upper = c >= 'A' && c <= 'Z', plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!upper && !plain && c != '.' && c != '-') return false;
        if (upper && before != '/' && before != ':' && before != '_' && before != '.' && before != '-' &&
            !(before >= 'A' && before <= 'Z'))
            to[n++] = '_';
        to[n++] = upper ? (char)(c + 32) : plain ? c : '_';
    }
    to[n] = 0;
    return part == 3;
}

// {"schema": text, "data": value}
static bool described(voc_str text, voc_str *schema, voc_str *data)
{
    struct json j = {text.ptr, text.ptr + text.len, NULL};
    bool done, escaped, has_schema = false, has_data = false;
    voc_str key;
    json_blank(&j);
    if (json_kind(&j) != JSON_OBJECT || !json_enter(&j, '{', '}', &done)) return false;
    while (!done) {
        if (!json_key(&j, &key, &escaped)) return false;
        if (ev_is(key, "schema") && json_kind(&j) == JSON_STRING) {
            if (!json_string(&j, schema, &escaped) || escaped) return false;
            has_schema = true;
        } else {
            voc_str value;
            if (!json_skip(&j, 1, &value)) return false;
            if (ev_is(key, "data")) *data = value, has_data = true;
        }
        if (!json_next(&j, '}', &done)) return false;
    }
    return has_schema && has_data && json_done(&j);
}

static bool add_event(struct tsv *t, bool *any, voc_str text)
{
    voc_str outer, inner, schema, data;
    char key[200];
    if (!described(text, &outer, &inner) || !described(inner, &schema, &data) || !schema_key(schema, "unstruct_event", key, sizeof key)) return false;
    add_key(t, any, key);
    add(t, data.ptr, data.len);
    return true;
}

#define CONTEXTS_MAX 64u
struct context { char key[200]; voc_str data; bool given; };

static bool read_contexts(voc_str text, struct context *at, size_t *n)
{
    voc_str outer, list, schema, one;
    bool done;
    *n = 0;
    if (!described(text, &outer, &list)) return false;
    struct json j = {list.ptr, list.ptr + list.len, NULL};
    if (json_kind(&j) != JSON_ARRAY || !json_enter(&j, '[', ']', &done)) return false;
    while (!done) {
        if (*n == CONTEXTS_MAX || !json_skip(&j, 1, &one) || !described(one, &schema, &at[*n].data) ||
            !schema_key(schema, "contexts", at[*n].key, sizeof at->key))
            return false;
        at[(*n)++].given = false;
        if (!json_next(&j, ']', &done)) return false;
    }
    return true;
}

// Those of one schema stand in one array, in their order.
static bool add_contexts(struct tsv *t, bool *any, voc_str text)
{
    struct context at[CONTEXTS_MAX];
    size_t n;
    if (!read_contexts(text, at, &n)) return false;
    for (size_t i = 0; i < n; i++) {
        if (at[i].given) continue;
        add_key(t, any, at[i].key);
        for (size_t k = i; k < n; k++) {
            if (strcmp(at[k].key, at[i].key) != 0) continue;
            add(t, k == i ? "[" : ",", 1);
            add(t, at[k].data.ptr, at[k].data.len);
            at[k].given = true;
        }
        add(t, "]", 1);
    }
    return true;
}

// ---- records ----------------------------------------------------------------------------------------------------------------------

static void write_record(struct tsv *t, voc_str line)
{
    voc_str f[N_COLUMNS];
    bool any = false;
    size_t n = split(line, f, N_COLUMNS);
    char wrong[32];
    if (n != N_COLUMNS) {
        add(t, wrong, (size_t)snprintf(wrong, sizeof wrong, "!%zu", n));
        return;
    }
    add(t, "{", 1);
    for (size_t c = 0; c < N_COLUMNS; c++) {
        bool done = f[c].len == 0;
        if (!done && c == UNSTRUCT) done = add_event(t, &any, f[c]);
        if (!done && (c == CONTEXTS || c == DERIVED_CONTEXTS)) done = add_contexts(t, &any, f[c]);
        if (done) continue;
        add_key(t, &any, columns[c]); // also what is no self-describing JSON: as it stands
        add_text(t, f[c]);
    }
    add(t, "}", 1);
}

voc_rc tsv_convert(struct tsv *t, const struct events *e, const voc_block *in, size_t max)
{
    size_t n = in->n_records < max ? in->n_records : max, most = n ? n : 1;
    t->host = e->host;
    t->cx = e->cx;
    t->start = e->host->alloc(e->cx, most * sizeof *t->start);
    t->end = e->host->alloc(e->cx, most * sizeof *t->end);
    if (!t->start || !t->end) return VOC_E_NOMEM;
    for (size_t i = 0; i < n && !t->short_of_memory; i++) {
        t->start[i] = t->n;
        write_record(t, (voc_str){in->bytes + in->start[i], in->end[i] - in->start[i]});
        t->end[i] = t->n;
    }
    t->block = *in;
    t->block.bytes = t->bytes ? t->bytes : "";
    t->block.n_bytes = t->n;
    t->block.start = t->start;
    t->block.end = t->end;
    t->block.n_records = n;
    return t->short_of_memory ? VOC_E_NOMEM : VOC_OK;
}

void tsv_free(struct tsv *t)
{
    if (!t->host) return;
    t->host->free(t->cx, t->bytes);
    t->host->free(t->cx, t->start);
    t->host->free(t->cx, t->end);
    *t = (struct tsv){0};
}
