# SPDX-License-Identifier: MIT
#
# Touchpoints scored by the customer actions that follow.
