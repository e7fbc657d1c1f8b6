// SPDX-License-Identifier: MIT
// The one flag that a signal sets. What finds it set returns VOC_CANCELLED at once and says nothing: the cli does. Written
// by the signal handler, read by all threads.
#include "base/cancel.h"

#include <stdatomic.h>

static _Atomic int flag;

void cancel_request(void) { atomic_store(&flag, 1); }
bool cancel_requested(void) { return atomic_load_explicit(&flag, memory_order_relaxed) != 0; }
