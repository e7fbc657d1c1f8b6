// SPDX-License-Identifier: MIT
// A plugin that breaks one promise of plugin.h, chosen by the macro that its module is compiled with (host.mk), or that
// keeps them all in another size than this host's. test_plugin.c says what the host must answer to each.
#include <stddef.h>

#include <voc/plugin.h>

#ifndef NOTE_KIND
#define NOTE_KIND "input"
#endif
#ifndef NOTE_ABI
#define NOTE_ABI "0.1"
#endif
#ifndef DESC_NAME
#define DESC_NAME NOTE_NAME
#endif
#ifndef DESC_KIND
#define DESC_KIND VOC_KIND_INPUT
#endif
#ifndef DESC_SIZE
#define DESC_SIZE sizeof descriptor
#endif
#ifndef OPS_SIZE
#define OPS_SIZE sizeof operations
#endif

static const voc_elf_note note VOC_NOTE_ATTR = {4u,
                                                (uint32_t)sizeof note.desc,
                                                VOC_NOTE_TYPE,
                                                {'V', 'O', 'C', 0},
                                                "kind=" NOTE_KIND "\nname=" NOTE_NAME "\nversion=1.0\nabi=" NOTE_ABI "\nlicence=MIT\n"};

static void probe(const voc_host *host, voc_context *cx, const voc_probe *p, voc_probe_result *r)
{
    (void)host, (void)cx, (void)p;
    r->confidence = 0;
}

#ifdef UNDEFINED
extern voc_rc symbol_of_nobody(void);
#endif

static voc_rc open_(const voc_host *host, voc_context *cx, const voc_source *source, const voc_value *options, void **instance)
{
    (void)host, (void)cx, (void)source, (void)options, (void)instance;
#ifdef UNDEFINED
    return symbol_of_nobody();
#else
    return VOC_OK;
#endif
}

static voc_rc rule(void *instance, voc_str first, voc_line_rule *out)
{
    (void)instance, (void)first, (void)out;
    return VOC_OK;
}

#ifndef WITHOUT_LINES
static voc_rc lines(void *instance, const voc_block *block, voc_sink *sink)
{
    (void)instance, (void)block, (void)sink;
    return VOC_OK;
}
#endif

static void describe(void *instance, char *out, size_t size)
{
    (void)instance;
    if (size) *out = 0;
}

#if defined WITH_RUN
static voc_rc run(void *instance, voc_stream *stream, voc_sink *sink)
{
    (void)instance, (void)stream, (void)sink;
    return VOC_OK;
}
#endif

// What a later header might look like: all of today's fields, then more.
struct later_ops {
    voc_input_ops now;
    const void *more[4];
};
struct later_option {
    voc_option now;
    const char *more;
};
struct later_plugin {
    voc_plugin now;
    const void *more[8];
};

static const struct later_ops operations __attribute__((unused)) = {.now = {.struct_size = OPS_SIZE,
#ifdef FRAMING
                                                    .framing = FRAMING,
#else
                                                    .framing = VOC_FRAMING_LINES,
#endif
                                                    .probe = probe,
                                                    .open = open_,
                                                    .rule = rule,
#ifndef WITHOUT_LINES
                                                    .lines = lines,
#endif
#ifdef WITH_RUN
                                                    .run = run,
#endif
                                                    .describe = describe}};

static const struct later_option options[] = {{{"depth", VOC_OPT_INT, 0, "3", "1", "9", NULL, "N", "how deep"}, "x"},
#ifdef OPTION_WITHOUT_HELP
                                              {{"mute", VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, NULL}, "y"},
#endif
#ifdef OPTION_NAME
                                              {{OPTION_NAME, VOC_OPT_BOOL, 0, "no", NULL, NULL, NULL, NULL, "no name for a flag"}, "y"},
#endif
#ifdef OPTION_WITHOUT_CHOICES
                                              {{"which", VOC_OPT_ENUM, 0, "a", NULL, NULL, NULL, NULL, "one of none"}, "y"},
#endif
                                              {{"width", VOC_OPT_SIZE, 0, "4K", NULL, NULL, NULL, "SIZE", "how wide"}, "z"}};

static const struct later_plugin descriptor = {.now = {.struct_size = DESC_SIZE,
                                                       .abi_major = VOC_ABI_MAJOR,
                                                       .abi_minor = VOC_ABI_MINOR,
                                                       .kind = DESC_KIND,
#ifdef OPTION_STRIDE
                                                       .option_size = OPTION_STRIDE,
#else
                                                       .option_size = sizeof *options,
#endif
                                                       .name = DESC_NAME,
                                                       .version = "1.0",
                                                       .summary = "a plugin for tests",
                                                       .licence = "MIT",
                                                       .options = &options[0].now,
                                                       .n_options = sizeof options / sizeof *options,
#ifdef WITHOUT_OPS
                                                       .ops = NULL}};
#else
                                                       .ops = &operations}};
#endif

#ifdef WITHOUT_QUERY
VOC_EXPORT const voc_plugin *another_name(uint32_t host_abi_major);
const voc_plugin *another_name(uint32_t host_abi_major)
#else
VOC_EXPORT const voc_plugin *voc_plugin_query(uint32_t host_abi_major);
const voc_plugin *voc_plugin_query(uint32_t host_abi_major)
#endif
{
#ifdef NO_DESCRIPTOR
    return host_abi_major == 4711 ? &descriptor.now : NULL;
#else
    return host_abi_major == VOC_ABI_MAJOR ? &descriptor.now : NULL;
#endif
}
