# SPDX-License-Identifier: MIT
#
# Man pages and guides. A man page is what `voc help --man` prints from the one table of commands and options, so it is made
# by the program that was just built (cross compiling, there are none). tests/lint/man.sh finds a command without a page.

man_pages = \
	docs/voc.1 \
	docs/voc-attribution.1 \
	docs/voc-codebook-check.1 \
	docs/voc-demo.1 \
	docs/voc-digest.1 \
	docs/voc-discover.1 \
	docs/voc-explain.1 \
	docs/voc-flow.1 \
	docs/voc-fold.1 \
	docs/voc-forget.1 \
	docs/voc-funnel.1 \
	docs/voc-help.1 \
	docs/voc-holdout.1 \
	docs/voc-import.1 \
	docs/voc-journey-check.1 \
	docs/voc-journey-infer.1 \
	docs/voc-journey-list.1 \
	docs/voc-journey-use.1 \
	docs/voc-map.1 \
	docs/voc-merge.1 \
	docs/voc-people.1 \
	docs/voc-plugin-check.1 \
	docs/voc-plugin-list.1 \
	docs/voc-plugin-new.1 \
	docs/voc-plugin-show.1 \
	docs/voc-rejects.1 \
	docs/voc-response.1 \
	docs/voc-rows.1 \
	docs/voc-run.1 \
	docs/voc-score.1 \
	docs/voc-sessions.1 \
	docs/voc-settle.1 \
	docs/voc-sipoc.1 \
	docs/voc-sniff.1 \
	docs/voc-sql.1 \
	docs/voc-stages.1 \
	docs/voc-stats.1 \
	docs/voc-themes.1 \
	docs/voc-value-map.1 \
	docs/voc-variants.1 \
	docs/voc-verify.1 \
	docs/voc-version.1 \
	docs/voc-tables.1 \
	docs/voc-words.1 \
	docs/voc-worksheet.1

if !CROSS_COMPILING
man_MANS = $(man_pages)
CLEANFILES += $(man_pages)
endif

# docs/voc-journey-use.1 is the page of `voc journey use`; an analysis has its own name, dashes and all.
$(man_pages): core/cli/voc$(EXEEXT) $(pkgplugin_LTLIBRARIES)
	$(AM_V_GEN)$(MKDIR_P) docs && \
	  words=`echo $@ | $(SED) -e 's|^docs/voc-*||' -e 's|\.1$$||' -e 's/^\(codebook\|journey\|plugin\)-/\1 /'` && \
	  HOME=/nonexistent XDG_DATA_HOME= ./voc help --man $$words >$@.tmp && mv -f $@.tmp $@

# Guides for people and programs that use voc, in folders as here, so that pages find one another (the README leads to that of
# the journeys too); the rest is for those who change it.
nobase_dist_doc_DATA += docs/explain.md docs/methods.md docs/part-file.md docs/plugin-guide.md docs/project-file.md docs/randomised-example.md docs/reference-tables.md docs/row.schema.json docs/sql.md \
	journeys/README.md
# What the README shows: tests/lint/readme.sh draws them again.
nobase_dist_doc_DATA += docs/pictures/flow.svg docs/pictures/map.svg
