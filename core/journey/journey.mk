# SPDX-License-Identifier: MIT
#
# Journey definitions and the stage tracker.
