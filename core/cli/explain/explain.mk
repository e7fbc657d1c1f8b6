# SPDX-License-Identifier: MIT
#
# voc explain: what a word or a number of the output means, and how to get it again.

core_cli_voc_SOURCES += core/cli/explain/explain.c core/cli/explain/explain.h \
	core/cli/explain/again.c core/cli/explain/again_places.c core/cli/explain/places.c \
	core/cli/explain/asked.c core/cli/explain/check.c core/cli/explain/recipes.c core/cli/explain/recipes_fill.c core/cli/explain/recipes.h core/cli/explain/recipes_sql.h \
	core/cli/explain/recipes_discover.c core/cli/explain/recipes_map.c core/cli/explain/recipes_flow.c core/cli/explain/recipes_steps.c \
	core/cli/explain/recipes_needs.c core/cli/explain/recipes_sipoc.c core/cli/explain/recipes_visits.c core/cli/explain/recipes_attribution.c core/cli/explain/recipes_sessions.c core/cli/explain/recipes_response.c \
	core/cli/explain/customers.c \
	core/cli/explain/defined.c \
	core/cli/explain/figures.c \
	core/cli/explain/gather.c core/cli/explain/literal.c core/cli/explain/literal.h core/cli/explain/page.c
