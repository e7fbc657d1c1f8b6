# SPDX-License-Identifier: MIT
#
# Tables as Markdown.
