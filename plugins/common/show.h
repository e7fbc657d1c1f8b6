// SPDX-License-Identifier: MIT
//
// A slice in words: what %.*s takes to print no more than its first bytes. What strangers wrote has no other end. s is read more than
// once.
#ifndef VOC_PLUGINS_COMMON_SHOW_H
#define VOC_PLUGINS_COMMON_SHOW_H

#define SHOW_AT_MOST(s, most) (int)((s).len > (most) ? (most) : (s).len), (s).ptr

#endif
