// SPDX-License-Identifier: MIT
// Bytes in: a file, memory or stdin, decompressed (gzip, zstd, xz, bzip2, zip with one member, a workbook; a tar or zip of mails as a
// folder of them; one layer, recognised by
// magic through libarchive with named filters), bounded in decoded size and ratio, and decoded to UTF-8 where asked.
// Keeps and replays the first bytes, so that probing works on pipes. Counts and hashes what it gives.
#ifndef VOC_IO_IN_H
#define VOC_IO_IN_H
#include "base/diag.h"
#include "base/hash.h"
#include "base/text.h"

struct in_limits { uint64_t decoded_max; uint64_t ratio_max; }; // 0: defaults (1 TiB, 1000 beyond 64 MiB decoded)
struct in; // owns its descriptors
// A file in an archive (zip, tar) is named behind it: path "logs.tar.gz/www/access.log", also "logs.zip/book.xlsx!Sheet".
// A workbook (.xlsx) is the CSV text of one of its sheets: path "book.xlsx!Sheet", or the file alone where only one sheet is neither
// hidden nor empty. path "-": stdin. name for messages. Opens without following a last symlink to a device; directories are refused.
voc_rc in_open(struct in **out, const char *path, const struct in_limits *limits, struct diag *d);
// The same in two steps: what may be opened for it, and the input of such a descriptor, which is taken whatever it returns.
// packed false: it is given as it is.
voc_rc in_descriptor(int *fd, const char *path, struct diag *d);
voc_rc in_open_descriptor(struct in **out, const char *path, size_t file /* in_file_part */, int fd, bool packed,
                          const struct in_limits *limits, struct diag *d);
// A folder of mails as one input: each file behind a line "From voc-folder LENGTH NAME", in order of name (in_folder.c).
voc_rc in_open_folder(struct in **out, const char *path, const struct in_limits *limits, struct diag *d);
// The sheets of a workbook (also of one in an archive: "logs.zip/book.xlsx") in the order of their tabs, or the files of an archive
// (member) in its order, if it holds several that are not all mails, or a workbook alone; none: it is neither. Names as in_open takes
// them behind the '!' or the '/'.
struct in_sheet { char *name; bool hidden, other, empty, member; }; // other: a chart or a macro's
struct in_sheets { VEC(struct in_sheet) at; };
voc_rc in_list_sheets(struct in_sheets *out, const char *path, struct diag *d);
voc_rc in_list_sheets_descriptor(struct in_sheets *out, const char *path, size_t file /* in_file_part */, int fd, struct diag *d); // takes fd, whatever it returns
void in_sheets_done(struct in_sheets *s);
size_t in_file_part(const char *path); // of "book.xlsx!Sheet" and "logs.zip/a.csv" the length of what names the file; else the whole
bool in_is_workbook(const char *name); // by its ending
size_t in_name_part(const char *path); // the same by the name alone, where no file can be asked for
voc_rc in_memory(struct in **out, const char *name, const void *bytes, size_t len, const struct in_limits *limits, struct diag *d);
struct in_maker { // bytes that are made while they are read
    void *user;
    voc_rc (*read)(void *user, void *to, size_t size, size_t *got); // got 0: end
    voc_rc (*again)(void *user);                                    // from the first byte on
    void (*close)(void *user);
};
voc_rc in_made(struct in **out, const char *name, const struct in_maker *maker, struct diag *d); // takes the maker, whatever it returns
void in_close(struct in *in);
// charset NULL: bytes as they are (STREAM). "auto": sniffed. Before the first in_read; an in_peek before it gives bytes, one
// after it text. UTF-8 is passed as it is, with its byte order mark and its faults; other charsets are decoded.
voc_rc in_text(struct in *in, const char *charset);
const char *in_charset(const struct in *in);           // in use, or NULL
voc_rc in_peek(struct in *in, size_t want, voc_str *head, bool *complete); // first decoded bytes (at most 1 MiB), replayed later
voc_rc in_read(struct in *in, void *to, size_t size, size_t *got);         // got 0: end
voc_str in_plain_name(const char *path);                // likewise of a path; borrows
const char *in_name(const struct in *in);              // base name without .gz and the like
const char *in_path(const struct in *in);              // as given, for messages
// To read all of it a second time: in_keep before the first in_read, as what cannot be read again (a pipe) is held then (to 1 GiB);
// in_again as often as it is wanted: in_read gives the same bytes from the first one on. Without charset. What in_decoded, in_raw,
// in_hash and in_watched say is of the first time. An input that has others the second time ends with VOC_E_INPUT.
voc_rc in_keep(struct in *in);
voc_rc in_again(struct in *in);
int in_stored_whole(const struct in *in);               // the descriptor of a file whose bytes are given as they are stored; -1: it is no such file. Borrows
uint64_t in_decoded(const struct in *in);              // bytes given so far by in_read, after decompression and charset
uint64_t in_stored(const struct in *in, uint64_t *of);  // stored bytes taken so far, about; *of: of how many, 0: unknown (a pipe)
void in_rows(const struct in *in, uint64_t *lines, size_t n); // where lines of the text stood: in rows of a sheet; else as they are
uint64_t in_malformed(const struct in *in);
uint64_t in_raw(const struct in *in);                  // decompressed bytes so far, before any charset: what in_hash is over (of a text without the NULs at its end)
// Fingerprint of all unpacked bytes, before charset decoding (after the end was read): the same for plain, gzipped and stdin.
void in_hash(const struct in *in, unsigned char out[HASH_BYTES]);
// What older project files know their inputs by: BLAKE2b-256, computed as well if it is asked for before reading. Else *out stays.
voc_rc in_want_older(struct in *in);
void in_hash_older(const struct in *in, unsigned char out[HASH_BYTES]);
// Hash of the first n unpacked bytes is needed to recognise a grown file: checkpoints every power of two are too coarse,
// so the caller names up to 64 lengths of interest before reading. VOC_E_LIMIT: too many.
voc_rc in_watch(struct in *in, uint64_t length);
bool in_watched(const struct in *in, uint64_t length, bool older, unsigned char out[HASH_BYTES]); // false: not that long
#endif
