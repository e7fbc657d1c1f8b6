// SPDX-License-Identifier: MIT
// The vocabulary of journey.xml, sources.xml and codebook.xml as one table, and the types of its attribute values. The
// loader checks files against it; journeys/journey.rng says the same for editors, and test_schema.c holds both together.
// All functions only read; any thread.
#ifndef VOC_JOURNEY_GRAMMAR_H
#define VOC_JOURNEY_GRAMMAR_H
#include "base/str.h"
#include "base/time.h"
#include "base/xml.h"

#define GRAMMAR_NAMESPACE "urn:vocstream:journey:1"

// One element. `attrs`: "name:type!=default" separated by commas, ! required. `children`: names with ? * + or once;
// P: one predicate, F: one predicate of facts only; #text: text content. `note` may stand in every element.
// Types: see grammar_value(); a|b|c: one of these words; @kind: an id of an element of that name (@a/b: of either,
// @a+: a list of them, =word: or that word).
struct grammar_rule {
    const char *name; // "element" or "parent/element", which goes before
    const char *attrs, *children;
};
extern const struct grammar_rule grammar[];
extern const size_t grammar_n;

struct grammar_attr { voc_str name, type, initial; bool required, has_initial; };
struct grammar_child { voc_str name; char count; /* '1' '?' '*' '+' */ };
// Step through a rule's specification; *rest starts as str_of(rule->attrs) or str_of(rule->children). False at the end.
bool grammar_next_attr(voc_str *rest, struct grammar_attr *out);
bool grammar_next_child(voc_str *rest, struct grammar_child *out);
bool grammar_find_attr(const struct grammar_rule *r, voc_str name, struct grammar_attr *out);
bool grammar_find_child(const struct grammar_rule *r, voc_str name, struct grammar_child *out);
// The rule of an element below a parent (empty: of a root); facts: inside a predicate of facts. NULL: unknown element.
const struct grammar_rule *grammar_rule_of(voc_str parent, voc_str name, bool facts);
voc_str grammar_element(const struct grammar_rule *r); // its name without the parent
bool grammar_is_predicate(voc_str name, bool facts);   // event fact count all any not use; facts: fact all any not use

// Is the value of that type? If not, *wanted tells what would be: "a duration such as 30m, 14d or 2w".
bool grammar_value(voc_str type, voc_str value, const char **wanted);
// Durations of the vocabulary: s m h d w, and wh wd of working time (*working; counted as hours and days here).
bool grammar_duration(voc_str s, int64_t *us, bool *working);
// The nearest of the names n to a word, within a third of its length; empty: none.
voc_str grammar_nearest(voc_str word, const voc_str *names, size_t n);
#endif
