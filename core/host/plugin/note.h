// SPDX-License-Identifier: MIT
// The ELF note of a plugin, read from an open file without running anything of it.
#ifndef VOC_HOST_NOTE_H
#define VOC_HOST_NOTE_H
#include "host/plugin/plugin.h"

// VOC_OK, or VOC_E_INPUT with a sentence in why (a static string). fd is not moved.
voc_rc note_read(int fd, struct plugin_note *out, const char **why);
#endif
