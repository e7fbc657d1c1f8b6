# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # variables are those of run.sh
#
# The tools beside voc, for run.sh to source: which of them are here, how each is asked, and their files. Queries come from
# VOC_SHARED/bench/sql, where they are given; without it only the simple ones are asked.

sql=$VOC_SHARED/bench/sql
csv="read_csv('$events', header=true, columns={'customer_id':'VARCHAR','timestamp':'TIMESTAMP','activity':'VARCHAR','channel':'VARCHAR','actor':'VARCHAR','role':'VARCHAR','campaign':'VARCHAR','cost':'DOUBLE','value':'DOUBLE'})"

# A query with its {{SRC}}, {{CSVSRC}} and {{MAPS}} filled in: fill FILE SOURCE
fill() {
    source=$2 csvsource=$csv maps=$(cat "$sql/duckdb/maps.inc") awk '
        function put(line, name, text,   at) {
            while ((at = index(line, "{{" name "}}")) > 0) line = substr(line, 1, at - 1) text substr(line, at + length(name) + 4)
            return line
        }
        { print put(put(put($0, "SRC", ENVIRON["source"]), "CSVSRC", ENVIRON["csvsource"]), "MAPS", ENVIRON["maps"]) }' "$sql/duckdb/$1.sql"
}

# ---- DuckDB -----------------------------------------------------------------------------------------------------------------

duck=''
if test -n "$DUCKDB_LIB" && test -f "$VOC_SHARED/bench/duck_run.c" && "$CC" -O2 -o duck_run "$VOC_SHARED/bench/duck_run.c" -ldl 2>/dev/null; then
    duck="./duck_run '$DUCKDB_LIB' %s 2 %s"
elif have duckdb; then
    duck='duckdb %s -tabs -noheader -f %s'
elif have python3 && python3 -c 'import duckdb' 2>/dev/null; then
    duck="python3 -c 'import duckdb, sys; [print(*r, sep=chr(9)) for r in duckdb.connect(sys.argv[1]).execute(open(sys.argv[2]).read()).fetchall()]' %s %s"
else
    miss DuckDB
fi
# duck_line DB SQL-FILE: the command line
duck_line() { printf "$duck" "$1" "$2"; } # shellcheck disable=SC2059 # the pattern is the point

duck_queries() {
    echo "CREATE TABLE events AS SELECT * FROM $csv; CHECKPOINT;" >import.duck
    echo "INSERT INTO events SELECT * FROM $csv; CHECKPOINT;" | sed "s/$events/day.csv/" >append.duck
    echo "SELECT activity, count(*) AS n FROM events GROUP BY activity ORDER BY n DESC;" >count.sql
    test -f "$sql/duckdb/hazard.sql" || return
    fill dfg events >flow-median.sql
    fill dfg_nomedian events >flow-mean.sql
    fill funnel events >funnel.sql
    fill sessions events >sessions.sql
    fill variants events >variants.sql
    fill hazard events >score.sql
    fill response events >response.sql
    fill dfg "$csv" >one-shot.sql
    fill tuned_schema events >tuned.duck
    given=yes
}

duck_add() {
    add import DuckDB "$fresh" "$(duck_line i.duckdb import.duck)"
    add append DuckDB "cp base$ROWS.duckdb i.duckdb" "$(duck_line i.duckdb append.duck)"
    add count DuckDB "cat base$ROWS.duckdb >/dev/null" "$(duck_line base$ROWS.duckdb count.sql)"
    add start 'DuckDB, counting by action' "cat base$ROWS.duckdb >/dev/null" "$(duck_line base$ROWS.duckdb count.sql)"
    test -n "$given" || return
    for work in flow-median flow-mean funnel sessions variants; do
        add "$work" DuckDB "cat base$ROWS.duckdb >/dev/null" "$(duck_line base$ROWS.duckdb "$work.sql")"
        add "$work" 'DuckDB, tuned' "cat tuned$ROWS.duckdb >/dev/null" "$(duck_line tuned$ROWS.duckdb "$work.sql")"
    done
    for db in base tuned; do # both, as voc response writes both tables
        add response "DuckDB$(test $db = base || echo ', tuned')" "cat $db$ROWS.duckdb >/dev/null" "$(duck_line $db$ROWS.duckdb response.sql) && $(duck_line $db$ROWS.duckdb score.sql)"
    done
    add one-shot DuckDB "cat $events >/dev/null" "$(duck_line :memory: one-shot.sql)"
    add score 'DuckDB, only its hazard query' "cat base$ROWS.duckdb >/dev/null" "$(duck_line base$ROWS.duckdb score.sql)"
    add score 'DuckDB, tuned, only its hazard query' "cat tuned$ROWS.duckdb >/dev/null" "$(duck_line tuned$ROWS.duckdb score.sql)"
}

# ---- ClickHouse: a server of its own on this machine; its time counts -------------------------------------------------------------

click=''
click_start() {
    port=${CLICKHOUSE_PORT:-19321}
    mkdir -p ch/data ch/scratch
    cat >ch/config.xml <<XML
<yandex><logger><level>warning</level><log>$WORK/ch/log</log><errorlog>$WORK/ch/err</errorlog></logger>
<tcp_port>$port</tcp_port><http_port>$((port + 1))</http_port><listen_host>127.0.0.1</listen_host><path>$WORK/ch/data/</path>
<tmp_path>$WORK/ch/scratch/</tmp_path><users_config>users.xml</users_config><default_profile>default</default_profile>
<default_database>default</default_database><mark_cache_size>536870912</mark_cache_size><timezone>UTC</timezone></yandex>
XML
    cat >ch/users.xml <<XML
<yandex><profiles><default><max_threads>2</max_threads></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default><interval><duration>3600</duration><queries>0</queries><errors>0</errors><result_rows>0</result_rows><read_rows>0</read_rows><execution_time>0</execution_time></interval></default></quotas></yandex>
XML
    clickhouse-server --config-file="$WORK/ch/config.xml" >ch/start.log 2>&1 &
    server=$!
    tries=0
    until clickhouse-client --port "$port" -q 'SELECT 1' >/dev/null 2>&1; do
        tries=$((tries + 1))
        test "$tries" -lt 50 || return 1
        sleep 0.2
    done
    click="clickhouse-client --port $port"
}

click_add() {
    for work in flow-median:dfg funnel:funnel sessions:sessions variants:variants; do cp "$sql/clickhouse/${work#*:}.sql" "${work%:*}.click"; done
    load="$click --date_time_input_format=best_effort -q 'INSERT INTO events FORMAT CSVWithNames' <$events"
    add import ClickHouse "$click --multiquery <$sql/clickhouse/create.sql; cat $events >/dev/null" "$load" server
    for work in flow-median funnel sessions variants; do add "$work" ClickHouse true "$click -q \"\$(cat $work.click)\"" server; done
}

# ---- others -------------------------------------------------------------------------------------------------------------------

other_add() {
    printf '%s\n' 'PRAGMA journal_mode=OFF;' 'PRAGMA synchronous=OFF;' '.mode csv' ".import $events events" >import.sqlite
    if have sqlite3; then
        add import 'sqlite3, texts without an index' "$fresh" "sqlite3 i.sqlite <import.sqlite"
        add count sqlite3 "cat base$ROWS.sqlite >/dev/null" "sqlite3 base$ROWS.sqlite <count.sql"
    else miss sqlite3; fi
    if have mawk; then add count 'mawk, from the CSV' "cat $events >/dev/null" "LC_ALL=C mawk -F, 'NR > 1 { n[\$3]++ } END { for (a in n) print a, n[a] }' $events"; else miss mawk; fi
    if have Rscript && Rscript -e 'library(data.table)' >/dev/null 2>&1; then
        add count 'R data.table, from the CSV' "cat $events >/dev/null" "Rscript -e 'library(data.table); print(fread(\"$events\")[, .N, by = activity])'"
    else miss 'R with data.table'; fi
    if have python3 && python3 -c 'import pandas' 2>/dev/null; then
        add count 'pandas, from the CSV' "cat $events >/dev/null" "python3 -c 'import pandas; print(pandas.read_csv(\"$events\").activity.value_counts())'"
    else miss pandas; fi
}

peers_add() {
    given=''
    duck_queries
    test -z "$duck" || duck_add
    if have clickhouse-server && have clickhouse-client && test -f "$sql/clickhouse/create.sql"; then
        if click_start; then click_add; else miss 'ClickHouse (it does not start)'; fi
    else miss ClickHouse; fi
    other_add
}

# The files that are only read, of those that some work reads; they are kept for the next run.
prepare() { # FILE COMMAND...: the command makes part.FILE
    grep -q "$1" works && test ! -s "$1" || return 0
    rm -f "part.$1"*
    sh -c "$2" >/dev/null && mv "part.$1" "$1"
}
peers_files() {
    prepare "base$ROWS.duckdb" "$(duck_line "part.base$ROWS.duckdb" import.duck)"
    prepare "tuned$ROWS.duckdb" "$(duck_line "part.tuned$ROWS.duckdb" tuned.duck)"
    prepare "base$ROWS.sqlite" "sqlite3 part.base$ROWS.sqlite <import.sqlite"
    if grep -q ClickHouse works && test "$($click -q 'SELECT count() FROM events' 2>/dev/null)" != "$ROWS"; then
        $click --multiquery <"$sql/clickhouse/create.sql" && sh -c "$load"
    fi
}
