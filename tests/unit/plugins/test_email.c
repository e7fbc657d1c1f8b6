// SPDX-License-Identifier: MIT
// The input plugin email through the import of the host: its samples against what is expected of them (VOC_UPDATE_GOLDEN=1 writes
// that anew), the same rows however the bytes come, damage that must neither crash nor lose a mail, and the real mails of the
// shared data (skipped where those are absent): each an event, and machines told from people.
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/import/import.h"
#include "tests/unit/host/coded.h"
#include "tests/unit/host/modules.h"

struct world {
    char plugins[PATH_MAX], file[PATH_MAX];
    struct catalogue *catalogue;
    struct diag *diag;
    struct arena arena;
    struct import_report report;
    struct buf text;
    size_t events, words, rejects;
    char action[64]; // of the first event
    bool named;      // it names a customer
};

static int open_world(void **state)
{
    static struct world w;
    char from[PATH_MAX];
    memset(&w, 0, sizeof w);
    scratch_open(w.plugins);
    if (!module_path(from, "plugins/input/email", "input-email.so")) fail_msg("%s is not built", from);
    place_module(from, w.plugins, "input-email.so", 0644);
    const char *dirs[] = {w.plugins};
    struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    w.diag = diag_new();
    arena_init(&w.arena, 0);
    buf_init(&w.text, 1 << 28);
    join_path(w.file, w.plugins, "mails.mbox");
    assert_int_equal(catalogue_open(&w.catalogue, &places, NULL, w.diag), VOC_OK);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    struct world *w = *state;
    catalogue_close(w->catalogue);
    diag_free(w->diag);
    arena_done(&w->arena);
    buf_done(&w->text);
    scratch_close(w->plugins);
    return 0;
}

static voc_rc take(void *user, const struct coded_block *b)
{
    struct world *w = user;
    if (w->events == 0 && b->events.n) {
        struct coded_tuple t = coded_tuple_of(&b->events, 0);
        snprintf(w->action, sizeof w->action, "%.*s", (int)b->strings[t.action].len, b->strings[t.action].ptr);
        w->named = coded_code(b->events.customer, 0) != 0;
    }
    w->events += b->events.n;
    w->rejects += b->n_rejects;
    for (size_t i = 0; i < b->n_facts; i++) w->words += b->facts[i].kind == VOC_ROW_WORD;
    coded_dump(&w->text, b);
    return VOC_OK;
}

static voc_rc read_file(struct world *w, const char *path, const char *option, const char *value)
{
    struct option_given given = {.name = str_of(option), .value = str_of(value), .has_value = true};
    struct import_request r = {.catalogue = w->catalogue, .path = path, .as = STR("email"), .threads = 1, .max_rejects = UINT64_MAX,
                               .block = take, .user = w, .options = &given,
                               .n_options = option ? 1 : 0};
    buf_clear(&w->text);
    w->events = w->words = w->rejects = 0;
    w->action[0] = 0;
    w->named = false;
    return import_file(&r, &w->report, &w->arena, w->diag);
}

static void has(const struct world *w, const char *part)
{
    if (!w->text.ptr || !strstr(w->text.ptr, part)) fail_msg("\"%s\" is not in\n%s", part, w->text.ptr ? w->text.ptr : "");
}

static char *whole(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    char *p = malloc(1 << 22);
    assert_non_null(p);
    *len = fread(p, 1, (1 << 22) - 1, f);
    p[*len] = 0;
    fclose(f);
    return p;
}

static void sample_path(char out[PATH_MAX], const char *folder, const char *name, const char *ending)
{
    snprintf(out, PATH_MAX, TOP_SRCDIR "/plugins/input/email/%s/%s%s", folder, name, ending);
}

// ---- samples ----------------------------------------------------------------------------------------------------------------

static const char *const samples[] = {"thread.mbox", "quotes.mbox", "machines.mbox", "charsets.mbox", "lengths.mbox", "single.eml", "broken.eml"};
#define N_SAMPLES (sizeof samples / sizeof *samples)

static void each_sample_gives_the_rows_that_are_expected(void **state)
{
    struct world *w = *state;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        char path[PATH_MAX];
        size_t len = 0;
        sample_path(path, "samples", samples[i], "");
        assert_int_equal(read_file(w, path, NULL, NULL), VOC_OK);
        sample_path(path, "expected", samples[i], ".txt");
        if (getenv("VOC_UPDATE_GOLDEN")) write_bytes(path, w->text.ptr, w->text.len, 0644);
        char *expected = whole(path, &len);
        assert_non_null(expected);
        if (len != w->text.len || memcmp(expected, w->text.ptr, len) != 0) fail_msg("%s: expected\n%s\nbut it is\n%s", samples[i], expected, w->text.ptr);
        free(expected);
    }
}

static void declared_domains_and_addresses_say_who_the_company_is(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX];
    sample_path(path, "samples", "thread.mbox", "");
    assert_int_equal(read_file(w, path, "company-domains", "kunde.example"), VOC_OK);
    has(w, "|2|0|1709543520000000|mail||email|"); // anna's mail is the company's now: actor 2
    assert_non_null(strstr(w->report.mapping, "the company is kunde.example, as declared"));
    assert_int_equal(read_file(w, path, "company-addresses", "sales@firma.example,boss@firma.example"), VOC_OK);
    has(w, "|1|0|1709543520000000|mail||email|");
    assert_int_equal(read_file(w, path, "accounts", "yes"), VOC_OK);
    has(w, "+domain=kunde.example");
}

static void a_mailbox_of_one_form_can_be_declared(void **state)
{
    struct world *w = *state;
    char path[PATH_MAX];
    sample_path(path, "samples", "lengths.mbox", "");
    assert_int_equal(read_file(w, path, "mbox", "cl2"), VOC_OK);
    assert_int_equal(w->report.account.records, 4);
    assert_int_equal(read_file(w, path, "mbox", "rd"), VOC_OK); // the line within the first mail is a separator then
    assert_int_equal(w->report.account.records, 5);
}

static void the_beginning_of_a_mail_beyond_the_bound_is_read(void **state)
{
    struct world *w = *state;
    struct buf b;
    buf_init(&b, 8 << 20);
    for (int i = 0; i < 3; i++) {
        buf_printf(&b,
                   "From x Mon Jan  1 00:00:0%d 2024\n"
                   "Message-ID: <%d@long>\nDate: Mon, 1 Jan 2024 00:00:0%d +0000\n"
                   "From: a@kunde.example\nTo: b@firma.example\n"
                   "Subject: %d\n\nBegin %d.\n\n",
                   i, i, i, i, i);
        for (int k = 0; i == 1 && k < 60000; k++) buf_cstr(&b, "a line that is one of very many lines\n");
        buf_cstr(&b, "\n");
    }
    write_bytes(w->file, b.ptr, b.len, 0644);
    assert_int_equal(read_file(w, w->file, "max-message", "64K"), VOC_OK);
    assert_int_equal(w->report.account.records, 3);
    assert_int_equal(w->events, 3);
    assert_int_equal(w->report.account.bytes, b.len);
    assert_non_null(strstr(w->report.mapping, "mails longer than -O max-message: 1"));
    has(w, "|0@long|");
    has(w, "|2@long|");
    uint64_t of_all = w->report.account.gave_bytes;
    assert_int_equal(read_file(w, w->file, NULL, NULL), VOC_OK); // the spans of records are the same
    assert_int_equal(w->report.account.gave_bytes, of_all);
    buf_done(&b);
}

// What GMime must not decode is hidden from it while it parses (shown.c), and stands in the words as it was written.
static void words_that_look_like_headers_stay_as_they_were_written(void **state)
{
    struct world *w = *state;
    const char *mail = "From: a@kunde.example\nTo: b@firma.example\nDate: Mon, 1 Jan 2024 00:00:02 +0000\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
                       "Content-Type: text/plain; charset=utf-8\n\nThey wrote\nSubject: =?utf-8?q?no_answer?= and\n =?more?=\nContent-Type: x; name*=\"y=?z\"\n";
    write_bytes(w->file, mail, strlen(mail), 0644);
    assert_int_equal(read_file(w, w->file, NULL, NULL), VOC_OK);
    has(w, "|Gr%c3%bc%c3%9fe|");
    has(w, "They wrote%0aSubject: =?utf-8?q?no_answer?= and%0a =?more?=%0aContent-Type: x; name*=\"y=?z\"");
}

static void a_mail_without_any_date_is_rejected_with_its_place(void **state)
{
    struct world *w = *state;
    const char *mails = "From nobody\nFrom: a@kunde.example\n"
                        "To: b@firma.example\nSubject: x\n"
                        "\nUndated.\n\nFrom x Mon Jan  1 00:00:02 2024\n"
                        "From: a@kunde.example\nTo: b@firma.example\n"
                        "\nDated.\n";
    write_bytes(w->file, mails, strlen(mails), 0644);
    assert_int_equal(read_file(w, w->file, NULL, NULL), VOC_OK);
    assert_int_equal(w->events, 1);
    assert_int_equal(w->rejects, 1);
    has(w, "it has no date that can be read");
}

// ---- damage -----------------------------------------------------------------------------------------------------------------

static uint64_t draw(uint64_t *s)
{
    uint64_t z = (*s += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

// Bytes changed, taken out, put in, pieces moved: whatever comes, it is read or refused, and every byte is accounted for.
static void damaged_mails_are_read_or_refused_and_all_bytes_accounted_for(void **state)
{
    struct world *w = *state;
    static const char *const bits[] = {"\n", "\r\n", "=?utf-8?B?", "?=", "--", "boundary=\"", "\n\n", "From ", "\nFrom a Mon Jan  1 00:00:00 2024\n", "<", ">", "(((", "\"", "\xff\xfe", "=", ";", ":", "Content-Type: multipart/mixed; boundary=x\n", "charset=utf-7"};
    uint64_t seed = 7;
    for (size_t i = 0; i < N_SAMPLES; i++) {
        char path[PATH_MAX];
        size_t len = 0;
        sample_path(path, "samples", samples[i], "");
        char *p = whole(path, &len);
        assert_non_null(p);
        for (int round = 0; round < 60; round++) {
            struct buf b;
            buf_init(&b, 1 << 23);
            size_t at = 0;
            while (at < len) {
                size_t part = 1 + (size_t)(draw(&seed) % (1 + len / 4));
                if (part > len - at) part = len - at;
                uint64_t what = draw(&seed) % 6;
                if (what != 0) buf_add(&b, p + at, part);
                if (what == 1 && b.len) b.ptr[draw(&seed) % b.len] ^= (char)(1 << draw(&seed) % 8);
                if (what == 2) buf_cstr(&b, bits[draw(&seed) % (sizeof bits / sizeof *bits)]);
                if (what == 3 && at) buf_add(&b, p + draw(&seed) % at, 1 + (size_t)(draw(&seed) % (at < 200 ? 1 : 200)));
                at += part;
            }
            if (b.len == 0) buf_cstr(&b, "x");
            write_bytes(w->file, b.ptr, b.len, 0644);
            voc_rc rc = read_file(w, w->file, NULL, NULL);
            if (rc && rc != VOC_E_INPUT) fail_msg("%s, round %d: %s", samples[i], round, rc_name(rc));
            const struct import_account *a = &w->report.account;
            if (!rc) assert_int_equal(a->bytes, a->gave_bytes + a->rejected_bytes + a->ignored_bytes + a->framing_bytes);
            if (!rc) assert_int_equal(a->bytes, b.len);
            buf_done(&b);
            diag_free(w->diag);
            w->diag = diag_new();
        }
        free(p);
    }
}

// ---- real mails ---------------------------------------------------------------------------------------------------------------

struct tally { size_t files, events, machine, person; char odd[4000]; };

static bool is_person(const char *action)
{
    return !strcmp(action, "mail") || !strcmp(action, "reply") || !strcmp(action, "answer") || !strcmp(action, "internal-mail") ||
           !strcmp(action, "list-post");
}

// Each file of the folder alone.
static bool read_folder(struct world *w, const char *sub, struct tally *t, bool odd_is_person)
{
    char folder[PATH_MAX], path[PATH_MAX];
    const char *shared = getenv("VOC_SHARED");
    memset(t, 0, sizeof *t);
    snprintf(folder, sizeof folder, "%s/data/email/%s", shared ? shared : TOP_SRCDIR "/../shared", sub);
    DIR *d = opendir(folder);
    if (!d) return false;
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.') continue;
        join_path(path, folder, e->d_name);
        voc_rc rc = read_file(w, path, NULL, NULL);
        if (rc && rc != VOC_E_INPUT) fail_msg("%s: %s", path, rc_name(rc));
        t->files++;
        t->events += w->events > 0;
        bool person = is_person(w->action);
        t->person += person;
        t->machine += !person;
        if (person == odd_is_person) snprintf(t->odd + strlen(t->odd), sizeof t->odd - strlen(t->odd), "%s: %s\n", e->d_name, w->action);
        diag_free(w->diag);
        w->diag = diag_new();
    }
    closedir(d);
    return true;
}

static void bounces_and_automatic_replies_are_told_from_people(void **state)
{
    struct world *w = *state;
    struct tally bounces, ham;
    if (!read_folder(w, "bounces", &bounces, true)) skip();
    assert_true(read_folder(w, "spamassassin_ham/cur", &ham, false));
    print_message("          machine  person\nbounces   %7zu %7zu\npeople    %7zu %7zu\n%s%s", bounces.machine, bounces.person, ham.machine, ham.person, bounces.odd, ham.odd);
    assert_int_equal(bounces.files, 321);
    assert_int_equal(bounces.events, 321);
    assert_int_equal(bounces.machine, 321);
    assert_int_equal(ham.files, 400);
    assert_int_equal(ham.events, 400);
}

static void every_real_mail_is_an_event(void **state)
{
    struct world *w = *state;
    struct tally t;
    if (!read_folder(w, "spamassassin_newsletters/cur", &t, false)) skip();
    assert_int_equal(t.files, 100);
    assert_int_equal(t.events, 100);
    assert_true(read_folder(w, "not_bounces", &t, true));
    assert_int_equal(t.events, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_sample_gives_the_rows_that_are_expected, open_world, close_world),
        cmocka_unit_test_setup_teardown(declared_domains_and_addresses_say_who_the_company_is, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_mailbox_of_one_form_can_be_declared, open_world, close_world),
        cmocka_unit_test_setup_teardown(the_beginning_of_a_mail_beyond_the_bound_is_read, open_world, close_world),
        cmocka_unit_test_setup_teardown(words_that_look_like_headers_stay_as_they_were_written, open_world, close_world),
        cmocka_unit_test_setup_teardown(a_mail_without_any_date_is_rejected_with_its_place, open_world, close_world),
        cmocka_unit_test_setup_teardown(damaged_mails_are_read_or_refused_and_all_bytes_accounted_for, open_world, close_world),
        cmocka_unit_test_setup_teardown(bounces_and_automatic_replies_are_told_from_people, open_world, close_world),
        cmocka_unit_test_setup_teardown(every_real_mail_is_an_event, open_world, close_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
