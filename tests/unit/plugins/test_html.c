// SPDX-License-Identifier: MIT
// The output plugin html against a host of this file's own: the page is read back as XML, so that a name which opened a tag
// or ended an attribute would be seen.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/str.h"
#include "base/xml.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/plugins/page_host.h"

const voc_plugin *voc_plugin_query(uint32_t host_abi_major);

// ---- pages ---------------------------------------------------------------------------------------------------------------------

static voc_rc render(const voc_meta *meta, const voc_table *tables, size_t n)
{
    const voc_output_ops *ops = voc_plugin_query(VOC_ABI_MAJOR)->ops;
    void *instance = NULL;
    voc_meta passing = *meta;
    buf_clear(&page);
    voc_rc rc = ops->begin(&host, NULL, NULL, &passing, NULL, &instance);
    memset(&passing, 0xA5, sizeof passing); // borrowed only until begin returns
    for (size_t i = 0; i < n && !rc; i++) rc = ops->table(instance, &tables[i]);
    if (!rc) rc = ops->end(instance);
    if (instance) ops->close(instance);
    if (!page.rc) buf_byte(&page, 0);
    return rc;
}

static void says(const char *part)
{
    if (!strstr(page.ptr, part)) fail_msg("\"%s\" is not in the page", part);
}
static void says_not(const char *part)
{
    if (strstr(page.ptr, part)) fail_msg("\"%s\" is in the page", part);
}

// ---- tables ----------------------------------------------------------------------------------------------------------------------

#define HOSTILE "<script>alert(1)</script>\"'&"
#define OVERRIDE "\xE2\x80\xAE" // U+202E
#define ARABIC "\xD8\xB9\xD8\xB1\xD8\xB6"

#define STR_OF(s) {"" s, sizeof(s) - 1}
#define T(text) {.type = VOC_CELL_TEXT, .s = STR_OF(text)}
#define NA {.type = VOC_CELL_NA}
#define RE(x) {.type = VOC_CELL_REAL, .r = (x)}
#define RA(x, a, b) {.type = VOC_CELL_RANGE, .r = (x), .lo = (a), .hi = (b)}
#define MO(x) {.type = VOC_CELL_MONEY, .i = (x) * INT64_C(1000000)}

static const voc_column score_columns[] = {
    {STR_OF("touchpoint"), STR_OF(""), STR_OF(""), STR_OF("as customers meet it"), VOC_CELL_TEXT, 0},
    {STR_OF("acted"), STR_OF("acted"), STR_OF("touches"), STR_OF(""), VOC_CELL_TEXT, VOC_COLUMN_RIGHT},
    {STR_OF("expected"), STR_OF("expected"), STR_OF("touches"), STR_OF(""), VOC_CELL_REAL, VOC_COLUMN_DETAIL},
    {STR_OF("extra"), STR_OF("extra (95% range)"), STR_OF("actions"), STR_OF(""), VOC_CELL_RANGE, VOC_COLUMN_SIGNED},
    {STR_OF("cost_per_extra"), STR_OF("EUR an extra"), STR_OF(""), STR_OF(""), VOC_CELL_MONEY, VOC_COLUMN_DETAIL},
    {STR_OF("spent"), STR_OF("spent"), STR_OF(""), STR_OF("unit cost of all"), VOC_CELL_MONEY, 0},
    {STR_OF("hours"), STR_OF("time"), STR_OF("h"), STR_OF(""), VOC_CELL_REAL, 0},
    {STR_OF("reason"), STR_OF("firmness or reason"), STR_OF(""), STR_OF("why"), VOC_CELL_TEXT, 0},
};
#define COLUMNS 8u

static const voc_cell score_cells[] = {
    T(HOSTILE), T("210 of 533"), RE(111), RA(99, 70, 128), MO(50), MO(5000), NA, T("strong; no gain seen in \"" HOSTILE "\""),
    T(ARABIC OVERRIDE "abc"), T("105 of 169"), RE(51), RA(54, 32, 77), MO(182), MO(9000), RE(5), T("moderate"),
    T("case study"), T("76 of 104"), RE(28), RA(48, 30, 65), MO(18), MO(2000), NA, T("by a random test"),
    T("fourth"), T("40 of 90"), RE(30), RA(10, 1, 19), MO(9), MO(90), NA, T("fragile"),
    T("terms"), T("117 of 409"), RE(121), RA(-4, -29, 21), NA, MO(500), NA, T("the law asks for it: make it cheap"),
    T("price letter"), T("56 of 133"), RE(64), RA(-8, -27, 10), NA, MO(163), NA, T("a contract asks for it: ! 35 left, 6 expected: soften it"),
    T("cheap waste"), T("9 of 90"), RE(9), RA(0, -5, 5), NA, MO(10), RE(7), T("even the best case does not pay"),
    T("dear waste"), T("349 of 1,072"), RE(343), RA(6, -47, 60), NA, MO(100620), RE(104), T("even the best case does not pay"),
    T("work"), T("done 3 times"), NA, NA, NA, NA, RE(3), T("nothing refers to it"),
    T("rare"), T("1 of 2"), NA, NA, NA, NA, NA, T("too little to tell"),
    T("newsletter"), T("249 of 614"), NA, NA, NA, MO(10875), NA, T("everybody comparable gets it; hold back 1 in 5: voc holdout"),
};
#define ROWS (sizeof score_cells / sizeof *score_cells / COLUMNS)

static const voc_group score_groups[] = {{0, STR_OF("DO MORE"), STR_OF("customers act")},
                                         {4, STR_OF("KEEP"), STR_OF("")},
                                         {6, STR_OF("STOP OR CHANGE"), STR_OF("waste for this aim")},
                                         {9, STR_OF("CANNOT TELL YET"), STR_OF("")}};
static const voc_note score_notes[] = {{VOC_NOTE_LEAD, STR_OF("shop.voc: 640 accounts, journey x v3. Does a customer act more in the 14 days after it than others?")},
                                       {VOC_NOTE_LEAD, STR_OF("NOT-TO-DO LIST: 100,630 of 127,875 EUR.")},
                                       {VOC_NOTE_AFTER, STR_OF("a comparison <b>")},
                                       {VOC_NOTE_AFTER, STR_OF("more: voc x 'a dir/my shop.voc' y | voc x d/my shop.voc | voc x PROJECT")},
                                       {VOC_NOTE_ASSUMED, STR_OF("where nobody says who, the customer acted")},
                                       {VOC_NOTE_WARNING, STR_OF("37 lines are odd")},
                                       {VOC_NOTE_NEXT, STR_OF("voc score PROJECT --by stage | voc stages PROJECT")}};

static const voc_table score = {.struct_size = sizeof score,
                                .column_size = sizeof(voc_column),
                                .cell_size = sizeof(voc_cell),
                                .group_size = sizeof(voc_group),
                                .note_size = sizeof(voc_note),
                                .name = STR_OF("score"),
                                .semantics = STR_OF("Per account & more"),
                                .currency = STR_OF("EUR"),
                                .columns = score_columns,
                                .n_columns = COLUMNS,
                                .cells = score_cells,
                                .n_rows = ROWS,
                                .groups = score_groups,
                                .n_groups = 4,
                                .notes = score_notes,
                                .n_notes = 7};

static const voc_str warnings[] = {STR_OF("out of \"order\" <i>")};
static const struct voc_meta_input inputs[] = {
    {.source = STR_OF("crm<" ARABIC), .hash = STR_OF("0123456789abcdef\"onx=1"), .bytes = 1234567, .rows = 4321, .file_name = STR_OF("a&b.csv"), .plugin = STR_OF("events"), .records = 5000,
     .gave = 4300, .rejected = 37, .ignored = 663, .ignored_by = STR_OF("663 records: no date"), .rejected_by = STR_OF("30 records, the first in line 7: \"<x>\" is no time\nand 2 more reasons")},
    {.source = STR_OF("web"), .hash = STR_OF("00"), .bytes = 10, .rows = 3, .file_name = STR_OF("whole.csv"), .plugin = STR_OF("events"), .records = 3, .gave = 3}};
static const struct voc_meta_definition definitions[] = {{STR_OF("b2b-sale"), STR_OF("3"), STR_OF("fedcba9876543210")}};
static const voc_str assumptions[] = {STR_OF("in crm nobody says who, the customer acted"), STR_OF("in <web> stand days")};
static const voc_meta meta = {.struct_size = sizeof meta,
                              .input_size = sizeof *inputs,
                              .definition_size = sizeof *definitions,
                              .command = STR_OF("voc score my shop.voc --format html <x>"),
                              .program = STR_OF("voc"),
                              .version = STR_OF("0.1.0"),
                              .inputs = inputs,
                              .n_inputs = 2,
                              .definitions = definitions,
                              .n_definitions = 1,
                              .warnings = warnings,
                              .n_warnings = 1,
                              .project = STR_OF("my shop.voc"),
                              .title = STR_OF(""),
                              .about = STR_OF("what follows from <it>"),
                              .again = STR_OF("voc score 'my shop.voc'"),
                              .assumptions = assumptions,
                              .n_assumptions = 2,
                              .first_us = 0,
                              .last_us = INT64_C(86400000000)};

// ---- the page read back ------------------------------------------------------------------------------------------------------------

struct read {
    struct arena a;
    struct diag *d;
    struct xml_node *root;
};

static void read_page(struct read *r)
{
    const char *body = strchr(page.ptr, '\n') + 1; // behind the doctype
    arena_init(&r->a, 0);
    r->d = diag_new();
    assert_int_equal(strncmp(page.ptr, "<!DOCTYPE html>\n", 16), 0);
    if (xml_tree(&r->root, &r->a, body, strlen(body), "page", r->d)) fail_msg("%s", diag_n(r->d) ? diag_at(r->d, 0)->message : "no page");
}

static void read_done(struct read *r)
{
    arena_done(&r->a);
    diag_free(r->d);
}

static const struct xml_node *after(const struct xml_node *n) // in the order of the page
{
    if (n->first) return n->first;
    while (n && !n->next) n = n->parent;
    return n ? n->next : NULL;
}

static bool has_class(const struct xml_node *n, const char *name)
{
    const voc_str *s = xml_get(n, "class");
    return s && s->len >= strlen(name) && memcmp(s->ptr, name, strlen(name)) == 0;
}

// ---- what must hold ------------------------------------------------------------------------------------------------------------------

static void names_from_data_stay_text_and_cannot_turn_what_is_around_them(void **state)
{
    struct read r;
    size_t hostile = 0, arabic = 0;
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    read_page(&r);
    for (const struct xml_node *n = r.root; n; n = after(n)) {
        static const char *const allowed[] = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "h1", "h2", "h3", "h4", "p", "ul", "li", "b", "br", "a", "span",
                                              "bdi", "wbr", "svg", "path", "circle", "rect", "div", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "details", "summary", "dl", "dt", "dd", "code"};
        bool known = false;
        for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) known = known || str_is(n->name, allowed[i]);
        if (!known) fail_msg("<%.*s> is in the page", (int)n->name.len, n->name.ptr);
        for (size_t i = 0; i < n->n_attrs; i++) assert_false(n->attrs[i].name.len > 2 && strncmp(n->attrs[i].name.ptr, "on", 2) == 0);
        if (!str_is(n->name, "bdi")) continue;
        assert_true(str_is(*xml_get(n, "dir"), "auto"));
        hostile += str_is(n->text, HOSTILE);
        arabic += str_is(n->text, ARABIC "\xEF\xBF\xBD" "abc");
    }
    read_done(&r);
    assert_int_equal(hostile, 2); // in the box and in the table
    assert_int_equal(arabic, 2);
    says_not(OVERRIDE);
}

static void the_page_fetches_and_runs_nothing(void **state)
{
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    says("content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"");
    static const char *const outside[] = {"http:", "https:", "url(", "@import", " src=", "<script", "<link", "javascript:"};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) says_not(outside[i]);
}

static const voc_column check_columns[] = {{STR_OF("touchpoint"), STR_OF("touchpoint"), STR_OF(""), STR_OF(""), VOC_CELL_TEXT, 0}, {STR_OF("check"), STR_OF("check"), STR_OF(""), STR_OF(""), VOC_CELL_TEXT, 0}};
static const voc_cell check_cells[] = {T("case study"), T("no other cause"), T("case study"), T("covered"), T("newsletter"), T("none"), T("nobody's"), T("none")};

// The checks of some findings, as a table of the score's.
static voc_table checks_of(void)
{
    voc_table t = score;
    t.name = (voc_str)STR_OF("checks");
    t.title = (voc_str)STR_OF("Checks");
    t.columns = check_columns, t.n_columns = 2, t.cells = check_cells, t.n_rows = 4, t.n_groups = 0, t.n_notes = 0;
    return t;
}

static void headings_go_down_by_one_and_every_link_leads_to_one_place(void **state)
{
    struct read r;
    int level = 0;
    size_t links = 0;
    (void)state;
    voc_table tables[] = {score, checks_of(), score};
    tables[2].name = (voc_str)STR_OF("mix");
    assert_int_equal(render(&meta, tables, 3), VOC_OK);
    read_page(&r);
    for (const struct xml_node *n = r.root; n; n = after(n)) {
        if (n->name.len == 2 && n->name.ptr[0] == 'h' && n->name.ptr[1] >= '1' && n->name.ptr[1] <= '6') {
            int now = n->name.ptr[1] - '0';
            assert_true(now <= level + 1 && (level == 0) == (now == 1));
            level = now;
        }
        const voc_str *href = xml_get(n, "href"), *id = xml_get(n, "id"), *by = xml_get(n, "aria-labelledby");
        size_t same = 0, places = 0, labels = 0;
        for (const struct xml_node *m = r.root; m && (href || id || by); m = after(m)) {
            const voc_str *other = xml_get(m, "id");
            if (id && other && str_eq(*id, *other)) same++;
            if (by && other && str_eq(*by, *other)) labels++;
            if (href && other && href->len == other->len + 1 && memcmp(href->ptr + 1, other->ptr, other->len) == 0) places++;
        }
        assert_true(!id || same == 1);
        assert_true(!by || labels == 1);
        if (href && places != 1) fail_msg("%.*s leads to %zu places", (int)href->len, href->ptr, places);
        links += href != NULL;
        if (str_is(n->name, "th")) assert_non_null(xml_get(n, "scope"));
        if (str_is(n->name, "table")) assert_true(str_is(n->first->name, "caption"));
        if (str_is(n->name, "svg")) assert_true(str_is(*xml_get(n, "aria-hidden"), "true"));
    }
    read_done(&r);
    assert_int_equal(links, 7 + 2 + 3); // one a finding; the table and what was not ruled out; the columns of each table
}

static void a_finding_links_to_its_checks_where_there_are_some_and_else_to_its_row(void **state)
{
    voc_table tables[] = {score, checks_of()};
    (void)state;
    assert_int_equal(render(&meta, tables, 2), VOC_OK);
    says("<tr role=\"row\" id=\"check3\"><th scope=\"row\" role=\"rowheader\"><bdi dir=\"auto\">case "
         "study</bdi></th><td role=\"cell\" data-label=\"check\"><bdi dir=\"auto\">no other cause");
    says("chance decided who got it. <a href=\"#check3\">How we know</a>");
    says("<a href=\"#row1\">How we know</a>");
    says("<a href=\"#row8\">How we know</a>");
    const char *know = strstr(page.ptr, ">How we know</h2>"), *checks = strstr(page.ptr, ">Checks</h3>"), *cannot = strstr(page.ptr, "What this cannot see");
    assert_true(know && checks && cannot && know < checks && checks < cannot);
}

static void the_parts_of_the_page_come_in_their_order(void **state)
{
    static const char *const parts[] = {">In short</h2>", ">Not-to-do list</h2>", ">Every touchpoint</h2>", ">By stage</h2>", ">How we know</h2>", ">Checks</h3>", "<li>A comparison &lt;b&gt;.</li>",
                                        ">Work mix</h2>", ">What was assumed</h2>", ">What could not be read</h2>", ">What to look at next</h2>", ">What each column means", ">How this page was made</h2>"};
    voc_table tables[] = {score, score, score, checks_of()};
    const char *last = page.ptr;
    (void)state;
    tables[0].flags = tables[2].flags = VOC_TABLE_BRIEF;
    tables[1].name = (voc_str)STR_OF("mix"), tables[1].title = (voc_str)STR_OF("Work mix"), tables[1].n_notes = 0;
    tables[2].name = (voc_str)STR_OF("by"), tables[2].title = (voc_str)STR_OF("By stage"), tables[2].n_notes = 0;
    assert_int_equal(render(&meta, tables, 4), VOC_OK);
    last = page.ptr;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *at = strstr(page.ptr, parts[i]);
        if (!at || at < last) fail_msg("\"%s\" is not in its place", parts[i]);
        last = at;
    }
}

static void the_not_to_do_list_adds_up_hours_and_money(void **state)
{
    struct read r;
    char text[400] = "";
    bool in = false;
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    read_page(&r);
    for (const struct xml_node *n = r.root; n; n = after(n)) {
        if (str_is(n->name, "section")) in = has_class(n, "stoplist");
        if (!in || !(str_is(n->name, "td") || (str_is(n->name, "th") && n->text.len)) || strlen(text) > 300) continue;
        strncat(text, n->text.ptr, n->text.len);
        strncat(text, "|", 2);
    }
    read_done(&r);
    assert_string_equal(text, "touchpoint|time |spent |why|7|10||104|100,620||3|-||Together|114|100,630|of those whose cost is declared|");
    says("<p class=\"callout\">100,630 of 127,875 EUR.</p>");
    voc_table t = score;
    t.n_groups = 2, t.n_rows = 6, t.n_notes = 1;
    assert_int_equal(render(&meta, &t, 1), VOC_OK);
    says_not("Not-to-do");
}

static void the_box_holds_three_to_do_the_dearest_waste_what_calls_for_an_answer_and_two_open_questions(void **state)
{
    struct read r;
    char text[400] = "";
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    read_page(&r);
    for (const struct xml_node *n = r.root; n; n = after(n)) {
        if (!has_class(n, "finding")) continue;
        const struct xml_node *name = n->first->first->next; // li h3 (chip, name)
        strncat(text, name->text.ptr, name->text.len < 60 ? name->text.len : 60);
        strncat(text, "|", 2);
    }
    read_done(&r);
    assert_string_equal(text, HOSTILE "|" ARABIC "\xEF\xBF\xBD" "abc|case study|dear waste|price letter|newsletter|rare|");
    says("After 210 of 533 touches the customer acted within 14 days; without it about 111 would be expected. That is 70 to 128 more, at about 50 EUR each.");
    says("<b>+99</b> <span>extra actions<br/>95% range +70 to +128</span>");
    says("Strong: only a large hidden difference could explain it away; no gain seen");
    says("No difference is seen: +6, and it may be -47 to +60.");
    says("Everybody comparable gets it; hold back 1 in 5. <code>voc holdout &#39;my shop.voc&#39; newsletter</code> <a href");
    says("<li><code>voc explain &#39;my shop.voc&#39; &#39;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;\\&#39;&#39;&amp;&#39;</code></li>");
    says("A contract asks for it: 35 left, 6 expected: soften it.");
    says("<b>35</b> <span>left, 6 expected</span>");
    says("And 4 more in <a href=\"#t1\">the table</a>: 1 do more, 1 keep, 2 stop or change.");
    says("<b>100,620 EUR</b>");
    says("<h1><bdi dir=\"auto\">shop</bdi>: what to do more, what to stop</h1>");
    says("<p class=\"question\">Does a customer act more in the 14 days after it than others?</p>");
}

static void a_table_of_another_name_has_no_box_and_its_notes_all_stand(void **state)
{
    voc_table t = score;
    (void)state;
    t.name = (voc_str)STR_OF("my_own_table");
    t.title = (voc_str)STR_OF("findings");
    assert_int_equal(render(&meta, &t, 1), VOC_OK);
    says_not("In short");
    says("<h1><bdi dir=\"auto\">shop</bdi>: findings</h1>");
    says("<p class=\"callout\"><b>NOT-TO-DO LIST</b> 100,630 of 127,875 EUR.</p>");
    says(">Findings</h2>");
    says("<p class=\"subject\">640 accounts, journey x v3.</p>");
    says("<li>A comparison &lt;b&gt;.</li>");
    says("<li>More: voc x &#39;my shop.voc&#39; y | voc x my shop.voc | voc x &#39;my shop.voc&#39;.</li>");
    says("<li>37 lines are odd.</li>");
    says("<li><code>voc score &#39;my shop.voc&#39; --by stage</code></li>\n<li><code>voc stages &#39;my shop.voc&#39;</code></li>");
    says("<p class=\"small\">Per account &amp; more <a href=\"#c1\">");
    says("<p><code>voc score &#39;my shop.voc&#39; --table my_own_table</code></p>");
    says("<dt>spent</dt><dd>Unit cost of all.</dd>");
    t.n_notes = 0;
    assert_int_equal(render(&meta, &t, 1), VOC_OK);
    says("<h1><bdi dir=\"auto\">my shop</bdi>: findings</h1>\n<p class=\"subject\">What follows from &lt;it&gt;.</p>");
}

static void what_was_assumed_is_said_once(void **state)
{
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    says("<ul>\n<li>In crm nobody says who, the customer acted.</li>\n<li>In &lt;web&gt; stand days.</li>\n</ul>");
    says_not("where nobody says who");
}

static void each_file_says_what_was_left_out_of_it_or_that_nothing_was(void **state)
{
    voc_meta m = meta;
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    says("<bdi dir=\"auto\">a&amp;b.csv</bdi></th><td role=\"cell\" class=\"n\" data-label=\"records\">5,000</td><td role=\"cell\" class=\"n\" data-label=\"gave rows\">4,300</td>"
         "<td role=\"cell\" class=\"n\" data-label=\"rejected\">37</td><td role=\"cell\" class=\"n\" data-label=\"ignored\">663</td>");
    says("<li>rejected: <bdi dir=\"auto\">30 records, the first in line 7: &quot;&lt;x&gt;&quot; is no time</bdi></li><li><bdi dir=\"auto\">and 2 more reasons</bdi></li>"
         "<li>ignored: <bdi dir=\"auto\">663 records: no date</bdi></li>");
    says("whole.csv</bdi></th><td role=\"cell\" class=\"n\" data-label=\"records\">3</td>");
    says("data-label=\"left out\">nothing</td>");
    says("<code>voc rejects &#39;my shop.voc&#39;</code>");
    m.inputs = inputs + 1, m.n_inputs = 1;
    assert_int_equal(render(&m, &score, 1), VOC_OK);
    says("<p>Nothing: every record of every file was understood and gave rows.</p>");
    says_not("voc rejects");
}

static void a_host_that_is_older_than_a_field_gives_a_page_without_it(void **state)
{
    struct { voc_str source, hash; uint64_t bytes, rows; } old[1] = {{inputs[0].source, inputs[0].hash, 1234567, 4321}};
    voc_meta m = meta;
    (void)state;
    m.struct_size = offsetof(voc_meta, project);
    m.inputs = (const void *)old, m.n_inputs = 1, m.input_size = sizeof *old;
    assert_int_equal(render(&m, &score, 1), VOC_OK);
    says(": 4,321 events, 1,234,567 bytes, hash");
    says("<h1><bdi dir=\"auto\">shop</bdi>: what to do more");
    says("<li><code>voc stages PROJECT</code></li>");
    says_not("gave rows");
    says_not("Events from");
    m = meta;
    m.input_size = sizeof *old, m.inputs = (const void *)old, m.n_inputs = 1;
    assert_int_equal(render(&m, &score, 1), VOC_OK);
    says_not("gave rows");
}

static void strides_of_a_newer_host_are_followed(void **state)
{
    struct { voc_column c; char more[24]; } columns[COLUMNS];
    static struct { voc_cell c; char more[8]; } cells[ROWS * COLUMNS];
    struct { voc_group g; char more[16]; } groups[4];
    struct { voc_note n; char more[40]; } notes[7];
    struct { struct voc_meta_input i; char more[8]; } in[2];
    struct { struct voc_meta_definition d; char more[8]; } def[1];
    voc_table t = score;
    voc_meta m = meta;
    (void)state;
    memset(cells, 0x5A, sizeof cells);
    for (size_t i = 0; i < COLUMNS; i++) columns[i].c = score_columns[i];
    for (size_t i = 0; i < ROWS * COLUMNS; i++) cells[i].c = score_cells[i];
    for (size_t i = 0; i < 4; i++) groups[i].g = score_groups[i];
    for (size_t i = 0; i < 7; i++) notes[i].n = score_notes[i];
    in[0].i = inputs[0], in[1].i = inputs[1];
    def[0].d = definitions[0];
    t.columns = &columns->c, t.column_size = sizeof *columns;
    t.cells = &cells->c, t.cell_size = sizeof *cells;
    t.groups = &groups->g, t.group_size = sizeof *groups;
    t.notes = &notes->n, t.note_size = sizeof *notes;
    m.inputs = &in->i, m.input_size = sizeof *in;
    m.definitions = &def->d, m.definition_size = sizeof *def;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    char *before = mem_strndup(page.ptr, page.len);
    assert_int_equal(render(&m, &t, 1), VOC_OK);
    assert_string_equal(page.ptr, before);
    mem_free(before);
}

static void odd_cells_empty_tables_and_no_tables_give_a_page(void **state)
{
    static const voc_column columns[] = {{STR_OF("a_b"), STR_OF(""), STR_OF(""), STR_OF(""), VOC_CELL_TEXT, 0},
                                         {STR_OF("range"), STR_OF("range"), STR_OF(""), STR_OF(""), VOC_CELL_RANGE, VOC_COLUMN_SIGNED},
                                         {STR_OF("n"), STR_OF("n"), STR_OF(""), STR_OF(""), VOC_CELL_INT, 0},
                                         {STR_OF("t"), STR_OF("t"), STR_OF(""), STR_OF(""), VOC_CELL_TIME, 0},
                                         {STR_OF("d"), STR_OF("d"), STR_OF(""), STR_OF(""), VOC_CELL_DURATION, 0},
                                         {STR_OF("s"), STR_OF("s"), STR_OF(""), STR_OF(""), VOC_CELL_SHARE, 0}};
    static const voc_cell cells[] = {T(""), {.type = VOC_CELL_RANGE, .r = 1, .lo = -INFINITY, .hi = INFINITY}, {.type = VOC_CELL_INT, .i = INT64_MIN}, {.type = VOC_CELL_TIME, .i = -1000000},
                                     {.type = VOC_CELL_DURATION, .i = 250}, {.type = VOC_CELL_SHARE, .r = 0.5}, T("x"), {.type = VOC_CELL_RANGE, .r = 5, .lo = 1, .hi = NAN}, NA, NA, NA,
                                     {.type = VOC_CELL_SHARE, .r = 7}};
    static const voc_group groups[] = {{2, STR_OF("nothing here"), STR_OF("")}};
    struct read r;
    voc_table t = score;
    (void)state;
    t.name = (voc_str)STR_OF("a_table");
    t.columns = columns, t.n_columns = 6, t.cells = cells, t.n_rows = 2, t.groups = groups, t.n_groups = 1, t.n_notes = 0;
    assert_int_equal(render(&meta, &t, 1), VOC_OK);
    read_page(&r);
    read_done(&r);
    says(">A table</h2>");
    says(">a b</th>");
    says("<b>+1</b> (-inf to inf)");
    says("(+1 to -)");
    says("-9,223,372,036,854,775,808");
    says("1969-12-31 23:59:59");
    says("250 us");
    says("nothing here");
    t.n_rows = 0, t.n_groups = 0;
    assert_int_equal(render(&meta, &t, 1), VOC_OK);
    says("There are no rows.");
    assert_int_equal(render(&meta, NULL, 0), VOC_OK);
    says("There are no tables.");
    read_page(&r);
    read_done(&r);
}

static void the_foot_names_command_version_inputs_journey_and_warnings(void **state)
{
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    says("<code>voc score my shop.voc --format html &lt;x&gt;</code>");
    says("1970-01-01 to 1970-01-02 UTC");
    says("voc 0.1.0");
    says("4,321 events, 1,234,567 bytes, hash <code class=\"hash\">0123456789abcdef&quot;onx=1</code>");
    says("b2b-sale</bdi>, version 3, hash <code class=\"hash\">fedcba9876543210</code>");
    says("<li>Out of &quot;order&quot; &lt;i&gt;.</li>");
}

static voc_rc work(void *user)
{
    (void)user;
    return render(&meta, &score, 1);
}

static void a_failed_allocation_or_write_is_reported_and_leaves_nothing(void **state)
{
    (void)state;
    buf_clear(&page);
    for (int i = 0; i < 200000; i++) buf_byte(&page, ' '); // the host's own buffer takes no part
    assert_true(fail_each_allocation(work, NULL) >= 4);
    struct mem_stats before = mem_stats();
    write_rc = VOC_E_IO;
    assert_int_equal(render(&meta, &score, 1), VOC_E_IO);
    write_rc = VOC_OK;
    assert_int_equal(mem_stats().live_blocks, before.live_blocks);
}

// ---- colours -----------------------------------------------------------------------------------------------------------------------

static double light_of(const char *hex, size_t digits)
{
    double part[3];
    for (size_t i = 0; i < 3; i++) {
        size_t w = digits / 3;
        char s[3] = {hex[i * w], hex[i * w + w - 1], 0};
        double x = (double)strtol(s, NULL, 16) / 255;
        part[i] = x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static double light(const char *block, const char *name)
{
    char key[20];
    snprintf(key, sizeof key, "--%s:#", name);
    const char *at = strstr(block, key);
    assert_non_null(at);
    at += strlen(key);
    return light_of(at, strspn(at, "0123456789abcdef"));
}

static void every_text_has_the_contrast_of_wcag_aa_in_light_dark_and_print(void **state)
{
    static const char *const pairs[][2] = {{"fg", "bg"},   {"fg", "card"},   {"soft", "bg"},   {"soft", "card"}, {"do", "bg"},   {"do", "card"},  {"keep", "bg"}, {"keep", "card"}, {"stop", "bg"},
                                           {"stop", "card"}, {"ask", "bg"}, {"ask", "card"}, {"on", "do"},     {"on", "keep"}, {"on", "stop"}, {"fg", "mark"}, {"soft", "mark"}};
    size_t blocks = 0;
    (void)state;
    assert_int_equal(render(&meta, &score, 1), VOC_OK);
    for (const char *b = strstr(page.ptr, ":root{"); b; b = strstr(b + 1, ":root{"), blocks++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            double x = light(b, pairs[i][0]), y = light(b, pairs[i][1]), ratio = x > y ? (x + 0.05) / (y + 0.05) : (y + 0.05) / (x + 0.05);
            if (ratio < 4.5) fail_msg("%s on %s has a contrast of %.2f in block %zu", pairs[i][0], pairs[i][1], ratio, blocks);
        }
    assert_int_equal(blocks, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_from_data_stay_text_and_cannot_turn_what_is_around_them),
        cmocka_unit_test(the_page_fetches_and_runs_nothing),
        cmocka_unit_test(headings_go_down_by_one_and_every_link_leads_to_one_place),
        cmocka_unit_test(a_finding_links_to_its_checks_where_there_are_some_and_else_to_its_row),
        cmocka_unit_test(the_parts_of_the_page_come_in_their_order),
        cmocka_unit_test(the_not_to_do_list_adds_up_hours_and_money),
        cmocka_unit_test(the_box_holds_three_to_do_the_dearest_waste_what_calls_for_an_answer_and_two_open_questions),
        cmocka_unit_test(a_table_of_another_name_has_no_box_and_its_notes_all_stand),
        cmocka_unit_test(what_was_assumed_is_said_once),
        cmocka_unit_test(each_file_says_what_was_left_out_of_it_or_that_nothing_was),
        cmocka_unit_test(a_host_that_is_older_than_a_field_gives_a_page_without_it),
        cmocka_unit_test(strides_of_a_newer_host_are_followed),
        cmocka_unit_test(odd_cells_empty_tables_and_no_tables_give_a_page),
        cmocka_unit_test(the_foot_names_command_version_inputs_journey_and_warnings),
        cmocka_unit_test(a_failed_allocation_or_write_is_reported_and_leaves_nothing),
        cmocka_unit_test(every_text_has_the_contrast_of_wcag_aa_in_light_dark_and_print),
    };
    if (xml_init() != VOC_OK) return 1;
    buf_init(&page, 1 << 24);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    buf_done(&page);
    xml_done();
    return failed;
}
