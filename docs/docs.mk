# SPDX-License-Identifier: MIT
#
# Man pages and guides.
