// SPDX-License-Identifier: MIT
// Text that needs Unicode: charsets, widths, case folding (ICU stays inside base/text*.c).
#ifndef VOC_BASE_TEXT_H
#define VOC_BASE_TEXT_H
#include "base/buf.h"
#include "base/diag.h"

bool text_utf8_valid(const char *ptr, size_t len);
size_t text_utf8_prefix(const char *ptr, size_t len); // length of the longest valid prefix
unsigned text_width(voc_str s);                       // terminal columns: combining 0, East Asian wide 2
size_t text_fit(voc_str s, unsigned columns);         // bytes of the longest prefix within that width, whole characters
bool text_in_word(uint32_t cp);                       // a letter, a mark on one, a number or _
voc_rc text_fold(struct buf *out, voc_str s);         // full case folding, NFC
// Appends s with control characters, escapes and bidi controls made visible (\x1b, \u202e): safe for a terminal.
voc_rc text_escape(struct buf *out, voc_str s);
// Appends the word as a shell would take it: in quotes if it holds anything but what names and options hold; safe for a terminal too.
voc_rc text_word(struct buf *out, const char *word);
void text_mend(char *text); // bytes that are not UTF-8 become '?', in place: of words that were made of a stranger's, or cut

// What the first bytes say: "UTF-8" (BOM or valid), "UTF-16LE", "UTF-16BE" (BOM, or NUL pattern), else "windows-1252".
// *skip: bytes of the BOM.
const char *text_sniff(const char *ptr, size_t len, size_t *skip);
// Streaming decoder to UTF-8. Malformed input becomes U+FFFD and is counted.
struct text_decoder;
voc_rc text_decoder_new(struct text_decoder **out, const char *charset, struct diag *d); // VOC_E_OPTION: unknown charset
void text_decoder_free(struct text_decoder *t);
voc_rc text_decode(struct text_decoder *t, const char *ptr, size_t len, bool last, struct buf *out);
uint64_t text_decoder_malformed(const struct text_decoder *t);
voc_rc text_icu_memory(void); // routes ICU's allocations through base/mem; once, before any other ICU call
// Whether memory ran out under ICU on this thread since this was last asked: then what ICU made is to be dropped. ICU itself
// does not say so (text_memory.c). Asked before a run of ICU calls, to forget, and behind it.
bool text_icu_short(void);
// From here on ICU takes what it knows from its library alone, and looks for no file: for a process that may open none.
void text_without_files(void);
#endif
