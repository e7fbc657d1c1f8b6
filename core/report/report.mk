# SPDX-License-Identifier: MIT
#
# The neutral table and its renderers.
