#!/bin/sh
# SPDX-License-Identifier: MIT
#
# vocstream.so in the sqlite3 shell: the same answers as voc sql, constraints handed down, nothing written to the project, and
# a sentence where something is wrong.

: "${VOC:?is the path of the program to test}" "${VOC_TEST_BUILDDIR:?is the top of the build tree}"
extension=$VOC_TEST_BUILDDIR/core/extension/vocstream
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; printf '%s\n' "$2" | head -n 20 | sed 's/^/# /'; }
same() { if test "$2" = "$3"; then ok "$1"; else not_ok "$1" "wanted: $2
got: $3"; fi; }
holds() { case $3 in *"$2"*) ok "$1" ;; *) not_ok "$1" "wanted: $2
got: $3" ;; esac; }

if ! command -v sqlite3 >/dev/null 2>&1; then
    echo "1..0 # SKIP there is no sqlite3 shell"
    exit 0
fi
if test "$(echo "SELECT sqlite_version() >= '3.37' OR sqlite_version() LIKE '3.1__.%'" | sqlite3)" != 1; then
    echo "1..0 # SKIP this sqlite3 shell is older than the files"
    exit 0
fi
# A shell that knows no sanitizer must load its library first. What the shell itself leaves behind is not ours to count.
if nm -D "$extension.so" 2>/dev/null | grep -q __asan_init; then
    preload=$(${VOC_TEST_CC:-cc} -print-file-name=libasan.so)
    ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
    export ASAN_OPTIONS
else
    preload=
fi
shell() { LD_PRELOAD=$preload sqlite3 -batch -init /dev/null "$@" 2>&1; }
# ask FILE STATEMENT...
ask() {
    file=$1
    shift
    { echo ".load $extension"; printf '%s\n' "$@"; } | shell "$file"
}

"$VOC" demo demo --quiet >/dev/null 2>log && "$VOC" import p.voc demo/all-events.csv --journey b2b-sale --quiet >/dev/null 2>log ||
    not_ok "the demo is imported" "$(cat log)"

# ---- the same answers
asked() { "$VOC" sql p.voc "$1" --format tsv | tail -n +2 | tr '\t' '|'; }
for query in \
    "SELECT count(*) FROM event" \
    "SELECT id, unit, time, time_us, resolution, actor, action, class, touchpoint, channel, stage, step, source, line FROM event WHERE rowid % 97 = 0" \
    "SELECT unit, episode, stage, entered_us, left_us, \"end\", exit, segment FROM journey" \
    "SELECT unit, kind, account, segment, episodes, first_us, last_us, stage, outcome, events FROM unit" \
    "SELECT action, actor, count(*), count(DISTINCT unit) FROM event GROUP BY action, actor ORDER BY 3 DESC, 1, 2" \
    "SELECT e.unit, count(*) FROM unit AS u JOIN event AS e ON e.unit = u.unit WHERE u.outcome = 'won' GROUP BY 1 ORDER BY 1" \
    "SELECT stage, count(*), round(avg(days), 6) FROM stays GROUP BY stage ORDER BY stage" \
    "SELECT * FROM customers WHERE outcome = 'lost' ORDER BY unit" \
    "SELECT touchpoint, events, units, first_seen, last_seen FROM touchpoints ORDER BY touchpoint" \
    "SELECT * FROM actions ORDER BY action, actor" \
    "SELECT source, plugin, imports, records, used, rejected, ignored FROM sources" \
    "SELECT number, source, file, records, used FROM imports" \
    "SELECT day, unit, action, stage FROM events WHERE action = 'demo' ORDER BY id" \
    "SELECT unit, individual, role, stage, person_stage, time, themes, undecided, event, source, file, line, text FROM said" \
    "SELECT rowid, theme, affirmed, negated, direct, decided_by FROM mention" \
    "SELECT role, theme, count(*), count(DISTINCT individual) FROM mention WHERE stage = 'considering' GROUP BY role, theme ORDER BY role, theme" \
    "SELECT person_role, person_stage, delivered, count(*) FROM event GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
do
    same "as voc sql: $query" "$(asked "$query")" "$(ask p.voc ".mode list" "$query;")"
done
holds "what customers say is read by the codebook" "price|108|90" "$(ask p.voc "SELECT theme, count(*), count(DISTINCT individual) FROM mention GROUP BY theme;")"
holds "a condition on a unit is handed down to what was said" "VIRTUAL TABLE INDEX 2:000" "$(ask p.voc "EXPLAIN QUERY PLAN SELECT theme FROM mention WHERE unit = 'x';")"
holds "a condition on a unit is handed down through a view" "VIRTUAL TABLE INDEX 2:000" "$(ask p.voc "EXPLAIN QUERY PLAN SELECT stage FROM events WHERE unit = 'x';")"
same "a text of a query is found however often it is asked" "3" "$(ask p.voc "SELECT count(*) FROM (VALUES (1), (2), (3)) WHERE (SELECT count(*) FROM event WHERE touchpoint = 'brochure' AND time_us > column1) > 0;")"

# ---- what surveys asked, of any project
printf 'Response ID,Date submitted,How likely are you to recommend us?,Colour,Why?\n1,2024-03-01 10:00:00,9,red,fast\n2,2024-03-02 10:00:00,3,blue,\n' >survey.csv
"$VOC" import q.voc survey.csv --as survey --quiet >/dev/null 2>log || not_ok "a survey is imported" "$(cat log)"
of_survey() { "$VOC" sql q.voc "$1" --format tsv | tail -n +2 | tr '\t' '|'; }
for query in \
    "SELECT survey, code, text, scale, coalesce(kind, 'another'), answers, source FROM question" \
    "SELECT * FROM answers WHERE question = 'nps' ORDER BY response" \
    "SELECT key, text, integer, unit, own_id, line FROM measure WHERE key IN ('nps', 'Colour') ORDER BY id" \
    "SELECT q.text, a.answer, e.action FROM question AS q JOIN answers AS a ON a.question = q.code JOIN event AS e ON e.id = a.response ORDER BY 1, 2"
do
    of=$(of_survey "$query")
    same "as voc sql: $query" "$of" "$(ask q.voc ".mode list" "$query;")"
done
holds "a question has its text, scale and kind" "survey|nps|How likely are you to recommend us?|0-10|nps|2|survey" "$(ask q.voc "SELECT * FROM question;")"
holds "a condition on the key is handed down" "VIRTUAL TABLE INDEX 2:000" "$(ask q.voc "EXPLAIN QUERY PLAN SELECT text FROM measure WHERE key = 'nps';")"

# ---- nothing is written
cp p.voc before.voc
ask p.voc "SELECT count(*) FROM events;" >/dev/null
if cmp -s p.voc before.voc; then ok "the file stays as it is, byte by byte"; else not_ok "the file stays as it is, byte by byte" "it was written"; fi
same "no word on loading" "" "$(ask p.voc)"
holds "a table cannot be written" "may not be modified" "$(ask p.voc "DELETE FROM event;")"
same "a table of the user's own keeps its name" "mine" "$(shell own.db "CREATE TABLE events(x); INSERT INTO events VALUES ('mine');"; ask own.db "ATTACH 'p.voc' AS shop;" "SELECT x FROM events;")"

# ---- by another journey that was attached: a condition on the hidden column, or the name in brackets
cp p.voc two.voc
"$VOC" journey use two.voc crm-pipeline --quiet 2>log
for query in "SELECT stage, count(*) FROM journey WHERE definition = 'b2b-sale' GROUP BY stage" \
    "SELECT count(*) FROM unit('crm-pipeline') WHERE outcome = 'won'" \
    "SELECT count(*) FROM mention" "SELECT theme, count(*) FROM mention('b2b-sale') GROUP BY theme" "SELECT count(*), sum(themes) FROM said WHERE definition = 'b2b-sale'" \
    "SELECT count(*) FROM unit AS a JOIN unit('b2b-sale') AS b ON b.unit = a.unit WHERE a.stage IS NOT b.stage" \
    "WITH b AS MATERIALIZED (SELECT id, stage FROM event('b2b-sale')) SELECT count(*) FROM event AS e JOIN b ON b.id = e.id AND b.stage IS NOT e.stage"
do
    same "as voc sql, by another journey: $query" "$("$VOC" sql two.voc "$query" --format tsv | sed '1d; s/\t/|/g')" "$(ask two.voc ".mode list" "$query;")"
done
same "it is the answer of before" "$(asked "SELECT stage, count(*) FROM journey GROUP BY stage")" "$(ask two.voc ".mode list" "SELECT stage, count(*) FROM journey('b2b-sale') GROUP BY stage;")"
holds "a journey that was never attached is named" "online-shop" "$(ask two.voc "SELECT count(*) FROM journey('online-shop');")"

# ---- where the project is
same "an attached project is found" "$(asked "SELECT count(*) FROM event")" "$(ask own.db "ATTACH 'p.voc' AS shop;" "SELECT count(*) FROM event;")"
same "its tables join with those of the main file" "1" "$(ask own.db "ATTACH 'p.voc' AS shop;" "CREATE TABLE vip AS SELECT unit FROM unit WHERE events > 20 AND unit <> '';" \
    "SELECT count(*) = (SELECT sum(events) FROM unit WHERE events > 20 AND unit <> '') FROM vip JOIN event USING (unit);")"
holds "without a project the next step is said" "ATTACH 'shop.voc'" "$(ask :memory: "SELECT count(*) FROM event;")"
holds "a file of another program is no project" "ATTACH 'shop.voc'" "$(ask own.db "SELECT count(*) FROM event;")"

# ---- damage is an error, not an end
size=$(wc -c <p.voc)
cp p.voc damaged.voc
at=$(($(grep -abo VOCB p.voc | head -n 1 | cut -d: -f1) + 4000))
printf 'damage' | dd of=damaged.voc bs=1 seek="$at" conv=notrunc 2>/dev/null
out=$(ask damaged.voc "SELECT count(*) FROM event;" "SELECT 'goes on';")
holds "a damaged block is named" "damaged" "$out"
holds "and the connection goes on" "goes on" "$out"
for cut in 3 2; do
    head -c $((size * (cut - 1) / cut / 16384 * 16384)) p.voc >cut.voc
    out=$(ask cut.voc "SELECT count(*) FROM event;" "SELECT count(*) FROM journey;" "SELECT 'goes on';")
    holds "a file cut off is an error, and the connection goes on ($cut)" "goes on" "$out"
done
holds "and the statement is the one that fails" "rror" "$out"
cp p.voc other.voc
sqlite3 other.voc "UPDATE definition SET journey_xml = X'3C6A6F75726E65793E';" 2>/dev/null
out=$(ask other.voc "SELECT count(*) FROM event;" "SELECT 'goes on';")
holds "a broken journey is named" "rror" "$out"
holds "and the connection goes on after it" "goes on" "$out"

echo "1..$n"
