#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Puts voc and the tools that a user would pick instead beside each other, on the same generated events, in turn, and
# prints a Markdown table of medians (bench/README.md tells how to read it). Nothing is downloaded: a tool that is not
# installed is left out, and named at the end.
#
#   bench/run.sh                      1 million events, 5 rounds; about two minutes
#   ROWS=10000000 bench/run.sh        10 million; about 8 GB of disk
#   ONLY=import bench/run.sh          works whose name begins so
#   VOC=/usr/bin/voc WORK=/var/tmp/bench RUNS=3 bench/run.sh
#   DUCKDB_LIB=/usr/lib/libduckdb.so  and VOC_SHARED: DuckDB through the C driver there, which starts faster than its shell

here=$(cd "$(dirname "$0")" && pwd)
: "${VOC:=$here/../voc}" "${ROWS:=1000000}" "${RUNS:=5}" "${ONLY:=}" "${CC:=cc}" "${DUCKDB_LIB:=}" "${VOC_SHARED:=$here/../../shared}"
: "${WORK:=${TMPDIR:-/tmp}/voc-bench}"
die() { echo "run.sh: $1" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
VOC=$(command -v "$VOC") || die "no voc to measure: build it, or name it with VOC=PATH"
mkdir -p "$WORK/runs" || die "cannot write to $WORK; name another folder with WORK=DIR"
VOC=$(cd "$(dirname "$VOC")" && pwd)/$(basename "$VOC")
cd "$WORK" || exit 1
rm -f runs/* works missing

"$CC" -O2 -o gen_events "$here/gen_events.c" -lm && "$CC" -O2 -D_GNU_SOURCE -o spend "$here/spend.c" || die "the generator does not build; name a compiler with CC"
events=ev$ROWS.csv
test -s "$events" || { ./gen_events --rows "$ROWS" >"$events.part" && mv "$events.part" "$events"; } || die "cannot write $WORK/$events"
{ head -n 1 "$events"; tail -n 20000 "$events"; } >day.csv # the same rows again, in a file of their own: as new to every tool
export VOC events

# ---- the peers that are here ----------------------------------------------------------------------------------------------
miss() { echo "$1" >>missing; }
duck='' lib=$DUCKDB_LIB
if test -n "$lib" && test -f "$VOC_SHARED/bench/duck_run.c" && "$CC" -O2 -o duck_run "$VOC_SHARED/bench/duck_run.c" -ldl 2>/dev/null; then
    duck="./duck_run '$lib' %s 2 %s"
elif have duckdb; then
    duck='duckdb %s -f %s'
elif have python3 && python3 -c 'import duckdb' 2>/dev/null; then
    duck="python3 -c 'import duckdb, sys; print(duckdb.connect(sys.argv[1]).execute(open(sys.argv[2]).read()).fetchall())' %s %s"
else
    miss "DuckDB"
fi
# duck DB SQL-FILE: the command line
duck_line() { printf "$duck" "$1" "$2"; } # shellcheck disable=SC2059 # the pattern is the point

columns="{'customer_id':'VARCHAR','timestamp':'TIMESTAMP','activity':'VARCHAR','channel':'VARCHAR','actor':'VARCHAR','role':'VARCHAR','campaign':'VARCHAR','cost':'DOUBLE','value':'DOUBLE'}"
echo "CREATE TABLE events AS SELECT * FROM read_csv('$events', header=true, columns=$columns); CHECKPOINT;" >import.duck
echo "INSERT INTO events SELECT * FROM read_csv('day.csv', header=true, columns=$columns); CHECKPOINT;" >append.duck
echo "SELECT activity, count(*) AS n FROM events GROUP BY activity ORDER BY n DESC;" >count.sql
printf '%s\n' 'PRAGMA journal_mode=OFF;' 'PRAGMA synchronous=OFF;' '.mode csv' ".import $events events" >import.sqlite

# ---- the works: name, tool, what is done before (not measured), what is measured ------------------------------------------------
add() { case $1 in "$ONLY"*) printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>works ;; esac; }
cp_clean="rm -f i.*; cat $events >/dev/null"
add import voc "$cp_clean" "$VOC import i.voc $events --quiet"
add append voc "cp base.voc i.voc" "$VOC import i.voc day.csv --quiet"
add count voc "cat base.voc >/dev/null" "$VOC sql base.voc 'SELECT action, count(*) AS n FROM event GROUP BY action ORDER BY n DESC' --quiet"
add stages voc "cat base.voc >/dev/null" "$VOC stages base.voc --quiet"
add score voc "cat base.voc >/dev/null" "$VOC score base.voc --quiet"
if "$VOC" help flow >/dev/null 2>&1; then add flow voc "cat base.voc >/dev/null" "$VOC flow base.voc --quiet"; fi
if test -n "$duck"; then
    add import DuckDB "$cp_clean" "$(duck_line i.duckdb import.duck)"
    add append DuckDB "cp base.duckdb i.duckdb" "$(duck_line i.duckdb append.duck)"
    add count DuckDB "cat base.duckdb >/dev/null" "$(duck_line base.duckdb count.sql)"
    if test -f "$VOC_SHARED/bench/sql/duckdb/hazard.sql"; then
        sql=$VOC_SHARED/bench/sql/duckdb
        awk -v maps="$sql/maps.inc" '/\{\{MAPS\}\}/ { while ((getline line <maps) > 0) print line; next } { gsub(/\{\{SRC\}\}/, "events"); print }' "$sql/hazard.sql" >hazard.sql
        sed 's/{{SRC}}/events/' "$sql/dfg.sql" >flow.sql
        add score 'DuckDB, only its hazard query' "cat base.duckdb >/dev/null" "$(duck_line base.duckdb hazard.sql)"
        add flow DuckDB "cat base.duckdb >/dev/null" "$(duck_line base.duckdb flow.sql)"
    fi
fi
if have sqlite3; then
    add import 'sqlite3, texts without an index' "$cp_clean" "sqlite3 i.sqlite <import.sqlite"
    add count sqlite3 "cat base.sqlite >/dev/null" "sqlite3 base.sqlite <count.sql"
else miss sqlite3; fi
if have mawk; then add count 'mawk, from the CSV' "cat $events >/dev/null" "LC_ALL=C mawk -F, 'NR > 1 { n[\$3]++ } END { for (a in n) print a, n[a] }' $events"; else miss mawk; fi
if have Rscript && Rscript -e 'library(data.table)' >/dev/null 2>&1; then
    add count 'R data.table, from the CSV' "cat $events >/dev/null" "Rscript -e 'library(data.table); print(fread(\"$events\")[, .N, by = activity])'"
else miss 'R with data.table'; fi
if have python3 && python3 -c 'import pandas' 2>/dev/null; then
    add count 'pandas, from the CSV' "cat $events >/dev/null" "python3 -c 'import pandas; print(pandas.read_csv(\"$events\").activity.value_counts())'"
else miss pandas; fi
test -s works || die "no work is called $ONLY"

# ---- files that are only read -----------------------------------------------------------------------------------------------
rm -f base.*
"$VOC" import base.voc "$events" --quiet >/dev/null && "$VOC" journey use base.voc "$here/journey" --quiet >/dev/null || die "voc does not import: run $VOC import base.voc $WORK/$events"
if grep -q base.duckdb works; then sh -c "$(duck_line base.duckdb import.duck)" >/dev/null; fi
if grep -q base.sqlite works; then sqlite3 base.sqlite <import.sqlite >/dev/null; fi

# ---- in turn: one round of all tools after the other -----------------------------------------------------------------------------
tab=$(printf '\t')
round=0
while test "$round" -lt "$RUNS"; do
    round=$((round + 1)) n=0
    while IFS=$tab read -r work tool before line; do
        n=$((n + 1))
        test ! -e "runs/$n.failed" || continue
        sh -c "$before" </dev/null >/dev/null 2>&1
        ./spend "runs/$n" sh -c "$line" </dev/null >/dev/null 2>runs/err || { head -n 1 runs/err >"runs/$n.failed"; echo "run.sh: $work by $tool failed: $(cat "runs/$n.failed")" >&2; }
    done <works
    echo "round $round of $RUNS" >&2
done

# ---- the table ------------------------------------------------------------------------------------------------------------------
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
n=0
while IFS=$tab read -r work tool before line; do
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
    echo "| work | tool | CPU s | wall s | peak MiB | CPU of the best peer / voc |"
    echo "|---|---|--:|--:|--:|--:|"
    awk -F'\t' '
        NR == FNR { if ($2 == "voc") own[$1] = $3; else if (!($1 in best) || $3 < best[$1]) best[$1] = $3; if (!($1 in seen)) { seen[$1] = 1; order[++works] = $1 } next }
        { rows[$1] = rows[$1] sprintf("| %s | %s | %.3f | %.3f | %.0f | %s |\n", $1, $2, $3, $4, $5, $2 == "voc" && ($1 in best) && own[$1] > 0 ? sprintf("%.2f", best[$1] / own[$1]) : "") }
        END { for (i = 1; i <= works; i++) printf "%s", rows[order[i]] }' medians medians
    echo
    for f in base.voc base.duckdb base.sqlite; do test ! -e "$f" || echo "- $f: $(($(wc -c <"$f") / 1000000)) MB"; done
    test ! -s missing || echo "- not installed, so not measured: $(paste -s -d, missing | sed 's/,/, /g')"
} >table.md
cat table.md
echo "run.sh: the table is in $WORK/table.md" >&2
