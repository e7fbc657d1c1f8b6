// SPDX-License-Identifier: MIT
// voc themes: what customers speak of, by the themes of the journey's codebook, in texts and in people; voc codebook check: whether
// the sentences that a codebook carries are understood as they say.
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cli/spoken.h"

#define EXAMPLE 120u // bytes of the newest text

struct count { uint64_t texts, people, affirmed, negated, undecided; size_t newest; };

// Wilson 1927, as METHODS 0.4: the ends are exact where nobody or everybody does.
static void range(double x, double n, double *lo, double *hi)
{
    const double z = 1.959963984540054, share = x / n, scale = 1 + z * z / n;
    const double centre = (share + z * z / (2 * n)) / scale, half = z / scale * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    *lo = x <= 0 || centre < half ? 0 : centre - half;
    *hi = x >= n || centre + half > 1 ? 1 : centre + half;
}

static voc_rc columns(struct table *t)
{
    voc_rc rc = table_column(t, "theme", "theme", VOC_CELL_TEXT, "", 0, "id in the codebook");
    if (!rc) rc = table_column(t, "title", "what it is about", VOC_CELL_TEXT, "", 0, NULL);
    if (!rc) rc = table_column(t, "parent", "part of", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL, "the theme above it, whose texts are also counted there");
    if (!rc) rc = table_column(t, "texts", "texts", VOC_CELL_INT, "texts", 0, "that speak of it, for or against");
    if (!rc) rc = table_column(t, "people", "people", VOC_CELL_INT, "people", 0, "known ones who spoke of it");
    if (!rc) rc = table_column(t, "affirmed", "affirmed", VOC_CELL_INT, "texts", 0, "texts that say it of something; one may also negate it elsewhere");
    if (!rc) rc = table_column(t, "negated", "negated", VOC_CELL_INT, "texts", 0, "texts that say it is not so: \"not expensive\"");
    if (!rc) rc = table_column(t, "share", "of all who spoke", VOC_CELL_SHARE, "", 0, "people who spoke of it, of all known people who said anything");
    if (!rc) rc = table_column(t, "share_low", "at least", VOC_CELL_SHARE, "", 0, "lower end of the 95 % range of the share");
    if (!rc) rc = table_column(t, "share_high", "at most", VOC_CELL_SHARE, "", 0, "upper end of the 95 % range of the share");
    if (!rc) rc = table_column(t, "undecided", "not decided", VOC_CELL_INT, "texts", VOC_COLUMN_DETAIL, "texts on which a pattern took too long: neither yes nor no");
    if (!rc)
        rc = table_column(t, "newest", "said last", VOC_CELL_TEXT, "", VOC_COLUMN_DETAIL | VOC_COLUMN_MARKED,
                          "the newest text that speaks of it, with the deciding words in []");
    return rc ? rc
              : table_semantics(
                    t, "A text counts once for a theme, however often it says it; a theme holds what is said of those that "
                       "are part of it. What a mail quotes is not read.");
}

// People who spoke of theme `t` (VOC_NONE: who said anything); seen: a byte for each person.
static uint64_t people_of(const struct spoken *s, uint32_t t, uint8_t *seen)
{
    uint64_t n = 0;
    memset(seen, 0, identity_n_individuals(s->people));
    for (size_t i = 0; i < s->said.all.n; i++) {
        uint32_t who = identity_individual(s->people, s->said.all.at[i].customer);
        if (!who || seen[who] || (t != VOC_NONE && !(spoken_mark(s, i, t) & (SPOKEN_AFFIRMED | SPOKEN_NEGATED)))) continue;
        seen[who] = 1;
        n++;
    }
    return n;
}

static struct count count_theme(const struct spoken *s, uint32_t t, uint8_t *seen)
{
    struct count n = {.newest = SIZE_MAX};
    for (size_t i = 0; i < s->said.all.n; i++) {
        uint8_t mark = spoken_mark(s, i, t);
        n.affirmed += (mark & SPOKEN_AFFIRMED) != 0;
        n.negated += (mark & SPOKEN_NEGATED) != 0;
        n.undecided += (mark & SPOKEN_UNDECIDED) != 0;
        if (!(mark & (SPOKEN_AFFIRMED | SPOKEN_NEGATED))) continue;
        if (!n.texts++) n.newest = i;
    }
    n.people = people_of(s, t, seen);
    return n;
}

static void share(struct table *t, double r)
{
    const voc_cell c = {.type = VOC_CELL_SHARE, .r = r};
    (void)table_cell(t, &c);
}

static voc_rc put_theme(struct cli *c, struct table *t, const struct spoken *s, const struct journey *j, uint32_t theme,
                        uint64_t spoke, uint8_t *seen)
{
    const struct theme *th = &j->themes[theme];
    struct count n = count_theme(s, theme, seen);
    struct coding coding = {0};
    bool ok = true;
    double lo = NAN, hi = NAN;
    if (spoke) range((double)n.people, (double)spoke, &lo, &hi);
    table_text(t, th->id);
    table_text(t, th->title);
    table_text(t, th->parent == VOC_NONE ? str_of("") : j->themes[th->parent].id);
    table_int(t, (int64_t)n.texts);
    table_int(t, (int64_t)n.people);
    table_int(t, (int64_t)n.affirmed);
    table_int(t, (int64_t)n.negated);
    share(t, spoke ? (double)n.people / (double)spoke : NAN);
    share(t, lo);
    share(t, hi);
    table_int(t, (int64_t)n.undecided);
    table_text(t, n.newest == SIZE_MAX ? str_of("") : spoken_marked(&c->arena, &coding, j, s->said.all.at[n.newest].text, theme, EXAMPLE, &ok));
    coding_done(&coding);
    return ok ? VOC_OK : VOC_E_NOMEM;
}

static voc_rc notes(struct table *t, const struct spoken *s, const struct journey *j, uint64_t spoke)
{
    char text[300];
    uint64_t none = 0, undecided = 0, nameless = 0;
    size_t n = s->said.all.n;
    for (size_t i = 0; i < n; i++) {
        bool open = false;
        for (size_t k = 0; k < s->n_themes; k++) open = open || (spoken_mark(s, i, k) & SPOKEN_UNDECIDED);
        none += !spoken_fits(s, i) && !open;
        undecided += open;
        nameless += identity_individual(s->people, s->said.all.at[i].customer) == 0;
    }
    if (!n) return table_note(t, VOC_NOTE_NEXT, "this project holds no words yet; they come with mails, open answers, tickets, and a text column of events");
    snprintf(text, sizeof text, "%zu text%s of %llu known %s.", n, n == 1 ? "" : "s", (unsigned long long)spoke, spoke == 1 ? "person" : "people");
    voc_rc rc = table_note(t, VOC_NOTE_AFTER, text);
    snprintf(text, sizeof text, "%llu text%s name%s nobody: counted as texts, not as people.", (unsigned long long)nameless, nameless == 1 ? "" : "s", nameless == 1 ? "s" : "");
    if (!rc && nameless) rc = table_note(t, VOC_NOTE_AFTER, text);
    snprintf(text, sizeof text,
             "%llu text%s could not be decided for some theme, as a pattern took too long: counted as neither yes "
             "nor no. Simplify the pattern.",
             (unsigned long long)undecided, undecided == 1 ? "" : "s");
    if (!rc && undecided) rc = table_note(t, VOC_NOTE_WARNING, text);
    if (!rc && spoke && spoke < 30) rc = table_note(t, VOC_NOTE_AFTER, "So few people have spoken that the shares are only a hint: look at the ranges.");
    snprintf(text, sizeof text, "%llu of %zu texts fit no theme: voc words PROJECT --theme none shows them", (unsigned long long)none, n);
    if (!rc && none) rc = table_note(t, VOC_NOTE_NEXT, text);
    if (rc) return rc;
    snprintf(text, sizeof text, "voc words PROJECT --theme %.*s shows what was said, with the deciding words",
             STR_SHOWN(j->themes[0].id, 100));
    return none ? VOC_OK : table_note(t, VOC_NOTE_NEXT, text);
}

int run_themes(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct table *t = NULL;
    struct spoken s = {0};
    uint8_t *seen = NULL;
    uint64_t spoke = 0;
    voc_rc rc = cli_open(c, &p, PROJECT_READ);
    if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    if (!rc) rc = spoken_gather(&s, c, p, j, str_of(""));
    if (!rc && !(seen = mem_zalloc((size_t)identity_n_individuals(s.people) + 1, 1))) rc = VOC_E_NOMEM;
    if (!rc) spoke = people_of(&s, VOC_NONE, seen);
    if (!rc) rc = table_new(&t, "themes", "", 0);
    if (!rc) rc = columns(t);
    for (uint32_t i = 0; !rc && i < j->n_themes; i++) rc = put_theme(c, t, &s, j, i, spoke, seen);
    if (!rc) rc = notes(t, &s, j, spoke);
    if (!rc) rc = table_name_project(t, c->project);
    if (!rc) rc = cli_tables(c, p, j, &t, 1);
    table_free(t);
    mem_free(seen);
    spoken_done(&s);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}

// ---- voc codebook check -----------------------------------------------------------------------------------------------------------

static bool is_file(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 && S_ISREG(st.st_mode);
}

int run_codebook_check(struct cli *c)
{
    struct project *p = NULL;
    struct journey *j = NULL;
    struct codebook_result r = {0};
    const char *what = c->n_args ? c->args[0] : ".";
    voc_rc rc = VOC_OK;
    if (c->n_args && is_file(what)) {
        rc = cli_open(c, &p, PROJECT_READ);
        if (!rc) rc = cli_journey(c, p, (voc_str){"", 0}, &j);
    } else {
        rc = journey_load(&j, what, c->diag);
    }
    if (!rc && !j->n_themes) {
        diag_error(c->diag, "THEMES-001", NULL, 0,
                   "write a codebook.xml beside journey.xml (that of b2b-sale is an example), and name it in <journey "
                   "codebook=\"codebook.xml\">",
                   "%s has no themes to check", what);
        rc = VOC_E_OPTION;
    }
    if (!rc) rc = codebook_check(j, &r, c->diag);
    if (j && (!rc || rc == VOC_E_CHECK))
        cli_say(c, "%.*s, version %.*s: %zu themes, %zu sentences, %zu expectations, %zu failed\n", STR_ARG(j->id),
                STR_ARG(j->version), j->n_themes, r.samples, r.expectations, r.failed);
    journey_free(j);
    project_close(p);
    return cli_exit(c, rc);
}
