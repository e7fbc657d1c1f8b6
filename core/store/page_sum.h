// SPDX-License-Identifier: MIT
// A sum for each page of the project file, so that damage is recognised before SQLite reads it. Private to core/store.
#ifndef VOC_STORE_PAGE_SUM_H
#define VOC_STORE_PAGE_SUM_H
#include "store/project.h"

#define PAGE_SUM_VFS "voc-pages" // the name of the file system to open a project by
#define PAGE_SUM_BYTES 8         // at the end of each page; byte 20 of the file says so

voc_rc page_sum_init(void);             // makes the file system known to SQLite; again: nothing. Any thread
int page_sum_begin(sqlite3 *db);        // a file that is still empty will have sums. SQLite's status
uint32_t page_sum_damaged(sqlite3 *db); // the page that was found damaged last, from 1; 0: none
// Some page has no sum, because another program finished what a killed writer left. Only of a file found in WAL mode.
bool page_sum_missing(sqlite3 *db);
// The first page behind *page that is not what was written, or 0. Of a file at rest; another is tested as it is read.
voc_rc page_sum_wrong(struct project *p, uint32_t *page);
#endif
