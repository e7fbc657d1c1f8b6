# SPDX-License-Identifier: MIT
#
# Generators and benchmarks.
