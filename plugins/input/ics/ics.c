// SPDX-License-Identifier: MIT
// Input plugin ics: calendars (iCalendar, RFC 5545) as Outlook, Google and Apple write them, and the messages that calendars send by
// mail. One entry is one record. The file is held in memory. libical is not used: its zones are files, which a worker has not, and
// what it does not understand of a rule it expands all the same.
#include <stdio.h>
#include <stdlib.h>

#include "plugins/input/ics/ics.h"
#include "plugins/common/show.h"

#define FILE_MAX ((size_t)512 << 20)

enum { OPT_DOMAINS, OPT_ADDRESSES, OPT_ACCOUNTS, OPT_UNTIL, OPT_ZONE, N_OPTIONS };
static const voc_option options[N_OPTIONS] = {
    {"company-domains", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "DOMAINS", "domains of the company, those below them included: who is from elsewhere is a customer"},
    {"company-addresses", VOC_OPT_LIST, 0, NULL, NULL, NULL, NULL, "ADDRESSES", "addresses of the company outside its domains"},
    {"accounts", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "take the domain of a customer's address as the account"},
    {"until", VOC_OPT_TIME, 0, NULL, NULL, NULL, NULL, "DATE", "leave out what is planned for later; without it, a series without an end goes up to when the calendar was last written"},
    {"zone", VOC_OPT_ZONE, 0, NULL, NULL, NULL, NULL, "ZONE", "whose clocks show times that name no zone (default: the calendar's own, else UTC)"},
};

static void say(voc_probe_result *r, int confidence, const char *why)
{
    r->confidence = confidence;
    snprintf(r->reason, sizeof r->reason, "%s", why);
}

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx;
    voc_str head = p->head, name = p->name;
    int named = (name.len > 4 && str_is_word((voc_str){name.ptr + name.len - 4, 4}, ".ics")) ||
                (name.len > 5 && str_is_word((voc_str){name.ptr + name.len - 5, 5}, ".ical"));
    if (head.len >= 3 && memcmp(head.ptr, "\xEF\xBB\xBF", 3) == 0) head.ptr += 3, head.len -= 3;
    while (head.len && (unsigned char)*head.ptr <= ' ') head.ptr++, head.len--;
    if (str_begins_word(head, "BEGIN:VCALENDAR")) return say(r, 100, "a calendar: it begins with BEGIN:VCALENDAR");
    if (str_begins_word(head, "BEGIN:VEVENT")) return say(r, 90, "an entry of a calendar: it begins with BEGIN:VEVENT");
    if (named) return say(r, 25, "only its name is that of a calendar");
    say(r, 0, "it does not begin with BEGIN:VCALENDAR");
}

static voc_rc ics_open(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *v, void **instance)
{
    struct ics *c = host->alloc(cx, sizeof *c);
    if (!c) return VOC_E_NOMEM;
    memset(c, 0, sizeof *c);
    c->host = host;
    c->cx = cx;
    c->party = (struct party){.domains = v[OPT_DOMAINS].list, .n_domains = v[OPT_DOMAINS].n_list,
                              .addresses = v[OPT_ADDRESSES].list, .n_addresses = v[OPT_ADDRESSES].n_list};
    c->accounts = v[OPT_ACCOUNTS].i != 0;
    c->until = v[OPT_UNTIL].set ? v[OPT_UNTIL].i / 1000000 : SECONDS_NA;
    c->zone = v[OPT_ZONE].set ? v[OPT_ZONE].s : source->zone;
    *instance = c; // closed by the host in any case
    c->zone = ics_keep(c, &c->all, c->zone);
    if (c->rc) return c->rc;
    voc_rc rc = host->time_format(cx, &c->floating, S(""), c->zone);
    return rc ? rc : host->time_format(cx, &c->named, S("yyyy-MM-dd HH:mm:ss VV"), S(""));
}

static void ics_close(void *instance)
{
    struct ics *c = instance;
    for (size_t i = 0; i < c->n_zones; i++) c->host->free(c->cx, c->zones[i].onsets);
    struct pool *const pools[] = {&c->once, &c->all};
    for (size_t i = 0; i < 2; i++) ics_release(c, pools[i]);
    void *const kept[] = {c->bytes, c->zones, c->calendars, c->places, c->order, c->names};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) c->host->free(c->cx, kept[i]);
    c->host->free(c->cx, c);
}

static voc_rc refuse(struct ics *c, const char *hint, const char *message)
{
    voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = VOC_LIT("ICS-001"), .line = 1,
                  .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    c->host->diag(c->cx, &d);
    return VOC_E_INPUT;
}

static voc_rc read_all(struct ics *c, voc_stream *stream)
{
    size_t room = 0, got = 1;
    voc_rc rc = VOC_OK;
    while (!rc && got) {
        if (c->n_bytes == room) {
            room = room ? 2 * room : (size_t)64 << 10;
            char *to = room > FILE_MAX ? NULL : c->host->resize(c->cx, c->bytes, room);
            if (room > FILE_MAX) return refuse(c, "export it in parts, by year", "a calendar of more than 512 MiB"), VOC_E_LIMIT;
            if (!to) return VOC_E_NOMEM;
            c->bytes = to;
        }
        rc = c->host->cancelled(c->cx) ? VOC_CANCELLED : c->host->read(stream, c->bytes + c->n_bytes, room - c->n_bytes, &got);
        if (!rc) c->n_bytes += got;
    }
    return rc;
}

static voc_rc run(void *instance, voc_stream *stream, voc_sink *sink)
{
    struct ics *c = instance;
    uint64_t record;
    c->sink = sink;
    voc_rc rc = read_all(c, stream);
    if (!rc && c->n_bytes >= 2 && (memcmp(c->bytes, "\xFF\xFE", 2) == 0 || memcmp(c->bytes, "\xFE\xFF", 2) == 0))
        return refuse(c, "save it as UTF-8", "a calendar in UTF-16, which no calendar program writes");
    if (!rc && c->n_bytes) rc = ics_find(c);
    if (!rc) party_say(&c->party, "entries with several people", "everybody is read as a customer", c->why, sizeof c->why);
    for (size_t i = 0; i < c->n_places && !rc; i++) {
        const struct place *p = &c->places[i];
        ics_empty(c, &c->once);
        rc = c->host->cancelled(c->cx) ? VOC_CANCELLED : c->host->record(sink, p->from, p->to, p->line, &record);
        if (!rc) rc = rows_of(c, p, record);
        if (!rc) rc = c->rc;
    }
    return rc;
}

// ---- in words -----------------------------------------------------------------------------------------------------------------------------

static void describe(void *instance, char *out, size_t size)
{
    const struct ics *c = instance;
    size_t n = 0;
    if (size) out[0] = 0;
#define SAY(...) n += n < size ? (size_t)snprintf(out + n, size - n, __VA_ARGS__) : 0
    const struct { uint64_t n; const char *what; } counts[] = {{c->n_meetings, "meetings with customers"}, {c->n_internal, "meetings among the company"}, {c->n_alone, "appointments that name nobody else"},
                                                               {c->n_answers, "answers"}, {c->n_cancelled, "cancelled meetings"}, {c->n_tasks, "tasks that were done"}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].n) SAY("%s%s: %llu", n ? ", " : "", counts[i].what, (unsigned long long)counts[i].n);
    if (!n) SAY("nothing that gives rows");
    if (c->n_series) SAY("\nseries: %llu, with %llu meetings%s", (unsigned long long)c->n_series, (unsigned long long)c->n_occurrences,
                         c->horizon_used && c->until == SECONDS_NA ? ", those without an end up to when the calendar was last written; -O until=DATE says otherwise" : "");
    if (c->why[0]) SAY("\n%s", c->why);
    for (size_t i = 0; i < c->n_zones && n + 300 < size; i++) {
        const struct zone *z = &c->zones[i];
        if (!z->used || z->kind == ZONE_UNKNOWN) continue;
        if (z->kind == ZONE_RULES) SAY("\nzone \"%.*s\": by the rules that the file has for it", SHOW_AT_MOST(z->id, 60));
        else if (z->windows) SAY("\nzone \"%.*s\": as Windows names it", SHOW_AT_MOST(z->id, 60));
        else if (strlen(z->name) != z->id.len) SAY("\nzone \"%.*s\": %s", SHOW_AT_MOST(z->id, 60), z->name);
    }
    if (c->n_reminders) SAY("\nreminders are left out: %llu", (unsigned long long)c->n_reminders);
    SAY("\n");
#undef SAY
    if (n >= size && size) out[size - 1] = 0;
    for (size_t i = 0; size && out[i]; i++)
        if ((unsigned char)out[i] < 0x20 && out[i] != '\n') out[i] = ' ';
}

static const voc_input_ops ops = {
    .struct_size = sizeof ops,
    .framing = VOC_FRAMING_STREAM,
    .probe = probe,
    .open = ics_open,
    .close = ics_close,
    .run = run,
    .describe = describe,
};

static const voc_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof(voc_option),
    .name = "ics",
    .version = "0.1.0",
    .summary = "calendars: meetings with customers, and answers to invitations",
    .licence = "MIT",
    .author = "the Vocstream authors",
    .options = options,
    .n_options = N_OPTIONS,
    .extensions = "ics ical",
    .ops = &ops,
};

VOC_PLUGIN("input", "ics", "0.1.0", "MIT", plugin)
