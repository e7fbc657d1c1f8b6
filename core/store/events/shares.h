// SPDX-License-Identifier: MIT
// Blocks that hold rows of several imports (settle.c): block.import is then a number below 0, the same for all blocks of a
// run, and the column `import` says of each row which one it is from. Table `settled` has what an import has in such a run,
// as the catalogue has it of blocks that are one import's own. Private to core/store.
#ifndef VOC_STORE_SHARES_H
#define VOC_STORE_SHARES_H
#include "store/project.h"

// Imports in order of their numbers, with the code of their source in SPACE_SOURCE (0: it is not there).
voc_rc imports_load(struct project *p, const struct import_source **out, size_t *n); // borrows until the project changes
const struct import_source *imports_find(const struct import_source *all, size_t n, int64_t number); // or NULL

struct share { int64_t import; uint64_t events; int64_t first_us, last_us; uint32_t last_resolution; };
struct shares { VEC(struct share) v; size_t last; }; // by import; owns
voc_rc shares_add(struct shares *s, int64_t import, int64_t time_us, uint8_t resolution); // one more row
voc_rc shares_write(struct project *p, int64_t run, const struct shares *s); // in place of what the table has of the run
voc_rc shares_recount(struct project *p);                       // all of them, from the blocks

// Calls back with each block of settled runs that has these KINDS_*, opened, run by run.
struct block_reader;
voc_rc settled_each(struct project *p, uint32_t kinds, voc_rc (*each)(void *user, int64_t run, struct block_reader *r), void *user);
#endif
