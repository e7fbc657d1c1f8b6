#!/bin/sh
# SPDX-License-Identifier: MIT
#
# One of eight shares of the cases of the command line (run.sh).

exec sh "$(dirname "$0")/run.sh" --share 7/8
