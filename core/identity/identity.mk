# SPDX-License-Identifier: MIT
#
# Aliases, individuals, accounts.
