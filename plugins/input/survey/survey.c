// SPDX-License-Identifier: MIT
// Input plugin survey: what people answered, as survey tools export it. This file holds the descriptor, the options and the
// life of an instance; survey.h says where the rest is. Not understood: a reject with line and reason.
#include "plugins/input/survey/survey.h"

#include "plugins/common/table/options.h"

#define FIRST_MAX ((size_t)1 << 20)

enum {
    OPT_STRUCTURE = OPT_SHARED, OPT_SURVEY, OPT_DATE, OPT_SV_TIME, OPT_SV_TIME_FORMAT, OPT_SV_ZONE, OPT_SV_ID, OPT_NPS, OPT_CSAT, OPT_CES, OPT_UNFINISHED, OPT_PREVIEWS, OPT_WORDS, OPT_KEEP, OPT_SV_LANGUAGE, OPT_HIERARCHY, OPT_SV_N
};

static const char *const endings[] = {"qsf", "lss", "sss", "xml", NULL};
static const char *const keeps[] = {"keep", "leave-out", NULL};

static const voc_option options[OPT_SV_N] = {
    TABLE_OPTIONS,
    [OPT_STRUCTURE] = {.name = "structure", .type = VOC_OPT_FILE, .flags = VOC_OPT_BESIDE, .choices = endings, .argument = "FILE",
                       .help = "What was asked: the survey's .qsf (Qualtrics), .lss (LimeSurvey) or Triple-S .sss or .xml. Taken where it lies beside the answers and is named like them."},
    [OPT_SURVEY] = {.name = "survey", .type = VOC_OPT_STRING, .argument = "NAME", .help = "What the survey is called, as the touchpoint of its answers. The structure's title, else the file's name."},
    [OPT_DATE] = {.name = "date", .type = VOC_OPT_TIME, .argument = "DAY", .help = "When people answered, where the file does not say: one day or time for all of those."},
    [OPT_SV_TIME] = {.name = "time", .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = "COLUMN", .help = "The column that says when a response was given."},
    [OPT_SV_TIME_FORMAT] = {.name = "time-format", .type = VOC_OPT_STRING, .argument = "PATTERN", .help = "Pattern of the times, such as d.M.yyyy HH:mm, or iso. Proven from the data if not given."},
    [OPT_SV_ZONE] = {.name = "zone", .type = VOC_OPT_ZONE, .argument = "ZONE", .help = "Zone of times that name none, such as Europe/Warsaw."},
    [OPT_SV_ID] = {.name = "id", .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = "COLUMN", .help = "The column of the response's own id: a response with the same id replaces an earlier one."},
    [OPT_NPS] = {.name = "nps", .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = "QUESTION", .help = "The question whether people would recommend, answered from 0 to 10; - for none. Found by its code or text if not given."},
    [OPT_CSAT] = {.name = "csat", .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = "QUESTION", .help = "The question how satisfied people are; - for none. Found by its code or text if not given."},
    [OPT_CES] = {.name = "ces", .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = "QUESTION", .help = "The question how easy it was; - for none. Found by its code or text if not given."},
    [OPT_UNFINISHED] = {.name = "unfinished", .type = VOC_OPT_ENUM, .initial = "keep", .choices = keeps, .argument = "WHAT",
                        .help = "What becomes of responses that were not finished: kept, with the action begin-survey, or left out and counted."},
    [OPT_PREVIEWS] = {.name = "previews", .type = VOC_OPT_ENUM, .initial = "leave-out", .choices = keeps, .argument = "WHAT",
                      .help = "What becomes of previews, tests and spam, which the survey tool marks: left out and counted, or kept."},
    [OPT_WORDS] = {.name = "words", .type = VOC_OPT_LIST, .flags = VOC_OPT_COLUMN, .argument = "QUESTIONS", .help = "Questions whose answers are open text, besides those that are found."},
    [OPT_KEEP] = {.name = "attributes", .type = VOC_OPT_LIST, .flags = VOC_OPT_COLUMN, .argument = "COLUMNS", .help = "Columns that are no questions, but known of the response: kept as attributes of its event."},
    [OPT_SV_LANGUAGE] = {.name = "language", .type = VOC_OPT_STRING, .argument = "LANGUAGE", .help = "Language of open text, such as en, where no column says it."},
    [OPT_HIERARCHY] = {.name = "hierarchy", .type = VOC_OPT_FILE, .argument = "FILE", .help = "Triple-S: the .sss that lists the levels of a hierarchy. Answers are then of the respondent of the level above, or of one who belongs to it."},
};

// ---- options -----------------------------------------------------------------------------------------------------------------

static voc_rc copy_list(struct survey *s, const voc_value *v, const voc_str **out, size_t *n)
{
    voc_str *list = ev_alloc(EVENTS(s), (v->n_list + 1) * sizeof *list);
    if (!list) return VOC_E_NOMEM;
    for (size_t i = 0; i < v->n_list; i++)
        if (!ev_copy(EVENTS(s), v->list[i], &list[i])) return VOC_E_NOMEM;
    *out = list;
    *n = v->n_list;
    return VOC_OK;
}

static voc_rc read_options(struct survey *s, const voc_value *v)
{
    struct events *e = EVENTS(s);
    const struct { unsigned option; voc_str *to; } texts[] = {
        {OPT_SURVEY, &s->said_name}, {OPT_SV_TIME, &s->time_said}, {OPT_SV_ID, &s->id_said}, {OPT_NPS, &s->said[SV_NPS]}, {OPT_CSAT, &s->said[SV_CSAT]}, {OPT_CES, &s->said[SV_CES]},
        {OPT_SV_LANGUAGE, &s->said_language}, {OPT_SV_TIME_FORMAT, &e->time_format},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!ev_copy(e, v[texts[i].option].s, texts[i].to)) return VOC_E_NOMEM;
    e->time_format_given = v[OPT_SV_TIME_FORMAT].set;
    s->date_us = v[OPT_DATE].set ? v[OPT_DATE].i : VOC_NA;
    s->unfinished = v[OPT_UNFINISHED].i;
    s->previews = v[OPT_PREVIEWS].i;
    voc_rc rc = copy_list(s, &v[OPT_WORDS], &s->words, &s->n_words);
    return rc ? rc : copy_list(s, &v[OPT_KEEP], &s->keep, &s->n_keep);
}

// ---- life of an instance -------------------------------------------------------------------------------------------------------

static void close_instance(void *instance) { plan_close(instance); }

static voc_rc open_instance(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *values, void **instance)
{
    struct events *e;
    voc_rc rc = delimited_new(&e, sizeof(struct survey), &sv_reader, host, cx);
    if (rc) return rc;
    struct survey *s = (struct survey *)e;
    rc = delimited_options(e, values);
    if (!rc) rc = plan_source(e, source);
    if (!rc && values[OPT_SV_ZONE].set && !ev_copy(e, values[OPT_SV_ZONE].s, &e->zone)) rc = VOC_E_NOMEM;
    if (!rc && !ev_copy(e, source->file_name, &s->file)) rc = VOC_E_NOMEM;
    if (!rc) rc = read_options(s, values);
    if (!rc && values[OPT_STRUCTURE].s.len) rc = sv_structure_read(s, values[OPT_STRUCTURE].s, values[OPT_STRUCTURE].set != 0);
    if (!rc && values[OPT_HIERARCHY].set) rc = sv_hierarchy_read(s, values[OPT_HIERARCHY].s);
    if (rc) close_instance(e);
    else *instance = e;
    return rc;
}

static voc_rc make_rule(void *instance, voc_str first, voc_line_rule *out) { return sv_frame(instance, first, first.len < FIRST_MAX, out); }
static voc_rc make_plan(void *instance, const voc_block *first) { return sv_plan(instance, first); }
static voc_rc read_lines(void *instance, const voc_block *block, voc_sink *sink) { return sv_answers(instance, block, sink); }
static voc_rc give_maps(void *instance, voc_source *out) { return sv_maps(instance, out); }
static void describe(void *instance, char *out, size_t size) { sv_describe(instance, out, size); }

static const voc_input_ops ops = {
    .struct_size = sizeof ops,
    .framing = VOC_FRAMING_LINES,
    .probe = sv_probe,
    .open = open_instance,
    .close = close_instance,
    .rule = make_rule,
    .head = make_plan,
    .lines = read_lines,
    .describe = describe,
    .maps = give_maps,
};

static const voc_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = VOC_ABI_MAJOR,
    .abi_minor = VOC_ABI_MINOR,
    .kind = VOC_KIND_INPUT,
    .option_size = sizeof(voc_option),
    .name = "survey",
    .version = "0.1.0",
    .summary = "answers to surveys, as Qualtrics, LimeSurvey, SurveyMonkey and others export them, and Triple-S",
    .licence = "MIT",
    .author = "the Vocstream authors",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .extensions = "csv tsv asc qsf lss sss",
    .ops = &ops,
    .about = "One event a response, its answers as measures, open text as words. Qualtrics (two and three header rows), LimeSurvey, SurveyMonkey, Google Forms, Formbricks, plain tables with questions as names, and "
             "Triple-S 1.1 to 3.0. NPS, CSAT and CES questions are found by their code or text, and said.",
};

VOC_PLUGIN("input", "survey", "0.1.0", "MIT", plugin)
