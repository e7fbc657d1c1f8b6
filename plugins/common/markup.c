// SPDX-License-Identifier: MIT
//
// See markup.h. Used by the output plugin html and by the figures.
#include "plugins/common/markup.h"

// Control characters, and those that embed, override or isolate a direction (a name could close the isolate it is put in), are
// shown as U+FFFD. *bytes: of the character at s, of which `left` bytes are left. NULL: it stands for itself.
static const char *instead_of(const char *s, size_t left, size_t *bytes)
{
    static const char *const unknown = "\xEF\xBF\xBD";
    unsigned char a = (unsigned char)s[0], b = left > 1 ? (unsigned char)s[1] : 0, c = left > 2 ? (unsigned char)s[2] : 0;
    *bytes = 1;
    switch (a) {
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '&': return "&amp;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '\n':
    case '\r':
    case '\t': return " ";
    default: break;
    }
    if (a < 32 || a == 127) return unknown;
    if (a == 0xC2 && b >= 0x80 && b <= 0x9F) return *bytes = 2, unknown; // C1
    *bytes = 3;
    if (a == 0xE2 && b == 0x80 && (c == 0xA8 || c == 0xA9)) return " "; // line and paragraph separators
    if (a == 0xE2 && b == 0x80 && c >= 0xAA && c <= 0xAE) return unknown;
    if (a == 0xE2 && b == 0x81 && c >= 0xA6 && c <= 0xA9) return unknown;
    if (a == 0xEF && b == 0xBF && c >= 0xBE) return unknown;
    return NULL;
}

bool markup_part(voc_str *rest, voc_str *plain, const char **instead)
{
    size_t n = 0, bytes = 0;
    *instead = NULL;
    if (!rest->len) return false;
    while (n < rest->len && !(*instead = instead_of(rest->ptr + n, rest->len - n, &bytes))) n++;
    *plain = (voc_str){rest->ptr, n};
    if (*instead) n += bytes;
    *rest = (voc_str){rest->ptr + n, rest->len - n};
    return true;
}
