// SPDX-License-Identifier: MIT
// A stranger's SQLite file as a database that can only be read, and of which nothing is run. Private to core/store/foreign/.
#ifndef VOC_STORE_FOREIGN_FILE_H
#define VOC_STORE_FOREIGN_FILE_H
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct foreign_file { // lives as long as the database
    int fd;                     // borrowed; -1: the bytes
    const unsigned char *bytes; // borrowed
    uint64_t size;              // of the bytes
    bool beside, registered;    // it had a log beside it (WAL)
    char name[40];
    sqlite3_vfs vfs;
};
// fd or bytes and size are set. *db is to be closed whatever it returns: a code of SQLite.
int foreign_file_open(struct foreign_file *f, sqlite3 **db);
void foreign_file_close(struct foreign_file *f, sqlite3 *db);
#endif
