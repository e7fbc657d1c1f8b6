# SPDX-License-Identifier: MIT
#
# Memory, text, time, diagnostics, patterns, XML.
