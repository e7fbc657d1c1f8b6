// SPDX-License-Identifier: MIT
// Bytes of a project file are damaged, one place at a time: flipped, a sector of zeros, a sector of another page, a file cut
// short. Each reading command then gives what it gave before, or an error that speaks of damage: what is damaged is never
// read as data. VOC_POWERCUTS=n tries n times as many places.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on
#include <fcntl.h>
#include <sys/wait.h>
#include "tests/fault/works.h"

static unsigned char *whole, *now; // the file, and the one with the damage
static size_t len;
static uint64_t answer;            // over all that is read
static unsigned times = 1;
static uint64_t seed = 77;

static uint64_t draw(void)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return seed >> 33;
}

static void load(void)
{
    FILE *f = fopen(in_folder("p.voc"), "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    len = (size_t)ftell(f);
    rewind(f);
    free(whole);
    free(now);
    whole = malloc(len);
    now = malloc(len);
    assert_true(whole && now);
    assert_int_equal(fread(whole, 1, len, f), len);
    (void)fclose(f);
    memcpy(now, whole, len);
}

static void write_now(size_t n)
{
    remove_file("p.voc");
    FILE *f = fopen(in_folder("p.voc"), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(now, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

// ---- all that can be read ------------------------------------------------------------------------------------------------

static voc_rc take_head(void *user, const char *const *names, size_t n)
{
    (void)user, (void)names, (void)n;
    return VOC_OK;
}

static voc_rc take_row(void *user, const voc_cell *cells, size_t n)
{
    uint64_t *sum = user;
    for (size_t i = 0; i < n; i++) {
        *sum = hash64(&cells[i].type, sizeof cells[i].type, *sum);
        if (cells[i].type == VOC_CELL_TEXT) *sum = hash64(cells[i].s.ptr, cells[i].s.len, *sum);
        else *sum = hash64(&cells[i].i, sizeof cells[i].i, *sum);
    }
    return VOC_OK;
}

static voc_rc read_all(struct diag *d, uint64_t *sum)
{
    static const char *const tables[] = {"setting", "string", "alias", "source", "import", "ignored", "member", "link", "word", "measure", "reject"};
    struct project *p = NULL;
    unsigned char hash[HASH_BYTES];
    struct store_counts n;
    voc_rc rc = project_open(&p, in_folder("p.voc"), PROJECT_READ, d);
    if (rc == VOC_OK) rc = store_digest(p, hash);
    if (rc == VOC_OK) rc = store_count(p, &n);
    for (size_t i = 0; rc == VOC_OK && i < sizeof tables / sizeof *tables; i++) {
        char sql[64];
        (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", tables[i]);
        rc = store_sql(p, sql, take_head, take_row, sum, d);
    }
    project_close(p);
    if (rc == VOC_OK) *sum = hash64(hash, sizeof hash, *sum);
    return rc;
}

static bool speaks_of_damage(const struct diag *d)
{
    static const char *const words[] = {"damaged", "malformed", "not a Vocstream project", "written by", "format"};
    for (size_t i = 0; i < diag_n(d); i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (strstr(diag_at(d, i)->message, words[k])) return true;
    return false;
}

static bool check(const char *what, size_t at)
{
    uint64_t sum = 0;
    struct diag *d = diag_new();
    voc_rc rc = read_all(d, &sum);
    if (rc == VOC_OK && sum != answer) memcpy(now, whole, len);
    if (rc == VOC_OK && sum != answer) fail_msg("%s at %zu: it is read as data", what, at);
    if (rc != VOC_OK && !speaks_of_damage(d)) fail_msg("%s at %zu: %s, said: %s", what, at, rc_name(rc), diag_n(d) ? diag_at(d, 0)->message : "nothing");
    diag_free(d);
    return rc != VOC_OK;
}

// ---- the damage --------------------------------------------------------------------------------------------------------------

// A place where something stands: free space of a page is of no account.
static size_t place(void)
{
    size_t at = draw() % len;
    for (unsigned i = 0; i < 1000 && !whole[at]; i++) at = draw() % len;
    return at;
}

static void a_flipped_bit(void **state)
{
    (void)state;
    unsigned found = 0, tried = 0;
    for (unsigned k = 0; k < 100 + 500 * times; k++) {
        size_t at = k < 100 ? k : k % 2 ? place() : draw() % len;
        unsigned char bit = (unsigned char)(1u << draw() % 8);
        now[at] ^= bit;
        write_now(len);
        found += check("a flipped bit", at);
        now[at] ^= bit;
        tried++;
    }
    print_message("# %u bits flipped, %u found\n", tried, found);
    assert_true(found > tried / 3); // many pages are not read by these questions
}

static void the_byte_that_says_that_there_are_sums(void **state)
{
    (void)state;
    for (unsigned value = 0; value < 256; value++) {
        if (value == whole[20]) continue;
        now[20] = (unsigned char)value;
        write_now(len);
        if (!check("another byte", 20)) fail_msg("%u in the place of byte 20 goes unseen", value);
    }
    now[20] = whole[20];
}

static void a_sector_of_zeros_or_of_another_page(void **state)
{
    (void)state;
    unsigned found = 0;
    for (unsigned k = 0; k < 150 * times; k++) {
        size_t sector = k % 3 ? 512 : 4096, at = place() / sector * sector, from = draw() % (len / sector) * sector;
        if (k % 2) memset(now + at, 0, sector);
        else memcpy(now + at, whole + from, sector);
        write_now(len);
        found += check(k % 2 ? "a sector of zeros" : "a sector of another page", at);
        memcpy(now + at, whole + at, sector);
    }
    assert_true(found > 50);
}

static void a_page_in_the_place_of_another(void **state)
{
    (void)state;
    enum { PAGE = 16384 };
    for (unsigned k = 0; k < 40 * times; k++) {
        size_t to = (1 + draw() % (len / PAGE - 1)) * PAGE, from = (1 + draw() % (len / PAGE - 1)) * PAGE;
        memcpy(now + to, whole + from, PAGE);
        write_now(len);
        (void)check("another page", to);
        memcpy(now + to, whole + to, PAGE);
    }
}

static void a_file_cut_short(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 30 * times; k++) {
        size_t n = draw() % len;
        write_now(n);
        if (!check("the end is missing", n) && n + 16384 < len) fail_msg("cut to %zu bytes of %zu it is read as before", n, len);
    }
}

// ---- by the program ------------------------------------------------------------------------------------------------------

static const char *words_of(const char *name)
{
    static char text[1024];
    FILE *f = fopen(in_folder(name), "r");
    text[f ? fread(text, 1, sizeof text - 1, f) : 0] = '\0';
    if (f) (void)fclose(f);
    return text;
}

// Hash of what it says on stdout, and its exit status.
static int run(const char *const *args, uint64_t *out)
{
    const char *program = getenv("VOC");
    int status = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(open(in_folder("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
        (void)dup2(open(in_folder("err"), O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
        (void)execv(program, (char *const *)(uintptr_t)args);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    static char text[1 << 16];
    FILE *f = fopen(in_folder("out"), "rb");
    size_t n = fread(text, 1, sizeof text, f);
    (void)fclose(f);
    *out = hash64(text, n, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Some hundred events, as the program reads them.
static void import_events(void)
{
    char path[256], file[256];
    uint64_t out;
    (void)snprintf(path, sizeof path, "%s", in_folder("p.voc"));
    (void)snprintf(file, sizeof file, "%s", in_folder("more.csv"));
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    fputs("id,time,account,person,actor,action,note\n", f);
    for (unsigned i = 0; i < 300; i++)
        fprintf(f, "e%u,2024-%02u-%02uT%02u:00:00Z,account %u,person %u,%s,action %u,note %u\n", i, 1 + i % 12, 1 + i % 28, i % 24,
                i % 20, i % 45, i % 5 ? "customer" : "company", i % 13, i * 31 % 97);
    assert_int_equal(fclose(f), 0);
    int status = run((const char *const[]){"voc", "import", path, file, "--quiet", NULL}, &out);
    if (status != 0) fail_msg("the import ends with %d: %s", status, words_of("err"));
    (void)unlink(file);
}

static void commands_say_the_same_or_name_the_damage(void **state)
{
    (void)state;
    enum { COMMANDS = 5 };
    char path[256];
    (void)snprintf(path, sizeof path, "%s", in_folder("p.voc"));
    const char *const commands[COMMANDS][8] = {
        {"voc", "verify", path}, {"voc", "stages", path, "--journey", "b2b-sale"}, {"voc", "flow", path}, {"voc", "digest", path},
        {"voc", "sql", path, "SELECT action, count(*) FROM event GROUP BY 1"},
    };
    uint64_t before_out[COMMANDS], out;
    unsigned found = 0;
    remove_file("p.voc");
    import_events();
    load();
    for (size_t c = 0; c < COMMANDS; c++) {
        int status = run(commands[c], &before_out[c]);
        if (status != 0) fail_msg("%s of the undamaged file: exit %d, %s", commands[c][1], status, words_of("err"));
    }
    for (unsigned k = 0; k < 12 * times; k++) {
        size_t at = place();
        now[at] ^= 0x10;
        write_now(len);
        now[at] ^= 0x10;
        for (size_t c = 0; c < COMMANDS; c++) {
            int status = run(commands[c], &out);
            if (status == 0 && out != before_out[c]) fail_msg("%s, a flipped bit at %zu: another answer", commands[c][1], at);
            if (status != 0 && status != 3 && status != 5) fail_msg("%s, a flipped bit at %zu: exit %d, %s", commands[c][1], at, status, words_of("err"));
            found += status != 0;
        }
    }
    print_message("# %u of %u commands named the damage\n", found, 12 * times * COMMANDS);
    assert_true(found > times);
    (void)unlink(in_folder("out"));
    (void)unlink(in_folder("err"));
}

// ---- what is damaged ---------------------------------------------------------------------------------------------------------

static int prepare(void **state)
{
    const struct work w = {import_first, import_second};
    const char *more = getenv("VOC_POWERCUTS");
    struct project *p = NULL;
    if (!getenv("VOC")) return -1;
    if (more) times = (unsigned)strtoul(more, NULL, 10);
    if (prepare_works(state) != 0) return -1;
    begin_work(&w);
    assert_int_equal(do_work(&w, NULL, NULL), VOC_OK);
    state_of(after, PROJECT_READ);
    assert_string_not_equal(after, before);
    assert_int_equal(project_open(&p, in_folder("p.voc"), PROJECT_WRITE, NULL), VOC_OK);
    assert_int_equal(store_definition_set(p, STR("note"), STR("2024")), VOC_OK);
    project_close(p);
    struct diag *d = diag_new();
    assert_int_equal(read_all(d, &answer), VOC_OK);
    diag_free(d);
    load();
    return 0;
}

static int end(void **state)
{
    remove_file("p.voc");
    (void)unlink(in_folder("out"));
    (void)unlink(in_folder("err"));
    free(whole);
    free(now);
    return remove_folder(state);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flipped_bit),
        cmocka_unit_test(the_byte_that_says_that_there_are_sums),
        cmocka_unit_test(a_sector_of_zeros_or_of_another_page),
        cmocka_unit_test(a_page_in_the_place_of_another),
        cmocka_unit_test(a_file_cut_short),
        cmocka_unit_test(commands_say_the_same_or_name_the_damage),
    };
    if (argc > 1) cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, prepare, end);
}
