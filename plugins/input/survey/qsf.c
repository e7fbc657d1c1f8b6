// SPDX-License-Identifier: MIT
// Qualtrics' .qsf, one JSON object: each element SQ is a question with its export tag, text, choices, answers of a matrix, and
// recoded values. Only these are read; anything else is stepped over. Called from sv_structure_read.
#include <stdio.h>

#include "plugins/common/json_scan.h"
#include "plugins/input/survey/survey.h"

#define OPTIONS_MAX 2000u

// The value of a member, as written; false: there is none, or it is no object.
static bool member(voc_str object, const char *key, voc_str *value)
{
    struct json j = {.at = object.ptr, .end = object.ptr + object.len};
    bool empty = false, done = false, escaped;
    voc_str k;
    json_blank(&j);
    if (json_kind(&j) != JSON_OBJECT || !json_enter(&j, '{', '}', &empty)) return false;
    while (!empty && !done) {
        if (!json_key(&j, &k, &escaped) || !json_skip(&j, 1, value)) return false;
        if (ev_is(k, key)) return true;
        if (!json_next(&j, '}', &done)) return false;
    }
    return false;
}

// Text of a scalar: strings are unescaped. Empty: null, or none.
static voc_str text_of(struct survey *s, voc_str value)
{
    struct json j = {.at = value.ptr, .end = value.ptr + value.len};
    bool escaped = false;
    voc_str raw;
    json_blank(&j);
    enum json_kind kind = json_kind(&j);
    if ((kind != JSON_STRING && kind != JSON_NUMBER) || !json_scalar(&j, kind, &raw, &escaped)) return (voc_str){"", 0};
    if (!escaped) return raw;
    char *to = ev_alloc(EVENTS(s), raw.len + 1);
    return to ? (voc_str){to, json_unescape(raw, to)} : (voc_str){"", 0};
}

static voc_str member_text(struct survey *s, voc_str object, const char *key)
{
    voc_str value;
    return member(object, key, &value) ? text_of(s, value) : (voc_str){"", 0};
}

// Each member of an object, in its order. *at begins at 0; false at the end.
static bool each(voc_str object, size_t *at, voc_str *key, voc_str *value)
{
    struct json j = {.at = object.ptr + *at, .end = object.ptr + object.len};
    bool empty = false, done = false, escaped;
    if (*at == 0) {
        json_blank(&j);
        if (json_kind(&j) != JSON_OBJECT || !json_enter(&j, '{', '}', &empty) || empty) return false;
    }
    if (*at == SIZE_MAX || !json_key(&j, key, &escaped) || !json_skip(&j, 1, value)) return false;
    if (!json_next(&j, '}', &done)) return false;
    *at = done ? object.len : (size_t)(j.at - object.ptr);
    return true;
}

// The options of a question, with the codes that the export writes for them.
static voc_rc read_labels(struct survey *s, voc_str choices, voc_str recodes, struct sv_item *item)
{
    size_t at = 0, n = 0;
    voc_str key, value;
    item->labels = NULL;
    item->n_labels = 0;
    while (at < choices.len && n < OPTIONS_MAX && each(choices, &at, &key, &value)) n++;
    item->labels = ev_alloc(EVENTS(s), (n + 1) * sizeof *item->labels);
    if (!item->labels) return VOC_E_NOMEM;
    memset(item->labels, 0, (n + 1) * sizeof *item->labels);
    for (at = 0; item->n_labels < n && each(choices, &at, &key, &value);) {
        struct sv_label *l = &item->labels[item->n_labels++];
        char name[64];
        size_t len = key.len < sizeof name - 1 ? key.len : sizeof name - 1;
        memcpy(name, key.ptr, len);
        name[len] = 0;
        voc_str code = recodes.len ? member_text(s, recodes, name) : (voc_str){"", 0};
        if (!ev_copy(EVENTS(s), code.len ? code : key, &l->code)) return VOC_E_NOMEM;
        l->text = sv_clean(s, member_text(s, value, "Display"));
    }
    return VOC_OK;
}

static uint32_t kind_of(voc_str type, voc_str selector, bool *said)
{
    *said = true;
    if (ev_is(type, "TE")) return SV_OPEN;
    if (ev_is(type, "MC")) return ev_is(selector, "NPS") ? SV_SCALE : SV_CHOICE;
    if (ev_is(type, "RO")) return SV_RANK;
    if (ev_is(type, "Slider") || ev_is(type, "CS")) return SV_NUMBER;
    *said = ev_is(type, "Matrix") && ev_is(selector, "Likert");
    return SV_CHOICE;
}

// Of a question of which any options may be chosen each is a column: Q3_2, by its number, or by its recoded value.
static voc_rc add_options(struct survey *s, const struct sv_item *of, voc_str choices, voc_str recodes)
{
    struct sv_item all = *of, *item; // adding moves the others
    voc_rc rc = read_labels(s, choices, (voc_str){"", 0}, &all);
    for (size_t i = 0; i < 2 * all.n_labels && !rc; i++) {
        const struct sv_label *l = &all.labels[i % all.n_labels];
        char name[64];
        snprintf(name, sizeof name, "%.*s", EV_STR(l->code, 60));
        voc_str code = i < all.n_labels ? recodes.len ? member_text(s, recodes, name) : (voc_str){"", 0} : l->code; // recoded ones first
        char *to = code.len ? ev_alloc(EVENTS(s), all.code.len + 1 + code.len) : NULL;
        if (code.len == 0) continue;
        if (!to || (item = sv_item_new(s)) == NULL) return VOC_E_NOMEM;
        memcpy(to, all.code.ptr, all.code.len);
        to[all.code.len] = '_';
        memcpy(to + all.code.len + 1, code.ptr, code.len);
        item->code = (voc_str){to, all.code.len + 1 + code.len};
        item->text = all.text;
        item->item = l->text;
        item->said = true;
        item->labels = ev_alloc(EVENTS(s), sizeof *item->labels);
        if (!item->labels) return VOC_E_NOMEM;
        item->labels[0] = (struct sv_label){.code = VOC_LIT("1"), .text = l->text};
        item->n_labels = 1;
    }
    return rc;
}

static bool is_any(voc_str selector) { return ev_is(selector, "MAVR") || ev_is(selector, "MAHR") || ev_is(selector, "MACOL") || ev_is(selector, "MSB"); }

static voc_rc read_question(struct survey *s, voc_str q)
{
    voc_str choices = {"", 0}, answers = {"", 0}, recodes = {"", 0};
    voc_str type = member_text(s, q, "QuestionType"), selector = member_text(s, q, "Selector"), tag = member_text(s, q, "DataExportTag");
    if (tag.len == 0 || ev_is(type, "DB") || ev_is(type, "Timing") || ev_is(type, "Meta")) return VOC_OK; // texts and clocks ask nothing
    struct sv_item *item = sv_item_new(s);
    if (!item || !ev_copy(EVENTS(s), tag, &item->code)) return VOC_E_NOMEM;
    item->text = sv_clean(s, member_text(s, q, "QuestionText"));
    item->kind = kind_of(type, selector, &item->said);
    item->nps = ev_is(selector, "NPS");
    (void)member(q, "Choices", &choices);
    (void)member(q, "RecodeValues", &recodes);
    if (ev_is(type, "Matrix") && member(q, "Answers", &answers)) return read_labels(s, answers, recodes, item);
    if (!ev_is(type, "MC") || item->nps) return VOC_OK;
    item->any = is_any(selector);
    voc_rc rc = read_labels(s, choices, recodes, item);
    return rc || !item->any ? rc : add_options(s, item, choices, recodes);
}

voc_rc sv_qsf_read(struct survey *s, voc_str text)
{
    voc_str entry, elements, element, payload;
    bool empty = false, done = false;
    voc_rc rc = VOC_OK;
    if (!member(text, "SurveyElements", &elements))
        return ev_error(EVENTS(s), VOC_E_OPTION, "021", "export the survey again: Tools, Import/Export, Export Survey",
                        "the .qsf is cut off, or is no JSON");
    if (member(text, "SurveyEntry", &entry)) {
        s->structure.title = sv_clean(s, member_text(s, entry, "SurveyName"));
        if (!ev_copy(EVENTS(s), member_text(s, entry, "SurveyLanguage"), &s->structure.language)) return VOC_E_NOMEM;
    }
    struct json j = {.at = elements.ptr, .end = elements.ptr + elements.len};
    json_blank(&j);
    if (json_kind(&j) != JSON_ARRAY || !json_enter(&j, '[', ']', &empty)) return VOC_OK;
    while (!rc && !empty && !done) {
        if (!json_skip(&j, 1, &element)) break;
        if (ev_is(member_text(s, element, "Element"), "SQ") && member(element, "Payload", &payload)) rc = read_question(s, payload);
        if (!rc && !json_next(&j, ']', &done)) break;
    }
    return rc;
}
