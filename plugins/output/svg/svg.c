// SPDX-License-Identifier: MIT
// Output plugin svg: one figure as a picture of its own: for a slide, a poster, a document. What the picture is of, and how it is drawn,
// is plugins/common/figure. A file holds one picture: where there are several, their names are given and nothing is written.
#include <stdio.h>
#include <string.h>

#include "plugins/common/figure/figure.h"
#include "plugins/common/show.h"

enum { OPT_PAGE, N_OPTIONS };
static const char *const pages[] = {"own", "portrait", "landscape", "narrow", "poster", NULL};
static const voc_option options[N_OPTIONS] = {
    [OPT_PAGE] = {"page", VOC_OPT_ENUM, 0, "own", NULL, NULL, pages, "PAGE", "how wide: A4 portrait, A4 landscape, narrow (a phone), what the figure itself wants (own), or as wide as a map needs with all its steps (poster)"},
};

#define NAMES_MAX 600u

struct svg {
    const voc_host *host;
    voc_context *cx;
    voc_writer *out;
    double width;
    bool poster;
    struct figure_drawn drawn; // the first
    size_t figures, tables; // that can be drawn, and in how many tables
    char names[NAMES_MAX]; // of the tables that can be drawn, with commas
    char refused[NAMES_MAX];
};

static voc_rc begin(const voc_host *host, voc_context *cx, voc_writer *w, const voc_meta *meta, const voc_value *given, void **instance)
{
    static const double widths[] = {0, FIGURE_PORTRAIT, FIGURE_LANDSCAPE, FIGURE_NARROW, 0};
    struct svg *v = host->alloc(cx, sizeof *v);
    (void)meta;
    if (!v) return VOC_E_NOMEM;
    memset(v, 0, sizeof *v);
    v->host = host;
    v->cx = cx;
    v->out = w;
    v->width = widths[given[OPT_PAGE].i];
    v->poster = given[OPT_PAGE].i == 4;
    *instance = v;
    return VOC_OK;
}

static void add_name(char to[NAMES_MAX], voc_str name)
{
    const size_t at = strlen(to);
    snprintf(to + at, NAMES_MAX - at, "%s%.*s", at ? ", " : "", SHOW_AT_MOST(name, 60));
}

static voc_rc table(void *instance, const voc_table *t)
{
    struct svg *v = instance;
    voc_rc rc = VOC_OK;
    bool named = false;
    for (size_t i = 0; i < figure_count(t) && !rc; i++) {
        const voc_figure *f = figure_at(t, i);
        const char *why = figure_undrawable(t, f);
        if (why) {
            if (!v->refused[0]) snprintf(v->refused, sizeof v->refused, "%.*s: %s", SHOW_AT_MOST(t->name, 60), why);
            continue;
        }
        if (!named) add_name(v->names, t->name), v->tables++;
        named = true;
        const struct figure_look look = {.width = v->width, .id = "f", .alone = true, .poster = v->poster};
        if (v->figures++ == 0) rc = figure_draw(v->host, v->cx, t, f, &look, &v->drawn);
    }
    return rc;
}

static voc_rc refuse(struct svg *v, const char *code, const char *message, const char *hint)
{
    const voc_diag d = {.struct_size = sizeof d, .severity = VOC_ERROR, .code = {code, strlen(code)},
                        .message = {message, strlen(message)}, .hint = {hint, strlen(hint)}};
    v->host->diag(v->cx, &d);
    return VOC_E_OPTION;
}

static voc_rc end(void *instance)
{
    struct svg *v = instance;
    char hint[NAMES_MAX + 200];
    if (v->figures == 1) return v->host->write(v->out, v->drawn.ptr, v->drawn.len);
    if (v->figures == 0)
        return v->refused[0] ? refuse(v, "SVG-003", v->refused, "--format html shows what there is")
                             : refuse(v, "SVG-001", "nothing of this can be drawn: its tables have no figure",
                                      "--format html makes a page of the tables; voc map, flow, funnel, discover, sipoc, value-map and attribution have figures");
    if (v->tables == 1) snprintf(hint, sizeof hint, "--format svg -o FOLDER/ --table %s writes each of its figures", v->names);
    else snprintf(hint, sizeof hint, "--table NAME takes one of them, --format svg -o FOLDER/ writes each: %s", v->names);
    return refuse(v, "SVG-002", "a file of svg holds one figure, and here are several", hint);
}

static void close_(void *instance)
{
    struct svg *v = instance;
    const voc_host *host = v->host;
    voc_context *cx = v->cx;
    host->free(cx, v->drawn.ptr);
    host->free(cx, v);
}

static const voc_output_ops ops = {
    .struct_size = sizeof ops, .format = "svg", .extension = "svg", .mime = "image/svg+xml", .begin = begin, .table = table, .end = end, .close = close_};

static const char about[] =
    "One figure as a picture: it opens in any browser and goes into slides and documents. No script and nothing fetched; a title and a\n"
    "description for who cannot see it; light, and dark where the reader's screen is. The numbers are those of the table: --format csv\n"
    "gives them. Where there are several figures, --table NAME takes one, and -o FOLDER/ writes each into a file of its own.";

static const voc_plugin plugin = {.struct_size = sizeof plugin,
                                  .abi_major = VOC_ABI_MAJOR,
                                  .abi_minor = VOC_ABI_MINOR,
                                  .kind = VOC_KIND_OUTPUT,
                                  .option_size = sizeof(voc_option),
                                  .name = "svg",
                                  .version = "0.1.0",
                                  .summary = "one figure as a picture: for slides, posters and documents",
                                  .licence = "MIT",
                                  .author = "the Vocstream authors",
                                  .options = options,
                                  .n_options = N_OPTIONS,
                                  .extensions = "svg",
                                  .ops = &ops,
                                  .about = about};

VOC_PLUGIN("output", "svg", "0.1.0", "MIT", plugin)
