# SPDX-License-Identifier: MIT
#
# Plugins, imports and folds.
