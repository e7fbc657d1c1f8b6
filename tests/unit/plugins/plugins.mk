# SPDX-License-Identifier: MIT
#
# Unit tests of plugins.
