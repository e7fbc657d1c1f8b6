// SPDX-License-Identifier: MIT
// What a file is that was given where a log or a project is meant: told from its first and last bytes, for messages that
// name the next step. Nothing is opened that would wait (a pipe, a terminal).
#ifndef VOC_HOST_FILE_KIND_H
#define VOC_HOST_FILE_KIND_H
#include "base/diag.h"
#include "base/str.h"

enum file_kind {
    FILE_NONE,     // nothing there, or it may not be read
    FILE_FOLDER,
    FILE_EMPTY,
    FILE_PROJECT,  // a Vocstream project
    FILE_FOREIGN,  // of another program, which `what` names; no log comes out of it before it is exported
    FILE_ORDINARY  // anything else
};
struct file_look {
    enum file_kind kind;
    const char *what;    // "an Excel workbook"; "" unless FOREIGN
    const char *instead; // what to do to get a log out of it; "" unless FOREIGN
    bool packed;         // a zip: the import would look into it
    bool workbook;       // .xlsx: ORDINARY, as its sheets are read
    bool worksheet;      // of voc: FOREIGN where a log is meant
    bool archive;        // a zip of something else, or a tar: its files may be read
};
struct file_look file_look(const char *path);
// The same for bytes that are at hand (the first of a stream); `tail` may be empty.
struct file_look file_look_bytes(voc_str head, voc_str tail);
// Where a log is meant. No file at all, or a folder; a file of another kind: said, and true.
bool file_say_missing(const char *path, struct file_look look, struct arena *a, struct diag *d);
bool file_say_kind(const char *path, struct file_look look, struct diag *d);
// The file of the same folder whose name is nearest to `wanted` (with `ending`, unless NULL, and of that kind, unless
// FILE_NONE), in the arena; NULL: none. *n, unless NULL: how many there are to choose from.
const char *file_nearest(struct arena *a, const char *wanted, const char *ending, enum file_kind kind, size_t *n);
#endif
