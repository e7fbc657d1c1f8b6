// SPDX-License-Identifier: MIT
// The reading half of an import: from the bytes of a file to blocks of coded columns. It chooses the plugin, makes its mapping,
// frames and parses, and knows no project. The keeping half (import.c) answers it through `keeper`, directly or, where the
// reading is done in a worker, over the wire (worker.h): all that crosses is values.
#ifndef VOC_HOST_READER_H
#define VOC_HOST_READER_H
#include "host/import/doubts.h"
#include "host/import/file_kind.h"
#include "host/import/import.h"

#define READ_WATCH_MAX 64u

struct read_input { // the file of a request, opened
    int fd;         // -1: there is none (a folder, or bytes in memory); owned until the reader has it
    size_t file;    // what names the file in the path; a sheet's name may stand behind it
    bool folder;    // of mails; fd, if there is one, gives it as in_open_folder would
    struct file_look look;
};
// Opens it, or says what is wrong with it. Not of a request for bytes in memory, which need none.
voc_rc read_input_open(struct read_input *out, const struct import_request *r, struct arena *a, struct diag *d);
void read_input_close(struct read_input *in);

struct read_chosen { // how the file will be read: told once, before its first record
    char plugin[32], version[32];
    voc_source source; // without its maps
    unsigned char mapping[HASH_BYTES]; // of the mapping and the options
    uint32_t rule;     // of the journey's sources; VOC_NONE: none of them
};
struct read_wants { // what the keeper asks for in return
    uint64_t watch[READ_WATCH_MAX]; // lengths of earlier imports that this file may begin with
    size_t n_watch;
    bool older;        // the hash by which older project files know their inputs, too
};
struct read_watched { uint64_t length; bool reached; unsigned char hash[HASH_BYTES], older[HASH_BYTES]; };
struct read_end { // what it came to, as far as it got
    struct import_account account; // rules in the arena
    uint64_t decoded;              // bytes that were given to the plugin: what the account must add up to
    bool actor_unset;              // a row did not say who acted
    bool has_older;
    unsigned char older[HASH_BYTES];
    struct read_watched watched[READ_WATCH_MAX];
    size_t n_watched;
    uint64_t first_line;           // of the first reject
    char first_reason[200];
    char plugin[32], source[64], charset[32], mapping[2048], reason[200]; // as in import_report
    struct doubts_words words;
    struct time_turns turns;       // of the times of rows
    voc_source plan;
};
struct keeper {
    void *user;
    voc_rc (*chosen)(void *user, const struct read_chosen *c, struct read_wants *w);
    // Blocks in order, from one thread. Of the file, `stored` bytes of `of` are taken by now (0: unknown), as it is stored.
    voc_rc (*block)(void *user, const struct coded_block *b, uint64_t stored, uint64_t of);
    // The content of the file that option number `given` names: those of the rule (or VOC_NONE) first, then those of the
    // request. NULL: the reader opens it itself.
    voc_rc (*file)(void *user, uint32_t rule, size_t given, voc_str *content);
    // As options_beside. NULL: the reader looks itself.
    voc_rc (*beside)(void *user, const voc_option *o, voc_str *content, const char **name, bool *found);
};
// Takes the input, whatever it returns.
voc_rc reader_read(const struct import_request *r, struct read_input *from, const struct keeper *k, struct read_end *out,
                   struct arena *a, struct diag *d);
// keeper: only its `beside` is asked.
voc_rc reader_sniff(const struct import_request *r, struct read_input *from, const struct keeper *k, struct sniffed *out,
                    size_t max, size_t *n, struct diag *d);
voc_rc sniff(const struct import_request *r, const struct keeper *k, struct in *in, struct sniffed *out, size_t max, size_t *n, struct diag *d);
// What lies beside the input for this option, by the keeper or, where it does not say, by looking; *found false: nothing.
voc_rc reader_beside(const struct import_request *r, const struct keeper *k, const voc_option *o, struct arena *a, voc_value *v,
                     const char **name, bool *found, struct diag *d);

// Option number `given` of a reading by this rule, and its file as the user meant it.
voc_rc read_option(const struct import_request *r, uint32_t rule, size_t given, struct option_given *out); // VOC_E_BUG: there is none
#endif
