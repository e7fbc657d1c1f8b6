# SPDX-License-Identifier: MIT
#
# The shipped journeys and their schema.
