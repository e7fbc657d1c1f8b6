// SPDX-License-Identifier: MIT
//
// See markup.h. Used by the output plugin html and by the figures.
#include "plugins/common/markup.h"

// Control characters, and those that embed, override or isolate a direction (a name could close the isolate it is put in), are
// shown as U+FFFD.
const char *markup_instead(const char *s, size_t left, size_t *bytes)
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
