// SPDX-License-Identifier: MIT
// A file system under SQLite that remembers all that is done to the files of a project (writes, sizes, syncs, new and
// deleted names), and can put on the disk what a power cut at any moment would have left: of what was not synced yet
// nothing, all of it, or any part, sector by sector, and sectors full of garbage. It also fails what it is told to fail.
//
// What is safe: a file's bytes and size as of its last sync; its name after its first sync; a deletion or a new name once
// the folder was synced (SQLite asks for that with the deletion, and with the first sync of a journal or WAL). Names come
// and go in order, as journaling file systems have it; bytes and sizes in any. Temporary files are gone after a cut.
#ifndef VOC_TESTS_FAULT_POWERCUT_H
#define VOC_TESTS_FAULT_POWERCUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Becomes SQLite's default file system. After store_init. Syncs are not passed on: nobody pulls the real plug.
int powercut_register(void);

// ---- power cuts
enum cut {
    CUT_KEPT,    // all that was written is there, as after kill -9
    CUT_LOST,    // all that was not synced is gone
    CUT_PART,    // each sector of each unsynced write is there or not
    CUT_GARBLED, // or full of garbage
    CUT_HOWS
};
// Takes what lies at path, path-wal and path-journal as safe, and remembers from now on.
void powercut_record(const char *path);
size_t powercut_steps(void); // remembered until now: the power can be cut after 0 .. steps of them
void powercut_end(void);     // remembers no further; images can be made
void powercut_forget(void);
// Replaces the files at the path by what a cut after so many steps leaves. The same arguments give the same bytes.
void powercut_image(size_t steps, enum cut how, uint64_t seed, size_t sector);
uint64_t powercut_image_hash(void); // of the last image: two that are alike need not be looked at twice

// ---- faults
enum fault_kind { FAULT_WRITE = 1, FAULT_READ = 2, FAULT_OPEN = 4, FAULT_SYNC = 8, FAULT_SIZE = 16, FAULT_NAME = 32, FAULT_ALL = 63 };
struct fault {
    unsigned kinds;  // which operations count
    uint64_t nth;    // this one fails, from 1; 0: none
    bool persistent; // and all after it
    int code;        // 0: the I/O error of its kind
    bool shortened;  // a read gives half of what was asked for, or a write puts half of it before it fails
};
void fault_set(const struct fault *f); // counts from 0 again; NULL: none
bool fault_fired(void);
#endif
