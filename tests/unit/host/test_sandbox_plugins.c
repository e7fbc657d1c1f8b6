// SPDX-License-Identifier: MIT
// Every input plugin of this build reads its samples in a closed process as it does in an open one. Only loading it and its
// `prepare` come before, as in a worker, so that what a library would open late is found.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

#include "base/text.h"
#include "base/xml.h"
#include "host/import/import.h"
#include "host/worker/sandbox.h"
#include "tests/unit/host/modules.h"

struct came { int32_t call; voc_rc rc; uint64_t records, gave, rejected, ignored, bytes; };

// In a child, which has one thread until it reads.
static void read_sample(const char *folder, const char *plugin, const char *sample, bool closed, int to)
{
    const char *dirs[] = {folder};
    const struct catalogue_places places = {.dirs = dirs, .n_dirs = 1};
    struct came came = {.call = -1};
    struct catalogue *c = NULL;
    struct import_report report;
    struct diag *d = diag_new();
    struct arena a;
    size_t size = 0;
    char *bytes = bytes_of(sample, &size);
    const voc_str input = {bytes, size};
    arena_init(&a, 0);
    struct plugin *p = catalogue_open(&c, &places, NULL, d) ? NULL : catalogue_find(c, VOC_KIND_INPUT, (voc_str){plugin, strlen(plugin)});
    if (!p || plugin_load(p, d)) _exit(90);
    const voc_input_ops *ops = p->ops;
    if (ops->prepare) ops->prepare();
    const struct sandbox_limits limits = {.parent = getppid()};
    if (closed && (sandbox_limit(&limits, d) || sandbox_read_only(dirs, 1, d) || sandbox_close(to, d))) _exit(91);
    const struct import_request r = {
        .catalogue = c, .path = sample, .as = {plugin, strlen(plugin)}, .threads = 2, .max_rejects = UINT64_MAX, .bytes = &input,
    };
    came.rc = import_file(&r, &report, &a, d);
    came.records = report.account.records;
    came.gave = report.account.gave;
    came.rejected = report.account.rejected;
    came.ignored = report.account.ignored;
    came.bytes = report.account.bytes;
    _exit(write(to, &came, sizeof came) != (ssize_t)sizeof came);
}

static struct came read_in_child(const char *folder, const char *plugin, const char *sample, bool closed)
{
    struct came came = {.call = -1};
    int ends[2], status = 0;
    char words[80];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        alarm(120);
        read_sample(folder, plugin, sample, closed, ends[1]);
    }
    close(ends[1]);
    ssize_t n = read(ends[0], &came, sizeof came);
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (n != (ssize_t)sizeof came)
        print_error("%s, %s: status %x, it tried to %s\n", plugin, sample, status,
                    n == (ssize_t)sizeof came.call ? sandbox_call_words(came.call, words, sizeof words) : "?");
    assert_int_equal(n, sizeof came);
    return came;
}

static size_t read_samples(const char *folder, const char *plugin, const char *samples)
{
    size_t n = 0;
    DIR *d = opendir(samples);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char path[PATH_MAX];
        if (e->d_name[0] == '.') continue;
        join_path(path, samples, e->d_name);
        struct came open = read_in_child(folder, plugin, path, false), closed = read_in_child(folder, plugin, path, true);
        assert_int_equal(open.rc, closed.rc);
        assert_int_equal(open.records, closed.records);
        assert_int_equal(open.gave, closed.gave);
        assert_int_equal(open.rejected, closed.rejected);
        assert_int_equal(open.ignored, closed.ignored);
        assert_int_equal(open.bytes, closed.bytes);
        n += closed.rc == VOC_OK;
    }
    if (d) closedir(d);
    return n;
}

static void every_input_plugin_reads_its_samples_in_a_closed_process(void **state)
{
    const char *build = getenv("VOC_TEST_BUILDDIR");
    char all[PATH_MAX], folder[PATH_MAX], samples[PATH_MAX];
    size_t n = 0;
    (void)state;
    snprintf(all, sizeof all, "%s/plugins/input", build ? build : ".");
    DIR *d = opendir(all);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char file[80], relative[PATH_MAX], path[PATH_MAX];
        if (e->d_name[0] == '.' || strlen(e->d_name) > 40) continue;
        snprintf(file, sizeof file, "input-%.40s.so", e->d_name);
        snprintf(relative, sizeof relative, "plugins/input/%.40s", e->d_name);
        if (!module_path(path, relative, file) || !realpath(path, folder)) continue;
        *strrchr(folder, '/') = '\0';
        snprintf(samples, sizeof samples, TOP_SRCDIR "/%.60s/samples", relative);
        n += read_samples(folder, e->d_name, samples);
    }
    closedir(d);
    assert_true(n >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_input_plugin_reads_its_samples_in_a_closed_process)};
    if (text_icu_memory() || xml_init()) return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
