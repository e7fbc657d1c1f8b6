// SPDX-License-Identifier: MIT
//
// What a funnel was asked: steps ("view, add to cart|add to list within 3d, review?, purchase"), what may not come between all or two of
// them, what may be done instead. A whole that is a name is that name, whatever signs are in it.
#include <stdio.h>

#include "plugins/analysis/funnel/funnel.h"
#include "plugins/common/show.h"

#define SHOW(s) SHOW_AT_MOST(s, 80)

static voc_rc refuse(const struct funnel *f, const char *code, const char *message, const char *hint)
{
    return analysis_refuse(&f->base, code, hint, message);
}

// ---- names ----------------------------------------------------------------------------------------------------------------

static voc_rc clash(const struct funnel *f, uint32_t mask, uint32_t broken)
{
    const uint32_t inner = f->n_links > 1 ? f->links >> 1 : f->links;  // those with a step behind them
    const bool everywhere = mask & FUNNEL_NOT && (broken & inner) == inner;
    if (mask & FUNNEL_STEPS && (mask & FUNNEL_OR || everywhere)) return refuse(f, "FUNNEL-009", "what --not or --or names is a step itself", "leave it out of one of them");
    return VOC_OK;
}

// A predicate of the journey. What else its events are is not known here: none of it can clash.
static voc_rc mark_predicate(struct funnel *f, voc_str name, uint32_t number, uint32_t bit, uint32_t broken)
{
    const struct analysis *a = &f->base;
    uint32_t index;
    if (number == VOC_NONE) return analysis_no_predicate(a, "FUNNEL-003", name);
    voc_rc rc = a->host->want_predicate(a->run, number, &index);
    if (rc) return rc;
    size_t i = 0;
    while (i < f->n_conditions && f->condition[i].index != index) i++;
    if (i == FUNNEL_CONDITIONS_MAX) return refuse(f, "FUNNEL-014", "a funnel has at most 32 predicates", "put some of them into one, as <any> of their events, in journey.xml");
    if (i == f->n_conditions) f->condition[f->n_conditions++] = (struct funnel_condition){.index = index};
    f->condition[i].mask |= bit;
    f->condition[i].broken |= broken;
    return VOC_OK;
}

// The name is a step, or something else (bit); broken: links behind which it may not come.
static voc_rc mark(struct funnel *f, voc_str name, const char *what, uint32_t bit, uint32_t broken)
{
    struct named n;
    uint32_t number;
    if (!analysis_find(&f->base, name, &n) && analysis_find_predicate(&f->base, name, &number)) return mark_predicate(f, name, number, bit, broken);
    voc_rc rc = analysis_named(&f->base, "FUNNEL-003", what, name, &n);
    if (rc) return rc;
    uint32_t *of = n.touch ? &f->of_touchpoint[n.i] : &f->of_action[n.i], *breaks = n.touch ? &f->breaks_touchpoint[n.i] : &f->breaks_action[n.i];
    f->touches = f->touches || n.touch;
    *of |= bit;
    *breaks |= broken;
    return clash(f, *of, *breaks);
}

static bool is_name(const struct funnel *f, voc_str text)
{
    struct named n;
    uint32_t number;
    return analysis_find(&f->base, text, &n) || (analysis_find_predicate(&f->base, text, &number) && number != VOC_NONE);
}

// ---- steps ----------------------------------------------------------------------------------------------------------------

// "NAME within 3d" without its end; false: there is none.
static bool take_within(struct funnel_step *s)
{
    static const char word[] = " within ";
    const size_t n = sizeof word - 1;
    for (size_t at = s->name.len; at-- > 1;) {
        if (at + n >= s->name.len || memcmp(s->name.ptr + at, word, n) != 0) continue;
        const voc_str left = {s->name.ptr, at};
        if (!analysis_duration((voc_str){s->name.ptr + at + n, s->name.len - at - n}, &s->within_us)) return false;
        s->name = analysis_trimmed(left);
        return true;
    }
    return false;
}

static voc_rc read_step(struct funnel *f, voc_str text)
{
    if (f->n_lines == FUNNEL_STEPS_MAX) return refuse(f, "FUNNEL-004", "a funnel has at most 30 steps", "leave some out, or make two funnels");
    struct funnel_step *s = &f->step[f->n_lines++];
    *s = (struct funnel_step){.text = text, .name = text, .within_us = FUNNEL_ANY_TIME};
    const bool timed = !is_name(f, s->name) && take_within(s);
    if (!is_name(f, s->name) && s->name.len > 1 && s->name.ptr[s->name.len - 1] == '?') {
        s->optional = true;
        s->name = analysis_trimmed((voc_str){s->name.ptr, s->name.len - 1});
    }
    if (f->n_lines == 1 && (s->optional || timed))
        return refuse(f, "FUNNEL-010", s->optional ? "the first step cannot be one that may be left out" : "the first step has no step before it: no time can be set for it",
                      "a funnel begins with the first step: name another one before it, or take the ? or the time away");
    f->windows = f->windows || (timed && !s->optional);
    if (f->order == FUNNEL_ANY && (timed || s->optional))
        return refuse(f, "FUNNEL-012",
                      "with --order any no step comes before another: none has a time of its own, and none may be left out",
                      "leave that out, or leave out --order any; --within 30d is the time for all of them");
    return VOC_OK;
}

// Bits: links first, as masks of chains know nothing else.
static void number_steps(struct funnel *f)
{
    for (size_t i = 0; i < f->n_lines; i++) {
        if (f->step[i].optional) continue;
        f->line_of[f->n_links] = (uint32_t)i;
        f->step[i].bit = f->step[i].link = (uint32_t)f->n_links++;
    }
    uint32_t bit = (uint32_t)f->n_links, link = 0;
    for (size_t i = 0; i < f->n_lines; i++) {
        struct funnel_step *s = &f->step[i];
        if (!s->optional) link = s->link;
        if (!s->optional) continue;
        s->link = link;
        f->after[bit] = UINT32_C(1) << link;
        s->bit = bit++;
    }
    f->links = UINT32_MAX >> (32 - f->n_links);
}

// A step: a name, or several of which one is enough, where the whole is no name itself.
static voc_rc mark_step(struct funnel *f, const struct funnel_step *s)
{
    voc_str name, list = s->name;
    const uint32_t bit = UINT32_C(1) << s->bit;
    voc_rc rc = VOC_OK;
    if (is_name(f, s->name) || !memchr(s->name.ptr, '|', s->name.len)) return mark(f, s->name, "the step ", bit, 0);
    while (!rc && analysis_part(&list, '|', &name))
        if (name.len) rc = mark(f, name, "the step ", bit, 0);
    return rc;
}

static voc_rc name_steps(struct funnel *f, voc_str list)
{
    voc_str text;
    const size_t actions = f->base.def->n_actions, touchpoints = f->base.def->n_touchpoints;
    voc_rc rc = analysis_zeroed(&f->base, (void **)&f->of_action, actions, sizeof *f->of_action);
    if (!rc) rc = analysis_zeroed(&f->base, (void **)&f->of_touchpoint, touchpoints, sizeof *f->of_touchpoint);
    if (!rc) rc = analysis_zeroed(&f->base, (void **)&f->breaks_action, actions, sizeof *f->breaks_action);
    if (!rc) rc = analysis_zeroed(&f->base, (void **)&f->breaks_touchpoint, touchpoints, sizeof *f->breaks_touchpoint);
    while (!rc && analysis_part(&list, ',', &text))
        if (text.len) rc = read_step(f, text);
    if (!rc && f->n_lines < 2) rc = refuse(f, "FUNNEL-002", "a funnel needs at least two steps", "voc funnel PROJECT --steps FIRST,SECOND,THIRD");
    if (!rc) number_steps(f);
    for (size_t i = 0; i < f->n_lines && !rc; i++) rc = mark_step(f, &f->step[i]);
    return rc;
}

// ---- exclusions -----------------------------------------------------------------------------------------------------------

static size_t find_word(voc_str in, const char *word, size_t from)
{
    const size_t n = strlen(word);
    for (size_t i = from; i + n <= in.len; i++)
        if (memcmp(in.ptr + i, word, n) == 0) return i;
    return SIZE_MAX;
}

// A step by its number, from 1, or as it was given.
static voc_rc find_border(const struct funnel *f, voc_str text, uint32_t *link)
{
    static const char hint[] = "name two steps as --steps does, or by their numbers: --not \"refund between 2 and 3\"";
    char message[200];
    size_t found = SIZE_MAX, n = 0;
    uint64_t number = 0;
    for (size_t i = 0; i < f->n_lines; i++) {
        const struct funnel_step *s = &f->step[i];
        const bool same = (s->text.len == text.len && memcmp(s->text.ptr, text.ptr, text.len) == 0) ||
                          (s->name.len == text.len && memcmp(s->name.ptr, text.ptr, text.len) == 0);
        n += same;
        if (same) found = i;
    }
    for (size_t i = 0; i < text.len && number != UINT64_MAX; i++)
        number = text.ptr[i] >= '0' && text.ptr[i] <= '9' && number < 1000 ? number * 10 + (uint64_t)(text.ptr[i] - '0')
                                                                           : UINT64_MAX;
    if (!n && number && number <= f->n_lines) found = (size_t)number - 1, n = 1;
    if (n != 1) snprintf(message, sizeof message, n ? "\"%.*s\" is several of the steps" : "\"%.*s\" is none of the steps", SHOW(text));
    else if (f->step[found].optional) snprintf(message, sizeof message, "\"%.*s\" may be left out: nothing can be told to lie before or behind it", SHOW(text));
    if (n != 1 || f->step[found].optional) return refuse(f, "FUNNEL-013", message, hint);
    *link = f->step[found].link;
    return VOC_OK;
}

// "NAME between STEP and STEP": the name, and the links behind which it may not come.
static voc_rc read_exclusion(const struct funnel *f, voc_str *name, uint32_t *broken)
{
    static const char between[] = " between ", and[] = " and ";
    const size_t at = is_name(f, *name) ? SIZE_MAX : find_word(*name, between, 0), from = at == SIZE_MAX ? at : at + sizeof between - 1;
    *broken = f->links;
    if (at == SIZE_MAX) return VOC_OK;
    if (f->order == FUNNEL_ANY)
        return refuse(f, "FUNNEL-012", "with --order any no step comes before another: nothing lies between two of them",
                      "leave out \"between\", or leave out --order any");
    voc_rc rc = VOC_E_OPTION;
    for (size_t mid = find_word(*name, and, from); mid != SIZE_MAX && rc; mid = find_word(*name, and, mid + 1)) {
        const voc_str one = analysis_trimmed((voc_str){name->ptr + from, mid - from}),
                      other = analysis_trimmed((voc_str){name->ptr + mid + sizeof and - 1, name->len - mid - (sizeof and - 1)});
        uint32_t a = 0, b = 0;
        const bool last = find_word(*name, and, mid + 1) == SIZE_MAX;  // a name may hold the word itself
        if (!last && !is_name(f, one)) continue;
        rc = find_border(f, one, &a);
        if (!rc) rc = find_border(f, other, &b);
        if (rc) return rc;
        if (a >= b)
            return refuse(f, "FUNNEL-013", "between two steps means from an earlier to a later one",
                          "write --not \"refund between FIRST and SECOND\" with the steps in their order");
        *broken = (UINT32_C(1) << b) - (UINT32_C(1) << a);
    }
    if (rc)
        return refuse(f, "FUNNEL-013", "\"between\" needs two steps",
                      "--not \"refund between add_to_cart and purchase\", or by their numbers: --not \"refund between 2 and 3\"");
    *name = analysis_trimmed((voc_str){name->ptr, at});
    return VOC_OK;
}

static voc_rc name_others(struct funnel *f, voc_str list, uint32_t bit)
{
    voc_str name;
    voc_rc rc = VOC_OK;
    while (!rc && analysis_part(&list, ',', &name)) {
        uint32_t broken = 0;
        if (!name.len) continue;
        if (bit == FUNNEL_NOT) rc = read_exclusion(f, &name, &broken);
        if (!rc) rc = mark(f, name, "", bit, broken);
    }
    return rc;
}

// ---- all of it ------------------------------------------------------------------------------------------------------------

static voc_rc ask_stages(struct funnel *f, const voc_value *v)
{
    if (v[OPT_WITHIN].set || v[OPT_STRICT].i || v[OPT_NOT].set || v[OPT_OR].set || v[OPT_ORDER].i)
        return refuse(f, "FUNNEL-005", "--within, --order, --strict, --not and --or belong to --steps", "voc funnel PROJECT --steps FIRST,SECOND,THIRD --within 30d");
    if (f->base.def->n_stages == 0)
        return refuse(f, "FUNNEL-001", "this project follows no journey: it has no stages to count",
                      "voc funnel PROJECT --steps FIRST,SECOND,THIRD counts actions in their order; voc journey use PROJECT online-shop, b2b-sale, crm-pipeline or your own folder gives stages");
    f->n_lines = f->base.def->n_stages;
    return VOC_OK;
}

static voc_rc ask_order(struct funnel *f, const voc_value *v)
{
    f->order = (enum funnel_order)v[OPT_ORDER].i;
    if (v[OPT_STRICT].i && v[OPT_ORDER].i && f->order != FUNNEL_STRICT)
        return refuse(f, "FUNNEL-011", "--strict is --order strict, and --order says something else", "leave one of them out");
    if (v[OPT_STRICT].i) f->order = FUNNEL_STRICT;
    return VOC_OK;
}

voc_rc funnel_ask(struct funnel *f, const voc_value *v)
{
    f->of_stages = !v[OPT_STEPS].set;
    f->by_segment = v[OPT_BY].i == 1;
    f->within_us = v[OPT_WITHIN].set ? (uint64_t)v[OPT_WITHIN].i : FUNNEL_ANY_TIME;
    f->n_segments = f->by_segment ? f->base.def->n_segments : 1;
    voc_rc rc = f->of_stages ? ask_stages(f, v) : ask_order(f, v);
    if (!rc && f->by_segment && f->base.def->n_segments < 2)
        return refuse(f, "FUNNEL-006", "the journey of this project has no segments",
                      "<segment id=\"small\"> ... in the journey says who belongs to which; then voc journey use PROJECT FOLDER");
    if (rc || f->of_stages) return rc;
    f->excluded = v[OPT_NOT].s;
    f->instead = v[OPT_OR].s;
    rc = name_steps(f, v[OPT_STEPS].s);
    if (!rc) rc = name_others(f, f->excluded, FUNNEL_NOT);
    if (!rc) rc = name_others(f, f->instead, FUNNEL_OR);
    f->looks = f->touches || f->n_conditions || f->order == FUNNEL_EXACT;
    return rc;
}
