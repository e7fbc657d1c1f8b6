#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Puts voc and the tools that a user would pick instead beside each other, on the same generated events, in turn, checks that
# they answer alike, and prints a Markdown table of medians (bench/README.md tells how to read it). Nothing is downloaded: a
# tool that is not installed is left out, and named at the end.
#
#   bench/run.sh                      1 million events, 5 rounds; a few minutes
#   ROWS=10000000 bench/run.sh        10 million; about 8 GB of disk
#   RUNS=0 bench/run.sh               only whether the answers are alike
#   ONLY=weblog LINES=5000000 bench/run.sh  one work; also MAILS, XES_ROWS: how large its file is
#   ONLY=import bench/run.sh          works whose name begins so; SKIP=score leaves those out
#   PEERS=no MEMORY=1G bench/run.sh   voc alone, that may not take more memory
#   VOC=/usr/bin/voc WORK=/var/tmp/bench RUNS=3 bench/run.sh
#   DUCKDB_LIB=/usr/lib/libduckdb.so  and VOC_SHARED: DuckDB through the C driver there, which starts faster than its shell

here=$(cd "$(dirname "$0")" && pwd)
: "${VOC:=$here/../voc}" "${ROWS:=1000000}" "${RUNS:=5}" "${ONLY:=}" "${SKIP:=}" "${PEERS:=yes}" "${MEMORY:=}" "${CC:=cc}" "${DUCKDB_LIB:=}" "${VOC_SHARED:=$here/../../shared}"
: "${WORK:=${TMPDIR:-/tmp}/voc-bench}"
die() { echo "run.sh: $1" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
VOC=$(command -v "$VOC") || die "no voc to measure: build it, or name it with VOC=PATH"
mkdir -p "$WORK/runs" || die "cannot write to $WORK; name another folder with WORK=DIR"
VOC=$(cd "$(dirname "$VOC")" && pwd)/$(basename "$VOC")
VOC_SHARED=$(cd "$VOC_SHARED" 2>/dev/null && pwd)
cd "$WORK" || exit 1
rm -rf runs/* works missing left_out answers

"$CC" -O2 -o gen_events "$here/gen_events.c" -lm && "$CC" -O2 -D_GNU_SOURCE -o spend "$here/spend.c" || die "the generator does not build; name a compiler with CC"
events=ev$ROWS.csv
test -s "$events" || { ./gen_events --rows "$ROWS" >"$events.part" && mv "$events.part" "$events"; } || die "cannot write $WORK/$events"
{ head -n 1 "$events"; tail -n 20000 "$events"; } >day.csv # the same rows again, in a file of their own: as new to every tool
miss() { echo "$1" >>missing; }
leave_out() { echo "$1" >>left_out; }
trap 'test -z "$server" || kill "$server" 2>/dev/null' EXIT
trap 'exit 130' INT TERM
server=''
. "$here/peers.sh"
. "$here/inputs.sh"

# ---- the works: name, tool, what is done before (not measured), what is measured, "server" if a server's time counts ------------
# Questions are those of the peers' queries, that do not ask who acted: asked.voc does not know it either, so that every event is
# a step. Each tool is told what the columns are.
if test -n "$SKIP"; then leave_out "$SKIP, as was asked"; fi
add() { case $1 in "${SKIP:--}"*) ;; "$ONLY"*) printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${5:--}" >>works ;; esac; }
limit=${MEMORY:+"--memory $MEMORY "}
fresh="rm -f i.*; cat $events >/dev/null"
warm="cat base.voc >/dev/null"
asked="cat asked.voc >/dev/null"
sed 's/files="[^"]*"/files="*"/' "$here/sources.xml" >sources.xml
grep -v 'to="actor"' sources.xml >asked.xml
steps=view_home,view_product,signup,start_trial,purchase
flow="--table edges --format tsv --quiet"
touches=newsletter,sales_call,discount_offer,retargeting_ad,demo_session,onboarding_mail,webinar_invite,postal_mailing,satisfaction_survey,sms_reminder,vip_invite,contract_draft,push_notification,price_increase_notice
all="flow,funnel,sessions,variants,response -O funnel.steps=$steps -O funnel.within=30d -O variants.collapse=no -O response.after=$touches -O response.to=subscribe,signup,start_trial,purchase,renew+repurchase"
add import voc "$fresh" "$VOC import ${limit}i.voc $events --sources sources.xml --quiet"
add import "voc, VOC_SIMD=plain" "$fresh" "VOC_SIMD=plain $VOC import ${limit}i.voc $events --sources sources.xml --quiet"
add append voc "cp base.voc i.voc" "$VOC import ${limit}i.voc day.csv --sources sources.xml --quiet"
add flow-median voc "$asked" "$VOC flow ${limit}asked.voc $flow"
add flow-mean voc "$asked" "$VOC flow ${limit}asked.voc $flow --median=no"
add funnel voc "$asked" "$VOC funnel ${limit}asked.voc --steps $steps --within 30d --format tsv --quiet"
add sessions voc "$asked" "$VOC sessions ${limit}asked.voc --format tsv --table sessions --quiet"
add variants voc "$asked" "$VOC variants ${limit}asked.voc --collapse=no --table sequences --format tsv --quiet"
add response voc "$asked" "$VOC response ${limit}asked.voc --after $touches --to subscribe,signup,start_trial,purchase,renew+repurchase --format tsv --table response --quiet"
add all-in-one voc "rm -rf res; $asked" "$VOC run ${limit}asked.voc $all -o res/ --quiet"
add one-shot voc "cat $events >/dev/null" "$VOC flow ${limit}$events --sources asked.xml $flow"
add count voc "$warm" "$VOC sql ${limit}base.voc 'SELECT action, count(*) AS n FROM event GROUP BY action ORDER BY n DESC' --quiet"
add start voc "$warm" "$VOC stats ${limit}base.voc --quiet"
add stages voc "cat followed.voc >/dev/null" "$VOC stages ${limit}followed.voc --quiet"
add score voc "cat followed.voc >/dev/null" "$VOC score ${limit}followed.voc --quiet"
add score "voc, its window alone" "cat followed.voc >/dev/null" "$VOC score ${limit}followed.voc --sensitivity=no --quiet"
inputs_add
test "$PEERS" = no || { peers_add; inputs_peers; }
test -s works || die "no work is called $ONLY"

# ---- files that are only read -----------------------------------------------------------------------------------------------
rm -f base.voc* asked.voc* followed.voc*
"$VOC" import ${MEMORY:+--memory "$MEMORY"} base.voc "$events" --sources sources.xml --quiet >/dev/null || die "voc does not import: run $VOC import base.voc $WORK/$events"
if grep -q asked.voc works; then "$VOC" import ${MEMORY:+--memory "$MEMORY"} asked.voc "$events" --sources asked.xml --quiet >/dev/null || die "voc does not import"; fi
if grep -q followed.voc works; then
    { cp base.voc followed.voc && "$VOC" journey use followed.voc "$here/journey" --quiet >/dev/null; } || die "voc does not follow $here/journey"
fi
test "$PEERS" = no || peers_files
inputs_files

# ---- alike? ----------------------------------------------------------------------------------------------------------------------
. "$here/answers.sh"
test "$RUNS" -gt 0 || { cat answers; exit 0; }

# ---- in turn: one round of all tools after the other -----------------------------------------------------------------------------
tab=$(printf '\t')
round=0
while test "$round" -lt "$RUNS"; do
    round=$((round + 1)) n=0
    while IFS=$tab read -r work tool before line by; do
        n=$((n + 1))
        test ! -e "runs/$n.failed" || continue
        sh -c "$before" </dev/null >/dev/null 2>&1
        set --
        test "$by" != server || set -- -p "$server"
        ./spend "$@" "runs/$n" sh -c "$line" </dev/null >/dev/null 2>runs/err || { head -n 1 runs/err >"runs/$n.failed"; echo "run.sh: $work by $tool failed: $(cat "runs/$n.failed")" >&2; }
    done <works
    echo "round $round of $RUNS" >&2
done

# ---- the table ------------------------------------------------------------------------------------------------------------------
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
n=0
while IFS=$tab read -r work tool before line by; do
    n=$((n + 1))
    test ! -e "runs/$n.failed" || continue
    set -- 1 2 3
    for i; do eval "m$i=\$(cut -d' ' -f$i runs/$n | median)"; done
    # shellcheck disable=SC2154 # m1 to m3 are set by eval
    printf '%s\t%s\t%s\t%s\t%s\n' "$work" "$tool" "$m1" "$m2" "$m3"
done <works >medians
{
    echo "$(date -u +%Y-%m-%d), $ROWS events ($(($(wc -c <"$events") / 1000000)) MB of CSV), $("$VOC" --version | head -n 1), median of $RUNS rounds, $(getconf _NPROCESSORS_ONLN) processors"
    echo
    echo "| work | tool | CPU s | wall s | peak MiB | CPU of this tool / voc |"
    echo "|---|---|--:|--:|--:|--:|"
    awk -F'\t' '
        NR == FNR {
            if ($2 == "voc") own[$1] = $3
            else if ($2 !~ /^voc,/ && (!($1 in best) || $3 < best[$1])) best[$1] = $3
            if (!($1 in seen)) { seen[$1] = 1; order[++works] = $1 }
            next
        }
        { rows[$1] = rows[$1] sprintf("| %s | %s | %.3f | %.3f | %.0f | %s |\n", $1, $2, $3, $4, $5, $2 != "voc" && own[$1] > 0 ? sprintf("%.2f", $3 / own[$1]) : "") }
        END {
            for (i = 1; i <= works; i++) printf "%s", rows[order[i]]
            parts = split("flow-median funnel sessions variants response", part, " ")
            for (i = 1; i <= parts; i++) { have += part[i] in best; sum += best[part[i]] }
            if (have == parts && own["all-in-one"] > 0) printf "| all-in-one | the best peer of each of the five, together | %.3f | | | %.2f |\n", sum, sum / own["all-in-one"]
        }' medians medians
    echo
    for f in base.voc "base$ROWS.duckdb" "tuned$ROWS.duckdb" "base$ROWS.sqlite"; do test ! -e "$f" || echo "- $f: $(($(wc -c <"$f") / 1000000)) MB"; done
    test ! -s answers || sed 's/^/- /' answers
    test ! -s left_out || sed 's/^/- not measured: /' left_out
    test ! -s missing || echo "- not installed, so not measured: $(paste -s -d, missing | sed 's/,/, /g')"
} >table.md
cat table.md
echo "run.sh: the table is in $WORK/table.md" >&2
! grep -q '^DIFFERENT' answers 2>/dev/null || die "the answers differ: see $WORK/answers.d"
