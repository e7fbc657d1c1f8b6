# SPDX-License-Identifier: MIT
#
# voc plugin new. What it writes is compiled in, so that the program needs no file of its own for it.
new_templates = \
	core/cli/new/Makefile.in \
	core/cli/new/analysis.README.in \
	core/cli/new/analysis.c.in \
	core/cli/new/input-lines.c.in \
	core/cli/new/input-lines.sample \
	core/cli/new/input-lines.tested \
	core/cli/new/input-stream.c.in \
	core/cli/new/input-stream.sample \
	core/cli/new/input-stream.tested \
	core/cli/new/input-test.c.in \
	core/cli/new/input.Makefile.in \
	core/cli/new/input.README.in \
	core/cli/new/output.README.in \
	core/cli/new/output.c.in
core_cli_voc_SOURCES += core/cli/new/new.c core/cli/new/new.h
nodist_core_cli_voc_SOURCES = core/cli/new/templates.c
CLEANFILES += core/cli/new/templates.c
EXTRA_DIST += core/cli/new/embed.awk $(new_templates)
core/cli/new/templates.c: core/cli/new/embed.awk $(new_templates)
	$(AM_V_GEN)$(MKDIR_P) core/cli/new && cd $(srcdir) && $(AWK) -f core/cli/new/embed.awk $(new_templates) >$(abs_top_builddir)/$@.tmp && mv $(abs_top_builddir)/$@.tmp $(abs_top_builddir)/$@
