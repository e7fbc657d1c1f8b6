#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Sceptics compute again: from the rows of `voc score --sets` come the O, E and Q of the verdicts. By a few lines of awk here, and
# with $VOC_SHARED also by the reference script of the method (variance, interval, placebo and harm as well). Two projects: the demo,
# and the planted simulation of tests/truth, whose numbers are known before any of this program ran.

: "${VOC:?is the path of the program to test}"
: "${VOC_SHARED:=$(cd "$(dirname "$0")/../../.." && pwd)/shared}"
truth=${VOC_TEST_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/truth
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
skip() { n=$((n + 1)); echo "ok $n # SKIP $1: $2"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; test -z "$2" || printf '%s\n' "$2" | head -n 12 | sed 's/^/# /'; }
verdict() { if test -s wrong; then not_ok "$1" "$(cat wrong)"; else ok "$1"; fi; }

# ---- two projects
"$VOC" demo demo --quiet >log 2>&1 && "$VOC" import demo.voc demo/all-events.csv --journey b2b-sale --quiet >log 2>&1 || not_ok "the demo is imported" "$(cat log)"

# The simulation knows stays; here they become what a company recorded: a row when a stage begins, and one when the last ends.
mkdir simulation
cat >simulation/journey.xml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<journey xmlns="urn:vocstream:journey:1" id="simulation" version="1" unit="individual" lapse="none" currency="EUR" sources="sources.xml">
  <segments>
    <segment id="ENT"><fact of="individual" name="segment" is="ENT"/></segment>
    <segment id="SMB"><fact of="individual" name="segment" is="SMB"/></segment>
  </segments>
  <actions>
    <action name="page_view" class="neutral"/>
    <action name="demo_request" class="value" value="120"/>
    <action name="download" class="value" value="120"/>
    <action name="evaluation_request" class="value" value="120"/>
    <action name="proposal_request" class="value" value="120"/>
    <action name="reference_call" class="value" value="120"/>
    <action name="share_with_colleague" class="value" value="120"/>
    <action name="unsubscribe" class="harm"/>
  </actions>
  <stages evidence="declared">
    <stage id="investigating" skippable="yes"><definition><event actor="other" action="begin-investigating"/></definition></stage>
    <stage id="considering" skippable="yes"><definition><event actor="other" action="begin-considering"/></definition></stage>
    <exit id="end"><event actor="other" action="end"/></exit>
  </stages>
  <touchpoints>
    <touchpoint id="webinar" kind="push" cost="8"><event actor="company" touchpoint="webinar"/></touchpoint>
    <touchpoint id="follow_up_call" kind="push" cost="30"><event actor="company" touchpoint="follow_up_call"/></touchpoint>
    <touchpoint id="promo_email" kind="push" cost="0.5"><event actor="company" touchpoint="promo_email"/></touchpoint>
    <touchpoint id="terms_notice" kind="push" cost="1"><event actor="company" touchpoint="terms_notice"/><incidental reason="law"/></touchpoint>
    <touchpoint id="case_study" kind="push" cost="6"><event actor="company" touchpoint="case_study"/></touchpoint>
  </touchpoints>
  <response window="14d"/>
</journey>
END
cat >simulation/sources.xml <<'END'
<?xml version="1.0" encoding="UTF-8"?>
<sources xmlns="urn:vocstream:journey:1">
  <source id="simulation" as="events" files="simulation*.csv" zone="UTC" resolution="second" watermark="2024-12-31">
    <map to="time" from="time"/><map to="actor" from="actor"/><map to="action" from="action"/><map to="touchpoint" from="touchpoint"/>
    <alias kind="id" from="subject" strength="strong"/>
    <account from="account"/>
    <attr name="segment" from="segment" type="text" of="individual"/>
  </source>
</sources>
END
{
    echo "time,subject,account,segment,actor,action,touchpoint"
    awk -F, '{ sub(/\r$/, "") } FNR > 1 {
        print $6 "," $2 "," $3 "," $4 ",other,begin-" $5 ","
        end[$2] = $7 "," $2 "," $3 "," $4 ",other,end,"
        if ($8 == "censored") delete end[$2]
    } END { for (s in end) print end[s] }' "$truth/in/sim_stays.csv"
    awk -F, '{ sub(/\r$/, "") } FNR > 1 { print $2 "," $3 "," $4 ",," $5 "," ($5 == "company" ? "send," $6 : $6 ",") }' "$truth/in/sim_events.csv"
} >simulation.csv
"$VOC" import simulation.voc simulation.csv --journey ./simulation --max-rejects 0 --quiet >log 2>&1 || not_ok "the simulation is imported" "$(cat log)"

# ---- what is to come out, and the sets
for project in demo simulation; do
    "$VOC" score $project.voc --format tsv --table touchpoints >$project.touchpoints 2>log || not_ok "$project is scored" "$(cat log)"
    "$VOC" score $project.voc --sets all --format tsv >$project.sets 2>log || not_ok "the sets of $project come out" "$(cat log)"
    "$VOC" score $project.voc --sets all --format tsv --threads 4 >again 2>log
    if test -s again && cmp -s $project.sets again; then ok "$project: the same sets by four threads"; else not_ok "$project: the same sets by four threads" "$(cmp $project.sets again 2>&1)"; fi
done

# ---- by hand: METHODS 3.4 in a few lines, from the columns role, follow_up_us and event
by_hand='
    BEGIN { FS = "\t"; OFMT = CONVFMT = "%.17g" }
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    function close_set(   i, j, v, m, d0, d1, seen) {
        for (i = 0; i <= size; i++) {
            v = length_of[i]
            if (!acted[i] || v > length_of[0] || (v in seen)) continue
            seen[v]
            m = d0 = 0
            d1 = acted[0] && length_of[0] == v
            for (j = 1; j <= size; j++) { m += length_of[j] >= v; d0 += acted[j] && length_of[j] == v }
            if (m == 0) continue
            O[id] += d1; E[id] += d0 / m; Q[id] += (d0 + d1) / m
        }
        matched[id] += size > 0
        fresh[id]++
    }
    {
        if ($at["role"] == "exposed") { if (FNR > 2) close_set(); size = 0; id = $at["touchpoint"] }
        else size++
        if ($at["member"] != size) print id ": member " $at["member"] " where " size " is due"
        length_of[size] = $at["follow_up_us"]
        acted[size] = $at["event"]
    }
    END { close_set(); for (id in fresh) print id FS matched[id] + 0 FS O[id] + 0 FS E[id] + 0 FS Q[id] + 0 }'
for project in demo simulation; do
    awk "$by_hand" $project.sets | sort >$project.computed
    awk -F '\t' '
        function far(x, y) { x -= y; return (x < 0 ? -x : x) > 1e-9 * (1 + (y < 0 ? -y : y)) }
        FNR == 1 { file++ }
        file == 1 { matched[$1] = $2; O[$1] = $3; E[$1] = $4; Q[$1] = $5; next }
        FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["kind"] != "push" || $at["randomised"] == "true" { next }
        { id = $at["touchpoint"]; n++ }
        !(id in O) { if ($at["fresh"] > 0) print id ": no sets"; next }
        matched[id] != $at["matched"] { print id ": " matched[id] " matched sets, not " $at["matched"] }
        far(O[id], $at["observed"]) { print id ": O " O[id] ", not " $at["observed"] }
        far(E[id], $at["expected"]) { print id ": E " E[id] ", not " $at["expected"] }
        far(Q[id], $at["q"]) { print id ": Q " Q[id] ", not " $at["q"] }
        END { if (n < 5) print "only " n + 0 " touchpoints" }' $project.computed $project.touchpoints >wrong
    verdict "$project: O, E and Q of every compared touchpoint from its sets"
done

# The planted simulation: what comes out of the sets was known before. Pooled cells of tests/truth/expected/sec03_sim.json.
tr -d ' \n' <"$truth/expected/sec03_sim.json" | awk '
    BEGIN { RS = "[{}]"; FS = "," }
    /"stage":"ALL"/ {
        for (i = 1; i <= NF; i++) { split($i, p, ":"); gsub(/"/, "", p[1]); gsub(/"/, "", p[2]); x[p[1]] = p[2] }
        print x["type"] "\t" x["n"] "\t" x["O"] "\t" x["E"] "\t" x["Q"]
    }' | sort >planted
awk -F '\t' '
    function far(x, y) { x -= y; return (x < 0 ? -x : x) > 1e-9 * (1 + (y < 0 ? -y : y)) }
    FNR == NR { for (i = 2; i <= 5; i++) want[$1, i] = $i; known[$1]; n++; next }
    !($1 in known) { print $1 " is not planted"; next }
    { seen++; for (i = 2; i <= 5; i++) if (far($i, want[$1, i])) print $1 ": " $i ", not " want[$1, i] }
    END { if (n != 5 || seen != 5) print n + 0 " planted, " seen + 0 " found" }' planted simulation.computed >wrong
verdict "simulation: the sets give the planted numbers"

# ---- the same by SQL, for those who have a database and no script
"$VOC" sql simulation.voc "
    WITH s AS MATERIALIZED (SELECT touchpoint AS t, set_no AS k, member AS i, follow_up_us AS f, event AS e FROM score_sets),
         x AS MATERIALIZED (SELECT t, k, f AS f1, e AS a FROM s WHERE i = 0),
         v AS MATERIALIZED (SELECT DISTINCT s.t, s.k, s.f AS v FROM s JOIN x USING (t, k) WHERE s.e = 1 AND s.f <= x.f1),
         m AS MATERIALIZED (SELECT v.t, v.k, v.v, sum(s.i > 0) AS m, sum(s.i > 0 AND s.e = 1 AND s.f = v.v) AS d0, sum(s.i = 0 AND s.e = 1 AND s.f = v.v) AS d1
                            FROM v JOIN s USING (t, k) WHERE s.f >= v.v GROUP BY v.t, v.k, v.v)
    SELECT t, sum(d1) AS o, sum(1.0 * d0 / m) AS e, sum(1.0 * (d0 + d1) / m) AS q FROM m WHERE m > 0 GROUP BY t ORDER BY t" --format tsv >by.sql 2>log
awk -F '\t' '
    function far(x, y) { x -= y; return (x < 0 ? -x : x) > 1e-9 * (1 + (y < 0 ? -y : y)) }
    FNR == NR { for (i = 3; i <= 5; i++) want[$1, i] = $i; next }
    FNR > 1 { n++; for (i = 2; i <= 4; i++) if (far($i, want[$1, i + 1])) print $1 ": " $i ", not " want[$1, i + 1] }
    END { if (n != 5) print n + 0 " touchpoints" }' planted by.sql >wrong
test -s by.sql || cat log >wrong
verdict "simulation: SQL over score_sets gives them as well"

# ---- by the reference script of the method: everything that its sets decide
cat >recompute.py <<'END'
import csv, json, math, sys
sys.path.insert(0, sys.argv[1])
import touch_trial as tt
sets_file, score_file = sys.argv[2:4]
sets, harm = {}, {}
with open(sets_file, newline='', encoding='utf-8') as f:
    for r in csv.DictReader(f):
        for into, length, event in ((sets, 'follow_up_us', 'event'), (harm, 'harm_follow_up_us', 'harm_event')):
            of = into.setdefault(r['touchpoint'], [])
            if r['role'] == 'exposed':
                of.append(dict(account=r['account'], a=int(r[event]), f1=int(r[length]), pre=int(r['before']), L=int(r['lag_us']), comps=[]))
            else:
                of[-1]['comps'].append((r['unit'], r['account'], int(r[event]), int(r[length]), int(r['before'])))
with open(score_file, encoding='utf-8') as f:
    table = [t for t in json.load(f)['tables'] if t['name'] == 'touchpoints'][0]
names = [c['name'] if isinstance(c, dict) else c for c in table['columns']]
compared = exact = 0
def number(x):
    return {'inf': math.inf, '-inf': -math.inf}.get(x, x) if isinstance(x, str) else x
for row in table['rows']:
    row = row if isinstance(row, dict) else dict(zip(names, row))
    if row['kind'] != 'push' or row['randomised'] or row['touchpoint'] not in sets:
        continue
    matched = [s for s in sets[row['touchpoint']] if s['comps']]
    left = [s for s in harm[row['touchpoint']] if s['comps']]
    a, h, p = tt.oe(matched), tt.oe(left), tt.placebo(matched)
    want = dict(observed=a['O'], expected=a['E'], q=a['Q'], variance=a['V'], p=a['p'], harm_observed=h['O'], harm_expected=h['E'])
    if p['sets']:
        want.update(placebo_lift=p['lift'], placebo_p=p['p'])
    got = {k: number(row[k]) for k in want}
    lift = row['lift']
    if a['lift'] is not None:
        want.update(lift_lo=a['lo'], lift_hi=a['hi'])
    if isinstance(lift, dict):
        got.update(lift_lo=number(lift['lo']), lift_hi=number(lift['hi']))
    elif isinstance(lift, list):
        got.update(lift_lo=number(lift[1]), lift_hi=number(lift[2]))
    elif 'lift_lo' in row:
        got.update(lift_lo=number(row['lift_lo']), lift_hi=number(row['lift_hi']))
    if len(matched) != row['matched']:
        print(row['touchpoint'], 'matched', len(matched), 'not', row['matched'])
    for k, w in want.items():
        g = got.get(k)
        exact += g == w
        if w is None or (isinstance(w, float) and math.isnan(w)):
            continue
        if g is None or not (g == w or abs(g - w) <= 1e-9 * max(1e-12, abs(w)) or abs(g - w) < 1e-13):
            print(row['touchpoint'], k, w, 'not', g)
    compared += 1
if compared < 5:
    print('only', compared, 'touchpoints')
END
if ! command -v python3 >/dev/null 2>&1; then skip "the reference script agrees" "there is no python3"
elif test ! -f "$VOC_SHARED/truth/touch_trial.py"; then skip "the reference script agrees" "no shared data here"
else
    for project in demo simulation; do
        "$VOC" score $project.voc --sets all -o $project.rows.csv >log 2>&1 && "$VOC" score $project.voc --format json >$project.json 2>>log || not_ok "$project is written" "$(cat log)"
        PYTHONDONTWRITEBYTECODE=1 python3 recompute.py "$VOC_SHARED/truth" $project.rows.csv $project.json >wrong 2>&1 || echo "it failed" >>wrong
        verdict "$project: the reference script agrees: O, E, Q, V, p, the interval, the placebo and harm"
    done
fi
echo "1..$n"
