// SPDX-License-Identifier: MIT
// The demo company: the same bytes for the same seed, on every machine; rows that agree with the truth beside them; and
// integer draws that follow the distributions they stand for. That the planted verdicts come out is tests/cli's matter.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli/demo/demo.h"
#include "cli/demo/demo_rng.h"
#include "cli/demo/demo_sim.h"

static char root[64]; // a folder of our own for each run

static void path_of(char out[256], const char *dir, const char *name)
{
    snprintf(out, 256, "%s/%s%s%s", root, dir, *name ? "/" : "", name);
}

static char *slurp(const char *dir, const char *name, size_t *size)
{
    char path[256];
    path_of(path, dir, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long n = ftell(f);
    assert_true(n > 0);
    rewind(f);
    char *text = mem_alloc((size_t)n + 1u);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)n, f), n);
    text[n] = '\0';
    fclose(f);
    if (size) {
        *size = (size_t)n;
    }
    return text;
}

static uint64_t fnv(const char *dir, const char *name)
{
    size_t n = 0;
    char *text = slurp(dir, name, &n);
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)text[i]) * UINT64_C(1099511628211);
    }
    mem_free(text);
    return h;
}

static void write_demo(const char *dir, uint64_t seed)
{
    char path[256];
    path_of(path, dir, "");
    struct diag *d = diag_new();
    assert_int_equal(demo_write(path, seed, false, d), VOC_OK);
    assert_int_equal(diag_count(d, VOC_ERROR), 0);
    diag_free(d);
}

static void the_same_seed_gives_the_same_bytes(void **state)
{
    (void)state;
    write_demo("again", DEMO_SEED);
    assert_true(fnv("first", "all-events.csv") == fnv("again", "all-events.csv"));
    assert_true(fnv("first", "truth.json") == fnv("again", "truth.json"));
}

// Pinned on purpose: another processor, compiler or C library must give these bytes too. A change of the demo changes
// them, and then every planted code must be looked at again.
static void the_bytes_of_the_default_seed_are_known(void **state)
{
    (void)state;
    uint64_t got = fnv("first", "all-events.csv");
    if (got != UINT64_C(3893101554759223878)) {
        print_message("got %" PRIu64 "\n", got);
    }
    assert_true(got == UINT64_C(3893101554759223878));
}

static void another_seed_gives_another_company(void **state)
{
    (void)state;
    write_demo("other", DEMO_SEED + 1u);
    assert_true(fnv("first", "all-events.csv") != fnv("other", "all-events.csv"));
    assert_true(fnv("first", "truth.json") != fnv("other", "truth.json"));
}

static long number_after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    assert_non_null(at);
    return strtol(at + strlen(key), NULL, 10);
}

// The next `what` in [at, end), or NULL. By hand: a sanitizer measures the whole text at each call of strstr.
static const char *find(const char *at, const char *end, const char *what)
{
    size_t len = strlen(what);
    for (; at < end && (size_t)(end - at) >= len; at++) {
        if (*at == *what && memcmp(at, what, len) == 0) {
            return at;
        }
    }
    return NULL;
}

static size_t count_of(const char *text, const char *what)
{
    size_t n = 0, len = strlen(what);
    const char *end = text + strlen(text);
    for (const char *p = find(text, end, what); p; p = find(p + len, end, what)) {
        n++;
    }
    return n;
}

static void the_rows_are_as_many_as_the_truth_says(void **state)
{
    (void)state;
    char *csv = slurp("first", "all-events.csv", NULL), *truth = slurp("first", "truth.json", NULL);
    assert_int_equal(count_of(csv, "\r\n") - 1u, number_after(truth, "\"all-events.csv\": "));
    const char *rows = strstr(truth, "\"rows\": {");
    assert_non_null(rows);
    assert_int_equal(count_of(csv, ",customer,"), number_after(rows, "\"customer\": "));
    assert_int_equal(count_of(csv, ",company,"), number_after(rows, "\"company\": "));
    assert_int_equal(count_of(csv, ",other,"), number_after(rows, "\"other\": "));
    assert_int_equal(count_of(csv, ",webinar,email,"), number_after(truth, "\"webinar\", \"kind\": \"push\", \"rows\": "));
    assert_int_equal(count_of(csv, ",read-api-manual,"), 3);
    assert_int_equal(count_of(csv, ",fair follow-up,"), 16);
    assert_int_equal(number_after(truth, "\"seed\": "), (long)DEMO_SEED);
    mem_free(csv);
    mem_free(truth);
}

// Each line: ids count up, times never go back, all within the 548 days, and a ref names a row that exists.
static void the_rows_are_in_order_and_their_refs_exist(void **state)
{
    (void)state;
    size_t size = 0;
    char *csv = slurp("first", "all-events.csv", &size), before[32] = "2024-07-01T00:00:00Z";
    const char *file_end = csv + size, *line = find(csv, file_end, "\r\n") + 2;
    long rows = 0, refs = 0, total = (long)count_of(csv, "\r\n") - 1;
    while (line < file_end) {
        const char *end = find(line, file_end, "\r\n");
        assert_non_null(end);
        assert_int_equal(line[0], 'e');
        assert_int_equal(line[7], ',');
        assert_int_equal(strtol(line + 1, NULL, 10), ++rows);
        char now[32];
        memcpy(now, line + 8, 20);
        now[20] = '\0';
        assert_true(strcmp(before, now) <= 0);
        memcpy(before, now, sizeof now);
        const char *ref = find(line, end, ",,e0");
        if (ref) {
            long at = strtol(ref + 3, NULL, 10);
            assert_true(at >= 1 && at <= total);
            refs++;
        }
        line = end + 2;
    }
    assert_true(strcmp(before, "2025-12-31T00:00:00Z") < 0);
    assert_int_equal(rows, total);
    assert_true(refs > 100);
    mem_free(csv);
}

static void every_name_is_the_name_of_one(void **state)
{
    (void)state;
    struct demo_sim *sim = mem_zalloc(1, sizeof *sim);
    assert_non_null(sim);
    assert_int_equal(demo_sim_run(sim, DEMO_SEED), VOC_OK);
    for (size_t i = 0; i < sim->people.n; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(sim->people.at[i].name, sim->people.at[k].name);
        }
    }
    for (size_t i = 0; i < DEMO_ACCOUNTS; i++) {
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(sim->accounts[i].name, sim->accounts[k].name);
        }
    }
    demo_sim_done(sim);
    mem_free(sim);
}

static void a_folder_that_cannot_be_made_is_said(void **state)
{
    (void)state;
    char path[256];
    path_of(path, "no/such", "");
    struct diag *d = diag_new();
    assert_int_equal(demo_write(path, 1, false, d), VOC_E_IO);
    assert_int_equal(diag_count(d, VOC_ERROR), 1);
    diag_free(d);
}

static void running_out_of_memory_is_said_and_leaks_nothing(void **state)
{
    (void)state;
    uint64_t blocks = mem_stats().live_blocks;
    char path[256];
    path_of(path, "faults", "");
    for (uint64_t nth = 1; nth <= 40; nth++) {
        mem_fault(nth, true);
        voc_rc rc = demo_write(path, 1, false, NULL);
        bool fired = mem_fault_fired();
        mem_fault(0, false);
        assert_true(fired ? rc != VOC_OK : rc == VOC_OK);
        assert_true(mem_stats().live_blocks == blocks);
    }
}

static void the_integer_logarithm_and_exponential_are_right(void **state)
{
    (void)state;
    struct demo_rng r;
    demo_rng_init(&r, 1, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t u = demo_rng_next(&r);
        double exact = -log((double)u / 18446744073709551616.0), got = (double)demo_minus_ln(u) / 4294967296.0;
        assert_true(fabs(exact - got) < 1e-7);
        uint64_t h = demo_rng_below(&r, 4 * DEMO_ONE);
        exact = -expm1(-(double)h / 4294967296.0);
        got = (double)demo_probability(h) / 4294967296.0;
        assert_true(fabs(exact - got) < 1e-7);
    }
    assert_true(demo_probability(0) == 0);
}

static void the_gamma_has_mean_one_and_variance_a_fifth(void **state)
{
    (void)state;
    struct demo_rng r;
    demo_rng_init(&r, 2, 2);
    double sum = 0, squares = 0;
    enum { N = 40000 };
    for (int i = 0; i < N; i++) {
        double x = (double)demo_rng_gamma(&r, 5) / 4294967296.0;
        sum += x;
        squares += x * x;
    }
    double mean = sum / N;
    assert_true(fabs(mean - 1.0) < 0.01);
    assert_true(fabs(squares / N - mean * mean - 0.2) < 0.01);
}

static int make_root(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    snprintf(root, sizeof root, "%.40s/voc-demo-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(root)) {
        return -1;
    }
    write_demo("first", DEMO_SEED);
    return 0;
}

static int remove_root(void **state)
{
    (void)state;
    static const char *const dirs[] = {"first", "again", "other", "faults"};
    char path[256];
    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        path_of(path, dirs[i], "all-events.csv");
        unlink(path);
        path_of(path, dirs[i], "truth.json");
        unlink(path);
        path_of(path, dirs[i], "");
        rmdir(path);
    }
    return rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(the_bytes_of_the_default_seed_are_known),
        cmocka_unit_test(another_seed_gives_another_company),
        cmocka_unit_test(the_rows_are_as_many_as_the_truth_says),
        cmocka_unit_test(the_rows_are_in_order_and_their_refs_exist),
        cmocka_unit_test(every_name_is_the_name_of_one),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_said),
        cmocka_unit_test(running_out_of_memory_is_said_and_leaks_nothing),
        cmocka_unit_test(the_integer_logarithm_and_exponential_are_right),
        cmocka_unit_test(the_gamma_has_mean_one_and_variance_a_fifth),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
