// SPDX-License-Identifier: MIT
// A journey definition under strange bytes: journey.xml, sources.xml and codebook.xml, parted by lines "%%". It is loaded or
// refused in words, and its own samples are run. Loaded again it has the same hash; FUZZ_MEMORY: an allocation fails.
#include <string.h>

#include "journey/check.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = {"journey", NULL};
const char *const *fuzz_names(void) { return names; }
voc_rc fuzz_begin(const char *what) { return strcmp(what, names[0]) == 0 ? VOC_OK : VOC_E_OPTION; }

static voc_rc load(struct journey **out, const voc_str part[3], struct diag *d)
{
    struct journey *j = NULL;
    struct check_result found;
    voc_rc rc = journey_parse(&j, part[0], part[1], part[2], "fuzz", d);
    if (rc == VOC_OK) rc = journey_check(j, &found, d);
    if (rc == VOC_E_CHECK) rc = VOC_OK; // a sample that does not hold is an answer
    if (rc == VOC_OK) *out = j;
    else journey_free(j);
    return rc;
}

static void again(const voc_str part[3], voc_rc whole, const struct journey *j, uint16_t nth)
{
    struct journey *j2 = NULL;
    struct diag *d = diag_new();
    mem_fault(nth, false); // 0: none
    voc_rc rc = load(&j2, part, d);
    bool fired = mem_fault_fired();
    mem_fault(0, false);
    if (!(nth && fired && rc == VOC_E_NOMEM)) {
        if (rc != whole) fuzz_fail("loaded again: \"%s\" and not \"%s\"", rc_name(rc), rc_name(whole));
        if (rc == VOC_OK && memcmp(j->hash, j2->hash, sizeof j->hash) != 0) fuzz_fail("loaded again, it is another definition");
    }
    if (rc == VOC_OK) journey_free(j2);
    diag_free(d);
}

void fuzz_one(const struct fuzz_how *how, voc_str bytes)
{
    voc_str part[3] = {{"", 0}, {"", 0}, {"", 0}};
    struct journey *j = NULL;
    for (size_t i = 0; i < 3; i++) {
        const char *mark = i < 2 && bytes.len ? memmem(bytes.ptr, bytes.len, "%%\n", 3) : NULL;
        part[i] = str_mk(bytes.ptr, mark ? (size_t)(mark - bytes.ptr) : bytes.len);
        bytes = mark ? str_mk(mark + 3, bytes.len - part[i].len - 3) : str_mk(bytes.ptr + part[i].len, 0);
    }
    struct diag *d = diag_new();
    voc_rc rc = load(&j, part, d);
    fuzz_check_answer(rc, d, false);
    fuzz_check_words(d, rc);
    if (how->flags & FUZZ_AGAIN) again(part, rc, j, 0);
    if (how->flags & FUZZ_MEMORY) again(part, rc, j, (uint16_t)(how->nth + 1));
    if (rc == VOC_OK) journey_free(j);
    diag_free(d);
}
