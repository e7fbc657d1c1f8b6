# SPDX-License-Identifier: MIT
#
# Completion for shells: each script lies where its shell looks for those of programs, by the program's name.

bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
dist_bashcompletion_DATA = share/completions/voc
dist_zshcompletion_DATA = share/completions/_voc
dist_fishcompletion_DATA = share/completions/voc.fish
