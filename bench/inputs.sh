# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # variables are those of run.sh
#
# The works of the input plugins, for run.sh to source: a web log, mails, XES and JSON lines, each imported whole by voc, which is
# told nothing of them, beside what people would read them with; and the XES file as process mining asks it, with nothing kept. Their generators are in VOC_SHARED/bench.

: "${LINES:=1000000}" "${MAILS:=100000}" "${XES_ROWS:=650000}" "${PM4PY:=python3}"
inputs='' weblog=web$LINES.log mbox=mails$MAILS.mbox xes=ev$XES_ROWS.xes jsonl=ev$ROWS.jsonl

reads() { # WORK FILE: how voc reads it
    add "$1" voc "rm -f i.*; cat $2 >/dev/null" "$VOC import ${limit}i.voc $2 --quiet"
}

inputs_add() {
    for make in weblog mbox events; do
        test -f "$VOC_SHARED/bench/gen_$make.c" && "$CC" -O2 -o "make_$make" "$VOC_SHARED/bench/gen_$make.c" -lm 2>/dev/null && continue
        leave_out 'weblog, mail, xes, json, mining: what makes their files is in VOC_SHARED'
        return
    done
    reads weblog "$weblog"
    reads mail "$mbox"
    reads xes "$xes"
    reads json "$jsonl"
    add mining voc "rm -rf res; cat $xes >/dev/null" "$VOC run ${limit}$xes flow,variants -O variants.collapse=no -O variants.top=0 -o res/ --format tsv --quiet"
    inputs=yes
}

inputs_peers() {
    test -n "$inputs" || return
    if have goaccess; then
        add weblog GoAccess "cat $weblog >/dev/null" "goaccess $weblog --log-format=COMBINED --no-global-config --no-progress -o go.json"
    else miss GoAccess; fi
    if test -n "$duck" && test -f "$sql/duckdb/web.sql"; then
        sed "s/{{LOG}}/$weblog/" "$sql/duckdb/web.sql" >weblog.sql
        sed "s/{{JSONL}}/$jsonl/" "$sql/duckdb/jsonl_ingest.sql" >json.duck
        add weblog 'DuckDB, eight panels' "cat $weblog >/dev/null" "$(duck_line :memory: weblog.sql)"
        add json 'DuckDB, types given' "rm -f i.*; cat $jsonl >/dev/null" "$(duck_line i.duckdb json.duck)"
    fi
    # shellcheck disable=SC2046 # several words
    if "$CC" -O2 -o sax2 "$here/sax2.c" $(pkg-config --cflags --libs libxml-2.0 2>/dev/null) 2>/dev/null; then
        add xes 'libxml2, SAX2 alone' "cat $xes >/dev/null" "./sax2 $xes"
    else miss 'the headers of libxml2'; fi
    if "$PM4PY" -c 'import pm4py' >/dev/null 2>&1; then
        add mining PM4Py "cat $xes >/dev/null" "'$PM4PY' '$here/mining.py' $xes"
    else miss PM4Py; fi
    if have python3 && test -f "$VOC_SHARED/bench/peers/mailbox_scan.py"; then
        add mail 'Python mailbox, all parts decoded' "cat $mbox >/dev/null" "python3 '$VOC_SHARED/bench/peers/mailbox_scan.py' $mbox"
    else miss 'Python 3'; fi
}

inputs_files() {
    prepare "$weblog" "./make_weblog --lines $LINES >part.$weblog"
    prepare "$mbox" "./make_mbox --messages $MAILS >part.$mbox"
    prepare "$xes" "./make_events --rows $XES_ROWS --format xes >part.$xes"
    prepare "$jsonl" "./make_events --rows $ROWS --format jsonl >part.$jsonl"
}
