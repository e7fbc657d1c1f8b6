# SPDX-License-Identifier: MIT
#
# The public header.

vocinclude_HEADERS += core/include/voc/plugin.h
