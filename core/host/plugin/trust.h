// SPDX-License-Identifier: MIT
// Who may have written a plugin: owner and mode of the file and of each folder on its way, on open descriptors.
#ifndef VOC_HOST_TRUST_H
#define VOC_HOST_TRUST_H
#include "base/buf.h"

// Opens an absolute folder (symlinks resolved first), checking each component. *fd is the caller's to close.
// VOC_E_IO: not there. VOC_E_POLICY: `why` says which component, whose, which mode, and the chmod that mends it.
voc_rc trust_folder(int *fd, const char *path, struct buf *why);
// Opens a regular file in an open folder without following links, and checks it.
voc_rc trust_file(int *fd, int folder, const char *folder_path, const char *name, struct buf *why);
#endif
