// SPDX-License-Identifier: MIT
// The schema in journeys/journey.rng and the loader give the same verdict on every file of corpus/good and corpus/bad, and the
// good ones together use every element and attribute that the table of the vocabulary knows. Bad files named semantic-*
// have faults that no schema sees (references, patterns, what may come once): only the loader must refuse those.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "journey/load/grammar.h"
#include "journey/journey.h"

#define MINIMAL "<journey xmlns=\"urn:vocstream:journey:1\" id=\"m\"/>"
#define FILES_MAX 400

struct files { char name[FILES_MAX][300]; size_t n; };

static const char *top(void)
{
    const char *dir = getenv("VOC_TEST_SRCDIR");
    return dir ? dir : ".";
}

static char *slurp(const char *path)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    FILE *f = fopen(path, "rb");
    if (!f) print_message("cannot open %s\n", path);
    assert_non_null(f);
    for (;;) {
        char *room = buf_room(&b, 4096);
        assert_non_null(room);
        size_t got = fread(room, 1, 4096, f);
        if (!got) break;
        b.len += got;
    }
    (void)fclose(f);
    char *text = mem_strndup(b.ptr, b.len);
    buf_done(&b);
    assert_non_null(text);
    return text;
}

static char *corpus(const char *folder, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/tests/unit/journey/corpus/%s/%s", top(), folder, name);
    return slurp(path);
}

static void list(struct files *files, const char *folder)
{
    char path[4096];
    struct dirent *e;
    (void)snprintf(path, sizeof path, "%s/tests/unit/journey/corpus/%s", top(), folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    files->n = 0;
    while ((e = readdir(dir)))
        if (str_ends(str_of(e->d_name), ".xml")) {
            assert_true(files->n < FILES_MAX);
            (void)snprintf(files->name[files->n++], sizeof files->name[0], "%s", e->d_name);
        }
    (void)closedir(dir);
}

static int schema_says(const char *text)
{
    voc_str schema = journey_schema();
    return xml_relaxng(schema.ptr, schema.len, text, strlen(text), NULL);
}

// The loader's verdict; a file of sources or themes stands beside a journey that says nothing.
static bool loader_accepts(const char *text, struct diag *d)
{
    struct journey *j = NULL;
    char *sources = corpus("good", "sources.xml"), *codebook = corpus("good", "codebook.xml");
    voc_rc rc;
    if (strstr(text, "<sources"))
        rc = journey_parse(&j, str_of(MINIMAL), str_of(text), str_of(""), "x", d);
    else if (strstr(text, "<codebook"))
        rc = journey_parse(&j, str_of(MINIMAL), str_of(""), str_of(text), "x", d);
    else
        rc = journey_parse(&j, str_of(text), str_of(sources), str_of(codebook), "x", d);
    assert_true(rc == VOC_OK || rc == VOC_E_OPTION);
    journey_free(j);
    mem_free(sources);
    mem_free(codebook);
    return rc == VOC_OK;
}

static void schema_and_loader_accept_the_good_files(void **state)
{
    (void)state;
    static struct files files;
    list(&files, "good");
    assert_true(files.n >= 6);
    for (size_t i = 0; i < files.n; i++) {
        char *text = corpus("good", files.name[i]);
        struct diag *d = diag_new();
        bool loader = loader_accepts(text, d);
        int schema = schema_says(text);
        if (!loader || schema != 1) print_message("%s: loader %d, schema %d: %s\n", files.name[i], loader, schema, diag_n(d) ? diag_at(d, 0)->message : "");
        assert_true(loader && schema == 1);
        assert_int_equal(diag_count(d, VOC_ERROR), 0);
        diag_free(d);
        mem_free(text);
    }
}

static void schema_and_loader_refuse_the_bad_files(void **state)
{
    (void)state;
    static struct files files;
    size_t both = 0, semantic = 0;
    list(&files, "bad");
    for (size_t i = 0; i < files.n; i++) {
        char *text = corpus("bad", files.name[i]);
        struct diag *d = diag_new();
        bool unseen = str_starts(str_of(files.name[i]), "semantic-");
        bool loader = loader_accepts(text, d);
        int schema = schema_says(text);
        if (loader || schema != (unseen ? 1 : 0)) print_message("%s: loader %d, schema %d\n", files.name[i], loader, schema);
        assert_false(loader);
        assert_int_equal(schema, unseen ? 1 : 0);
        bool placed = false; // an error that says where
        for (size_t k = 0; k < diag_n(d); k++)
            placed = placed || (diag_at(d, k)->severity == VOC_ERROR && diag_at(d, k)->file && diag_at(d, k)->line > 0 &&
                                *diag_at(d, k)->message);
        if (!placed) print_message("%s: no error with file and line\n", files.name[i]);
        assert_true(placed);
        both += !unseen;
        semantic += unseen;
        diag_free(d);
        mem_free(text);
    }
    assert_true(both >= 40 && semantic >= 20);
}

static void the_shipped_journeys_pass_the_schema(void **state)
{
    (void)state;
    static const char *const parts[] = {"journey", "sources", "codebook"};
    size_t n = 0, seen = 0;
    const char *const *ids = journey_shipped(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 3; k++) {
            char path[4096];
            (void)snprintf(path, sizeof path, "%s/journeys/%s/%s.xml", top(), ids[i], parts[k]);
            FILE *f = fopen(path, "rb");
            if (!f) continue;
            (void)fclose(f);
            char *text = slurp(path);
            if (schema_says(text) != 1) print_message("%s\n", path);
            assert_int_equal(schema_says(text), 1);
            mem_free(text);
            seen++;
        }
    assert_true(seen >= 7);
}

// ---- every element and attribute stands in a good file

static bool used[200][40]; // rule, attribute; [0]: the element itself

static void mark(const struct xml_node *n, bool facts)
{
    const struct grammar_rule *r = grammar_rule_of(n->parent ? n->parent->name : str_of(""), n->name, facts);
    assert_non_null(r);
    size_t rule = (size_t)(r - grammar), at = 1;
    struct grammar_attr a;
    used[rule][0] = true;
    for (voc_str rest = str_of(r->attrs); grammar_next_attr(&rest, &a); at++)
        for (size_t i = 0; i < n->n_attrs; i++)
            if (str_eq(n->attrs[i].name, a.name)) used[rule][at] = true;
    for (const struct xml_node *k = n->first; k; k = k->next)
        mark(k, grammar_is_predicate(k->name, true) && (facts || strchr(r->children, 'F') != NULL));
}

static void the_good_files_use_the_whole_vocabulary(void **state)
{
    (void)state;
    static struct files files;
    assert_true(grammar_n < 200);
    list(&files, "good");
    for (size_t i = 0; i < files.n; i++) {
        char *text = corpus("good", files.name[i]);
        struct xml_node *root = NULL;
        struct arena a;
        arena_init(&a, 0);
        assert_int_equal(xml_tree(&root, &a, text, strlen(text), NULL, NULL), VOC_OK);
        mark(root, false);
        arena_done(&a);
        mem_free(text);
    }
    size_t missing = 0;
    for (size_t r = 0; r < grammar_n; r++) {
        struct grammar_attr a;
        size_t at = 1;
        if (!used[r][0]) print_message("no good file has <%s>\n", grammar[r].name);
        missing += !used[r][0];
        for (voc_str rest = str_of(grammar[r].attrs); grammar_next_attr(&rest, &a); at++) {
            assert_true(at < 40);
            if (used[r][0] && !used[r][at]) print_message("no good file has %.*s of <%s>\n", (int)a.name.len, a.name.ptr, grammar[r].name);
            missing += !used[r][at];
        }
    }
    assert_int_equal(missing, 0);
}

// Every choice of words in the table is accepted by both, and so is every default.
static void defaults_have_the_type_of_their_attribute(void **state)
{
    (void)state;
    for (size_t r = 0; r < grammar_n; r++) {
        struct grammar_attr a;
        const char *wanted;
        for (voc_str rest = str_of(grammar[r].attrs); grammar_next_attr(&rest, &a);) {
            if (a.has_initial && !grammar_value(a.type, a.initial, &wanted)) print_message("%.*s of <%s>\n", (int)a.name.len, a.name.ptr, grammar[r].name);
            assert_true(!a.has_initial || grammar_value(a.type, a.initial, &wanted));
            assert_false(a.required && a.has_initial);
        }
        struct grammar_child c;
        for (voc_str rest = str_of(grammar[r].children); grammar_next_child(&rest, &c);)
            assert_true(str_is(c.name, "P") || str_is(c.name, "F") || str_is(c.name, "#text") ||
                        grammar_rule_of(grammar_element(&grammar[r]), c.name, false));
    }
}

static int begin(void **state)
{
    (void)state;
    return xml_init() == VOC_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    xml_done();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema_and_loader_accept_the_good_files),
        cmocka_unit_test(schema_and_loader_refuse_the_bad_files),
        cmocka_unit_test(the_shipped_journeys_pass_the_schema),
        cmocka_unit_test(the_good_files_use_the_whole_vocabulary),
        cmocka_unit_test(defaults_have_the_type_of_their_attribute),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
