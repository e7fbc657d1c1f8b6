// SPDX-License-Identifier: MIT
// The options of a plugin whose records are named cells: the last OPT_N of its table are PLAN_OPTIONS, in the order of the enum
// OPT_* of plan.h.
#ifndef VOC_PLUGINS_COMMON_EVENTS_OPTIONS_H
#define VOC_PLUGINS_COMMON_EVENTS_OPTIONS_H

#include <voc/plugin.h>

static const char *const plan_decimals[] = {"auto", "point", "comma", NULL};
static const char *const plan_ref_kinds[] = {"event", "touchpoint", "thread", "case", NULL};

#ifndef PLAN_CELL // what names a cell of a record
#define PLAN_CELL "COLUMN"
#endif
#define COLUMN_OPTION(name_, help_) {.name = name_, .type = VOC_OPT_STRING, .flags = VOC_OPT_COLUMN, .argument = PLAN_CELL, .help = help_}
#define PLAN_OPTIONS \
    {.name = "decimal", .type = VOC_OPT_ENUM, .initial = "auto", .choices = plan_decimals, .argument = "MARK", .help = "What stands before the decimals of numbers."}, \
    {.name = "time-format", .type = VOC_OPT_STRING, .argument = "PATTERN", .help = "Pattern of the times, such as d.M.yyyy HH:mm, or iso, excel, epoch-s, epoch-ms, epoch-us, epoch-ns, epoch-s-local (by a clock of the zone). Proven from the data if not given."}, \
    {.name = "zone", .type = VOC_OPT_ZONE, .argument = "ZONE", .help = "Zone of times that name none, such as Europe/Warsaw."}, \
    {.name = "customer-kind", .type = VOC_OPT_STRING, .initial = "id", .argument = "KIND", .help = "What kind of identity the customer's column holds: id, email, cookie ..."}, \
    {.name = "account-kind", .type = VOC_OPT_STRING, .initial = "id", .argument = "KIND", .help = "What kind of identity the account's column holds."}, \
    {.name = "ref-kind", .type = VOC_OPT_ENUM, .initial = "event", .choices = plan_ref_kinds, .argument = "KIND", .help = "What the column ref names."}, \
    COLUMN_OPTION("time", "When it happened; with an end: when it began."), \
    COLUMN_OPTION("end", "When it ended: the event stands there, and the minutes since its start are its process time."), \
    COLUMN_OPTION("action", "What was done."), \
    COLUMN_OPTION("actor", "Who acted: customer, company or other."), \
    COLUMN_OPTION("customer", "Identity of the individual on the customer's side."), \
    COLUMN_OPTION("email", "E-mail address of the individual."), \
    COLUMN_OPTION("phone", "Telephone number of the individual (weak: shared by people)."), \
    COLUMN_OPTION("cookie", "Cookie or device of the individual (weak)."), \
    COLUMN_OPTION("account", "Organisation of the customer."), \
    COLUMN_OPTION("case", "Journey that the event belongs to: case, trace, opportunity, ticket."), \
    COLUMN_OPTION("id", "The event's own id: rows with the same id replace each other."), \
    COLUMN_OPTION("ref", "What it answers (see ref-kind)."), \
    COLUMN_OPTION("role", "The individual's part in buying."), \
    COLUMN_OPTION("owner", "Person or team on the company's side."), \
    COLUMN_OPTION("thread", "Conversation that it belongs to."), \
    COLUMN_OPTION("touchpoint", "The company's item: this mail, this webinar."), \
    COLUMN_OPTION("channel", "Channel."), \
    COLUMN_OPTION("campaign", "Campaign."), \
    COLUMN_OPTION("object", "What was acted upon: a page, a document, a product."), \
    COLUMN_OPTION("text", "Words of the customer."), \
    COLUMN_OPTION("language", "Language of the words."), \
    COLUMN_OPTION("minutes", "Minutes of work."), \
    COLUMN_OPTION("cost", "Cost of the event, a plain number."), \
    COLUMN_OPTION("value", "Value of the event, a plain number.")

#endif
