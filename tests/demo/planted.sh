#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The demo company: what was planted (truth.json) is what `voc score` finds. One line for each planted verdict, pooled or of
# one stage, and one for each count that the truth gives. Another seed: planted.sh SEED; there, verdicts that truth.json
# calls near their border may differ.

: "${VOC:?is the path of the program to test}"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

n=0
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; test -z "$2" || echo "$2" | sed 's/^/# /'; }
step() {
    name=$1
    shift
    if "$@" >log 2>&1; then n=$((n + 1)); echo "ok $n - $name"; return 0; fi
    not_ok "$name" "$(tail -n 5 log)"
    echo "1..$n"
    exit 0
}

step "voc demo writes a company" "$VOC" demo demo ${1:+--seed "$1"}
step "its events are imported" "$VOC" import demo/p.voc demo/all-events.csv --journey b2b-sale --max-rejects 0
step "they are scored" "$VOC" score demo/p.voc --format json --output score.json
for table in touchpoints stages; do
    "$VOC" score demo/p.voc --format tsv --table $table >$table.tsv 2>log || not_ok "table $table comes out" "$(cat log)"
done

# found: "id stage code" of both tables, names in the columns' own order
awk -F '\t' '
    FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { id = $at["touchpoint"]; gsub(/ /, "-", id); print id "\t" ($at["stage"] == "all" ? "pooled" : $at["stage"]) "\t" $at["code"] }
' touchpoints.tsv stages.tsv >found

# planted: "id stage code border" of the lines of "touchpoints", each of which is one object
awk '
    /^    \{"id": / {
        match($0, /"id": "[^"]*"/); id = substr($0, RSTART + 7, RLENGTH - 8)
        match($0, /"expect": \{[^}]*\}/); list = substr($0, RSTART + 11, RLENGTH - 12)
        border = index($0, "\"near_border\"") ? "near" : "-"
        while (match(list, /"[^"]*": "[^"]*"/)) {
            split(substr(list, RSTART, RLENGTH), part, "\"")
            print id "\t" part[2] "\t" part[4] "\t" border
            list = substr(list, RSTART + RLENGTH)
        }
    }
' demo/truth.json >planted

if test "$(wc -l <planted)" -lt 20; then not_ok "truth.json names at least 20 verdicts" "$(cat planted)"; fi

tab=$(printf '\t')
while IFS=$tab read -r id stage code border; do
    n=$((n + 1))
    got=$(awk -F '\t' -v id="$id" -v stage="$stage" '$1 == id && $2 == stage { print $3 }' found)
    name="$id, $stage: $code"
    if test "$got" = "$code"; then echo "ok $n - $name"
    elif test -n "${1-}" && test "$border" = near; then echo "not ok $n - $name # TODO found $got: near its border, and this is another seed"
    else
        echo "not ok $n - $name"
        echo "# found: ${got:-nothing}"
    fi
done <planted

# ---- counts: "name expected got"
"$VOC" stages demo/p.voc --format tsv >s.tsv 2>log || not_ok "voc stages" "$(cat log)"
awk -F '"' '/"stages": / { line = $0; sub(/.*"entered": \{/, "", line); sub(/\}.*/, "", line); gsub(/["{} ]/, "", line); k = split(line, p, ",")
    for (i = 1; i <= k; i++) { split(p[i], v, ":"); print v[1] "\t" v[2] } }' demo/truth.json >entered
test -s entered || not_ok "truth.json says how many entered each stage"
while IFS=$tab read -r stage want; do
    n=$((n + 1))
    got=$(awk -F '\t' -v stage="$stage" 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["stage"] == stage { print $at["entries"] }' s.tsv)
    name="$want entered $stage"
    if test "$got" = "$want"; then echo "ok $n - $name"; else echo "not ok $n - $name"; echo "# found: $got"; fi
done <entered

# ---- what finance says and does, and who took part in the deals: as truth.json has it
planted_map() { sed -n '/"value_map"/,/}/p' demo/truth.json | tr ',{}' '\n\n\n' | sed -n "s/^ *\"$1\": *\"*\([^\"]*\)\"*$/\1/p"; }
"$VOC" value-map demo/p.voc --format tsv --table needs >needs.tsv 2>log || not_ok "voc value-map" "$(cat log)"
"$VOC" value-map demo/p.voc --format tsv --table missing_roles >roles.tsv 2>log || not_ok "voc value-map, roles of deals" "$(cat log)"
of_need() { awk -F '\t' -v need="$1" -v column="$2" 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["role"] == "Finance" && $at["need"] == need { print $at[column] }' needs.tsv; }
of_role() { awk -F '\t' -v role="$1" -v column="$2" 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["role"] == role { print $at[column] }' roles.tsv; }
seed=${1-} near=-
is() {
    n=$((n + 1))
    if test -n "$2" && test "$2" = "$3"; then echo "ok $n - $1"
    elif test -n "$seed" && test "$near" = near; then echo "not ok $n - $1 # TODO found $3: chance decides, and this is another seed"
    else echo "not ok $n - $1"; echo "# planted: $2"; echo "# found: $3"; fi
}
is "so many of finance said something" "$(planted_map spoke)" "$(of_need collaboration talked)"
is "so many of finance speak of price" "$(planted_map said_price)" "$(of_need collaboration said)"
is "so many of finance act for proof" "$(planted_map acted_for_proof)" "$(of_need justification did)"
is "so many of finance ask for proof" "$(planted_map said_proof)" "$(of_need justification said)"
is "nobody serves proof" "$(planted_map served_with_proof)" "$(of_need justification served)"
is "proof is what finance acts for first" 1 "$(of_need justification rank)"
is "finance says price, and does not act for it" stated "$(of_need collaboration agreement)"
is "finance took part in the deals that were won" "$(planted_map won_with_finance) of $(planted_map won)" "$(of_role Finance won_with)"
is "operations took part in the deals that were won" "$(planted_map won_with_operations) of $(planted_map won)" "$(of_role "Operations director" won_with)"
is "finance is missing in open deals" "$(planted_map open_without_finance) of $(planted_map open)" "$(of_role Finance open_without)"

# ---- where journeys break since July: as many came and went on as truth.json has it, and by itself the program finds this stage and no other
of_break() { sed -n '/"break"/,/}},/p' demo/truth.json | tr -d '\n' | sed -n "s/.*$1.*/\\1/p"; }
since=$(of_break '"since": "\([0-9-]*\)"')
within=$(of_break '"within_days": \([0-9]*\)')d
stage=$(of_break '"from": "\([a-z]*\)"')
"$VOC" discover demo/p.voc --since "$since" --within "$within" --format tsv --table break_points >judged.tsv 2>log || not_ok "voc discover --since" "$(cat log)"
"$VOC" discover demo/p.voc --since "$since" --format tsv --table break_points >breaks.tsv 2>log || not_ok "voc discover --since" "$(cat log)"
of_stage() { awk -F '\t' -v stage="$stage" -v column="$1" 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["stage"] == stage { print $at[column] }' judged.tsv; }
is "so many came to $stage since then" "$(of_break '"after": {"entered": \([0-9]*\)')" "$(of_stage entered)"
is "so many of them went on in $within" "$(of_break '"after": {[^}]*"went_on": \([0-9]*\)')" "$(of_stage advanced)"
near=near
is "journeys break there, and nowhere else" "$stage" "$(awk -F '\t' 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["break_point"] == "true" { print $at["stage"] }' breaks.tsv)"
is "that cost wins" yes "$(awk -F '\t' -v stage="$stage" 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } $at["stage"] == stage && $at["wins_lost"] >= 5 { print "yes" }' breaks.tsv)"
echo "1..$n"
