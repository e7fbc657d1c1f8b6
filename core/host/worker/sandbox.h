// SPDX-License-Identifier: MIT
// What a worker gives up, in three steps that cannot be taken back: limits first; then the file system but for reading
// libraries, while a plugin is loaded; then everything but computing and the descriptors that are open. Each function speaks of
// the whole process and is called while it has one thread; threads that it starts later are bound likewise. A process that tries
// what it gave up dies of SIGSYS. Linux only.
#ifndef VOC_HOST_SANDBOX_H
#define VOC_HOST_SANDBOX_H
#include <sys/types.h>
#include "base/diag.h"

struct sandbox_limits {
    uint64_t memory_bytes; // private memory that can be written, stacks of threads with it (8 MiB each); 0: no limit; a build with sanitizers has none
    uint64_t cpu_seconds;  // of the process from its beginning; SIGXCPU then, SIGKILL a second later; 0: no limit
    pid_t parent;          // who started it, not to be outlived: the kernel kills it when that thread ends; 0: not asked
};

// No core dump, no file is made longer, few descriptors, no new privileges; and what l says. VOC_E_IO: the parent is dead already.
// VOC_E_POLICY, of all three: the kernel refuses, with a diagnostic.
voc_rc sandbox_limit(const struct sandbox_limits *l, struct diag *d);

// From here on files are opened for reading only, in these folders (or these files; what does not exist is left out) and where
// libraries and their data lie. Without Landlock in the kernel nothing happens, and that is no failure.
voc_rc sandbox_read_only(const char *const *folders, size_t n, struct diag *d);

// No files, no network, no other process, no memory shared anew; threads, memory, time, and reading and writing what is open
// remain. Before it dies, a process that tries more writes the number of the call as an int32_t to `report` (-1: to nobody), a
// descriptor of its own use: the parent has sandbox_call_words for it. A process that ends itself uses _exit: what sanitizers do
// at exit needs more than is left.
voc_rc sandbox_close(int report, struct diag *d);

// The ABI of Landlock in this kernel, 0: it has none.
int sandbox_landlock(void);

// What a call is for, behind "it tried to ": "open a file", "use the network"; "make the system call NAME" for what has no plain
// word. Into to[0..size); gives to.
const char *sandbox_call_words(int32_t call, char *to, size_t size);
#endif
