// SPDX-License-Identifier: MIT
// A main for fuzz targets without a fuzzer: gives them, once, what is kept in tests/fuzz/corpus/ and the samples of the plugin.
// Without arguments it is a test (TAP, a line for each folder); with them, the files named are given: how a finding is looked at.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define FILE_BYTES_MAX ((size_t)256 << 10) // of a sample; a fuzzer takes small ones too

static int give_file(const char *path, size_t *n)
{
    struct stat st;
    FILE *f = stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL;
    if (f == NULL) return 1;
    uint8_t *bytes = malloc(FILE_BYTES_MAX);
    size_t len = bytes ? fread(bytes, 1, FILE_BYTES_MAX, f) : 0;
    (void)fclose(f);
    if (bytes) (void)LLVMFuzzerTestOneInput(bytes, len);
    free(bytes);
    ++*n;
    return bytes == NULL;
}

// In order of name, so that a crash is met at the same place again; *n: how many files.
static int give_folder(const char *folder, size_t *n)
{
    struct dirent **found = NULL;
    int count = scandir(folder, &found, NULL, alphasort), bad = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        (void)snprintf(path, sizeof path, "%s/%s", folder, found[i]->d_name);
        if (found[i]->d_name[0] != '.') {
            fprintf(stderr, "# %s\n", path); // the last one is whose crash it was
            bad |= give_file(path, n);
        }
        free(found[i]);
    }
    free(found);
    return bad;
}

static int replay(void)
{
    const char *src = getenv("VOC_TEST_SRCDIR");
    int count = 0, failed = 0;
    for (const char *const *name = fuzz_names(); *name; name++) {
        char corpus[4096], samples[4096];
        size_t n = 0;
        (void)snprintf(corpus, sizeof corpus, "%s/tests/fuzz/corpus/%s", src ? src : ".", *name);
        (void)snprintf(samples, sizeof samples, "%s/plugins/input/%s/samples", src ? src : ".", strchr(*name, '-') ? strchr(*name, '-') + 1 : *name);
        bool bad = fuzz_begin(*name) != VOC_OK;
        if (!bad) bad = give_folder(corpus, &n) | give_folder(samples, &n);
        failed += bad;
        printf("%s %d - %s: %zu inputs are answered\n", bad ? "not ok" : "ok", ++count, *name, n);
    }
    printf("1..%d\n", count);
    return failed > 0;
}

int main(int argc, char **argv)
{
    size_t n = 0;
    int bad = 0;
    fuzz_all_ways = true;
    (void)LLVMFuzzerInitialize(&argc, &argv);
    if (argc == 1) return replay();
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--", 2) != 0 && give_file(argv[i], &n) && give_folder(argv[i], &n)) bad = 1;
    fprintf(stderr, "%zu inputs are answered\n", n);
    return bad;
}
