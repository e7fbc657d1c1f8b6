# SPDX-License-Identifier: MIT
#
# Completion of voc for fish. It asks the program itself, so it knows whatever that one and its plugins know; where voc has no candidate,
# fish completes files.

function __voc_candidates
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    set -l found ($words[1] help --complete -- $words[2..-1] "$last" 2>/dev/null)
    if not set -q found[1]
        set -l option (string match -r -- '^--[^=]*=' "$last")
        set found "$option"(__fish_complete_path (string replace -- "$option" '' "$last"))
    end
    set -q found[1]; and printf '%s\n' $found
end
complete -c voc -f -a '(__voc_candidates)'
