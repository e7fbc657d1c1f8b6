// SPDX-License-Identifier: MIT
// What the in*.c files share: the source (stored bytes of a file, pipe or memory) and the unpacker (libarchive).
#ifndef VOC_IO_IN_INTERNAL_H
#define VOC_IO_IN_INTERNAL_H
#include "io/in.h"

#define SOURCE_BUFFER ((size_t)256 << 10)

// Stored bytes, before unpacking. Reads ahead into one reused buffer; memory is given as it lies.
struct source { // owns the buffer, and fd where own is set
    int fd;     // -1: memory
    bool own, seekable;
    int64_t start; // where the descriptor stood, if seekable
    uint64_t size; // of a regular file; else 0
    const char *memory;
    size_t memory_len;
    char *buffer;
    size_t at, len; // bytes at..len of the buffer (or of memory) are not taken yet
    const char *path;
    struct diag *d;
    struct folder *folder; // owned; its files as one stream
    struct in_maker maker; // owned; read NULL: none
};
void source_make(struct source *s, const char *name, const struct in_maker *maker, struct diag *d);
bool source_again_possible(const struct source *s);
voc_rc source_again(struct source *s); // from its first byte on
voc_rc source_open_folder(struct source *s, const char *path, struct diag *d);
voc_rc source_open(struct source *s, const char *path, struct diag *d); // "-": stdin; on failure nothing is left open
voc_rc source_open_descriptor(struct source *s, const char *path, int fd, struct diag *d); // takes fd, whatever it returns
void source_memory(struct source *s, const char *name, const void *bytes, size_t len, struct diag *d);
void source_close(struct source *s);
// At least `want` bytes (at most SOURCE_BUFFER) unless the end comes first; they are not taken.
voc_rc source_peek(struct source *s, size_t want, const char **ptr, size_t *len);
voc_rc source_take(struct source *s, const char **ptr, size_t *len);               // the next bytes, valid until the next call; 0: end
voc_rc source_read(struct source *s, void *to, size_t size, size_t *got);          // 0: end
voc_rc source_seek(struct source *s, int64_t offset, int whence, int64_t *result); // only where seekable

// A folder of mails (in_folder.c). path is borrowed until it is closed.
struct folder;
voc_rc folder_open(struct folder **out, const char *path, struct diag *d);
void folder_close(struct folder *f);
voc_rc folder_read(struct folder *f, void *to, size_t size, size_t *got); // 0: end
bool folder_of_program(const char *base); // a file that mail programs keep beside the mails of a Maildir

enum packing { PACK_NONE, PACK_GZIP, PACK_ZSTD, PACK_XZ, PACK_BZIP2, PACK_ZIP };
#define PACK_MAGIC 10u // bytes that pack_of needs
enum packing pack_of(const char *ptr, size_t len);
const char *pack_name(enum packing p); // "gzip"

struct unpack; // owns the archive; borrows the source
// ZIP: the first regular member; its base name in *member (else *member is untouched), owned by the caller.
voc_rc unpack_open(struct unpack **out, enum packing p, struct source *s, char **member);
void unpack_close(struct unpack *u);
voc_rc unpack_read(struct unpack *u, void *to, size_t size, size_t *got); // 0: end, and the end is sound
uint64_t unpack_fed(const struct unpack *u);                              // stored bytes used so far

struct book; // a workbook as the text of one of its sheets (in_book.h)

// The files of a tar, or of a zip of mails, as one stream (in_members.c). u: what unpacks the tar, or NULL; `first` was taken from
// it already. Of a tar with one file that is no mail its base name in *member, owned by the caller.
struct members; // owns the archive; borrows source and unpack
bool member_beside(const char *name); // a Mac adds it, or it is hidden
#define TAR_MAGIC 512u // bytes that members_tar needs
bool members_tar(const char *ptr, size_t len);
voc_rc source_list(struct in_sheets *out, struct source *s, const char *path, struct diag *d); // in_list.c: as in_list_sheets
voc_rc members_zip_of_mails(struct source *s, bool *mails); // of a source that can be read again; false: of none that is damaged
voc_rc members_open(struct members **out, struct source *s, struct unpack *u, bool zip, voc_str first, char **member);
// One file of the archive, by its name; of a zip the source can be read again.
voc_rc members_open_named(struct members **out, struct source *s, struct unpack *u, bool zip, voc_str first, const char *name);
// Their names, if they are several and not all mails (or mailboxes); else none.
voc_rc members_list(struct in_sheets *out, struct source *s, struct unpack *u, bool zip, voc_str first);
void members_close(struct members *m);
voc_rc members_read(struct members *m, void *to, size_t size, size_t *got); // 0: end
uint64_t members_fed(const struct members *m);                              // stored bytes used so far

// The checksums of gzip members, which libarchive does not look at: all stored bytes as they are fed to it, all bytes that
// it gives, and at the end the 8 stored bytes in front of it. UNSURE: several members, and something does not fit.
enum gzip_verdict { GZIP_GOOD, GZIP_DAMAGED, GZIP_UNSURE };
struct gzip_check;
voc_rc gzip_check_new(struct gzip_check **out);
void gzip_check_free(struct gzip_check *g);
void gzip_check_fed(struct gzip_check *g, const char *ptr, size_t len);
void gzip_check_given(struct gzip_check *g, const char *ptr, size_t len);
enum gzip_verdict gzip_check_end(struct gzip_check *g, const char trailer[8]);
#endif
