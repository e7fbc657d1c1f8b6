# SPDX-License-Identifier: MIT
#
# The demo company: a generated set of events with planted effects, and the truth beside it.

core_libvoc_a_SOURCES += \
	core/cli/demo/demo.c core/cli/demo/demo.h \
	core/cli/demo/demo_model.c core/cli/demo/demo_model.h \
	core/cli/demo/demo_names.c \
	core/cli/demo/demo_plant.c core/cli/demo/demo_plant.h \
	core/cli/demo/demo_rng.c core/cli/demo/demo_rng.h \
	core/cli/demo/demo_sim.c core/cli/demo/demo_sim.h \
	core/cli/demo/demo_truth.c core/cli/demo/demo_truth.h
