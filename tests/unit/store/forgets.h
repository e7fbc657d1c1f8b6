// SPDX-License-Identifier: MIT
// Forgetting somebody in tests of the store: the alias sets (or cases) are named as they stand in the file. Needs rows.h before it.
#ifndef VOC_TESTS_UNIT_STORE_FORGETS_H
#define VOC_TESTS_UNIT_STORE_FORGETS_H
#include "store/forget/forget.h"

struct leaving { uint32_t as; const char *sets[4]; voc_alias aliases[3]; size_t n_aliases; bool dry_run, texts; };

static inline voc_rc forget(struct project *p, const struct leaving *l, struct forget_result *out,
                            voc_rc (*place)(void *user, const struct forget_place *x), void *user)
{
    const voc_str *names = NULL;
    uint32_t n = 0;
    voc_rc rc = store_strings(p, l->as == VOC_ENTITY_CASE ? SPACE_CASE : SPACE_ALIASES, &names, &n);
    bool *who = calloc((size_t)n + 1, 1);
    if (!who) abort();
    for (uint32_t i = 1; rc == VOC_OK && i < n; i++)
        for (size_t k = 0; k < 4 && l->sets[k]; k++)
            if (str_is(names[i], l->sets[k])) who[i] = true;
    const struct forget_spec s = {.as = l->as, .who = who, .n_who = n, .aliases = l->aliases, .n_aliases = l->n_aliases,
                                  .dry_run = l->dry_run, .texts = l->texts};
    if (rc == VOC_OK) rc = store_forget(p, &s, out, place, user);
    free(who);
    return rc;
}

// Does the file hold these bytes anywhere?
static inline bool file_holds(const char *path, const char *bytes)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fstat(fileno(f), &st), 0);
    char *all = malloc((size_t)st.st_size);
    assert_non_null(all);
    assert_int_equal(fread(all, 1, (size_t)st.st_size, f), st.st_size);
    (void)fclose(f);
    bool found = memmem(all, (size_t)st.st_size, bytes, strlen(bytes)) != NULL;
    free(all);
    return found;
}
#endif
