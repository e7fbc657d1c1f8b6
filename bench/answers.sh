# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # variables are those of run.sh
#
# Do voc and its peers give the same answers? For run.sh to source, before anything is measured: a fast wrong answer is worth
# nothing. What each says of one work is brought into one form in answers.d and compared; the verdicts go to the file
# `answers`.

rm -rf answers.d res
mkdir answers.d
# Line by line and field by field; numbers may differ by two millionths, because voc rounds a mean time down to a microsecond.
same() {
    awk -F'\t' '
        function number(s) { return s ~ /^-?[0-9.]+(e[-+]?[0-9]+)?$/ }
        NR == FNR { line[n = FNR] = $0; next }
        {
            m = FNR
            k = split(line[FNR], x, FS)
            if (k != NF) exit bad = 1
            for (i = 1; i <= NF; i++)
                if (x[i] != $i && (!number(x[i]) || !number($i) || x[i] - $i > 2e-6 || $i - x[i] > 2e-6)) exit bad = 1
        }
        END { exit bad || n != m || !n }' "$1" "$2"
}
says() { awk -F'\t' -v W="$1" '$1 == W && $2 == T { print $4 }' T="$2" works | head -n 1; }

# Each reads what the command printed and writes what can be compared.
voc_flow_median() { awk -F'\t' -v OFS='\t' 'NR > 1 && $1 != "(start)" && $2 != "(end)" { print $1, $2, $3, $6, $5 }' | LC_ALL=C sort; }
peer_flow_median() { LC_ALL=C sort; }
voc_funnel() { awk -F'\t' 'NR > 1 { print $2 }'; }
peer_funnel() { tr '\t' '\n'; }
voc_sessions() { awk -F'\t' -v OFS='\t' 'NR == 2 { print $1, $4, $6, $8 }'; }
peer_sessions() { awk -F'\t' -v OFS='\t' '{ print $1, $2, $4, $5 }'; }
voc_variants() { awk -F'\t' -v OFS='\t' 'NR > 1 { print $1 }'; }
peer_variants() { awk -F'\t' '{ print $1 }'; }

voc_response() { awk -F'\t' -v OFS='\t' 'NR > 1 { print $3, $5, $6, $7 }'; }
peer_response() { head -n 14 | cut -f 2-5; }
voc_pace() { awk -F'\t' -v OFS='\t' 'NR > 1 { print $3, $4, $5 }'; }
peer_pace() { tail -n +15 | cut -f 2-4; }
voc_mining() { awk -F'\t' -v OFS='\t' 'NR > 1 && $1 != "(start)" && $2 != "(end)" { print $1, $2, $3, $5, $6 }' | LC_ALL=C sort; }
peer_mining() { LC_ALL=C sort; }

# Ways that are taken equally often may come in another order, so only how often each of the first twenty was taken is compared.
alike() { # WORK FUNCTION WHAT [SED SCRIPT FOR THE COMMAND [PEER]]
    peer=${5:-DuckDB}
    mine=$(says "$1" voc | sed "${4:-}") theirs_line=$(says "$1" "$peer")
    test -n "$mine" && test -n "$theirs_line" || return 0
    sh -c "$mine" </dev/null 2>/dev/null | "voc_$2" >"answers.d/$2.voc"
    sh -c "$theirs_line" </dev/null 2>/dev/null | "peer_$2" >"answers.d/$2.peer"
    if same "answers.d/$2.voc" "answers.d/$2.peer"; then
        echo "voc and $peer agree: $3 ($(wc -l <"answers.d/$2.voc" | tr -d ' ') lines)"
    else
        echo "DIFFERENT: voc and $peer do not agree: $3"
    fi >>answers
}
alike flow-median flow_median "how often each action follows each other one, mean and median time between them"
alike funnel funnel "how many come to each of the five steps within 30 days"
alike sessions sessions "sessions, their mean number of actions, median time, how many of one action"
alike variants variants "how often each of the twenty most frequent ways is taken"
alike response response "after each of the fourteen touches, the share that a response follows, that at other moments, and their ratio"
alike response pace "responses a day within a week after each touch, and in times those at other times" 's/--table response/--table pace/'
alike mining mining "what directly follows what in an XES file, how often, after what median and mean time" 's|$| \&\& cat res/flow.tsv|' PM4Py
