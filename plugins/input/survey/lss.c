// SPDX-License-Identifier: MIT
// LimeSurvey's .lss: tables as XML, <section><rows><row><field>text. Questions, rows of questions and options are taken, in the
// survey's first language; newer versions keep the texts in tables of their own (question_l10ns). Called from
// sv_structure_read.
#include "plugins/input/survey/survey.h"

#define FIELDS_MAX 32u
#define TEXT_MAX ((size_t)64 << 10) // of a field

struct field { char name[32]; voc_str text; };

struct asked { // a question, or a row of one
    voc_str qid, parent, type, title, text, language;
    struct sv_label *labels;
    size_t n_labels, room;
};

struct option { voc_str aid, qid, code, text; }; // stands before its question, and its text may come behind

struct lss {
    struct survey *s;
    char section[40];
    unsigned depth;
    bool in_row;
    struct field fields[FIELDS_MAX];
    size_t n_fields;
    char *text; // of the field that is open
    size_t len;
    voc_str language;
    struct asked *asked;
    size_t n, room;
    struct option *options;
    size_t n_options, options_room;
    voc_rc rc;
};

static bool is(const char *section, const char *name) { return strcmp(section, name) == 0; }

static voc_str get(const struct lss *l, const char *name)
{
    for (size_t i = 0; i < l->n_fields; i++)
        if (is(l->fields[i].name, name)) return l->fields[i].text;
    return (voc_str){"", 0};
}

static struct asked *find(struct lss *l, voc_str qid)
{
    for (size_t i = 0; i < l->n; i++)
        if (ev_eq(l->asked[i].qid, qid)) return &l->asked[i];
    return NULL;
}

static void *grow(struct lss *l, void *old, size_t n, size_t *room, size_t size)
{
    if (n < *room) return old;
    size_t more = *room ? *room * 2 : 32;
    void *to = ev_alloc(EVENTS(l->s), more * size);
    if (!to) {
        l->rc = VOC_E_NOMEM;
        return NULL;
    }
    if (n) memcpy(to, old, n * size);
    *room = more;
    return to;
}

static bool other_language(const struct lss *l) { return get(l, "language").len && l->language.len && !ev_eq(get(l, "language"), l->language); }

static void take_question(struct lss *l)
{
    if (other_language(l) || find(l, get(l, "qid"))) return;
    l->asked = grow(l, l->asked, l->n, &l->room, sizeof *l->asked);
    if (!l->asked) return;
    struct asked *a = &l->asked[l->n++];
    *a = (struct asked){.qid = get(l, "qid"), .parent = get(l, "parent_qid"), .type = get(l, "type"), .title = get(l, "title"), .text = sv_clean(l->s, get(l, "question"))};
}

static void take_option(struct lss *l)
{
    if (other_language(l)) return;
    l->options = grow(l, l->options, l->n_options, &l->options_room, sizeof *l->options);
    if (l->options) l->options[l->n_options++] = (struct option){get(l, "aid"), get(l, "qid"), get(l, "code"), sv_clean(l->s, get(l, "answer"))};
}

// When all is read.
static void give_option(struct lss *l, const struct option *o)
{
    struct asked *a = find(l, o->qid);
    if (!a) return;
    a->labels = grow(l, a->labels, a->n_labels, &a->room, sizeof *a->labels);
    if (a->labels) a->labels[a->n_labels++] = (struct sv_label){.code = o->code, .text = o->text};
}

static void take_row(struct lss *l)
{
    struct asked *a;
    if (is(l->section, "questions") || is(l->section, "subquestions")) take_question(l);
    else if (is(l->section, "answers")) take_option(l);
    else if (is(l->section, "question_l10ns") && !other_language(l) && (a = find(l, get(l, "qid"))) != NULL) a->text = sv_clean(l->s, get(l, "question"));
    else if (is(l->section, "answer_l10ns") && !other_language(l)) {
        for (size_t i = 0; i < l->n_options; i++)
            if (l->options[i].aid.len && ev_eq(l->options[i].aid, get(l, "aid"))) l->options[i].text = sv_clean(l->s, get(l, "answer"));
    } else if (is(l->section, "surveys_languagesettings") && !l->s->structure.title.len) {
        voc_str language = get(l, "surveyls_language");
        if (!l->language.len || !language.len || ev_eq(language, l->language)) l->s->structure.title = sv_clean(l->s, get(l, "surveyls_title"));
    }
}

// ---- events of the parser -------------------------------------------------------------------------------------------------------

static voc_rc on_start(void *user, voc_str name, const voc_xml_attr *attrs, size_t n_attrs, uint64_t line, uint64_t byte)
{
    struct lss *l = user;
    (void)attrs, (void)n_attrs, (void)line, (void)byte;
    l->depth++;
    l->len = 0;
    if (l->depth == 2) {
        size_t n = name.len < sizeof l->section - 1 ? name.len : sizeof l->section - 1;
        memcpy(l->section, name.ptr, n);
        l->section[n] = 0;
    }
    if (l->depth == 4 && ev_is(name, "row")) l->in_row = true, l->n_fields = 0;
    return VOC_OK;
}

static voc_rc on_text(void *user, voc_str text)
{
    struct lss *l = user;
    if ((!l->in_row || l->depth != 5) && !(l->depth == 3 && is(l->section, "languages"))) return VOC_OK;
    size_t n = text.len < TEXT_MAX - l->len ? text.len : TEXT_MAX - l->len;
    if (n) memcpy(l->text + l->len, text.ptr, n);
    l->len += n;
    return VOC_OK;
}

static voc_rc on_end(void *user, voc_str name, uint64_t line, uint64_t byte)
{
    struct lss *l = user;
    voc_str text = {l->text, l->len};
    (void)line, (void)byte;
    if (l->in_row && l->depth == 5 && l->n_fields < FIELDS_MAX && name.len < sizeof l->fields[0].name) {
        struct field *f = &l->fields[l->n_fields++];
        memcpy(f->name, name.ptr, name.len);
        f->name[name.len] = 0;
        if (!ev_copy(EVENTS(l->s), text, &f->text)) l->rc = VOC_E_NOMEM;
    }
    if (l->depth == 3 && is(l->section, "languages") && !l->language.len && !ev_copy(EVENTS(l->s), ev_trim(text), &l->language)) l->rc = VOC_E_NOMEM;
    if (l->depth == 4 && l->in_row) {
        l->in_row = false;
        if (!l->rc) take_row(l);
    }
    l->depth--;
    l->len = 0;
    return l->rc;
}

// ---- questions ------------------------------------------------------------------------------------------------------------------

static uint32_t kind_of(char type, bool *said, int *last)
{
    *said = true;
    *last = type == '5' || type == 'A' ? 5 : type == 'B' ? 10 : 0;
    if (*last) return SV_SCALE;
    if (strchr("TSUQ;", type)) return SV_OPEN;
    if (strchr("NK:", type)) return SV_NUMBER;
    *said = strchr("L!OZFHWEC1YGMPD", type) != NULL;
    return SV_CHOICE;
}

static voc_rc number_labels(struct survey *s, struct sv_item *item, int last)
{
    item->labels = ev_alloc(EVENTS(s), (size_t)last * sizeof *item->labels);
    if (!item->labels) return VOC_E_NOMEM;
    for (int i = 0; i < last; i++) {
        static const char digits[] = "1234567891010";
        voc_str code = i == 9 ? (voc_str){digits + 9, 2} : (voc_str){digits + i, 1};
        item->labels[i] = (struct sv_label){.code = code, .text = code};
    }
    item->n_labels = (size_t)last;
    return VOC_OK;
}

// Q3 and "How was it?", or Q3[SQ001] and "How was it? [The food]"
static voc_rc join(struct survey *s, voc_str a, const char *open, voc_str b, voc_str *out)
{
    char *to = ev_alloc(EVENTS(s), a.len + b.len + 4);
    if (!to) return VOC_E_NOMEM;
    size_t n = a.len, m = strlen(open);
    if (a.len) memcpy(to, a.ptr, a.len);
    memcpy(to + n, open, m);
    n += m;
    if (b.len) memcpy(to + n, b.ptr, b.len);
    n += b.len;
    to[n++] = ']';
    *out = (voc_str){to, n};
    return VOC_OK;
}

static voc_rc give(struct lss *l, const struct asked *a)
{
    struct asked *parent = a->parent.len && !ev_is(a->parent, "0") ? find(l, a->parent) : NULL;
    voc_str type = parent ? parent->type : a->type;
    int last = 0;
    if (type.len == 0 || strchr("X*|", type.ptr[0])) return VOC_OK;
    struct sv_item *item = sv_item_new(l->s);
    if (!item) return VOC_E_NOMEM;
    item->kind = kind_of(type.ptr[0], &item->said, &last);
    item->code = a->title;
    item->text = a->text;
    item->labels = parent ? parent->labels : a->labels;
    item->n_labels = parent ? parent->n_labels : a->n_labels;
    voc_rc rc = last ? number_labels(l->s, item, last) : VOC_OK;
    if (!parent) return rc;
    item->item = a->text;
    if (!rc) rc = join(l->s, parent->title, "[", a->title, &item->code);
    return rc ? rc : join(l->s, parent->text, " [", a->text, &item->text);
}

voc_rc sv_lss_read(struct survey *s, voc_str text)
{
    struct lss l = {.s = s};
    const voc_xml_handler h = {.struct_size = sizeof h, .start = on_start, .end = on_end, .text = on_text};
    l.text = ev_alloc(EVENTS(s), TEXT_MAX);
    if (!l.text) return VOC_E_NOMEM;
    if (!VOC_HOST_HAS(EVENTS(s)->host, xml_text)) return VOC_OK;
    voc_rc rc = EVENTS(s)->host->xml_text(EVENTS(s)->cx, text, (voc_str)VOC_LIT("the structure (.lss)"), &h, &l);
    if (!rc) rc = l.rc;
    for (size_t i = 0; i < l.n_options && !rc; i++) {
        give_option(&l, &l.options[i]);
        rc = l.rc;
    }
    for (size_t i = 0; i < l.n && !rc; i++) rc = give(&l, &l.asked[i]);
    s->structure.language = l.language;
    return rc;
}
