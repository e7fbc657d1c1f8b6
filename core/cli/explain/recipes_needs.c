// SPDX-License-Identifier: MIT
// Recipes of voc value-map: what people of a role did, said and were served with, need by need; in all stages (table needs, and map, which shows it)
// or by the stage of each person (cells). Acts and touches are rows of event, what was said those of said and mention.
#include "cli/explain/recipes.h"
#include "cli/explain/recipes_sql.h"

// Of all stages, or by stage: what follows the role among the columns, as it is read, and as a condition.
#define ROLE(role) "coalesce(" role ", 'role unknown')"
#define STAGE "coalesce(person_stage, '')"
#define ALL(x) ""
#define BY_STAGE(x) x
#define EVENTS(by) \
    "SELECT " ROLE("person_role") " AS role, " by(STAGE " AS stage, ") "individual, actor, action, touchpoint\n    FROM event WHERE unit IS NOT NULL AND individual IS NOT NULL\n" \
    "      AND (actor = 'customer' OR (actor = 'company'{delivered})){seen}{and " ROLE("person_role") " role:role}" by("{and " STAGE " stage}")
#define SAID(by, columns, from) \
    "SELECT DISTINCT " ROLE("role") " AS role, " by(STAGE " AS stage, ") columns "individual FROM " from "\n    WHERE individual IS NOT NULL{seen}{and " ROLE("role") " role:role}" by("{and " STAGE " stage}")
#define THERE(by) "there AS MATERIALIZED (" EVENTS(by) ")"
#define TALKERS(by) "talkers AS MATERIALIZED (" SAID(by, "", "said") ")"
#define SPOKEN(by) "spoken AS MATERIALIZED (" SAID(by, "need, negated > 0 AS negated, ", "mention JOIN speaks USING (theme)") ")"
#define PEOPLE(by) \
    "people AS (SELECT role, " by("stage, ") "count(DISTINCT individual) AS people, count(DISTINCT talker) AS talked\n" \
    "    FROM (SELECT role, " by("stage, ") "individual, NULL AS talker FROM there UNION ALL SELECT role, " by("stage, ") "individual, individual FROM talkers)\n" \
    "    GROUP BY role" by(", stage") ")"

// One person of a role and need: did, said and was served at all; then people counted.
#define MARKS(by) \
    "marks AS (SELECT role, " by("stage, ") "need, individual, max(did) AS did, max(said) AS said, max(served) AS served FROM\n" \
    "    (SELECT role, " by("stage, ") "need, individual, 1 AS did, 0 AS said, 0 AS served FROM there JOIN sought USING (action) WHERE actor = 'customer'\n" \
    "    UNION ALL SELECT role, " by("stage, ") "need, individual, 0, 1, 0 FROM spoken\n" \
    "    UNION ALL SELECT role, " by("stage, ") "need, individual, 0, 0, 1 FROM there JOIN served USING (touchpoint))\n" \
    "    GROUP BY role, " by("stage, ") "need, individual)"
#define COUNTED(by, all) \
    "WITH want(need) AS {needs" all "}, sought(need, action) AS {sought" all "},\n  speaks(need, theme) AS {said" all "}, served(need, touchpoint) AS {served" all "},\n" \
    "  " THERE(by) ",\n  " TALKERS(by) ",\n  " SPOKEN(by) ",\n  " PEOPLE(by) ",\n  " MARKS(by) ",\n" \
    "  counts AS (SELECT role, " by("stage, ") "need, people, talked, coalesce(sum(did), 0) AS did, coalesce(sum(said), 0) AS said,\n" \
    "    coalesce(sum(served), 0) AS served, coalesce(sum(did OR said), 0) AS wanted,\n    coalesce(sum((did OR said) AND NOT served), 0) AS unserved,\n" \
    "    coalesce(sum(served AND NOT (did OR said)), 0) AS unsought, coalesce(sum(did AND said), 0) AS both,\n    coalesce(sum(said AND NOT did), 0) AS said_only,\n" \
    "    coalesce(sum(did AND NOT said AND (role, " by("stage, ") "individual) IN talkers), 0) AS did_only\n" \
    "    FROM people CROSS JOIN want LEFT JOIN marks USING (role, " by("stage, ") "need) GROUP BY role, " by("stage, ") "need)"
// Exact McNemar (METHODS 6.3): twice the chance of no more than the lesser of b and c among b + c, term by term.
#define MCNEMAR(by) \
    ",\n  terms AS (SELECT role, " by("stage, ") "need, said_only + did_only AS n, min(said_only, did_only) AS least, 0 AS k,\n" \
    "    -(said_only + did_only) * ln(2) AS term FROM counts WHERE said_only + did_only > 0\n" \
    "    UNION ALL SELECT role, " by("stage, ") "need, n, least, k + 1, term + ln(1.0 * (n - k) / (k + 1)) FROM terms WHERE k < least)"

#define SHARE(x, of) x ", 1.0 * " x " / " of " AS " x "_share,\n    " WILSON_LO(x, of) " AS " x "_low,\n    " WILSON_HI(x, of) " AS " x "_high"
#define SHARES(x) x " " x "_share " x "_low " x "_high"
// counts: of all people there those who did x, where `met` says of which need an event is; of all who spoke, those who spoke of the need.
#define AMONG_PEOPLE(by, x, met) \
    THERE(by) ",\n  " TALKERS(by) ",\n  " PEOPLE(by) ",\n" \
    "  those AS (SELECT role, " by("stage, ") "need, count(DISTINCT individual) AS " x " FROM " met " GROUP BY role, " by("stage, ") "need),\n" \
    "  counts AS (SELECT role, " by("stage, ") "need, people, coalesce(" x ", 0) AS " x " FROM people CROSS JOIN want LEFT JOIN those USING (role, " by("stage, ") "need))"
#define AMONG_TALKERS(by) \
    TALKERS(by) ",\n  " SPOKEN(by) ",\n" \
    "  talked AS (SELECT role, " by("stage, ") "count(*) AS talked FROM talkers GROUP BY role" by(", stage") "),\n" \
    "  counts AS (SELECT role, " by("stage, ") "need, talked, count(DISTINCT individual) AS said FROM talked CROSS JOIN want\n" \
    "    LEFT JOIN spoken USING (role, " by("stage, ") "need) GROUP BY role, " by("stage, ") "need)"
#define DID(by) "WITH want(need) AS {needs}, sought(need, action) AS {sought},\n  " AMONG_PEOPLE(by, "did", "there JOIN sought USING (action)\n    WHERE actor = 'customer'")
#define SERVED(by) "WITH want(need) AS {needs}, served(need, touchpoint) AS {served},\n  " AMONG_PEOPLE(by, "served", "there JOIN served USING (touchpoint)\n   ")
#define SPEAK(by) "WITH want(need) AS {needs}, speaks(need, theme) AS {said},\n  " AMONG_TALKERS(by)
#define SHARED(by, x, of) "\n  SELECT * FROM (SELECT role, " by("stage, ") "need, " SHARE(x, of) ", " of " FROM counts){only}"
#define IN_WORDS(x, of) "\n  SELECT * FROM (SELECT role, need AS need_id, " x " || ' of ' || nullif(" of ", 0) AS " x " FROM counts){only}"

// People of each role who did each thing, and those of all other roles.
#define OWN(only) \
    "WITH acts AS (SELECT DISTINCT " ROLE("person_role") " AS role, action, individual FROM event WHERE actor = 'customer'\n" \
    "    AND coalesce(class, '') NOT IN ('mechanical', 'undelivered') AND unit IS NOT NULL AND individual IS NOT NULL{seen}" only "),\n" \
    "  counts AS (SELECT role, action, count(*) AS people FROM acts GROUP BY role, action),\n" \
    "  roles AS (SELECT DISTINCT " ROLE("person_role") " AS role FROM event WHERE unit IS NOT NULL AND individual IS NOT NULL),\n" \
    "  sums AS (SELECT action, sum(people) AS people FROM counts GROUP BY action),\n" \
    "  own AS (SELECT role, sums.action AS action, coalesce(counts.people, 0) AS people, sums.people - coalesce(counts.people, 0) AS others\n" \
    "    FROM roles CROSS JOIN sums LEFT JOIN counts USING (role, action))"

// The numbers of a table by role and need, and by stage where it has one.
#define NUMBERS(table, by, keys) \
    {"value-map", table, "", "", keys, "people", \
     "SELECT role, " by("stage, ") "count(DISTINCT individual) AS people FROM\n    (SELECT role, " by("stage, ") "individual FROM (" EVENTS(by) ")\n    UNION ALL " SAID(by, "", "said") ")\n  GROUP BY role" by(", stage")}, \
    {"value-map", table, "", "", keys, "talked", "SELECT role, " by("stage, ") "count(*) AS talked FROM (" SAID(by, "", "said") ")\n  GROUP BY role" by(", stage")}, \
    {"value-map", table, "", "", keys " need", SHARES("did"), DID(by) SHARED(by, "did", "people")}, \
    {"value-map", table, "", "", keys " need", SHARES("served"), SERVED(by) SHARED(by, "served", "people")}, \
    {"value-map", table, "", "", keys " need", SHARES("said"), SPEAK(by) SHARED(by, "said", "talked")}, \
    {"value-map", table, "", "", keys " need", "negated", \
     "WITH speaks(need, theme) AS {said},\n  " SPOKEN(by) "\n" \
     "  SELECT * FROM (SELECT role, " by("stage, ") "need, count(DISTINCT individual) AS negated FROM spoken WHERE negated\n    GROUP BY role, " by("stage, ") "need){only}"}, \
    {"value-map", table, "", "", keys " need", "wanted unserved unsought both said_only did_only", \
     COUNTED(by, "") "\n  SELECT * FROM (SELECT role, " by("stage, ") "need, wanted, unserved, unsought, both, said_only, did_only, people, talked FROM counts){only}"}, \
    {"value-map", table, "", "", keys " need", "p", \
     COUNTED(by, "") MCNEMAR(by) "\n  SELECT * FROM (SELECT role, " by("stage, ") "need, min(1, 2 * sum(exp(term))) AS p, n FROM terms\n    GROUP BY role, " by("stage, ") "need){only}"}

static const struct recipe all[] = {
    NUMBERS("needs", ALL, "role:role"),
    NUMBERS("cells", BY_STAGE, "role:role stage"),
    {"value-map", "needs", "", "", "role:role need", "rank",
     COUNTED(ALL, " all") "\n  SELECT * FROM (SELECT role, need, row_number() OVER (PARTITION BY role ORDER BY did DESC, said DESC, need) AS rank, did, said FROM counts){only}"},
    {"value-map", "needs", "", "", "role:role", "tau_b",
     COUNTED(ALL, " all") ",\n  pairs AS (SELECT role, (a.did > b.did) - (a.did < b.did) AS did, (a.said > b.said) - (a.said < b.said) AS said\n"
     "    FROM counts AS a JOIN counts AS b USING (role) WHERE a.need < b.need AND a.talked > 0),\n"
     "  sums AS (SELECT role, sum(did * said) AS alike, sum(did <> 0) AS did, sum(said <> 0) AS said FROM pairs GROUP BY role)\n"
     "  SELECT role, alike / nullif(sqrt(1.0 * did * said), 0) AS tau_b FROM sums"},
    {"value-map", "needs", "", "", "role:role need", "accounts",
     "WITH sought(need, action) AS {sought}, speaks(need, theme) AS {said},\n"
     "  want AS (SELECT unit, " ROLE("person_role") " AS role, need FROM event JOIN sought USING (action)\n"
     "      WHERE actor = 'customer' AND unit IS NOT NULL AND individual IS NOT NULL{seen}{and " ROLE("person_role") " role:role}\n"
     "    UNION SELECT unit, " ROLE("role") ", need FROM mention JOIN speaks USING (theme)\n      WHERE individual IS NOT NULL{seen}{and " ROLE("role") " role:role})\n"
     "  SELECT * FROM (SELECT role, need, count(DISTINCT coalesce(account, '')) AS accounts FROM want JOIN unit USING (unit) GROUP BY role, need){only}"},
    {"value-map", "map", "", "", "role:role need_id", "did", DID(ALL) IN_WORDS("did", "people")},
    {"value-map", "map", "", "", "role:role need_id", "served", SERVED(ALL) IN_WORDS("served", "people")},
    {"value-map", "map", "", "", "role:role need_id", "said", SPEAK(ALL) IN_WORDS("said", "talked")},
    {"value-map", "map", "", "", "role:role need_id", "unserved unsought",
     COUNTED(ALL, "") "\n  SELECT * FROM (SELECT role, need AS need_id, unserved || ' of ' || nullif(wanted, 0) AS unserved, unsought || ' of ' || nullif(served, 0) AS unsought FROM counts){only}"},
    {"value-map", "opportunity", "", "", "id", "n importance satisfaction opportunity",
     "WITH asked(need, importance, satisfaction) AS {asked},\n"
     "  rated AS (SELECT need, a.number AS i, b.number AS s, a.scale GLOB '*[0-9]-[0-9]*' AND a.scale <> '1-5' OR a.number NOT BETWEEN 1 AND 5\n"
     "      OR b.scale GLOB '*[0-9]-[0-9]*' AND b.scale <> '1-5' OR b.number NOT BETWEEN 1 AND 5 AS other\n"
     "    FROM asked JOIN answers AS a ON a.question = importance JOIN answers AS b ON b.question = satisfaction AND b.source = a.source\n"
     "      AND coalesce(b.response, '') = coalesce(a.response, '') WHERE a.number IS NOT NULL AND b.number IS NOT NULL),\n"
     "  shares AS (SELECT need, count(*) AS n, 10.0 * sum(i >= 4) / count(*) AS importance, 10.0 * sum(s >= 4) / count(*) AS satisfaction\n"
     "    FROM rated GROUP BY need HAVING NOT max(coalesce(other, 0)))\n"
     "  SELECT need AS id, n, importance, satisfaction, importance + max(0, importance - satisfaction) AS opportunity FROM shares"},
    {"value-map", "distinctive", "", "", "role:role action", "people others", OWN("{and action action}") "\n  SELECT * FROM (SELECT role, action, people, others FROM own){only}"},
    {"value-map", "distinctive", "", "", "role:role action", "log_odds z",
     OWN("") ",\n  all_acts AS (SELECT *, sum(people) OVER r AS mine, sum(others) OVER r AS theirs FROM own WINDOW r AS (PARTITION BY role)),\n"
     "  priors AS (SELECT *, min(mine, theirs, 1000) AS a0, 1.0 * min(mine, theirs, 1000) * (people + others) / (mine + theirs) AS a FROM all_acts),\n"
     "  odds AS (SELECT *, ln((people + a) / (mine + a0 - people - a)) - ln((others + a) / (theirs + a0 - others - a)) AS log_odds FROM priors\n    WHERE mine > 0 AND theirs > 0)\n"
     "  SELECT * FROM (SELECT role, action, log_odds, log_odds / sqrt(1 / (people + a) + 1 / (others + a)) AS z FROM odds){only}"},
    {"value-map", "missing_roles", "", "", "role:role", "won_with open_without won_share open_share",
     "WITH won AS (SELECT DISTINCT unit FROM journey WHERE stage = {win_stage} OR exit = {win_exit}),\n"
     "  open AS (SELECT unit FROM (SELECT unit, stage, end, max(rowid) FROM journey GROUP BY unit)\n    WHERE end = 'censored' AND stage IN ({win_phase}) AND unit NOT IN (SELECT unit FROM won)),\n"
     "  took_part AS (SELECT DISTINCT unit, person_role AS role FROM event WHERE actor = 'customer' AND individual IS NOT NULL AND person_role IS NOT NULL),\n"
     "  roles AS (SELECT role, count(won.unit) AS won_with, count(open.unit) AS open_with FROM took_part\n"
     "    LEFT JOIN won USING (unit) LEFT JOIN open USING (unit){where role role:role} GROUP BY role),\n"
     "  sums AS (SELECT (SELECT count(*) FROM won) AS won, (SELECT count(*) FROM open) AS open)\n"
     "  SELECT role, won_with || ' of ' || nullif(won, 0) AS won_with, (open - open_with) || ' of ' || nullif(open, 0) AS open_without,\n"
     "    1.0 * won_with / nullif(won, 0) AS won_share, 1.0 * (open - open_with) / nullif(open, 0) AS open_share FROM roles JOIN sums"},
};
const struct recipes recipes_needs = {all, sizeof all / sizeof *all, NULL};
