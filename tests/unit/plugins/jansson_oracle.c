// SPDX-License-Identifier: MIT
// Jansson as the oracle of test_json_scan.c; configure says whether it is there.
#include "tests/unit/plugins/jansson_oracle.h"

#include <string.h>

#ifdef HAVE_JANSSON
#include <jansson.h>

bool jansson_is_there(void) { return true; }

int jansson_accepts(const char *text, size_t len)
{
    json_error_t e;
    json_t *t = json_loadb(text, len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &e);
    int good = t != NULL ? 1 : strstr(e.text, "overflow") != NULL ? -1 : 0; // it keeps doubles: we keep the digits
    json_decref(t);
    return good;
}
#else
bool jansson_is_there(void) { return false; }
int jansson_accepts(const char *text, size_t len) { return text == NULL && len == 0 ? 0 : -1; }
#endif
