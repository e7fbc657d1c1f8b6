// SPDX-License-Identifier: MIT
// Help and man pages, both made from the one table, so that they cannot disagree with what is parsed.
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/reading.h"

static const char exits[] =
    "0 done; 1 internal error; 2 usage; 3 input unreadable or unknown; 4 more rejects than allowed; 5 a check failed; "
    "6 a plugin's fault; 7 refused by policy; 8 a limit of memory or size; 130 interrupted";

// Plugins have options of their own, which no table of ours has.
static const char plugin_option[] = "an option of the plugin that reads a file, or of the one that writes the answer; voc plugin show PLUGIN lists them";

// "-o, " where a letter stands for the option too.
static const char *letter_of(const voc_option *o, char room[5])
{
    const char letter = args_letter(o);
    room[0] = '\0';
    if (letter) snprintf(room, 5, "-%c, ", letter);
    return room;
}

static void option_line(struct buf *b, const voc_option *o)
{
    char left[64], letter[5];
    bool joined = o->type == VOC_OPT_BOOL; // a switch: what follows it in a word of its own is an argument of the command
    if (!o->argument) snprintf(left, sizeof left, "%s--%s", letter_of(o, letter), o->name);
    else snprintf(left, sizeof left, joined ? "%s--%s[=%s]" : "%s--%s %s", letter_of(o, letter), o->name, o->argument);
    buf_printf(b, "  %-24s %s", left, o->help);
    if (o->initial && o->type != VOC_OPT_BOOL) buf_printf(b, " (%s)", o->initial);
    buf_byte(b, '\n');
}

static void common_lines(struct buf *b)
{
    buf_cstr(b, "\nOptions of every command\n");
    for (size_t i = 0; i < COMMON_N; i++) option_line(b, &common_options[i]);
    buf_printf(b, "  %-24s %s\n", "-O NAME=VALUE", plugin_option);
}

static const char in_place[] = "A file in place of the project, or several, is read as voc import would read it, answered from, and not kept.";

// Does a command take files in place of a project? Then these are its options, where it has none of that name itself.
static bool reads_files(const struct command *cmd)
{
    const struct cli as = {.command = cmd};
    return reading_applies(&as);
}

static bool own_option(const voc_option *table, size_t n, size_t size, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(option_at(table, size, i)->name, name) == 0) return true;
    return false;
}

static void reading_lines(struct buf *b, const voc_option *own, size_t n, size_t size, void (*line)(struct buf *b, const voc_option *o))
{
    for (size_t i = 0; i < READ_N; i++)
        if (!own_option(own, n, size, read_options[i].name)) line(b, &read_options[i]);
}

static void reading_help(struct buf *b, const voc_option *own, size_t n, size_t size)
{
    buf_printf(b, "\nOptions for files\n  %s\n", in_place);
    reading_lines(b, own, n, size, option_line);
}

void help_overview(struct buf *b, struct catalogue *cat)
{
    buf_cstr(b, "voc: which of the things you do for customers do they act to obtain?\n\nUsage: voc COMMAND [PROJECT] ...\n\nCommands\n");
    for (size_t i = 0; commands[i]; i++) buf_printf(b, "  %-16s %s\n", commands[i]->name, commands[i]->summary);
    buf_cstr(b, "\nAnalyses (plugins)\n");
    for (size_t i = 0; cat && i < catalogue_n(cat); i++) {
        struct plugin *p = catalogue_at(cat, i);
        if (p->note.kind != VOC_KIND_ANALYSIS || p->refused || plugin_load(p, NULL) != VOC_OK) continue;
        buf_printf(b, "  %-16s %s\n", p->note.name, p->desc->summary);
    }
    buf_cstr(b, "\nBegin with\n"
                "  voc demo DIR                            a made-up company with a known truth\n"
                "  voc flow events.csv                     your own events: what follows what, with nothing kept\n"
                "  voc import shop.voc events.csv          your own events, kept\n"
                "  voc worksheet shop.voc -o sheet.csv     what they mean, in a sheet with guesses to correct;\n"
                "  voc worksheet shop.voc --apply sheet.csv\n"
                "  voc score shop.voc -o report.html       what customers act for, and what they do not\n"
                "  voc explain shop.voc 1,072              where a number comes from\n\n"
                "voc COMMAND --help says more.\n");
}

void help_command(struct buf *b, const struct command *cmd)
{
    buf_printf(b, "voc %s: %s\n\nUsage: voc %s %s\n", cmd->name, cmd->summary, cmd->name, cmd->args);
    if (cmd->examples) buf_printf(b, "\nExamples\n%s", cmd->examples);
    buf_printf(b, "\n%s\n", cmd->about);
    if (cmd->n_options) buf_cstr(b, "\nOptions\n");
    for (size_t i = 0; i < cmd->n_options; i++) option_line(b, &cmd->options[i]);
    if (reads_files(cmd)) reading_help(b, cmd->options, cmd->n_options, sizeof *cmd->options);
    common_lines(b);
}

void help_analysis(struct buf *b, const voc_plugin *p)
{
    buf_printf(b, "voc %s: %s\n\nUsage: voc %s PROJECT|FILE...\n", p->name, p->summary, p->name);
    if (p->about) buf_printf(b, "\n%s\n", p->about);
    if (p->n_options) buf_cstr(b, "\nOptions\n");
    for (size_t i = 0; i < p->n_options; i++) option_line(b, option_at(p->options, p->option_size, i));
    reading_help(b, p->options, p->n_options, p->option_size);
    common_lines(b);
    buf_printf(b, "\nAn analysis plugin: %s %s, %s. voc plugin show %s says where it is.\n", p->name, p->version, p->licence, p->name);
}

// ---- man pages ----------------------------------------------------------------------------------------------------------

// Text as roff: backslashes, and dots and quotes that begin a line, lose their meaning.
static void roff(struct buf *b, const char *text)
{
    bool start = true;
    for (; *text; text++) {
        if (start && (*text == '.' || *text == '\'')) buf_cstr(b, "\\&");
        if (*text == '\\')
            buf_cstr(b, "\\e");
        else if (*text == '-')
            buf_cstr(b, "\\-");
        else
            buf_byte(b, *text);
        start = *text == '\n';
    }
}

static void man_head(struct buf *b, const char *name, const char *summary)
{
    buf_cstr(b, ".TH ");
    for (const char *p = name; *p; p++) buf_byte(b, *p == ' ' ? '-' : *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p);
    buf_printf(b, " 1 \"\" \"voc %s\" \"Vocstream\"\n.SH NAME\n", VOC_VERSION);
    for (const char *p = name; *p; p++) {
        if (*p == ' ')
            buf_cstr(b, "\\-");
        else
            buf_byte(b, *p);
    }
    buf_cstr(b, " \\- ");
    roff(b, summary);
    buf_byte(b, '\n');
}

static void man_option(struct buf *b, const voc_option *o)
{
    char letter[5];
    buf_cstr(b, ".TP\n.B ");
    roff(b, letter_of(o, letter));
    buf_cstr(b, "\\-\\-");
    roff(b, o->name);
    if (o->argument) buf_printf(b, o->type == VOC_OPT_BOOL ? "\\fR[=\\fI%s\\fR]" : " \\fI%s\\fR", o->argument);
    buf_byte(b, '\n');
    roff(b, o->help);
    if (o->initial && o->type != VOC_OPT_BOOL) {
        buf_cstr(b, ". Default: ");
        roff(b, o->initial);
        buf_byte(b, '.');
    }
    buf_byte(b, '\n');
}

static void man_reading(struct buf *b, const voc_option *own, size_t n, size_t size)
{
    buf_cstr(b, ".SH OPTIONS FOR FILES\n");
    roff(b, in_place);
    buf_byte(b, '\n');
    reading_lines(b, own, n, size, man_option);
}

static void man_common(struct buf *b)
{
    buf_cstr(b, ".SH OPTIONS OF EVERY COMMAND\n");
    for (size_t i = 0; i < COMMON_N; i++) man_option(b, &common_options[i]);
    buf_cstr(b, ".TP\n.B \\-O \\fINAME\\fR=\\fIVALUE\\fR\n");
    roff(b, plugin_option);
    buf_byte(b, '\n');
    buf_cstr(b, ".SH EXIT STATUS\n");
    roff(b, exits);
    buf_cstr(b, ".\n");
}

void man_command(struct buf *b, const struct command *cmd)
{
    char name[64];
    snprintf(name, sizeof name, "voc %s", cmd->name);
    man_head(b, name, cmd->summary);
    buf_printf(b, ".SH SYNOPSIS\n.B voc %s\n", cmd->name);
    roff(b, cmd->args);
    buf_cstr(b, "\n.SH DESCRIPTION\n");
    roff(b, cmd->about);
    buf_byte(b, '\n');
    if (cmd->n_options) buf_cstr(b, ".SH OPTIONS\n");
    for (size_t i = 0; i < cmd->n_options; i++) man_option(b, &cmd->options[i]);
    if (reads_files(cmd)) man_reading(b, cmd->options, cmd->n_options, sizeof *cmd->options);
    if (cmd->examples) {
        buf_cstr(b, ".SH EXAMPLES\n.nf\n");
        roff(b, cmd->examples);
        buf_cstr(b, ".fi\n");
    }
    man_common(b);
    buf_cstr(b, ".SH SEE ALSO\n.BR voc (1)\n");
}

void man_analysis(struct buf *b, const voc_plugin *p)
{
    char name[64];
    snprintf(name, sizeof name, "voc %s", p->name);
    man_head(b, name, p->summary);
    buf_printf(b, ".SH SYNOPSIS\n.B voc %s\nPROJECT|FILE...\n.SH DESCRIPTION\n", p->name);
    roff(b, p->about ? p->about : p->summary);
    buf_byte(b, '\n');
    if (p->n_options) buf_cstr(b, ".SH OPTIONS\n");
    for (size_t i = 0; i < p->n_options; i++) man_option(b, option_at(p->options, p->option_size, i));
    man_reading(b, p->options, p->n_options, p->option_size);
    man_common(b);
    buf_cstr(b, ".SH SEE ALSO\n.BR voc (1)\n");
}

void man_overview(struct buf *b, struct catalogue *cat)
{
    man_head(b, "voc", "voice of the customer and customer journeys, from raw files");
    buf_cstr(b, ".SH SYNOPSIS\n.B voc\nCOMMAND [PROJECT] ...\n.SH DESCRIPTION\n");
    roff(b, "Value is what the customer takes action to obtain. voc reads event logs of marketing, sales and service into one project "
            "file, follows each customer through the stages of the customer's journey, and scores each touchpoint by the customer "
            "actions that follow it: value-adding, incidental, waste, or unproven.\n");
    buf_cstr(b, ".SH COMMANDS\n");
    for (size_t i = 0; commands[i]; i++) {
        buf_printf(b, ".TP\n.B voc %s ", commands[i]->name);
        roff(b, commands[i]->args);
        buf_byte(b, '\n');
        roff(b, commands[i]->summary);
        buf_byte(b, '\n');
    }
    buf_cstr(b, ".SH ANALYSES\n");
    for (size_t i = 0; cat && i < catalogue_n(cat); i++) {
        struct plugin *p = catalogue_at(cat, i);
        if (p->note.kind != VOC_KIND_ANALYSIS || p->refused || plugin_load(p, NULL) != VOC_OK) continue;
        buf_printf(b, ".TP\n.B voc %s PROJECT|FILE...\n", p->note.name);
        roff(b, p->desc->summary);
        buf_byte(b, '\n');
    }
    man_common(b);
    buf_cstr(b, ".SH ENVIRONMENT\n.TP\n.B VOC_PLUGIN_PATH, VOC_JOURNEY_PATH\nFolders, separated by colons, that are searched before the built\\-in ones.\n"
                ".TP\n.B NO_COLOR, COLUMNS\nNo colour; the width of the terminal.\n.TP\n.B TMPDIR\nWhere files lie that have no name and end with the command.\n"
                ".TP\n.B VOC_NOW\nA fixed time for tests.\n"
                ".TP\n.B VOC_SIMD\nplain, sse2, avx2 or avx512: how text is scanned, if the processor has it. By itself it is the best there is; what comes out is the same.\n");
    buf_cstr(b, ".SH SEE ALSO\nA page for each command, such as\n.BR voc\\-import (1),\nand for each format that is read, such as\n"
                ".BR voc\\-input\\-events (7).\n");
}
