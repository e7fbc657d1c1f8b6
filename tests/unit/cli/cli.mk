# SPDX-License-Identifier: MIT
#
# Unit tests of core/cli.
