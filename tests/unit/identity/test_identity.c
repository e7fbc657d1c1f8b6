// SPDX-License-Identifier: MIT
// Who is behind an alias set, and to which account a person belongs at a time.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include "identity/identity.h"
#include "tests/unit/base/fault.h"
#include "tests/unit/store/rows.h"

static const voc_str SETS[] = {
    {"", 0}, STR("+id=ann"), STR("-cookie=1\x1f+id=ann"), STR("+email=b@x.y"), STR("-cookie=1\x1f-cookie=2"), STR("+id=acme"), STR("+id=bolt"), STR("+id=email:b@x.y"),
};
enum { NONE, ANN, ANN_COOKIE, BOB, COOKIE, ACME, BOLT, LOOKS_LIKE_BOB, N_SETS };

static struct identity *make(const struct store_member *m, size_t n)
{
    struct identity *id = NULL;
    assert_int_equal(identity_make(&id, SETS, N_SETS, m, n, NULL), VOC_OK);
    return id;
}

static void sets_that_share_the_first_strong_alias_are_one_person(void **state)
{
    (void)state;
    struct identity *id = make(NULL, 0);
    assert_int_equal(identity_individual(id, NONE), 0);
    assert_int_equal(identity_individual(id, 999), 0);
    assert_int_equal(identity_individual(id, ANN), identity_individual(id, ANN_COOKIE));
    assert_int_not_equal(identity_individual(id, ANN), identity_individual(id, BOB));
    assert_int_not_equal(identity_individual(id, COOKIE), identity_individual(id, ANN));
    assert_int_equal(identity_n_individuals(id), 1 + 6);
    identity_free(id);
}

static void names_are_bare_ids_or_kind_and_value_and_never_the_same(void **state)
{
    (void)state;
    struct identity *id = make(NULL, 0);
    assert_true(str_is(identity_individual_name(id, 0), ""));
    assert_true(str_is(identity_individual_name(id, identity_individual(id, ANN_COOKIE)), "ann"));
    assert_true(str_is(identity_individual_name(id, identity_individual(id, BOB)), "email:b@x.y"));
    assert_true(str_is(identity_individual_name(id, identity_individual(id, COOKIE)), "cookie:1"));
    assert_true(str_is(identity_account_name(id, identity_account(id, ACME)), "acme"));
    assert_true(str_is(identity_individual_name(id, 12345), ""));
    for (uint32_t a = 0; a < identity_n_individuals(id); a++)
        for (uint32_t b = 0; b < a; b++) assert_false(str_eq(identity_individual_name(id, a), identity_individual_name(id, b)));
    assert_int_not_equal(identity_individual(id, BOB), identity_individual(id, LOOKS_LIKE_BOB));
    identity_free(id);
}

static const char *account_at(const struct identity *id, uint32_t set, int64_t t)
{
    static char name[32];
    voc_str s = identity_account_name(id, identity_account_at(id, identity_individual(id, set), t));
    memcpy(name, s.ptr, s.len);
    name[s.len] = '\0';
    return name;
}

static void a_person_belongs_to_the_account_that_began_last(void **state)
{
    (void)state;
    static const struct store_member m[] = {{ANN_COOKIE, BOLT, 20}, {ANN, ACME, 10}, {BOB, BOLT, VOC_NA}, {ANN, ACME, 30}, {BOB, ACME, 5}, {BOB, BOLT, 5}, {0, ACME, 1}};
    struct identity *id = make(m, sizeof m / sizeof m[0]);
    assert_string_equal(account_at(id, ANN, 5), "acme"); // before all: the earliest
    assert_string_equal(account_at(id, ANN, 10), "acme");
    assert_string_equal(account_at(id, ANN, 19), "acme");
    assert_string_equal(account_at(id, ANN, 20), "bolt");
    assert_string_equal(account_at(id, ANN_COOKIE, 29), "bolt");
    assert_string_equal(account_at(id, ANN, 30), "acme");
    assert_string_equal(account_at(id, ANN, INT64_MAX), "acme");
    assert_string_equal(account_at(id, BOB, VOC_NA), "bolt");
    assert_string_equal(account_at(id, BOB, 4), "bolt");
    assert_string_equal(account_at(id, BOB, 5), "acme"); // two begin at once: the first by name
    assert_string_equal(account_at(id, BOB, 6), "acme");
    assert_string_equal(account_at(id, COOKIE, 6), "");
    assert_int_equal(identity_account_at(id, 0, 6), 0);
    identity_free(id);
}

static void memberships_agree_with_a_naive_reading(void **state)
{
    (void)state;
    uint32_t random = 11;
    for (unsigned round = 0; round < 300; round++) {
        struct store_member m[40];
        size_t n = round % 40;
        for (size_t i = 0; i < n; i++) {
            random = random * 1103515245u + 12345u;
            m[i] = (struct store_member){random >> 16 & 1 ? ANN : BOB, random >> 18 & 1 ? ACME : BOLT, (int64_t)(random >> 20) % 50};
        }
        struct identity *id = make(m, n);
        for (int64_t t = -1; t < 52; t++) {
            const struct store_member *best = NULL;
            for (size_t i = 0; i < n; i++) {
                if (m[i].customer != ANN) continue;
                bool here = m[i].valid_from_us <= t, there = best && best->valid_from_us <= t;
                bool better = !best || (here != there ? here
                                        : here        ? m[i].valid_from_us > best->valid_from_us
                                                      : m[i].valid_from_us < best->valid_from_us);
                if (!better && best && m[i].valid_from_us == best->valid_from_us) better = m[i].account == ACME; // "acme" before "bolt"
                if (better) best = &m[i];
            }
            uint32_t expected = best ? identity_account(id, best->account) : 0;
            assert_int_equal(identity_account_at(id, identity_individual(id, ANN), t), expected);
        }
        identity_free(id);
    }
}

static void a_malformed_set_is_refused(void **state)
{
    (void)state;
    const voc_str sets[] = {{"", 0}, STR("ann")};
    struct identity *id = NULL;
    assert_int_equal(identity_make(&id, sets, 2, NULL, 0, NULL), VOC_E_INPUT);
    assert_null(id);
}

static voc_rc make_and_free(void *user)
{
    static const struct store_member m[] = {{ANN, ACME, 1}, {BOB, BOLT, 2}};
    struct identity *id = NULL;
    (void)user;
    voc_rc rc = identity_make(&id, SETS, N_SETS, m, 2, NULL);
    identity_free(id);
    return rc;
}

static void each_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    (void)state;
    assert_true(fail_each_allocation(make_and_free, NULL) > 5);
}

static void a_project_gives_its_people(void **state)
{
    (void)state;
    struct project *p = NULL;
    struct identity *id = NULL;
    struct import_result out;
    struct row rows[] = {{.time_us = 7, .action = "a", .customer = "+id=ann", .account = "+id=acme"}, {.time_us = 9, .action = "a", .customer = "+email=b@x.y", .record = 1}};
    struct rows r = {.events = rows, .n_events = 2};
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
    assert_int_equal(identity_load(&id, p, NULL), VOC_OK);
    project_close(p);
    remove_file("p.voc");
    uint32_t ann = 0;
    for (uint32_t i = 1; i < identity_n_individuals(id); i++)
        if (str_is(identity_individual_name(id, i), "ann")) ann = i;
    assert_true(str_is(identity_account_name(id, identity_account_at(id, ann, 7)), "acme"));
    identity_free(id);
}

// ---- one alias a set --------------------------------------------------------------------------------------------------------

static const voc_str ALONE[] = {{"", 0}, STR("+id=ann"), STR("-id=be\\\\n"), STR("+email=b@x.y"), STR("+id=acme"), STR("-cookie=a:b")};
enum { N_ALONE = 6 };

static void where_each_set_is_a_person_codes_and_names_are_those_of_a_look_at_every_alias(void **state)
{
    static const struct store_member members[] = {{1, 4, 10}, {3, 4, 5}, {1, 2, 20}};
    (void)state;
    for (uint32_t n = 2; n <= N_ALONE; n += 4) { // only bare ids, and all
        struct identity *simple = NULL, *all = NULL;
        size_t m = n == N_ALONE ? 3 : 0;
        assert_int_equal(identity_simple(&simple, ALONE, n, members, m), VOC_OK);
        assert_int_equal(identity_make(&all, ALONE, n, members, m, NULL), VOC_OK);
        assert_int_equal(identity_n_individuals(simple), identity_n_individuals(all));
        assert_int_equal(identity_n_accounts(simple), identity_n_accounts(all));
        assert_int_equal(identity_has_members(simple), m != 0);
        for (uint32_t set = 0; set <= n; set++) {
            assert_int_equal(identity_individual(simple, set), identity_individual(all, set));
            assert_int_equal(identity_account(simple, set), identity_account(all, set));
            assert_true(str_eq(identity_individual_name(simple, set), identity_individual_name(all, set)));
            assert_true(str_eq(identity_account_name(simple, set), identity_account_name(all, set)));
            for (int64_t t = 0; t < 30; t += 5) assert_int_equal(identity_account_at(simple, set, t), identity_account_at(all, set, t));
        }
        identity_free(simple);
        identity_free(all);
    }
}

static void sets_whose_names_could_be_alike_are_looked_at_one_by_one(void **state)
{
    static const voc_str ids[] = {{"", 0}, STR("+id=email:b"), STR("+email=b")}, kinds[] = {{"", 0}, STR("+a=b:c"), STR("+a:b=c")};
    struct identity *id = NULL;
    (void)state;
    assert_int_equal(identity_simple(&id, ids, 3, NULL, 0), VOC_OK);
    assert_null(id);
    assert_int_equal(identity_simple(&id, kinds, 3, NULL, 0), VOC_OK);
    assert_null(id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_that_share_the_first_strong_alias_are_one_person),
        cmocka_unit_test(names_are_bare_ids_or_kind_and_value_and_never_the_same),
        cmocka_unit_test(a_person_belongs_to_the_account_that_began_last),
        cmocka_unit_test(memberships_agree_with_a_naive_reading),
        cmocka_unit_test(where_each_set_is_a_person_codes_and_names_are_those_of_a_look_at_every_alias),
        cmocka_unit_test(sets_whose_names_could_be_alike_are_looked_at_one_by_one),
        cmocka_unit_test(a_malformed_set_is_refused),
        cmocka_unit_test(each_failing_allocation_is_reported_and_nothing_leaks),
        cmocka_unit_test(a_project_gives_its_people),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
