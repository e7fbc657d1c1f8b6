// SPDX-License-Identifier: MIT
//
// For analyses: declares a figure of a table whose columns are there. A host that knows no figures has none.
#ifndef VOC_PLUGINS_COMMON_FIGURE_DECLARE_H
#define VOC_PLUGINS_COMMON_FIGURE_DECLARE_H

#include <string.h>
#include <voc/plugin.h>

#define FIGURE_PART(part, column) {part, 0, VOC_LIT(column)}

static inline voc_rc figure_declare(const voc_host *host, voc_table_builder *t, uint32_t kind, const char *title,
                                    const char *description, const voc_figure_part *parts, size_t n_parts, double detail,
                                    uint32_t flags)
{
    const voc_figure f = {.struct_size = sizeof f, .kind = kind, .flags = flags, .part_size = sizeof *parts, .title = {title, strlen(title)}, .description = {description, strlen(description)},
                          .parts = parts, .n_parts = n_parts, .detail = detail};
    return VOC_HOST_HAS(host, figure) && host->figure ? host->figure(t, &f) : VOC_OK;
}

#endif
