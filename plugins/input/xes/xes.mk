# SPDX-License-Identifier: MIT
#
# XES event logs (IEEE 1849).
