// SPDX-License-Identifier: MIT
// Which aliases are one person. tests/differential/people.py holds the program against METHODS 1.3 on many worlds; here is one rule at a time.
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

#define MAX_SETS 16
static char names[MAX_SETS][64]; // of the person of each set, as people see it

// Who is behind each set, NULL at the end; all are sets of people.
static void link_sets(const char *const *text)
{
    voc_str sets[MAX_SETS] = {{"", 0}};
    bool people[MAX_SETS] = {false};
    uint32_t n = 1;
    struct linking *l = NULL;
    struct identity *id = NULL;
    for (; text[n - 1]; n++) {
        assert_true(n < MAX_SETS);
        sets[n] = str_of(text[n - 1]);
        people[n] = true;
    }
    assert_int_equal(linking_of_sets(&l, sets, n, people), VOC_OK);
    assert_int_equal(identity_make(&id, sets, n, NULL, 0, l), VOC_OK);
    linking_free(l);
    for (uint32_t i = 1; i < n; i++) {
        voc_str s = identity_individual_name(id, identity_individual(id, i));
        assert_true(s.len < sizeof names[0]);
        memcpy(names[i - 1], s.ptr, s.len);
        names[i - 1][s.len] = '\0';
    }
    identity_free(id);
}

#define LINK(...) link_sets((const char *const[]){__VA_ARGS__, NULL})

static void a_strong_key_makes_one_person_and_a_chain_of_them_too(void **state)
{
    (void)state;
    LINK("+crm=1\x1f+email=a@x.y", "+id=ann\x1f+email=a@x.y", "+email=a@x.y", "+id=ann\x1f+email=b@x.y", "+email=c@x.y");
    for (unsigned i = 0; i < 4; i++) assert_string_equal(names[i], "ann"); // ids before addresses, bytewise among ids: "ann" < "crm:1"
    assert_string_equal(names[4], "email:c@x.y");
}

static void a_weak_key_joins_what_has_no_key_of_its_own(void **state)
{
    (void)state;
    LINK("-cookie=k", "+id=ann\x1f-cookie=k", "-phone=+49 30 1234567", "+id=ann\x1f-phone=0049301234567");
    for (unsigned i = 0; i < 4; i++) assert_string_equal(names[i], "ann");
}

static void a_weak_key_of_two_with_different_logins_joins_neither(void **state)
{
    (void)state;
    LINK("-cookie=k", "+id=ann\x1f-cookie=k", "+id=bob\x1f-cookie=k");
    assert_string_equal(names[0], "cookie:k");
    assert_string_equal(names[1], "ann");
    assert_string_equal(names[2], "bob");
}

static void mailboxes_of_roles_and_what_is_no_name_join_nobody(void **state)
{
    (void)state;
    LINK("+crm=1\x1f+email=Info@x.y", "+crm=2\x1f+email=info@x.y", "+crm=3\x1f-ip=1.2.3.4", "+crm=4\x1f-ip=1.2.3.4", "+crm=5\x1f-phone=12 34", "+crm=6\x1f-phone=1234",
         "+crm=7\x1f+email=none", "+crm=8\x1f+email=none");
    for (unsigned i = 0; i < 8; i++) assert_string_equal(names[i], ((const char *[]){"crm:1", "crm:2", "crm:3", "crm:4", "crm:5", "crm:6", "crm:7", "crm:8"})[i]);
}

static void a_key_that_six_of_a_source_have_joins_nobody_and_one_that_five_have_does(void **state)
{
    (void)state;
    LINK("+crm=1\x1f-phone=5550100000", "+crm=2\x1f+email=a@x.y", "+crm=3\x1f+email=a@x.y", "+crm=4\x1f+email=a@x.y", "+crm=5\x1f+email=a@x.y", "+crm=6\x1f+email=a@x.y");
    for (unsigned i = 1; i < 6; i++) assert_string_equal(names[i], "crm:2");
    LINK("+crm=7\x1f+email=a@x.y", "+crm=2\x1f+email=a@x.y", "+crm=3\x1f+email=a@x.y", "+crm=4\x1f+email=a@x.y", "+crm=5\x1f+email=a@x.y", "+crm=6\x1f+email=a@x.y");
    for (unsigned i = 1; i < 6; i++) assert_string_not_equal(names[i], names[0]);
}

static void sets_of_accounts_are_no_evidence(void **state)
{
    const voc_str sets[] = {{"", 0}, STR("+id=ann"), STR("+id=acme\x1f+id=ann")};
    const bool people[] = {false, true, false};
    struct linking *l = NULL;
    voc_alias person, ann = {.kind = STR("id"), .value = STR("ann"), .strong = 1};
    (void)state;
    assert_int_equal(linking_of_sets(&l, sets, 3, people), VOC_OK);
    assert_int_equal(linking_person(l, &ann, &person), VOC_OK);
    assert_true(str_is(person.value, "ann"));
    linking_free(l);
}

// ---- links of a project ---------------------------------------------------------------------------------------------------------

static struct row EVENTS[] = {{.time_us = 7, .action = "a", .customer = "-cookie=k"},
                              {.time_us = 8, .action = "a", .customer = "+id=ann", .record = 1},
                              {.time_us = 9, .action = "a", .customer = "+crm=1\x1f+email=a@x.y", .record = 2},
                              {.time_us = 9, .action = "a", .customer = "+email=a@x.y", .record = 3}};
static struct fact LINKS[] = {{.kind = VOC_ROW_LINK, .a = "+id=ann", .b = "-cookie=k", .unit = "login", .time_us = 7, .record = 1},
                              {.kind = VOC_ROW_LINK, .a = "+id=ann", .b = "+crm=1", .unit = "merge", .time_us = 7, .record = 2}};

static void open_linked(struct project **p, size_t n_links)
{
    struct import_result out;
    struct rows r = {.events = EVENTS, .n_events = 4, .facts = LINKS, .n_facts = n_links};
    assert_int_equal(project_open(p, in_folder("p.voc"), PROJECT_CREATE, NULL), VOC_OK);
    assert_int_equal(import_rows(*p, &r, "crm", "x", 1, 0, &out, NULL), VOC_OK);
}

static void close_linked(struct project *p)
{
    project_close(p);
    remove_file("p.voc");
}

static void what_sources_say_of_two_holds_as_on_one_row(void **state)
{
    struct project *p = NULL;
    struct identity *id = NULL;
    (void)state;
    for (size_t n_links = 1; n_links <= 2; n_links++) {
        open_linked(&p, n_links);
        assert_int_equal(identity_load(&id, p, NULL), VOC_OK);
        assert_int_equal(identity_n_individuals(id), n_links == 2 ? 1 + 1 : 1 + 2);
        assert_true(str_is(identity_individual_name(id, 1), "ann") || n_links == 1);
        identity_free(id);
        close_linked(p);
    }
}

static voc_rc load_and_free(void *user)
{
    struct linking *l = NULL;
    voc_rc rc = linking_load(&l, user, NULL);
    linking_free(l);
    return rc;
}

static void each_failing_allocation_is_reported_and_nothing_leaks(void **state)
{
    struct project *p = NULL;
    (void)state;
    open_linked(&p, 2);
    assert_int_equal(load_and_free(p), VOC_OK); // what the project keeps is there
    assert_true(fail_each_allocation(load_and_free, p) > 20);
    close_linked(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_strong_key_makes_one_person_and_a_chain_of_them_too),
        cmocka_unit_test(a_weak_key_joins_what_has_no_key_of_its_own),
        cmocka_unit_test(a_weak_key_of_two_with_different_logins_joins_neither),
        cmocka_unit_test(mailboxes_of_roles_and_what_is_no_name_join_nobody),
        cmocka_unit_test(a_key_that_six_of_a_source_have_joins_nobody_and_one_that_five_have_does),
        cmocka_unit_test(sets_of_accounts_are_no_evidence),
        cmocka_unit_test(what_sources_say_of_two_holds_as_on_one_row),
        cmocka_unit_test(each_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
