# SPDX-License-Identifier: MIT
#
# Bytes in and out.
