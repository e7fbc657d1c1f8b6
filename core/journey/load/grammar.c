// SPDX-License-Identifier: MIT
// The table of elements and how it is read. A rule's specification is a line of text, so that the whole vocabulary can be
// seen at once. Who changes a line here changes journeys/journey.rng too.
#include "journey/load/grammar.h"

#define CLASSES "value|mechanical|harm|neutral|undelivered|passage|trouble"
#define PERIODS "day|week|month|quarter|year"
#define FIELD(f) f ":text," f "-like:pattern,"

const struct grammar_rule grammar[] = {
    {"journey",
     "id:name!,version:some=1,effective-from:time,title:text,unit:account|individual|case=account,lapse:lapse,"
     "currency:currency,zone:zone=UTC,codebook:href,sources:href",
     "observe? calendar* predicate* roles? segments? actions? stages? touchpoints? response? holdout* needs? costs? steps? "
     "leads? sla* relationships? chart* samples?"},
    {"observe", "start:time,end:time,horizon:duration", "feed*"},
    {"feed", "source:name!,watermark:watermark!", ""},
    {"calendar", "id:name!,zone:zone,regions:some", "hours* holiday*"},
    {"hours", "days:days!,from:clock!,to:clock!", ""},
    {"holiday", "date:date!,title:text,observed:date", ""},

    {"event",
     "actor:customer|company|other|any=customer," FIELD("action") "class:" CLASSES ",class-like:pattern," FIELD("channel")
     FIELD("campaign") FIELD("object") FIELD("touchpoint") FIELD("source") FIELD("owner") FIELD("role") FIELD("segment")
     FIELD("theme") FIELD("text") FIELD("question"),
     "fact*"},
    {"fact", "of:event|individual|account|unit,name:some!,is:text,like:pattern,at-least:real,at-most:real,present:yes|no", ""},
    {"count", "at-least:positive=1,at-most:integer,within:duration,distinct:individual|object|day|session", "P"},
    {"all", "", "P+"},
    {"any", "", "P+"},
    {"not", "within:duration", "P"},
    {"use", "ref:@predicate!", ""},
    {"F/all", "", "F+"},
    {"F/any", "", "F+"},
    {"F/not", "", "F"},
    {"predicate", "id:name!,title:text", "P"},

    {"roles", "", "role*"},
    {"role", "id:name!,title:text", "F"},
    {"segments", "", "segment*"},
    {"segment", "id:name!,title:text", "F"},
    {"actions", "", "action*"},
    {"action", "name:some,name-like:pattern,actor:customer|company|other,class:" CLASSES "=neutral,value:money,stages:@stage+", ""},

    {"stages", "evidence:observed|declared=observed", "stage* exit* regress* win?"},
    {"stage",
     "id:name!,title:text,phase:find|win|keep,skippable:yes|no=no,repeatable:yes|no=yes,stall:duration,target:duration,"
     "roles:@role+,owner:text,calendar:@calendar,wip-limit:positive,opens:known-from|",
     "definition* aim? supplier* input* output* requirement*"},
    {"definition", "id:name", "P"},
    {"exit", "id:name!,title:text,outcome:won|lost|disqualified|other=other", "P"},
    {"regress", "to:@stage!,from:@stage", "P"},
    {"win", "stage:@stage,exit:@exit,margin:money", ""},
    {"aim", "actions:words,value:money", "P?"},

    {"touchpoints", "", "touchpoint*"},
    {"touchpoint",
     "id:name!,title:text,group:text,kind:push|pull!,function:marketing|sales|service|other=other,owner:text,cost:money,"
     "minutes:money,available-from:time,available-to:time,stages:@stage+,step:@step",
     "event+ aim? incidental? serves*"},
    {"incidental", "reason:law|safety|billing|contract!,source:text", ""},
    {"serves", "need:@need!", ""},
    {"response",
     "window:duration=14d,recency:durations=1d 7d 30d,engagement:duration=90d,cuts:integers=1 4,comparators:positive=20,"
     "scan:positive=2000,placebo-lag:duration=7d,weights:smr|mh=smr",
     "window*"},
    {"window", "stage:@stage,touchpoint:@touchpoint,is:duration!", ""},
    {"holdout", "id:name!,touchpoint:@touchpoint,campaign:text,from:time,to:time", "treated control"},
    {"treated", "", "P"},
    {"control", "", "P"},

    {"needs", "", "need*"},
    {"need", "id:name!,title:text", "said* sought* asked*"},
    {"said", "theme:@theme!", ""},
    {"sought", "", "P"},
    {"asked", "importance:some!,satisfaction:some!", ""},
    {"costs", "", "rate* overhead*"},
    {"rate", "function:text,owner:text,per-hour:money!", ""},
    {"overhead", "title:text,amount:money!,per:" PERIODS "!,basis:events|minutes|revenue!", ""},

    {"steps", "", "step* stream?"},
    {"step",
     "id:name!,title:text,function:text,owner:text,stage:@stage,staff:amount,calendar:@calendar,wip-limit:positive",
     "enter* leave* work* supplier* input* output* requirement*"},
    {"enter", "", "P"},
    {"leave", "outcome:next|won|lost|returned|rejected!,to:@step", "P"},
    {"work", "title:some!,minutes:money", "event+ incidental?"},
    {"supplier", "field:some!", ""},
    {"input", "name:some!,field:some,required:yes|no=yes", ""},
    {"output", "title:text,next:@step/stage,owner:text", "P"},
    {"requirement", "id:name!,title:text,of:customer|next-step=customer", "P"},
    {"stream", "", "burst* plan* typed*"},
    {"burst", "step:@step!,number:integer,title:text", ""},
    {"plan", "what:some!,who:text,when:text", ""},
    {"typed", "step:@step/stage!,field:some!,value:text!,author:text,date:time", ""},

    {"leads",
     "lapse-nurture:duration=30d,recycle-max:integer=2,target-wins:amount,quota:money,service:share=0.8,"
     "hours-per-lead:amount,free-hours:amount",
     "lead? accepted? rejected? grade* reason*"},
    {"lead", "", "P"},
    {"accepted", "", "P"},
    {"rejected", "", "P"},
    {"grade", "id:name!,title:text,rank:positive,probability:share", ""},
    {"reason", "id:name!,title:text", ""},
    {"sla", "id:name!,side:sales|marketing!,calendar:@calendar", "clause*"},
    {"clause",
     "id:name!,measure:time|decision|volume|mix|complete!,within:duration,at-least:real,at-most:real,per:" PERIODS
     ",grade:@grade,fields:words,target:real",
     "start? stop?"},
    {"start", "", "P"},
    {"stop", "", "P"},
    {"relationships", "", "type*"},
    {"type", "id:name!,title:text,level:integer", "require* weigh*"},
    {"require", "", "P"},
    {"weigh", "weight:amount!", "P"},
    {"chart", "measure:some!,period:" PERIODS ",kind:auto|xmr|p|u|c|rare=auto,baseline:positive=20,rules:integers=1 2", "exclude*"},
    {"chart/exclude", "from:time!,to:time!,reason:some", ""},

    {"samples", "", "sample*"},
    {"sample", "name:some!", "e* expect*"},
    {"e",
     "at:time!,who:text,account:text,id:text,actor:customer|company|other,action:some!,channel:text,campaign:text,object:text,"
     "touchpoint:text,source:text,owner:text,role:text,thread:text,text:text,question:text,case:text,ref:text,"
     "ref-kind:event|touchpoint|thread|case=event,minutes:money,cost:money,value:money",
     "fact*"},
    {"e/fact", "of:event|individual|account|unit=event,name:some!,is:text!", ""},
    {"expect",
     "at:time,stage:@stage/=none,exit:@exit,blocked:@stage,touchpoint:some,end:forward|backward|exit|lapsed|censored,who:text", ""},
    {"note", "", "#text"},

    {"codebook", "", "theme* sample*"},
    {"theme", "id:name!,title:text,parent:@theme", "include* exclude* sample*"},
    {"theme/include", "", "#text"},
    {"theme/exclude", "", "#text"},
    {"theme/sample", "text:some!,has:@theme+,not:@theme+,negated:@theme+", ""},
    {"codebook/sample", "text:some!,has:@theme+,not:@theme+,negated:@theme+", ""},

    {"sources", "", "source*"},
    {"source",
     "id:name!,as:some!,files:words,zone:zone,resolution:us|ms|second|minute|hour|day,actor:customer|company|other,"
     "watermark:watermark=last-event",
     "option* map* alias* case? account? attr* ignore*"},
    {"option", "name:some!,value:text!", ""},
    {"map",
     "to:time|end|action|actor|customer|account|case|id|ref|ref-event|ref-touchpoint|ref-thread|ref-case|role|owner|thread|"
     "touchpoint|channel|campaign|object|text|language|minutes|cost|value!,"
     "from:some,format:some,const:text,action:some,action-from:some",
     ""},
    {"alias", "kind:some!,from:some!,strength:strong|weak=strong", ""},
    {"case", "from:some!", ""},
    {"account", "from:some!", ""},
    {"attr", "name:some!,from:some,type:text|int|real|bool|time|money=text,of:event|individual|account|case=event", ""},
    {"ignore", "reason:some!", "P"},
};
const size_t grammar_n = sizeof grammar / sizeof *grammar;

static bool cut(voc_str *rest, char at, voc_str *word)
{
    while (rest->len && (*rest->ptr == ' ' || *rest->ptr == at)) rest->ptr++, rest->len--;
    if (!rest->len) return false;
    const char *end = memchr(rest->ptr, at, rest->len);
    size_t n = end ? (size_t)(end - rest->ptr) : rest->len;
    *word = str_mk(rest->ptr, n);
    rest->ptr += n;
    rest->len -= n;
    return true;
}

bool grammar_next_attr(voc_str *rest, struct grammar_attr *out)
{
    voc_str word;
    if (!cut(rest, ',', &word)) return false;
    const char *colon = memchr(word.ptr, ':', word.len);
    if (!colon) return false;
    *out = (struct grammar_attr){.name = str_mk(word.ptr, (size_t)(colon - word.ptr))};
    voc_str type = str_mk(colon + 1, word.len - out->name.len - 1);
    // A default stands behind "=" — but the "=word" of a reference does not.
    const char *equals = memchr(type.ptr, '=', type.len);
    if (equals && !(equals > type.ptr && equals[-1] == '/')) {
        out->initial = str_mk(equals + 1, type.len - (size_t)(equals - type.ptr) - 1);
        out->has_initial = true;
        type.len = (size_t)(equals - type.ptr);
    }
    if (type.len && type.ptr[type.len - 1] == '!') {
        out->required = true;
        type.len--;
    }
    out->type = type;
    return true;
}

bool grammar_next_child(voc_str *rest, struct grammar_child *out)
{
    voc_str word;
    if (!cut(rest, ' ', &word)) return false;
    char last = word.ptr[word.len - 1];
    bool counted = last == '?' || last == '*' || last == '+';
    *out = (struct grammar_child){str_mk(word.ptr, word.len - counted), counted ? last : '1'};
    return true;
}

bool grammar_find_attr(const struct grammar_rule *r, voc_str name, struct grammar_attr *out)
{
    voc_str rest = str_of(r->attrs);
    while (grammar_next_attr(&rest, out))
        if (str_eq(out->name, name)) return true;
    return false;
}

bool grammar_find_child(const struct grammar_rule *r, voc_str name, struct grammar_child *out)
{
    voc_str rest = str_of(r->children);
    while (grammar_next_child(&rest, out)) {
        if (str_eq(out->name, name)) return true;
        if (str_is(out->name, "P") && grammar_is_predicate(name, false)) return true;
        if (str_is(out->name, "F") && grammar_is_predicate(name, true)) return true;
    }
    return false;
}

voc_str grammar_element(const struct grammar_rule *r)
{
    const char *slash = strchr(r->name, '/');
    return str_of(slash ? slash + 1 : r->name);
}

const struct grammar_rule *grammar_rule_of(voc_str parent, voc_str name, bool facts)
{
    const struct grammar_rule *plain = NULL;
    for (size_t i = 0; i < grammar_n; i++) {
        size_t len = strlen(grammar[i].name), n = len - name.len; // PARENT/NAME, or NAME alone
        if (len < name.len || memcmp(grammar[i].name + n, name.ptr, name.len) != 0 || (n && grammar[i].name[n - 1] != '/')) continue;
        if (!n) {
            plain = &grammar[i];
            continue;
        }
        n--;
        if (facts && n == 1 && grammar[i].name[0] == 'F') return &grammar[i];
        if (str_eq(parent, str_mk(grammar[i].name, n))) return &grammar[i];
    }
    return plain;
}

bool grammar_is_predicate(voc_str name, bool facts)
{
    static const char *const all[] = {"fact", "all", "any", "not", "use", "event", "count"};
    for (size_t i = 0; i < (facts ? 5u : 7u); i++)
        if (str_is(name, all[i])) return true;
    return false;
}

voc_str grammar_nearest(voc_str word, const voc_str *names, size_t n)
{
    voc_str best = {"", 0};
    size_t limit = word.len / 3 ? word.len / 3 : 1, least = limit + 1;
    if (word.len > 64) return best;
    for (size_t i = 0; i < n; i++) {
        if (names[i].len > 64) continue;
        size_t distance = str_distance(word, names[i]);
        if (distance < least) {
            least = distance;
            best = names[i];
        }
    }
    return best;
}
