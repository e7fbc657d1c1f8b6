// SPDX-License-Identifier: MIT
// What most commands begin with: the project of the first argument and its active journey definition.
#include <stdarg.h>
#include <stdio.h>

#include "cli/cli.h"

voc_rc cli_open(struct cli *c, struct project **p, enum project_mode mode) { return project_open(p, c->args[0], mode, c->diag); }

voc_rc cli_journey(struct cli *c, struct project *p, voc_str folder, struct journey **out)
{
    struct store_definition def;
    bool found = false, ok = true;
    if (folder.len) {
        voc_str z = arena_str(&c->arena, folder.ptr, folder.len, &ok);
        return ok ? journey_load(out, z.ptr, c->diag) : VOC_E_NOMEM;
    }
    voc_rc rc = store_definition_active(p, &c->arena, &def, &found);
    if (rc) return rc;
    return found ? journey_parse(out, def.journey_xml, def.sources_xml, def.codebook_xml, project_name(p), c->diag) : journey_none(out, VOC_UNIT_CASE);
}

void cli_say(const struct cli *c, const char *format, ...)
{
    va_list ap;
    if (c->common && c->common[COMMON_QUIET].i) return;
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
}
