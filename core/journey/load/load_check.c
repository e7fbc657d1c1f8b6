// SPDX-License-Identifier: MIT
// The trees of a journey's files against the table of the vocabulary: elements, attributes, values, counts; then, once the
// ids of all three files are known, the references. Every fault is reported with file, line and what to do.
#include "journey/load/load.h"
#include <stdio.h>

#define IDS_MAX 1000000u

static bool is_namespace(voc_str attr)
{
    return str_is(attr, "xmlns") || str_starts(attr, "xmlns:");
}

// "allowed here: a, b, c" into buf; the allowed names into names[64] for the search of the nearest.
static size_t allowed_children(const struct grammar_rule *r, voc_str names[64], char *buf, size_t size)
{
    static const char *const predicates[] = {"event", "fact", "count", "all", "any", "not", "use"};
    size_t n = 0, len = 0;
    struct grammar_child c;
    for (voc_str rest = str_of(r->children); n < 48 && grammar_next_child(&rest, &c);) {
        if (str_is(c.name, "#text")) continue;
        if (!str_is(c.name, "P") && !str_is(c.name, "F")) {
            names[n++] = c.name;
            continue;
        }
        for (size_t i = 0; i < 7; i++)
            if (grammar_is_predicate(str_of(predicates[i]), str_is(c.name, "F"))) names[n++] = str_of(predicates[i]);
    }
    names[n++] = str_of("note");
    len = (size_t)snprintf(buf, size, "allowed here: ");
    for (size_t i = 0; i < n && len < size; i++) {
        int got = snprintf(buf + len, size - len, "%s<%.*s>", i ? ", " : "", STR_ARG(names[i]));
        len += got > 0 ? (size_t)got : 0;
    }
    return n;
}

// Where an element of that name may stand, for one that stands elsewhere. Empty: nowhere.
static void right_places(voc_str name, char *buf, size_t size)
{
    size_t len = 0;
    buf[0] = '\0';
    if (grammar_is_predicate(name, false)) { // nearly everywhere
        (void)snprintf(buf, size, "<definition>, <exit>, <aim> and wherever a test is wanted");
        return;
    }
    for (size_t i = 0; i < grammar_n && len < size; i++) {
        struct grammar_child c;
        if (memcmp(grammar[i].name, "F/", 2) == 0 || !grammar_find_child(&grammar[i], name, &c)) continue;
        voc_str place = grammar_element(&grammar[i]);
        int got = snprintf(buf + len, size - len, "%s<%.*s>", len ? ", " : "", STR_ARG(place));
        len += got > 0 ? (size_t)got : 0;
    }
}

static void wrong_element(struct loader *l, const struct xml_node *n, const struct grammar_rule *parent)
{
    voc_str names[64], in = grammar_element(parent);
    char hint[700], places[500], meant[100];
    size_t count = allowed_children(parent, names, hint, sizeof hint);
    right_places(n->name, places, sizeof places);
    if (str_is(n->name, "note")) {
        load_fault(l, "JOURNEY-004", n->line, "write it beside", "<note> cannot stand in <%.*s>, which holds text only", LOAD_SHOW(in));
        return;
    }
    if (grammar_is_predicate(n->name, false) && strchr(parent->children, 'F')) {
        load_fault(l, "JOURNEY-004", n->line, hint, "<%.*s> cannot stand in <%.*s>: roles and segments are told by facts, not by events", LOAD_SHOW(n->name), LOAD_SHOW(in));
        return;
    }
    if (places[0]) {
        load_fault(l, "JOURNEY-004", n->line, hint, "<%.*s> cannot stand in <%.*s>; it belongs in %s", LOAD_SHOW(n->name), LOAD_SHOW(in), places);
        return;
    }
    voc_str near = grammar_nearest(n->name, names, count);
    load_fault(l, "JOURNEY-003", n->line, hint, "unknown element <%.*s> in <%.*s>%s", LOAD_SHOW(n->name), LOAD_SHOW(in),
               load_meant(meant, sizeof meant, near));
}

static void wrong_attribute(struct loader *l, const struct xml_node *n, voc_str attr, const struct grammar_rule *r)
{
    voc_str names[64], rest = str_of(r->attrs);
    char hint[700], meant[100];
    size_t count = 0, len = (size_t)snprintf(hint, sizeof hint, "attributes of <%.*s>: ", LOAD_SHOW(n->name));
    struct grammar_attr a;
    while (count < 64 && grammar_next_attr(&rest, &a)) {
        names[count] = a.name;
        if (len < sizeof hint) {
            int got = snprintf(hint + len, sizeof hint - len, "%s%.*s", count ? ", " : "", STR_ARG(a.name));
            len += got > 0 ? (size_t)got : 0;
        }
        count++;
    }
    if (!count) (void)snprintf(hint, sizeof hint, "<%.*s> takes no attributes; remove it", LOAD_SHOW(n->name));
    load_fault(l, "JOURNEY-005", n->line, hint, "unknown attribute \"%.*s\" of <%.*s>%s", LOAD_SHOW(attr), LOAD_SHOW(n->name),
               load_meant(meant, sizeof meant, grammar_nearest(attr, names, count)));
}

static void wrong_value(struct loader *l, const struct xml_node *n, const struct grammar_attr *a, voc_str value, const char *wanted)
{
    char text[300], meant[100] = "";
    if (!*wanted) { // one of these words
        voc_str words[32];
        size_t count = 0, len = (size_t)snprintf(text, sizeof text, "one of ");
        for (const char *p = a->type.ptr, *end = p + a->type.len; p < end && count < 32;) {
            const char *bar = memchr(p, '|', (size_t)(end - p));
            voc_str word = str_mk(p, bar ? (size_t)(bar - p) : (size_t)(end - p));
            if (word.len) words[count++] = word;
            p += word.len + 1;
        }
        for (size_t i = 0; i < count && len < sizeof text; i++) {
            int got = snprintf(text + len, sizeof text - len, "%s%.*s", i ? ", " : "", STR_ARG(words[i]));
            len += got > 0 ? (size_t)got : 0;
        }
        voc_str near = grammar_nearest(value, words, count);
        if (near.len) (void)snprintf(meant, sizeof meant, " (did you mean \"%.*s\"?)", LOAD_SHOW(near));
        wanted = text;
    }
    load_fault(l, "JOURNEY-007", n->line, NULL, "%.*s=\"%.*s\" of <%.*s> is not allowed%s; write %s", LOAD_SHOW(a->name),
               LOAD_SHOW(value), LOAD_SHOW(n->name), meant, wanted);
}

void load_remember(struct loader *l, voc_str kind, voc_str id, const struct xml_node *n)
{
    char key[300];
    uint32_t code, before = dict_n(l->by_id);
    if (kind.len + 1 + id.len > sizeof key) {
        load_fault(l, "JOURNEY-007", n->line, "at most 200 bytes", "the id of this <%.*s> is too long", LOAD_SHOW(kind));
        return;
    }
    memcpy(key, kind.ptr, kind.len);
    key[kind.len] = '\x1f';
    memcpy(key + kind.len + 1, id.ptr, id.len);
    voc_rc rc = dict_code(l->by_id, str_mk(key, kind.len + 1 + id.len), &code);
    if (!rc && code < before) {
        load_fault(l, "JOURNEY-011", n->line, "an id names one thing; give this one another", "<%.*s> \"%.*s\" was declared before, in line %llu",
                   LOAD_SHOW(kind), LOAD_SHOW(id), (unsigned long long)l->ids.at[code].line);
        return;
    }
    if (!rc) rc = vec_reserve(&l->ids, 1, IDS_MAX);
    if (rc) {
        load_nomem(l, rc);
        return;
    }
    l->ids.at[l->ids.n++] = (struct load_id){kind, id, l->file, n->line};
}

static void check_attributes(struct loader *l, const struct xml_node *n, const struct grammar_rule *r)
{
    struct grammar_attr a;
    const char *wanted;
    for (size_t i = 0; i < n->n_attrs; i++) {
        voc_str name = n->attrs[i].name, value = n->attrs[i].value;
        if (is_namespace(name)) continue;
        if (!grammar_find_attr(r, name, &a))
            wrong_attribute(l, n, name, r);
        else if (!grammar_value(a.type, value, &wanted))
            wrong_value(l, n, &a, value, wanted);
        else if (a.required && str_is(name, "id") && str_is(a.type, "name"))
            load_remember(l, grammar_element(r), value, n);
    }
    for (voc_str rest = str_of(r->attrs); grammar_next_attr(&rest, &a);) {
        bool there = false;
        for (size_t i = 0; i < n->n_attrs; i++) there = there || str_eq(n->attrs[i].name, a.name);
        if (!a.required || there) continue;
        (void)grammar_value(a.type, str_of(""), &wanted);
        char hint[400] = "";
        if (*wanted)
            (void)snprintf(hint, sizeof hint, "write %.*s=\"...\" with %s", LOAD_SHOW(a.name), wanted);
        else if (!str_is(a.type, "text"))
            (void)snprintf(hint, sizeof hint, "write %.*s=\"...\" with one of %.*s", LOAD_SHOW(a.name), STR_ARG(a.type));
        for (char *c = hint; *c; c++) *c = *c == '|' ? ' ' : *c;
        load_fault(l, "JOURNEY-006", n->line, hint, "<%.*s> has no %.*s", LOAD_SHOW(n->name), LOAD_SHOW(a.name));
    }
}

// How many children each entry of the rule got, against what it allows.
static void check_counts(struct loader *l, const struct xml_node *n, const struct grammar_rule *r, bool misplaced)
{
    struct grammar_child c;
    for (voc_str rest = str_of(r->children); grammar_next_child(&rest, &c);) {
        size_t count = 0;
        const struct xml_node *second = NULL;
        bool p = str_is(c.name, "P"), f = str_is(c.name, "F");
        if (str_is(c.name, "#text")) continue;
        for (const struct xml_node *k = n->first; k; k = k->next)
            if (p || f ? grammar_is_predicate(k->name, f) : str_eq(k->name, c.name))
                if (++count == 2) second = k;
        const char *what = f ? "test of facts (<fact>, <all>, <any>, <not> or <use>)"
                             : "test (<event>, <fact>, <count>, <all>, <any>, <not> or <use>)";
        if (!count && !misplaced && (c.count == '1' || c.count == '+')) {
            if (p || f)
                load_fault(l, "JOURNEY-008", n->line, "put in it what must hold", "<%.*s> holds no %s", LOAD_SHOW(n->name), what);
            else
                load_fault(l, "JOURNEY-008", n->line, NULL, "<%.*s> needs %s<%.*s>", LOAD_SHOW(n->name), c.count == '+' ? "at least one " : "a ", LOAD_SHOW(c.name));
        }
        if (second && (c.count == '1' || c.count == '?')) {
            if (p || f)
                load_fault(l, "JOURNEY-008", second->line, "put several into <all> (each must hold) or <any> (one is enough)",
                           "<%.*s> holds more than one test", LOAD_SHOW(n->name));
            else
                load_fault(l, "JOURNEY-008", second->line, "join them", "<%.*s> may hold only one <%.*s>", LOAD_SHOW(n->name), LOAD_SHOW(c.name));
        }
    }
}

static void check_node(struct loader *l, const struct xml_node *n, const struct grammar_rule *r, bool facts)
{
    struct grammar_child c;
    if (l->rc) return;
    check_attributes(l, n, r);
    load_either_or(l, n);
    bool text = grammar_find_child(r, str_of("#text"), &c);
    if (!text && str_trim(n->text).len)
        load_fault(l, "JOURNEY-009", n->line, "what people write for people goes into <note>", "text \"%.*s\" stands in <%.*s>, which takes none",
                   LOAD_SHOW(str_trim(n->text)), LOAD_SHOW(n->name));
    bool note = str_is(n->name, "note");
    if (text && !note && !str_trim(n->text).len)
        load_fault(l, "JOURNEY-009", n->line, "write the pattern between the tags", "<%.*s> is empty", LOAD_SHOW(n->name));
    bool misplaced = false; // then what is missing may be what was misspelt
    for (const struct xml_node *k = n->first; k && !l->rc; k = k->next) {
        if (!str_is(k->ns, GRAMMAR_NAMESPACE)) {
            load_fault(l, "JOURNEY-002", k->line, "elements of other vocabularies have no place here", "<%.*s> is not of the namespace " GRAMMAR_NAMESPACE,
                       LOAD_SHOW(k->name));
            continue;
        }
        bool allowed = (str_is(k->name, "note") && !text) || grammar_find_child(r, k->name, &c);
        if (!allowed) {
            wrong_element(l, k, r);
            misplaced = true;
            continue;
        }
        bool below = grammar_is_predicate(k->name, false) && (facts || strstr(r->children, "F") == r->children);
        check_node(l, k, grammar_rule_of(n->name, k->name, below), below);
    }
    check_counts(l, n, r, misplaced);
}

void load_check_tree(struct loader *l, const struct xml_node *root, const char *root_name)
{
    if (!str_is(root->name, root_name)) {
        load_fault(l, "JOURNEY-001", root->line,
                   strcmp(root_name, "sources") == 0
                       ? "voc sniff FILE --sources -o sources.xml writes one for a log"
                       : "this is an XML file of another kind; voc journey list shows the journeys that ship with the program",
                   "the outermost element is <%.*s>; it must be <%s xmlns=\"" GRAMMAR_NAMESPACE "\">", LOAD_SHOW(root->name),
                   root_name);
        return;
    }
    if (!str_is(root->ns, GRAMMAR_NAMESPACE)) {
        load_fault(l, "JOURNEY-002", root->line, "write <... xmlns=\"" GRAMMAR_NAMESPACE "\">", "<%.*s> is not of the namespace " GRAMMAR_NAMESPACE, LOAD_SHOW(root->name));
        return;
    }
    check_node(l, root, grammar_rule_of(str_of(""), root->name, false), false);
}

// The alternatives of "@stage/exit+": the next kind, or "=word". False at the end.
static bool next_kind(voc_str *rest, voc_str *kind)
{
    if (rest->len && (*rest->ptr == '@' || *rest->ptr == '/')) *rest = str_mk(rest->ptr + 1, rest->len - 1);
    if (!rest->len || *rest->ptr == '+') return false;
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] != '/' && rest->ptr[n] != '+') n++;
    *kind = str_mk(rest->ptr, n);
    *rest = str_mk(rest->ptr + n, rest->len - n);
    return true;
}

static bool reference_known(const struct loader *l, voc_str type, voc_str word)
{
    voc_str kind;
    char name[32];
    while (next_kind(&type, &kind)) {
        if (kind.ptr[0] == '=' && str_eq(word, str_mk(kind.ptr + 1, kind.len - 1))) return true;
        (void)snprintf(name, sizeof name, "%.*s", STR_ARG(kind));
        if (load_known(l, name, word)) return true;
    }
    return false;
}

static void unknown_reference(struct loader *l, const struct xml_node *n, const struct grammar_attr *a, voc_str word)
{
    char kinds[80] = "", meant[100], hint[400] = "", name[32];
    size_t kinds_len = 0, len = 0;
    voc_str kind = {"", 0}, near = {"", 0};
    for (voc_str type = a->type; next_kind(&type, &kind);) {
        if (kind.ptr[0] == '=') continue;
        (void)snprintf(name, sizeof name, "%.*s", STR_ARG(kind));
        int got = snprintf(kinds + kinds_len, sizeof kinds - kinds_len, "%s<%s>", kinds_len ? " or " : "", name);
        kinds_len += got > 0 ? (size_t)got : 0;
        if (!near.len) near = load_nearest(l, name, word);
        for (size_t i = 0; i < l->ids.n && len < 200; i++) {
            if (!str_eq(l->ids.at[i].kind, kind)) continue;
            got = snprintf(hint + len, sizeof hint - len, "%s%.*s", len ? ", " : "declared: ", LOAD_SHOW(l->ids.at[i].id));
            len += got > 0 ? (size_t)got : 0;
        }
    }
    if (!len)
        (void)snprintf(hint, sizeof hint, "none is declared%s",
                       str_is(kind, "theme") && !l->j->codebook_root ? "; themes stand in codebook.xml, which is not there" : "");
    load_fault(l, "JOURNEY-010", n->line, hint, "%.*s=\"%.*s\" of <%.*s>: there is no %s of that id%s", LOAD_SHOW(a->name), LOAD_SHOW(word),
               LOAD_SHOW(n->name), kinds, load_meant(meant, sizeof meant, near));
}

static void check_reference(struct loader *l, const struct xml_node *n, const struct grammar_attr *a, voc_str value)
{
    voc_str word;
    if (a->type.ptr[a->type.len - 1] != '+') {
        if (!reference_known(l, a->type, value)) unknown_reference(l, n, a, value);
        return;
    }
    while (str_split(&value, &word))
        if (!reference_known(l, a->type, word)) unknown_reference(l, n, a, word);
}

void load_check_references(struct loader *l, const struct xml_node *n)
{
    const struct grammar_rule *r = grammar_rule_of(n->parent ? n->parent->name : str_of(""), n->name, false);
    struct grammar_attr a;
    const char *wanted;
    int64_t us;
    bool working;
    if (!r) return;
    for (size_t i = 0; i < n->n_attrs; i++) {
        voc_str value = n->attrs[i].value;
        if (!grammar_find_attr(r, n->attrs[i].name, &a) || !grammar_value(a.type, value, &wanted)) continue;
        if (a.type.ptr[0] == '@') check_reference(l, n, &a, value);
        if (!str_is(a.type, "duration") && !str_is(a.type, "durations") && !str_is(a.type, "lapse")) continue;
        for (voc_str word; str_split(&value, &word);)
            if (grammar_duration(word, &us, &working) && working && !load_declares(l, "calendar"))
                load_fault(l, "JOURNEY-014", n->line, "add a <calendar> with its <hours>, or write h or d",
                           "%.*s=\"%.*s\" of <%.*s> counts working time, but no calendar is declared", LOAD_SHOW(a.name),
                           LOAD_SHOW(word), LOAD_SHOW(n->name));
    }
    for (const struct xml_node *k = n->first; k && !l->rc; k = k->next) load_check_references(l, k);
}
