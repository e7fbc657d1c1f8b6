#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The same content gives the same digest of the project, however it came in: whole, byte by byte, compressed, through a pipe,
# in several files, parsed by several threads; and the same score, byte for byte, for any number of threads, any time zone
# and any locale. Real files, where they are there, give the counts that are known of them.

: "${VOC:?is the path of the program to test}"
: "${VOC_SHARED:=$(cd "$(dirname "$0")/../../.." && pwd)/shared}"
data=$VOC_SHARED/data
case $0 in /*) start=$0 ;; *) start=$PWD/$0 ;; esac
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 99

n=0
ok() { n=$((n + 1)); echo "ok $n - $1"; }
skip() { n=$((n + 1)); echo "ok $n # SKIP $1: $2"; }
not_ok() { n=$((n + 1)); echo "not ok $n - $1"; test -z "$2" || printf '%s\n' "$2" | sed 's/^/# /'; }
same() { if test -n "$2" && test "$2" = "$3"; then ok "$1"; else not_ok "$1" "wanted $2, got $3"; fi; }
have() { command -v "$1" >/dev/null 2>&1; }
digest() { "$VOC" digest "$1" --format tsv 2>&1 | tail -n 1; }

# Imports into a fresh project with these words, and prints its digest, or what went wrong.
of() {
    rm -f of.voc*
    if "$VOC" import of.voc "$@" --quiet >of.log 2>&1; then digest of.voc; else echo "failed: $(head -n 1 of.log)"; fi
}

# ---- generated: a small CSV with everything that is awkward, a small XES, and a large CSV of many blocks
awk 'BEGIN {
    printf "\357\273\277id;time;account;person;action;value;note\r\n"
    for (i = 1; i <= 400; i++)
        printf "%s%d;%02d.%02d.2024 %02d:%02d;\"Konto; %d\";p\303\244r%d;action %d;%d,%02d;\"line one\nline \"\"two\"\" %d\"\r\n", i % 3 ? "00" : "NA", i, 1 + i % 28, 1 + i % 12, i % 24, i % 60, i % 7, i % 40, i % 11, i, i % 100, i
}' >small.csv
awk 'BEGIN {
    print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"2.0\">"
    for (t = 1; t <= 60; t++) {
        printf "<trace><string key=\"concept:name\" value=\"case %d\"/><int key=\"size\" value=\"%d\"/>\n", t, t * 3
        for (e = 1; e <= 5; e++)
            printf "<event><string key=\"concept:name\" value=\"step &lt;%d&gt;\"/><date key=\"time:timestamp\" value=\"2024-%02d-%02dT%02d:00:00.000+02:00\"/><string key=\"org:resource\" value=\"kim\"/></event>\n", e, 1 + t % 12, e, t % 24
        print "</trace>"
    }
    print "</log>"
}' >small.xes
"$VOC" demo demo --quiet >/dev/null 2>log || not_ok "voc demo" "$(cat log)"
cp demo/all-events.csv large.csv

for file in small.csv small.xes large.csv; do
    whole=$(of $file)
    case $whole in failed*|'') not_ok "$file is read" "$whole"; continue ;; esac
    same "$file, from standard input" "$whole" "$(of - <$file)"
    same "$file, through a pipe in pieces of 7 bytes" "$whole" "$(dd if=$file obs=7 ibs=64k 2>/dev/null | of -)"
    for tool in gzip zstd xz bzip2; do
        if have $tool; then
            $tool -c <$file >packed.$file.$tool
            same "$file, packed by $tool" "$whole" "$(of packed.$file.$tool)"
        else
            skip "$file, packed by $tool" "there is no $tool"
        fi
    done
    for threads in 1 2 4; do same "$file, $threads threads" "$whole" "$(of $file --threads $threads)"; done
    for simd in plain sse2 avx2 avx512; do same "$file, scanned with $simd or less" "$whole" "$(export VOC_SIMD=$simd; of $file)"; done
    rm -f of.voc*
    "$VOC" import of.voc $file --quiet >of.log 2>&1
    "$VOC" import of.voc $file --quiet >of.log 2>&1
    same "$file, twice" "$whole" "$(digest of.voc)"
    case $file in small.*)
        same "$file, byte by byte" "$whole" "$(dd if=$file bs=1 2>/dev/null | of -)"
        mkfifo fifo.$file
        dd if=$file bs=1 of=fifo.$file 2>/dev/null &
        same "$file, byte by byte through a named pipe" "$whole" "$(of fifo.$file)"
        kill $! 2>/dev/null
        wait $! 2>/dev/null ;;
    esac
done

# ---- read in a process of its own or not, every kind of input gives the same: its largest sample
samples=$(cd "$(dirname "$start")/../../plugins/input" 2>/dev/null && pwd)
for folder in "$samples"/*/samples; do
    sample=$(ls -S "$folder"/* 2>/dev/null | head -n 1)
    kind=$(basename "$(dirname "$folder")")
    test -n "$sample" || continue
    "$VOC" plugin show "$kind" >/dev/null 2>&1 || { skip "$kind, isolated and not" "it was not built"; continue; }
    whole=$(of "$sample" --isolate never --threads 1)
    for threads in 1 2 4; do same "$kind, isolated, $threads threads" "$whole" "$(of "$sample" --isolate always --threads $threads)"; done
done
mkdir mails
for i in 1 2 3; do printf 'From: k%s@kunde.example\nTo: shop@firma.example\nDate: Mon, %s Jan 2024 10:00:00 +0000\nSubject: price\n\nHow much?\n' $i $i >mails/$i.eml; done
if "$VOC" plugin show email >/dev/null 2>&1; then same "a folder of mails, isolated" "$(of mails --isolate never)" "$(of mails)"; else skip "a folder of mails, isolated" "it was not built"; fi

# ---- events with ids in two files, in either order; a log that grew. The columns are mapped by the journey: what a guess
# makes of a column may depend on the rows that a file begins with.
mapped="--journey b2b-sale --source all-events"
lines=$(wc -l <large.csv)
head -n 1 large.csv >head.csv
{ cat head.csv; sed -n "2,$((lines / 2))p" large.csv; } >part-1.csv
{ cat head.csv; sed -n "$((lines / 2 + 1)),\$p" large.csv; } >part-2.csv
whole=$(of large.csv $mapped)
same "two files with ids" "$whole" "$(of part-1.csv part-2.csv $mapped)"
same "two files with ids, the later one first" "$whole" "$(of part-2.csv part-1.csv $mapped)"
rm -f of.voc*
for state in part-1.csv large.csv; do
    cp $state grows.csv
    "$VOC" import of.voc grows.csv $mapped --quiet >of.log 2>&1
done
same "a log that grew between two imports" "$whole" "$(digest of.voc)"

# ---- the score of the demo, byte for byte
score() { "$VOC" score demo/p.voc --format json "$@" 2>&1; }
if "$VOC" import demo/p.voc demo/all-events.csv --journey b2b-sale --quiet >/dev/null 2>log; then
    score --threads 1 >score.1
    grep -q '"code"' score.1 || not_ok "the score has verdicts" "$(head -c 300 score.1)"
    for threads in 2 4 8; do
        score --threads $threads >score.n
        if cmp -s score.1 score.n; then ok "the score by $threads threads"; else not_ok "the score by $threads threads" "$(cmp score.1 score.n)"; fi
    done
    for zone in Asia/Tokyo America/St_Johns; do
        TZ=$zone score >score.n
        if cmp -s score.1 score.n; then ok "the score in the zone $zone"; else not_ok "the score in the zone $zone" "$(cmp score.1 score.n)"; fi
    done
    for locale in de_DE.UTF-8 tr_TR.UTF-8; do
        if ! locale -a 2>/dev/null | grep -qi "^$(echo $locale | sed 's/UTF-8/utf-*8/')\$"; then skip "the score in the locale $locale" "it is not installed"; continue; fi
        LC_ALL=$locale score >score.n
        if cmp -s score.1 score.n; then ok "the score in the locale $locale"; else not_ok "the score in the locale $locale" "$(cmp score.1 score.n)"; fi
    done
else
    not_ok "the demo is imported" "$(cat log)"
fi

# ---- real files: FILE, events, records, ignored, more words
counts() {
    file=$data/$1 name="${1##*/}: $3 records, $2 events, $4 ignored" want="$3 $2 $4 0"
    shift 4
    if test ! -f "$file"; then skip "$name" "no shared data here"; return 1; fi
    rm -f real.voc*
    "$VOC" import real.voc "$file" --format tsv "$@" >real.tsv 2>real.log || { not_ok "$name" "$(head -n 2 real.log)"; return 1; }
    same "$name" "$want" "$(awk -F '\t' 'FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next } FNR == 2 { print $at["records"], $at["events"], $at["ignored"], $at["rejected"] }' real.tsv)"
}
events() { "$VOC" sql real.voc "SELECT unit, time_us, action, owner FROM event ORDER BY unit, time_us, action, owner" --format tsv; }

counts xes/bpic2013_closed.xes.gz 6660 6660 0
if counts xes/receipt.xes.gz 8577 8577 0; then
    events >receipt.xes.tsv
    counts xes/receipt.csv.gz 8577 8577 0
    events >receipt.csv.tsv
    if test "$(wc -l <receipt.csv.tsv)" = 8578 && cmp -s receipt.xes.tsv receipt.csv.tsv; then ok "receipt: CSV and XES give the same journeys"
    else not_ok "receipt: CSV and XES give the same journeys" "$(diff receipt.xes.tsv receipt.csv.tsv | head -n 6)"; fi
    whole=$(of "$data/xes/receipt.xes.gz")
    same "receipt.xes.gz, unpacked into a pipe" "$whole" "$(gzip -dc "$data/xes/receipt.xes.gz" | of -)"
fi
if counts clickstream/ecom.csv.gz 31106 31106 0 --journey online-shop; then
    whole=$(of "$data/clickstream/ecom.csv.gz")
    for threads in 1 2 4; do same "ecom.csv.gz, $threads threads" "$whole" "$(of "$data/clickstream/ecom.csv.gz" --threads $threads)"; done
fi
if counts crm/maven_crm_sales/sales_pipeline.csv 15011 8800 500 --journey crm-pipeline; then
    whole=$(digest real.voc)
    counts crm/maven_crm_sales/sales_pipeline_mdy_dates.csv 15011 8800 500 --journey crm-pipeline
    same "sales_pipeline.csv with dates in another order" "$whole" "$(digest real.voc)"
fi
echo "1..$n"
