# SPDX-License-Identifier: MIT
#
# The public header, and a host for tests of plugins.

vocinclude_HEADERS += core/include/voc/plugin.h core/include/voc/mock_host.h
