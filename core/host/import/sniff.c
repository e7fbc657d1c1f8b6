// SPDX-License-Identifier: MIT
// Which plugin reads a file: each gives 0 to 100 and a reason for the first 64 KiB. The order of loading never decides: a
// near tie is an error that names both and the flag that decides. Called by the import.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/import/import.h"
#include "host/plugin/options.h"
#include "host/worker/place.h"
#include "host/import/reader.h"

#define HEAD_BYTES ((size_t)64 << 10)

// LINES plugins see text as UTF-8, without NULs at its end (room that a server keeps for more), STREAM plugins the bytes as they are.
static voc_rc head_as_text(struct buf *out, voc_str raw, bool complete, struct diag *d)
{
    struct text_decoder *t = NULL;
    size_t skip = 0;
    const char *charset = text_sniff(raw.ptr, raw.len, &skip);
    voc_rc rc = text_decoder_new(&t, charset, d);
    if (!rc) rc = text_decode(t, raw.ptr + skip, raw.len - skip, complete, out);
    text_decoder_free(t);
    while (out->len && out->ptr[out->len - 1] == 0) out->len--;
    return rc;
}

static int better(const void *x, const void *y)
{
    const struct sniffed *a = x, *b = y;
    if (a->confidence != b->confidence) return a->confidence > b->confidence ? -1 : 1;
    return strcmp(a->plugin->note.name, b->plugin->note.name);
}

// What would be taken for an option of the plugin, so that its opinion is of both: answers in a table that anything could be, beside
// a file that says what was asked.
static voc_rc show_beside(voc_probe *to, const voc_plugin *p, const struct import_request *r, const struct keeper *k, struct arena *a, struct diag *d)
{
    voc_rc rc = VOC_OK;
    for (size_t i = 0; i < p->n_options && !rc; i++) {
        voc_value v = {.s = {"", 0}};
        const char *name = "";
        bool found = false;
        rc = reader_beside(r, k, option_at(p->options, p->option_size, i), a, &v, &name, &found, d);
        if (rc || !found) continue;
        to->beside = str_mk(v.s.ptr, v.s.len < HEAD_BYTES ? v.s.len : HEAD_BYTES);
        to->beside_name = str_of(name);
        break;
    }
    return rc;
}

voc_rc sniff(const struct import_request *req, const struct keeper *k, struct in *in, struct sniffed *out, size_t max, size_t *n, struct diag *d)
{
    struct catalogue *c = req->catalogue;
    struct arena a;
    struct buf text;
    voc_str raw;
    bool complete = false;
    *n = 0;
    arena_init(&a, 0);
    buf_init(&text, HEAD_BYTES * 4);
    voc_rc rc = in_peek(in, HEAD_BYTES, &raw, &complete);
    if (!rc) rc = head_as_text(&text, raw, complete, d);
    for (size_t i = 0; i < catalogue_n(c) && *n < max && !rc; i++) {
        struct plugin *p = catalogue_at(c, i);
        struct voc_context cx;
        if (p->note.kind != VOC_KIND_INPUT || p->refused) continue;
        if (plugin_load(p, NULL) != VOC_OK) { // one that is broken keeps no file from the others
            diag_warn(d, "IMPORT-012", NULL, 0, "the others were; mend it, or take it out of its folder",
                      "plugin %s cannot be loaded and was not asked: %s", p->path, p->why ? p->why : "out of memory");
            continue;
        }
        const voc_input_ops *ops = p->ops;
        voc_probe probe = {.struct_size = sizeof probe, .complete = complete, .name = str_of(in_name(in))};
        voc_probe_result r = {0, ""};
        probe.head = ops->framing == VOC_FRAMING_LINES ? str_mk(text.ptr ? text.ptr : "", text.len) : raw;
        rc = show_beside(&probe, p->desc, req, k, &a, d);
        if (rc) break;
        context_init(&cx, p, d, in_path(in));
        place_plugin((uint32_t)i + 1);
        ops->probe(host_table(), &cx, &probe, &r);
        context_done(&cx);
        if (cx.short_of_memory) rc = VOC_E_NOMEM; // "not mine" may only mean that there was no memory to look
        r.reason[sizeof r.reason - 1] = 0;
        text_mend(r.reason);
        out[*n].plugin = p;
        out[*n].confidence = r.confidence < 0 ? 0 : r.confidence > 100 ? 100 : r.confidence;
        memcpy(out[*n].reason, r.reason, sizeof r.reason);
        ++*n;
    }
    if (*n) qsort(out, *n, sizeof *out, better);
    buf_done(&text);
    arena_done(&a);
    return rc;
}
