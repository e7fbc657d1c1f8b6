# SPDX-License-Identifier: MIT
#
# The project file.
