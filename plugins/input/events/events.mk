# SPDX-License-Identifier: MIT
#
# Delimited event logs.
